package portaltest

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// IgnoreQuery answers as if no query, no languages and no text had been sent: all types, all
// statuses, all languages, in the asked order and pages.
func IgnoreQuery() Fault {
	return hookList{{ask: func(q *question) { q.query, q.languages, q.text = query{}, nil, "***" }}}
}

// StuckPage answers every request with the first page.
func StuckPage() Fault { return hookList{{ask: func(q *question) { q.page = 1 }}} }

// Empty finds nothing: a healthy answer with zero results.
func Empty() Fault { return hookList{{pick: func(p *page) { p.all = nil }}} }

// Missing loses the record with that reference, as lossy sweeps do: it is neither shown nor counted.
func Missing(reference string) Fault {
	return hookList{{pick: func(p *page) {
		p.all = slices.DeleteFunc(slices.Clone(p.all), func(r row) bool { return r.record.Reference == reference })
	}}}
}

// RepeatRow shows the first row of all again at the head of the second page, where the row that
// belongs there is lost. The total does not tell.
func RepeatRow() Fault {
	return hookList{{show: func(p *page) {
		if p.page == 2 && len(p.rows) > 0 {
			p.rows[0] = p.all[0]
		}
	}}}
}

// ShortPage leaves out the last row of a page, which the total still counts.
func ShortPage() Fault {
	return hookList{{show: func(p *page) { p.rows = p.rows[:max(len(p.rows)-1, 0)] }}}
}

// ChangingTotal counts one more with every page after the first.
func ChangingTotal() Fault { return hookList{{show: func(p *page) { p.total += p.page - 1 }}} }

// GrowingTotal always has another full page: the rows start again from the first, for ever.
func GrowingTotal() Fault {
	return hookList{{show: func(p *page) {
		if len(p.all) == 0 {
			return
		}
		number := min(p.page, 1<<20) // far beyond any crawler's patience, and no int runs over
		p.rows = p.rows[:0]
		for i := range p.size {
			p.rows = append(p.rows, p.all[((number-1)*p.size+i)%len(p.all)])
		}
		p.total = max(len(p.all), (number+1)*p.size)
	}}}
}

// Bare shows the record with that reference without metadata, its keys lying at the top level;
// "" is the first row of every page.
func Bare(reference string) Fault {
	return altered(reference, func(r *Record) { r.Bare = true })
}

// BrokenBudget cuts the JSON text in the budgetOverview of the record with that reference; "" is the
// first row of every page. A record without budgetOverview gets a broken one.
func BrokenBudget(reference string) Fault {
	return altered(reference, func(r *Record) {
		text := r.First("budgetOverview")
		r.Metadata["budgetOverview"] = []string{`{"budgetYearsColumns":["2026"],` + text[:len(text)/2]}
	})
}

// Titled gives the record with that reference another title; "" is the first row of every page.
func Titled(reference, title string) Fault {
	return altered(reference, func(r *Record) { retitle(r, title) })
}

// HostileTitles are titles that do harm where text is passed on unread: to HTML, to mail headers, to
// a terminal, to a reader's eye, to a spreadsheet, to SQL and to JSON.
func HostileTitles() []string {
	return []string{
		`<img src=x onerror=alert(1)>Town meeting`,
		"Town meeting\r\nBcc: everyone@example.org\r\n\r\nbody",
		"\x1b[2J\x1b[31mTown meeting\x1b]0;owned\x07",
		"Town \u202egniteem\u202c and \u2066hidden\u2069 text\u200b",
		`=cmd|'/C calc'!A0`,
		`"; DROP TABLE calls; --`,
		"nul \x00 and \u2028 line \ufeff mark",
		`</script><script>alert(1)</script>`,
		"&lt;b&gt;twice&amp;nbsp;encoded&lt;/b&gt;",
		strings.Repeat("long ", 2000),
		"  \t\n ",
	}
}

// Hostile gives every row of a page one of the [HostileTitles], in turn.
func Hostile() Fault {
	titles := HostileTitles()
	return hookList{{show: func(p *page) {
		for i, r := range p.rows {
			clone := r.record.Clone()
			retitle(&clone, titles[i%len(titles)])
			p.rows[i] = row{record: clone}
		}
	}}}
}

func retitle(r *Record, title string) {
	r.Metadata["title"] = []string{title}
	if r.Type() == "8" {
		r.Metadata["callTitle"] = []string{title}
	}
}

// Noise changes with every request what changes at the portal without meaning: dates of ingestion,
// and the seconds in the deadlines of external actions.
func Noise() Fault {
	return hookList{{show: func(p *page) {
		for i, r := range p.rows {
			clone := r.record.Clone()
			clone.Metadata["esDA_IngestDate"] = []string{fmt.Sprintf("2026-09-01T03:%02d:00.000+0200", p.number%60)}
			clone.Metadata["deadlineDate"] = jitter(clone, p.number)
			p.rows[i] = row{record: clone}
		}
	}}}
}

// jitter moves the seconds of an external action's deadlines, never the minute.
func jitter(r Record, number int) []string {
	deadlines := r.Metadata["deadlineDate"]
	for i, deadline := range deadlines {
		if at, ok := parseInstant(deadline); ok && r.Type() == "2" {
			at = at.Truncate(time.Minute).Add(time.Duration(number%60) * time.Second)
			deadlines[i] = at.Format(instantLayout)
		}
	}
	return deadlines
}

// altered changes a copy of the record with that reference, or of the first row if it is "".
func altered(reference string, change func(*Record)) Fault {
	return hookList{{show: func(p *page) {
		for i, r := range p.rows {
			if r.record.Reference != reference && (reference != "" || i != 0) {
				continue
			}
			clone := r.record.Clone()
			change(&clone)
			p.rows[i] = row{record: clone}
		}
	}}}
}

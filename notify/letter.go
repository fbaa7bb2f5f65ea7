package notify

import (
	"net/url"
	"strings"
	"time"

	"fundwatch/calls"
)

// A letter is a digest in the reader's words, ready for both templates: they only lay it out, so that
// the text part and the HTML part cannot say different things. All strings are single clean lines.
type letter struct {
	Lang      string
	Subject   string
	Preheader string // what mail programs show beside the subject
	Title     string
	Dateline  string
	Greeting  string
	Notice    string // said when the reader's own language is not there; "" otherwise
	Warning   string // said when a source could not be read for days; "" otherwise
	Intro     string
	ShortLead string // leads the calls of a section that are only named
	Colon     string // follows a link's text where its URL comes next
	Sections  []section
	Expected  *outlook // nil if no call is to be expected
	Footer    []string
	Stop      link   // URL is "" if the way to stop is to reply
	Calendar  []byte // nil if no call has a deadline
}

// roughSize returns about how many bytes the text part takes: a buffer of that size need not grow.
func (l *letter) roughSize() int {
	cards := 0
	for _, s := range l.Sections {
		cards += len(s.Cards)
	}
	if l.Expected != nil {
		cards += len(l.Expected.Rounds)
	}
	return 2500 + 1200*cards
}

// A section is one group of calls under a heading.
type section struct {
	Heading string
	Count   string
	Cards   []*card
}

// A link says where it goes. URL is "" if there is none to go to.
type link struct {
	Text string
	URL  string
}

// Printed returns what the text part shows below the link's text: a mailto link's address stands in
// its text already.
func (l link) Printed() string {
	if strings.HasPrefix(l.URL, "mailto:") {
		return ""
	}
	return l.URL
}

// A writer writes one letter.
type writer struct {
	*Locale
	topics     TopicLabels
	programmes ProgrammeNames
	now        time.Time
	pages      *url.URL // base address of the web pages; nil: none are served
	foreign    bool     // something in another language was quoted
}

// write returns the letter for the digest.
func (c *Composer) write(d *calls.Digest, now time.Time) *letter {
	w := &writer{Locale: c.locale(d.Subscriber.Language), topics: c.topics, programmes: c.programmes, now: now, pages: c.sender.base}
	town := cleanLine(d.Municipality.Name, longestName)
	parts := w.parts(d)
	sections := w.sections(parts)
	l := &letter{
		Lang:      w.lang,
		Title:     w.Text("title", Data{"Town": town}),
		Dateline:  w.Date(now),
		Greeting:  w.Text("greeting", Data{"Town": town}),
		Intro:     w.intro(d, town, parts),
		Notice:    w.notice(d.Subscriber.Language),
		Warning:   w.warning(d.Stale),
		Subject:   w.subject(town, parts),
		Preheader: w.preheader(parts),
		ShortLead: w.Text("section.short", nil),
		Colon:     w.Text("join.colon", nil),
		Sections:  sections,
		Stop:      c.sender.stop(w.Locale, &d.Subscriber),
		Calendar:  calendar(sections, now),
	}
	l.Expected = w.outlook(d.Expected, d.Items())
	l.Footer = w.footer(d, town, c.sender.name)
	return l
}

// warning names the sources that could not be read for days, so that silence is not taken for "nothing new".
func (w *writer) warning(stale []calls.StaleSource) string {
	var lines []string
	for _, s := range stale {
		lines = append(lines, w.Text("notice.stale", Data{"Source": cleanLine(s.Source, longestWords), "Date": w.Date(s.Since)}))
	}
	return strings.Join(lines, " ")
}

// A part is one section of the digest before it is written. Adding a section means adding one here.
type part struct {
	heading string // key of the heading
	count   string // key of the words in subject and intro
	items   []calls.Item
	brief   bool // its calls were told in full before: title, deadline and link are enough
}

// openAndOpening parts the calls of a first letter, in their order: one must not call open what opens
// in half a year.
func (w *writer) openAndOpening(items []calls.Item) (open, opening []calls.Item) {
	for _, item := range items {
		if item.Call.Status(w.now) == calls.Forthcoming {
			opening = append(opening, item)
		} else {
			open = append(open, item)
		}
	}
	return open, opening
}

// parts returns the sections that are not empty, in the order of the letter.
func (w *writer) parts(d *calls.Digest) []part {
	if d.Kind == calls.DigestReminder {
		return []part{{"section.closing", "count.reminder", d.Closing, false}}
	}
	first := []part{{"section.new", "count.new", d.New, false}}
	if d.First {
		open, opening := w.openAndOpening(d.New)
		first = []part{{"section.open", "count.open", open, false}, {"section.opening", "count.opening", opening, false}}
	}
	var filled []part
	for _, p := range append(first,
		part{"section.changed", "count.changed", d.Changed, false},
		part{"section.closing", "count.closing", d.Closing, true},
		part{"section.soon", "count.soon", d.Opening, true},
	) {
		if len(p.items) > 0 {
			filled = append(filled, p)
		}
	}
	return filled
}

// sections numbers the cards through the whole letter, so that people can talk about "call 4".
func (w *writer) sections(parts []part) []section {
	var sections []section
	number := 0
	for _, p := range parts {
		s := section{Heading: w.Text(p.heading, nil), Count: w.Number(int64(len(p.items)))}
		for i := range p.items {
			number++
			c := w.card(number, &p.items[i])
			if c.Brief = p.brief; p.heading == "section.soon" {
				c.Opens = w.opens(&p.items[i].Call)
			}
			s.Cards = append(s.Cards, c)
		}
		sections = append(sections, s)
	}
	return sections
}

// counts returns "3 new", "1 changed": one for each part.
func (w *writer) counts(parts []part) []string {
	var counts []string
	for _, p := range parts {
		counts = append(counts, w.Count(p.count, int64(len(p.items))))
	}
	return counts
}

func (w *writer) intro(d *calls.Digest, town string, parts []part) string {
	counts := w.counts(parts)
	for i := range counts { // a line must not end between "1" and "changed"
		counts[i] = strings.ReplaceAll(counts[i], " ", "\u00a0")
	}
	data := Data{"Town": town, "Counts": strings.Join(counts, w.Text("join.comma", nil))}
	switch {
	case d.Kind == calls.DigestReminder:
		return w.Text("intro.reminder", data)
	case d.Kind == calls.DigestQuiet:
		return w.Text("intro.quiet", data)
	case d.First:
		return w.Text("intro.first", data)
	case d.Subscriber.Frequency == calls.Monthly:
		return w.Text("intro.monthly", data)
	}
	return w.Text("intro.weekly", data)
}

// notice says so if the letter is not in the subscriber's language.
func (w *writer) notice(wanted string) string {
	base := baseLanguage(wanted)
	if base == w.lang {
		return ""
	}
	name, ok := w.englishNames[base]
	if !ok {
		name = cleanLine(wanted, longestName)
	}
	if name == "" {
		return ""
	}
	return w.Text("notice.language", Data{"Language": name})
}

func (w *writer) footer(d *calls.Digest, town, sender string) []string {
	why := "footer.why.weekly"
	if d.Subscriber.Frequency == calls.Monthly {
		why = "footer.why.monthly"
	}
	var lines []string
	if d.Kind != calls.DigestQuiet {
		lines = append(lines, w.Text("footer.truth", Data{"Town": town}))
	}
	if w.foreign {
		lines = append(lines, w.Text("footer.language", nil))
	}
	return append(lines, w.Text(why, Data{"Town": town, "Sender": sender})+" "+w.Text("footer.reminder", nil))
}

package notify

import (
	"strings"
	"unicode/utf8"

	"fundwatch/calls"
)

// What mail programs show: a phone shows about 40 runes of a subject, a desktop about 60, and about 110
// of the text after it (checked 2026-11-22).
const (
	longestSubject   = 60
	shortestTitle    = 15 // a title cut below this says nothing: the date goes first
	longestPreheader = 110
)

// subject returns how much there is of the first section and its first call, then what else there is: "3 new:
// Town Twinning closes 23 Sep; 1 changed". A count beside the call of another section would be read as its
// own. A letter without any call says that all is quiet. If it is too long the last counts go first, then the
// end of a long title; a date goes before a title would be cut to nothing.
func (w *writer) subject(town string, parts []part) string {
	if len(parts) == 0 {
		return cutWords(w.Text("subject.quiet", Data{"Town": headerLine(town, 0)}), longestSubject)
	}
	counts := w.counts(parts)
	top := &parts[0].items[0].Call
	title := headerLine(top.Title, longestTitle)
	s, ok := w.fitSubject(counts[0], title, func(t string) string { return w.dated(top, t) })
	if !ok {
		if s, ok = w.fitSubject(counts[0], title, func(t string) string { return t }); !ok {
			return cutWords(counts[0], longestSubject)
		}
	}
	separator := w.Text("join.semicolon", nil)
	for _, count := range counts[1:] {
		longer := s + separator + count
		if utf8.RuneCountInString(longer) > longestSubject {
			break
		}
		s, separator = longer, w.Text("join.comma", nil)
	}
	return s
}

// fitSubject reports whether the whole title fits, or enough of a longer one.
func (w *writer) fitSubject(count, title string, finish func(title string) string) (string, bool) {
	whole := func(title string) string { return w.Text("subject", Data{"Counts": count, "Top": finish(title)}) }
	room := longestSubject - utf8.RuneCountInString(whole(""))
	if utf8.RuneCountInString(title) > room && room < shortestTitle {
		return "", false
	}
	return whole(cutWords(title, room)), true
}

// dated adds when the call opens or closes, if it is known.
func (w *writer) dated(c *calls.Call, title string) string {
	switch c.Status(w.now) {
	case calls.Forthcoming:
		if !c.Opens.IsZero() {
			return w.Text("subject.opens", Data{"Title": title, "Day": w.ShortDate(c.Opens, w.now)})
		}
	case calls.Open:
		if d, ok := c.NextDeadline(w.now); ok {
			return w.Text("subject.closes", Data{"Title": title, "Day": w.ShortDate(d.At, w.now)})
		}
	}
	return title
}

// preheader names the nearest deadline of the letter; "" if it has none.
func (w *writer) preheader(parts []part) string {
	var nearest calls.Deadline
	var call *calls.Call
	for _, p := range parts {
		for i := range p.items {
			c := &p.items[i].Call
			d, ok := c.NextDeadline(w.now)
			if ok && c.Status(w.now) == calls.Open && (call == nil || d.At.Before(nearest.At)) {
				nearest, call = d, c
			}
		}
	}
	if call == nil {
		return ""
	}
	line := w.Text("preheader", Data{
		"Date": w.PlainDate(nearest.At), "Left": w.Left(nearest, w.now), "Title": cleanLine(call.Title, longestTitle),
	})
	return cutWords(line, longestPreheader)
}

// cutWords returns s in at most limit runes, cut between words with an ellipsis.
func cutWords(s string, limit int) string {
	if utf8.RuneCountInString(s) <= limit {
		return s
	}
	if limit < 1 {
		return ""
	}
	cut := string([]rune(s)[:limit-1])
	space := strings.LastIndexByte(cut, ' ')
	if s[len(cut)] != ' ' && space > len(cut)/2 { // not between words: go back to where one ends
		cut = cut[:space]
	}
	return strings.TrimRight(cut, " ,;:–-") + "…"
}

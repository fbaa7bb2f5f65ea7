package crawler

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"fundwatch/calls"
)

const (
	longestField   = 64 << 10 // bytes of plain text kept of one field
	longestLine    = 1 << 10  // bytes kept of a title or keyword
	longestSummary = 600      // runes
	leastSummary   = 40       // runes; what is shorter is a heading
	longestTag     = 1 << 10  // bytes looked at to find the end of a tag
)

// plainText turns markup into paragraphs of plain text, one to a line: entities decoded (twice where
// they were encoded twice), scripts and styles dropped, words that only a tag kept apart kept apart,
// invisible characters and terminal escapes dropped, at most 64 KiB. Text without markup passes
// unharmed.
func plainText(markup string) string {
	if markup == "" {
		return ""
	}
	text := visible(markup)
	if harmless(text) {
		return text // most are, and cleaning reads a text five times
	}
	return calls.CleanText(text, 0)
}

// line is [plainText] for titles: one line.
func line(markup string) string {
	if strings.ContainsAny(markup, "<&") {
		markup = visible(markup)
	}
	return calls.CleanLine(cutBytes(markup, longestLine), 0)
}

// visible strips markup, and once more what turns out to have been encoded twice.
func visible(markup string) string {
	text := stripMarkup(markup)
	if leftover(text) {
		text = stripMarkup(strings.ReplaceAll(text, "\n", "<br>"))
	}
	return text
}

// leftover reports whether a text still holds a tag or an entity: it had been encoded twice.
func leftover(text string) bool {
	for {
		at := strings.IndexAny(text, "<&")
		if at < 0 {
			return false
		}
		rest := text[at+1:]
		if (text[at] == '<' && startsTag(rest)) || (text[at] == '&' && startsEntity(rest)) {
			return true
		}
		text = rest
	}
}

// startsTag reports whether what follows a "<" makes it one of the tags that texts are written with.
func startsTag(s string) bool {
	s = strings.TrimPrefix(s, "/")
	end := strings.IndexAny(s[:min(len(s), len("strong")+1)], " />")
	if end <= 0 || strings.IndexByte(s[:min(len(s), longestTag)], '>') < 0 {
		return false
	}
	switch strings.ToLower(s[:end]) {
	case "p", "br", "div", "span", "ul", "ol", "li", "strong", "em", "b", "i", "u", "a", "h1", "h2", "h3", "h4", "h5",
		"table", "tr", "td", "sup", "sub", "img", "script", "style", "iframe":
		return true
	}
	return false
}

// startsEntity reports whether what follows a "&" makes it an entity, such as "nbsp;" or "#160;".
func startsEntity(s string) bool {
	end := strings.IndexByte(s[:min(len(s), len("CounterClockwise"))], ';')
	return end > 1 && html.UnescapeString("&"+s[:end+1]) != "&"+s[:end+1]
}

// harmless reports whether a text of stripMarkup is already as calls.CleanText would leave it: it
// holds letters, line breaks and plain spaces alone.
func harmless(text string) bool {
	for _, r := range text {
		switch {
		case ' ' <= r && r < 0x7f, r == '\n':
		case r < 0xa1, r == utf8.RuneError, !unicode.IsGraphic(r), unicode.Is(unicode.Zs, r):
			return false
		}
	}
	return true
}

// stripMarkup reads markup once. Lines of the result end paragraphs; they may be empty or hold
// invisible characters.
func stripMarkup(markup string) string {
	w := textWriter{out: make([]byte, 0, min(len(markup), longestField+1))}
	tokens := html.NewTokenizer(strings.NewReader(markup))
	for len(w.out) < longestField {
		switch tokens.Next() {
		case html.ErrorToken: // the end: there is no other error in a string
			return string(w.out)
		case html.TextToken:
			w.text(tokens.Text())
		case html.StartTagToken, html.SelfClosingTagToken:
			name, _ := tokens.TagName()
			w.open(atom.Lookup(name))
		case html.EndTagToken:
			name, _ := tokens.TagName()
			w.close(atom.Lookup(name))
		}
	}
	return strings.TrimRight(cutBytes(string(w.out), longestField), " \n")
}

// tagGap is a space that nobody wrote: it stands between two words, but not before a full stop.
const tagGap = 1

// A textWriter writes what a reader of a page would see.
type textWriter struct {
	out    []byte
	gap    byte      // before the next word: 0 nothing, tagGap, ' ' or '\n'
	hidden atom.Atom // the element whose content nobody sees; 0 outside of one
}

// open is called for every start tag, close for every end tag.
func (w *textWriter) open(tag atom.Atom) {
	if w.hidden != 0 {
		return
	}
	switch tag {
	case atom.Script, atom.Style, atom.Template, atom.Iframe, atom.Noscript, atom.Object, atom.Svg:
		w.hidden = tag
		w.part(tagGap)
	default:
		w.border(tag)
	}
}

func (w *textWriter) close(tag atom.Atom) {
	switch w.hidden {
	case 0:
		w.border(tag)
	case tag:
		w.hidden = 0
	}
}

// border parts what lies before and after a tag. Tags that mark letters inside a word ("H<sub>2</sub>O")
// part nothing; the others do, for a reader sees them apart although no space is written.
func (w *textWriter) border(tag atom.Atom) {
	switch tag {
	case atom.B, atom.I, atom.Em, atom.Strong, atom.U, atom.S, atom.Sub, atom.Sup, atom.Small, atom.Mark, atom.Font:
	case atom.A, atom.Span, atom.Abbr, atom.Code, atom.Q, atom.Td, atom.Th, atom.Label, atom.Img, atom.Cite, 0:
		w.part(tagGap)
	default:
		w.part('\n')
	}
}

// part widens the gap before the next word: a line break beats a space, a space a tag.
func (w *textWriter) part(gap byte) {
	if w.gap == 0 || (w.gap == tagGap && gap != 0) || gap == '\n' {
		w.gap = gap
	}
}

// text writes visible text, white space folded: a line break in markup is a space.
func (w *textWriter) text(text []byte) {
	if w.hidden != 0 {
		return
	}
	for len(text) > 0 {
		space := 0
		for space < len(text) && isSpace(text[space]) {
			space++
		}
		if space > 0 {
			w.part(' ')
		}
		text = text[space:]
		word := 0
		for word < len(text) && !isSpace(text[word]) {
			word++
		}
		w.word(text[:word])
		text = text[word:]
	}
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' }

func (w *textWriter) word(word []byte) {
	if len(word) == 0 {
		return
	}
	gap := w.gap
	w.gap = 0
	if gap == tagGap {
		gap = ' '
		if strings.IndexByte(".,;:!?)]", word[0]) >= 0 || strings.IndexByte("([", w.last()) >= 0 {
			gap = 0
		}
	}
	if gap != 0 && len(w.out) > 0 {
		w.out = append(w.out, gap)
	}
	w.out = append(w.out, word...)
}

// last returns the last byte written, 0 if there is none.
func (w *textWriter) last() byte {
	if len(w.out) == 0 {
		return 0
	}
	return w.out[len(w.out)-1]
}

// paragraphs joins texts: the first is plain already, the others are markup.
func paragraphs(first string, more ...list) string {
	texts := make([]string, 0, len(more)+1)
	if first != "" {
		texts = append(texts, first)
	}
	for _, l := range more {
		if text := plainText(l.first()); text != "" {
			texts = append(texts, text)
		}
	}
	return strings.Join(texts, "\n")
}

// summary returns the first paragraph that says something, cut at the end of a sentence; "" if
// there is none. Headings ("Expected Outcome:") and single words are passed over.
func summary(text string) string {
	short := ""
	for paragraph := range strings.Lines(text) {
		paragraph = strings.TrimSpace(paragraph)
		if strings.HasSuffix(paragraph, ":") || paragraph == "" {
			continue
		}
		if utf8.RuneCountInString(paragraph) >= leastSummary {
			return cutSentence(paragraph)
		}
		if short == "" {
			short = paragraph
		}
	}
	return short
}

// cutSentence cuts a paragraph to longestSummary runes, after the last sentence that fits, or after
// the last word if none does.
func cutSentence(paragraph string) string {
	if utf8.RuneCountInString(paragraph) <= longestSummary {
		return paragraph
	}
	start := string([]rune(paragraph)[:longestSummary])
	for _, end := range []string{". ", "! ", "? "} {
		if at := strings.LastIndex(start, end); at > len(start)/4 {
			return start[:at+1]
		}
	}
	if at := strings.LastIndexFunc(start, unicode.IsSpace); at > 0 {
		start = start[:at]
	}
	return strings.TrimRight(start, " ,;:") + "…"
}

// cutBytes returns at most limit bytes of s, never half a rune.
func cutBytes(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit]
}

// quoted shows outside text in a problem.
func quoted(s string) string { return strconv.Quote(cutBytes(s, 100)) }

package calls

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	snippetRunes = 160 // about two lines of a terminal
	leadRunes    = 50  // shown before the first word found
	ellipsis     = "…"
)

// Marks returns the byte ranges of text where words of clauses stand, in order and without overlap.
// Clauses with Not mark nothing. It returns nil if nothing is found.
func Marks(text string, clauses []Clause) [][2]int {
	words := Words(text)
	var marks [][2]int
	for _, term := range wanted(clauses) {
		for i := range words {
			if startsWith(words[i:], term) {
				marks = append(marks, [2]int{words[i].Start, words[i+len(term)-1].End})
			}
		}
	}
	slices.SortFunc(marks, func(a, b [2]int) int { return cmp.Or(a[0]-b[0], b[1]-a[1]) })
	return merge(marks)
}

// wanted returns the terms that clauses look for, as forms to compare words with.
func wanted(clauses []Clause) [][]token {
	var forms [][]token
	for _, c := range clauses {
		if c.Not {
			continue
		}
		for _, term := range c.Any {
			if len(term.Words) == 0 {
				continue
			}
			form := make([]token, len(term.Words))
			for i, w := range term.Words {
				form[i] = token{text: w}
			}
			form[len(form)-1].prefix = term.Prefix
			forms = append(forms, form)
		}
	}
	return forms
}

// merge joins ranges that overlap; they must be sorted.
func merge(marks [][2]int) [][2]int {
	var joined [][2]int
	for _, m := range marks {
		if last := len(joined) - 1; last >= 0 && m[0] < joined[last][1] {
			joined[last][1] = max(joined[last][1], m[1])
			continue
		}
		joined = append(joined, m)
	}
	return joined
}

// Snippet returns a piece of the call's own text, about 160 runes, around the first words of clauses
// found: in the summary, else the body, else the title. If they stand nowhere (a widened search found
// the call by its topic) it is the beginning of the first of these that there is. It is cut between
// words, with … where text is left out, and is one line. Without a clause to find it is "".
func Snippet(c *Call, clauses []Clause) string {
	if len(wanted(clauses)) == 0 {
		return ""
	}
	texts := []string{c.Summary, c.Body, c.Title}
	for _, text := range texts {
		if marks := Marks(text, clauses); marks != nil {
			return excerptAt(text, marks[0][0])
		}
	}
	return excerptAt(cmp.Or(texts...), 0)
}

// excerptAt returns about snippetRunes of text with the byte at in sight.
func excerptAt(text string, at int) string {
	start := wordBorderBefore(text, at)
	end := wordBorderAfter(text, start)
	piece := strings.Join(strings.Fields(text[start:end]), " ")
	if start > 0 && piece != "" {
		piece = ellipsis + piece
	}
	if strings.TrimSpace(text[end:]) != "" {
		piece += ellipsis
	}
	return piece
}

// wordBorderBefore returns the beginning of a word at most leadRunes before at.
func wordBorderBefore(text string, at int) int {
	start := at
	for range leadRunes {
		_, n := utf8.DecodeLastRuneInString(text[:start])
		start -= n
	}
	if start == 0 {
		return 0
	}
	// Begin behind the next space, so that no word is cut; at is the beginning of a word itself.
	if i := strings.IndexFunc(text[start:at], unicode.IsSpace); i >= 0 {
		return at - len(strings.TrimLeftFunc(text[start+i:at], unicode.IsSpace))
	}
	return at
}

// wordBorderAfter returns the end of the last word that fits in snippetRunes from start.
func wordBorderAfter(text string, start int) int {
	end := start
	for range snippetRunes {
		_, n := utf8.DecodeRuneInString(text[end:])
		end += n
	}
	if end == len(text) {
		return end
	}
	if i := strings.LastIndexFunc(text[start:end], unicode.IsSpace); i > 0 {
		return start + len(strings.TrimRightFunc(text[start:start+i], unicode.IsSpace))
	}
	return end
}

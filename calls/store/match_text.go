package store

import (
	"strings"

	"fundwatch/calls"
)

// matchText returns what is given to MATCH for clauses joined by AND, and for negated clauses joined by
// OR (what must not be found). Each is "" if there is nothing to match. It reports false if a positive
// clause has nothing that could be found: then no call fulfils it.
//
// Words reach SQLite only as quoted strings, so none is an operator or a column name to it; a word
// holds letters, digits and . + # only (see [calls.Words]), and what else a caller puts into one is
// taken out here.
func matchText(clauses []calls.Clause) (all, none string, possible bool) {
	var positive, negative []string
	for _, c := range clauses {
		terms := quotedTerms(c.Any)
		switch {
		case c.Not:
			negative = append(negative, terms...)
		case len(terms) == 0:
			return "", "", false
		default:
			positive = append(positive, "("+strings.Join(terms, " OR ")+")")
		}
	}
	return strings.Join(positive, " "), strings.Join(negative, " OR "), true
}

func quotedTerms(terms []calls.Term) []string {
	var quoted []string
	for _, t := range terms {
		if q := quotedTerm(t); q != "" {
			quoted = append(quoted, q)
		}
	}
	return quoted
}

// quotedTerm returns a term as a quoted phrase, "" if it holds no word.
func quotedTerm(t calls.Term) string {
	var words []string
	for _, w := range t.Words {
		words = append(words, strings.FieldsFunc(w, notIndexed)...)
	}
	if len(words) == 0 {
		return ""
	}
	if t.Prefix {
		words[len(words)-1] += "*"
	}
	return `"` + strings.Join(words, " ") + `"`
}

// notIndexed reports runes that mean something inside a quoted phrase, or end the text for SQLite.
func notIndexed(r rune) bool {
	return r <= ' ' || r == '"' || r == '*' || r == '^' || r == 0x7f
}

package store

import (
	"strings"

	"fundwatch/calls"
)

// Words reach SQLite only as quoted strings, so none is an operator or a column name to it; a word
// holds letters, digits and . + # only (see [calls.Words]), and what else a caller puts into one is
// taken out here.

// allWords returns what is given to MATCH for calls that fulfil every positive clause by their words.
func allWords(clauses []calls.Clause) string {
	var all []string
	for _, c := range clauses {
		if !c.Not {
			all = append(all, "("+strings.Join(quotedTerms(c.Any), " OR ")+")")
		}
	}
	return strings.Join(all, " ")
}

// unwanted returns what is given to MATCH for calls that must not be found, "" if all may.
func unwanted(clauses []calls.Clause) string {
	var none []string
	for _, c := range clauses {
		if c.Not {
			none = append(none, quotedTerms(c.Any)...)
		}
	}
	return strings.Join(none, " OR ")
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

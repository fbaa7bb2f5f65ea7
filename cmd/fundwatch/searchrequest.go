package main

import (
	"errors"
	"slices"
	"strings"
	"time"

	"fundwatch/calls"
)

// A searchRequest is a search as typed, checked as far as that goes without a database.
type searchRequest struct {
	calls.Conditions
	remarks []string // to be told: what was perhaps meant otherwise
	exact   bool
	typed   string // the words as they were written, for messages
	now     time.Time
}

// request checks every flag and every condition before anything is done.
func (f *searchFlags) request(words []string, now time.Time) (searchRequest, error) {
	text := queryText(words)
	typed := calls.ReadQuery(text)
	r := searchRequest{
		Conditions: *calls.NewConditions(calls.KnownNames{Topics: calls.LoadTopics, Programmes: calls.LoadProgrammes, Countries: calls.LoadCountries}, now),
		remarks:    typed.Remarks, exact: f.exact, typed: text, now: now,
	}
	order := calls.SortOrder(f.sort)
	if !slices.Contains(calls.SortOrders(), order) {
		return r, misusef("--sort %q: want one of %s", f.sort, strings.Join(wordsOf(calls.SortOrders()), ", "))
	}
	if f.limit < 0 {
		return r, misusef("--limit %d: want 0 (all) or more", f.limit)
	}
	for _, c := range append(f.conditions(), typed.Conditions()...) {
		if err := r.Add(c); err != nil {
			return r, misused(err)
		}
	}
	if err := r.Settle(f.usual); err != nil {
		return r, misused(err)
	}
	r.Find.Clauses, r.Find.Sort, r.Find.Limit = typed.Clauses, order, f.limit
	return r, nil
}

// misused returns the error of a condition as one of who typed it; others as they are.
func misused(err error) error {
	var wrong *calls.ConditionError
	if errors.As(err, &wrong) {
		return misuseError{err}
	}
	return err
}

// queryText puts the words of a command line together. An argument with spaces and without signs of
// its own is a phrase: the shell has taken the quotes that its writer typed.
func queryText(words []string) string {
	var parts []string
	for _, w := range words {
		if strings.ContainsAny(w, " \t") && !speaks(w) {
			w = `"` + w + `"`
		}
		parts = append(parts, w)
	}
	return strings.Join(parts, " ")
}

// speaks reports whether an argument uses the signs of the search itself.
func speaks(w string) bool {
	return strings.ContainsAny(w, `"*`) || strings.Contains(w, " OR ") || strings.Contains(" "+w, " -") ||
		calls.ReadQuery(w).Qualifiers != nil
}

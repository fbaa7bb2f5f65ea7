package store_test

import (
	"slices"
	"testing"

	"fundwatch/calls"
)

// A word that means a topic finds the calls that carry it beside those in which the word stands.
func TestSearchWidenedByTopics(t *testing.T) {
	t.Parallel()
	db := open(t)
	about := call("about", "Town twinning")
	about.Summary = "Citizens meet."
	literal := call("literal", "Jumelage of cities")
	other := call("other", "Clean energy")
	other.Summary = "Citizens save energy."
	saveWith(t, db, sweepOf(about, literal, other), aboutTwinning, now)
	twinning := []string{"town-twinning"}
	word := func(w string) []calls.Term { return []calls.Term{{Words: []string{w}}} }
	tests := map[string]struct {
		clauses []calls.Clause
		want    []string
	}{
		"the word or the topic":        {[]calls.Clause{{Any: word("jumelage"), Topics: twinning}}, []string{"about", "literal"}},
		"and another word":             {[]calls.Clause{{Any: word("jumelage"), Topics: twinning}, {Any: word("citizens")}}, []string{"about"}},
		"without a word":               {[]calls.Clause{{Any: word("jumelage"), Topics: twinning}, {Any: word("citizens"), Not: true}}, []string{"literal"}},
		"a word that stands nowhere":   {[]calls.Clause{{Any: word("gemellaggio"), Topics: twinning}}, []string{"about"}},
		"a topic without any word":     {[]calls.Clause{{Topics: twinning}}, []string{"about"}},
		"a topic that no call carries": {[]calls.Clause{{Any: word("sport"), Topics: []string{"sport"}}}, []string{}},
		"nothing that could be found":  {[]calls.Clause{{Topics: twinning}, {}}, []string{}},
	}
	for name, test := range tests {
		got := find(t, db, calls.Search{Clauses: test.clauses})
		if slices.Sort(got); !slices.Equal(got, test.want) {
			t.Errorf("%s: got %v, want %v", name, got, test.want)
		}
	}
	hits, err := db.Search(t.Context(), calls.Search{Clauses: tests["the word or the topic"].clauses}, now)
	if err != nil || hits[0].Score <= 0 || hits[1].Score <= 0 {
		t.Errorf("scores %+v, error %v; want all above zero", hits, err)
	}
}

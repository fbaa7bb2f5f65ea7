package calls_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"fundwatch/calls"
)

// Only single words that are long enough, wanted and without a meaning of their own may be slips.
func TestSlips(t *testing.T) {
	t.Parallel()
	topics, err := calls.LoadTopics()
	if err != nil {
		t.Fatal(err)
	}
	for typed, want := range map[string]string{
		"x":                        "[]",
		"x y de":                   "[]",
		"the ab":                   "[]",
		"Climte":                   "[{climte Climte}]",
		`climte -yuoth "town twn"`: "[{climte climte}]",
		"climte OR yuoth":          "[{climte climte} {yuoth yuoth}]",
		"jumelage climte":          "[{climte climte}]",
		"Bürgar":                   "[{burgar Bürgar} {buergar Bürgar}]",
	} {
		clauses, _ := topics.Widen(calls.ParseQuery(typed))
		if got := fmt.Sprint(calls.Slips(clauses, typed)); got != want {
			t.Errorf("%q: slips %s, want %s", typed, got, want)
		}
	}
}

func TestNearestOfASlip(t *testing.T) {
	t.Parallel()
	topics, err := calls.LoadTopics()
	if err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	slip := calls.Slip{Word: "jumelag", Written: "Jumelag"}
	for _, test := range []struct {
		name   string
		near   []string
		known  bool
		err    error
		topics *calls.Topics
		want   string // the first
		of     bool
	}{
		{"catalogue first", []string{"jumble"}, false, nil, topics, "jumble", false},
		{"then topics", nil, false, nil, topics, "Jumelage", true},
		{"no topics wanted", nil, false, nil, nil, "", false},
		{"known", nil, true, nil, topics, "", false},
		{"error", nil, false, broken, topics, "", false},
	} {
		near, of, err := slip.Nearest(func(string) ([]string, bool, error) { return test.near, test.known, test.err }, test.topics)
		if got := append(slices.Clone(near), "")[0]; !errors.Is(err, test.err) || of != test.of || got != test.want {
			t.Errorf("%s: got %q, %v, %v; want %q, %v", test.name, near, of, err, test.want, test.of)
		}
	}
}

package calls_test

import (
	"slices"
	"testing"

	"fundwatch/calls"
)

func TestSeason(t *testing.T) {
	t.Parallel()
	day, ok := calls.SeasonAround(at("2026-09-30T22:30:00Z")).Around() // past midnight in Brussels
	if !ok || calls.Day(day) != "2026-10-01" {
		t.Errorf("around %v, %t; want 1 October", day, ok)
	}
	for _, s := range []calls.Season{"", calls.Rolling, "2026-13-01"} {
		if day, ok := s.Around(); ok {
			t.Errorf("%q is around %v", s, day)
		}
	}
	raw := calls.Raw{Source: "s", Reference: "r", Title: "T", Season: "now and then"}
	c, odd, ok := calls.Normalise(raw, loadProgrammes(t), at("2026-09-30T22:30:00Z"))
	if !ok || c.Season != "" || len(odd) != 1 {
		t.Errorf("a season that is none: %q, %v", c.Season, odd)
	}
}

// A round that a source foresees is not expected beside it, until the source no longer does.
func TestExpectLeavesOutWhatASourceForesees(t *testing.T) {
	t.Parallel()
	now := at("2026-11-22T12:00:00Z")
	const family = "ERASMUS-NA-*-YOUTH-MOBILITY-1"
	own := calls.Call{
		Key: calls.Key{Source: "erasmus-agencies", Reference: "youth-1"}, Season: "2027-02-12",
		Title: "Erasmus+ mobility of young people and youth workers, first round" + calls.ExpectedMark,
	}
	gone, rolling := own, own
	gone.Withdrawn, rolling.Season = now, calls.Rolling
	for name, test := range map[string]struct {
		seen []calls.Call
		want bool
	}{
		"nothing seen": {nil, true}, "foreseen": {[]calls.Call{own}, false},
		"no longer": {[]calls.Call{gone}, true}, "open all year": {[]calls.Call{rolling}, true},
	} {
		if got := slices.Contains(families(calls.Expect(loadRounds(t).All(), test.seen, now)), family); got != test.want {
			t.Errorf("%s: expected %t, want %t", name, got, test.want)
		}
	}
}

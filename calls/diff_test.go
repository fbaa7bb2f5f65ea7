package calls_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"fundwatch/calls"
)

// lines tells changes in short, for comparing.
func lines(changes []calls.Change) []string {
	var out []string
	for _, c := range changes {
		out = append(out, string(c.Kind)+" "+c.Old+" > "+c.New)
	}
	return out
}

func stored() calls.Call {
	return calls.Call{
		Key: calls.Key{Source: "portal", Reference: "1"}, Title: "Call Town Twinning 2026", Recorded: calls.Open,
		Opens: at("2026-05-05T22:00:00Z"), Deadlines: []calls.Deadline{deadline("2026-09-23T15:00:00Z")}, Budget: calls.Known(6_000_000),
	}
}

func TestDiff(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		now      string
		recorded calls.Status
		old      func(*calls.Call) // nil: as stored
		edit     func(*calls.Call)
		want     []string
	}{
		"nothing":                      {edit: func(*calls.Call) {}},
		"seconds":                      {edit: func(c *calls.Call) { c.Deadlines = []calls.Deadline{deadline("2026-09-23T15:00:07Z")} }},
		"hour of the same day":         {edit: func(c *calls.Call) { c.Deadlines = []calls.Deadline{deadline("2026-09-23T10:00:00Z")} }},
		"case and punctuation":         {edit: func(c *calls.Call) { c.Title = "call: TOWN-twinning 2026" }},
		"typing error":                 {edit: func(c *calls.Call) { c.Title = "Call Town Twining 2026" }},
		"another year":                 {edit: func(c *calls.Call) { c.Title = "Call Town Twinning 2027" }, want: []string{"title Call Town Twinning 2026 > Call Town Twinning 2027"}},
		"another title":                {edit: func(c *calls.Call) { c.Title = "Networks of Towns" }, want: []string{"title Call Town Twinning 2026 > Networks of Towns"}},
		"deadline moved":               {edit: func(c *calls.Call) { c.Deadlines = []calls.Deadline{deadline("2026-09-30T15:00:00Z")} }, want: []string{"deadline 2026-09-23 > 2026-09-30"}},
		"deadline dropped":             {edit: func(c *calls.Call) { c.Deadlines = nil }, want: []string{"deadline 2026-09-23 > "}},
		"budget raised":                {edit: func(c *calls.Call) { c.Budget = calls.Known(7_000_000) }, want: []string{"budget 6000000 > 7000000"}},
		"budget no longer stated":      {edit: func(c *calls.Call) { c.Budget = calls.Number{} }},
		"opened by date":               {recorded: calls.Forthcoming, edit: func(*calls.Call) {}, want: []string{"opened forthcoming > open"}},
		"closed by date":               {now: "2026-09-23T15:00:00Z", edit: func(*calls.Call) {}, want: []string{"closed open > closed"}},
		"source flips back to planned": {edit: func(c *calls.Call) { c.Opens = at("2026-06-30T22:00:00Z") }},
		"back after it was withdrawn":  {recorded: calls.Withdrawn, edit: func(*calls.Call) {}, want: []string{"reopened withdrawn > open"}},
		"passed cut-off leaves the list": {
			now: "2026-10-01T00:00:00Z", edit: func(c *calls.Call) { c.Deadlines = []calls.Deadline{deadline("2027-03-01T15:00:00Z")} },
			want: []string{"deadline 2026-09-23 > 2027-03-01"}, // the new one is news, the passed one is not
		},
		"today's cut-off leaves the list": {
			now: "2026-09-23T16:00:00Z", edit: func(c *calls.Call) { c.Deadlines = []calls.Deadline{deadline("2027-03-01T15:00:00Z")} },
			old: func(c *calls.Call) {
				c.Deadlines = []calls.Deadline{deadline("2026-09-23T15:00:00Z"), deadline("2027-03-01T15:00:00Z")}
			},
		},
		"extended after it had passed": {
			now: "2026-09-25T08:00:00Z", recorded: calls.Closed,
			edit: func(c *calls.Call) { c.Deadlines = []calls.Deadline{deadline("2026-09-30T15:00:00Z")} },
			want: []string{"reopened closed > open", "deadline 2026-09-23 > 2026-09-30"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			old, new := stored(), stored()
			if test.recorded != "" {
				old.Recorded = test.recorded
			}
			if test.old != nil {
				test.old(&old)
			}
			test.edit(&new)
			now := "2026-06-01T08:00:00Z"
			if test.now != "" {
				now = test.now
			}
			if diff := cmp.Diff(test.want, lines(calls.Diff(&old, &new, at(now)))); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDiffOfNewCall(t *testing.T) {
	t.Parallel()
	c := stored()
	got := calls.Diff(nil, &c, at("2026-06-01T08:00:00Z"))
	if diff := cmp.Diff([]string{"new  > open"}, lines(got)); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
}

// There and back again is silence for a reader, whatever the log of changes holds.
func TestNetChanges(t *testing.T) {
	t.Parallel()
	told, now := stored(), at("2026-06-01T08:00:00Z")
	facts := told.Facts(now)
	back := stored()
	if got := facts.NetChanges(&back, now); len(got) > 0 {
		t.Errorf("A-B-A: got %v, want silence", lines(got))
	}
	moved := stored()
	moved.Deadlines = []calls.Deadline{deadline("2026-09-30T15:00:00Z")}
	if diff := cmp.Diff([]string{"deadline 2026-09-23 > 2026-09-30"}, lines(facts.NetChanges(&moved, now))); diff != "" {
		t.Errorf("moved (-want +got):\n%s", diff)
	}
	if got := facts.NetChanges(&moved, at("2026-10-10T00:00:00Z")); len(got) > 0 {
		t.Errorf("over: got %v, want silence", lines(got))
	}
	gone := stored()
	gone.Withdrawn = now
	if diff := cmp.Diff([]string{"withdrawn open > withdrawn"}, lines(facts.NetChanges(&gone, now))); diff != "" {
		t.Errorf("withdrawn (-want +got):\n%s", diff)
	}
}

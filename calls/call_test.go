package calls_test

import (
	"testing"
	"time"

	"fundwatch/calls"
)

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

func deadline(s string) calls.Deadline { return calls.Deadline{At: at(s), Hour: calls.HourStated} }

func TestStatus(t *testing.T) {
	t.Parallel()
	now := at("2026-05-06T10:00:00Z")
	earlier, later := deadline("2026-04-16T15:00:00Z"), deadline("2026-09-23T15:00:00Z")
	tests := map[string]struct {
		call calls.Call
		want calls.Status
	}{
		"opened and not over":              {calls.Call{Opens: at("2026-05-05T22:00:00Z"), Deadlines: []calls.Deadline{later}}, calls.Open},
		"stated open but over":             {calls.Call{StatedStatus: calls.Open, Deadlines: []calls.Deadline{earlier}}, calls.Closed},
		"stated forthcoming but over":      {calls.Call{StatedStatus: calls.Forthcoming, Deadlines: []calls.Deadline{earlier}}, calls.Closed},
		"stated forthcoming, day has come": {calls.Call{StatedStatus: calls.Forthcoming, Opens: at("2026-05-05T22:00:00Z"), Deadlines: []calls.Deadline{later}}, calls.Open},
		"stated open, day has not come":    {calls.Call{StatedStatus: calls.Open, Opens: at("2026-05-06T22:00:00Z"), Deadlines: []calls.Deadline{later}}, calls.Forthcoming},
		"stated closed is believed":        {calls.Call{StatedStatus: calls.Closed, Deadlines: []calls.Deadline{later}}, calls.Closed},
		"one of two cut-offs over":         {calls.Call{Deadlines: []calls.Deadline{earlier, later}}, calls.Open},
		"no dates, stated forthcoming":     {calls.Call{StatedStatus: calls.Forthcoming}, calls.Forthcoming},
		"no dates, nothing stated":         {calls.Call{}, calls.Open},
		"withdrawn":                        {calls.Call{Withdrawn: at("2026-05-01T00:00:00Z"), Deadlines: []calls.Deadline{later}}, calls.Withdrawn},
	}
	for name, test := range tests {
		if got := test.call.Status(now); got != test.want {
			t.Errorf("%s: got %s, want %s", name, got, test.want)
		}
	}
}

func TestDeadlineAtItsOwnInstantHasPassed(t *testing.T) {
	t.Parallel()
	d := deadline("2026-09-23T15:00:00Z")
	for moment, want := range map[string]bool{
		"2026-09-23T14:59:59Z": false, "2026-09-23T15:00:00Z": true, "2026-09-23T15:01:00Z": true,
	} {
		if got := d.Passed(at(moment)); got != want {
			t.Errorf("at %s: got %t, want %t", moment, got, want)
		}
	}
}

func TestDaysLeftCountsMidnightsInBrussels(t *testing.T) {
	t.Parallel()
	tests := []struct {
		deadline, now string
		want          int
	}{
		{"2026-09-23T15:00:00Z", "2026-09-23T05:00:00Z", 0},
		{"2026-09-23T15:00:00Z", "2026-09-22T21:59:00Z", 1},  // 23:59 in Brussels
		{"2026-09-23T15:00:00Z", "2026-09-22T22:01:00Z", 0},  // 00:01 in Brussels
		{"2026-11-01T16:00:00Z", "2026-10-24T16:00:00Z", 8},  // the 25-hour day in between
		{"2027-04-01T15:00:00Z", "2027-03-27T16:00:00Z", 5},  // the 23-hour day in between
		{"2026-09-23T15:00:00Z", "2026-09-25T05:00:00Z", -2}, // over
	}
	for _, test := range tests {
		if got := deadline(test.deadline).DaysLeft(at(test.now)); got != test.want {
			t.Errorf("deadline %s at %s: got %d, want %d", test.deadline, test.now, got, test.want)
		}
	}
}

func TestClosedToNewcomers(t *testing.T) {
	t.Parallel()
	now := at("2026-05-06T10:00:00Z")
	two := []calls.Deadline{deadline("2026-04-16T15:00:00Z"), deadline("2026-09-23T15:00:00Z")}
	tests := map[string]struct {
		call calls.Call
		want bool
	}{
		"first stage over":   {calls.Call{Model: calls.TwoStage, Deadlines: two}, true},
		"first cut-off over": {calls.Call{Model: calls.MultipleCutOff, Deadlines: two}, false},
		"identified":         {calls.Call{Identifier: "CERV-2026-NEB-IBA"}, true},
		"framework grant":    {calls.Call{Identifier: "LIFE-2026-NGO-SGA-2"}, true},
		"an operator only":   {calls.Call{Identifier: "LIFE-2025-CET-EUCF"}, true},
		"its neighbour":      {calls.Call{Identifier: "LIFE-2025-CET-ENERPOV"}, false},
		"letters inside":     {calls.Call{Identifier: "HORIZON-IBAN-2026"}, false},
	}
	for name, test := range tests {
		if why, got := test.call.ClosedToNewcomers(now); got != test.want || (why != "") != got {
			t.Errorf("%s: got %t %q, want %t", name, got, why, test.want)
		}
	}
}

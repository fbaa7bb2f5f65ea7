package calls_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fundwatch/calls"
)

// A reader remembers what digests told, as the database would.
type reader struct {
	call    calls.Call
	told    *calls.Told
	notices []calls.Notice
}

// digest makes the digest of a moment and, as if it had been delivered, remembers it. It returns the
// sections and notices in short.
func (r *reader) digest(moment string) []string {
	now := at(moment)
	c := calls.Candidate{Call: r.call, Told: r.told, Notices: r.notices, Match: calls.Match{
		Score: 1, Reasons: []calls.Reason{{Rule: calls.RuleIdentifier}},
	}}
	d, _ := calls.NewDigest(calls.DigestRequest{
		Period: calls.PeriodKey(calls.Weekly, now, calls.Brussels()), Candidates: []calls.Candidate{c}, Now: now,
	})
	var told []string
	for section, items := range map[string][]calls.Item{"New": d.New, "Changed": d.Changed, "Closing": d.Closing, "Opening": d.Opening} {
		for _, item := range items {
			for _, n := range item.Notices {
				told = append(told, strings.TrimSpace(section+" "+string(n.Kind)+" "+n.Fact))
				r.notices = append(r.notices, n)
				r.told = &n.Told
			}
		}
	}
	return told
}

// The life of one call as one reader hears of it, week by week.
func TestDigestTellsEachThingOnce(t *testing.T) {
	t.Parallel()
	r := reader{call: stored()}
	r.call.Opens = at("2026-05-31T22:00:00Z")
	moved := func() { r.call.Deadlines = []calls.Deadline{deadline("2026-09-30T15:00:00Z")} }
	weeks := []struct {
		now    string
		before func()
		want   []string
	}{
		{"2026-05-26T05:30:00Z", nil, []string{"New new", "New opening 2026-06-01@card"}},
		{"2026-06-02T05:30:00Z", nil, []string{"Changed opened forthcoming>open@2026-W23"}},
		{"2026-06-09T05:30:00Z", nil, nil},
		{"2026-07-21T05:30:00Z", nil, nil},                                       // 64 days left
		{"2026-07-28T05:30:00Z", nil, []string{"Closing closing-56 2026-09-23"}}, // 57: in a week it would be 50
		{"2026-08-04T05:30:00Z", nil, nil},
		{"2026-08-25T05:30:00Z", nil, []string{"Closing closing-28 2026-09-23"}}, // 29
		{"2026-09-01T05:30:00Z", nil, nil},
		{"2026-09-08T05:30:00Z", moved, []string{"Changed deadline 2026-09-23>2026-09-30@2026-W37", "Changed closing-28 2026-09-30"}},
		{"2026-09-15T05:30:00Z", nil, nil},
		{"2026-09-22T05:30:00Z", nil, []string{"Closing closing-7 2026-09-30"}}, // 8
		{"2026-09-29T05:30:00Z", nil, []string{"Closing closing-2 2026-09-30"}},
		{"2026-10-06T05:30:00Z", nil, nil},
	}
	for _, week := range weeks {
		if week.before != nil {
			week.before()
		}
		if diff := cmp.Diff(week.want, r.digest(week.now)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", week.now, diff)
		}
		if again := r.digest(week.now); len(again) > 0 {
			t.Errorf("%s again: got %v, want silence", week.now, again)
		}
	}
}

func TestDigestReminders(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		firstHeard string
		want       []string
	}{
		"late, five days before":   {"2026-09-18T05:30:00Z", []string{"New new", "New closing-7 2026-09-23", "New closing-28 2026-09-23"}},
		"on its last day":          {"2026-09-23T05:30:00Z", []string{"New new", "New closing-2 2026-09-23", "New closing-28 2026-09-23"}},
		"after the closing hour":   {"2026-09-23T15:00:01Z", nil},
		"long before":              {"2026-05-07T05:30:00Z", []string{"New new"}},
		"62 days before, alarm":    {"2026-07-23T05:30:00Z", []string{"New new", "New closing-56 2026-09-23"}},
		"63 days before, as good":  {"2026-07-22T05:30:00Z", []string{"New new", "New closing-56 2026-09-23"}},
		"70 days before, no alarm": {"2026-07-15T05:30:00Z", []string{"New new"}},
		"a week before the month":  {"2026-08-14T05:30:00Z", []string{"New new", "New closing-56 2026-09-23", "New closing-28 2026-09-23"}},
	}
	for name, test := range tests {
		r := reader{call: stored()}
		if diff := cmp.Diff(test.want, r.digest(test.firstHeard)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// Whatever the weekday of a deadline and of the letter, a reader is reminded in the second week before
// and in the last one before it.
func TestWeeklyRemindersComeInTime(t *testing.T) {
	t.Parallel()
	for weekday := range 7 {
		r := reader{call: stored()}
		first := at("2026-07-06T05:30:00Z").AddDate(0, 0, weekday)
		for week := range 12 {
			r.digest(first.AddDate(0, 0, 7*week).Format(time.RFC3339))
		}
		var kinds []string
		for _, n := range r.notices {
			kinds = append(kinds, string(n.Kind))
		}
		got := strings.Join(kinds, " ")
		if !strings.HasPrefix(got, "new closing-56 closing-28 closing-7") {
			t.Errorf("letters from %s on: %s", first.Weekday(), got)
		}
	}
}

func TestDigestLeavesOut(t *testing.T) {
	t.Parallel()
	now := at("2026-06-01T08:00:00Z")
	second := stored()
	second.Model = calls.TwoStage
	second.Deadlines = []calls.Deadline{deadline("2026-04-16T15:00:00Z"), deadline("2026-09-23T15:00:00Z")}
	named := stored()
	named.Identifier = "CERV-2026-SOMETHING-IBA"
	gone := stored()
	gone.Withdrawn = now
	match := calls.Match{Score: 1, Reasons: []calls.Reason{{Rule: calls.RuleEverything}}}
	for name, c := range map[string]calls.Candidate{
		"second stage":      {Call: second, Match: match},
		"named beneficiary": {Call: named, Match: match},
		"withdrawn":         {Call: gone, Match: match},
		"no match":          {Call: stored()},
	} {
		d, any := calls.NewDigest(calls.DigestRequest{Candidates: []calls.Candidate{c}, Now: now})
		if any {
			t.Errorf("%s: got %+v, want no mail", name, d)
		}
	}
}

func TestDigestOrder(t *testing.T) {
	t.Parallel()
	now := at("2026-06-01T08:00:00Z")
	candidate := func(id string, score float64, end string) calls.Candidate {
		c := stored()
		c.Key.Reference, c.Identifier = id, id
		if end == "" {
			c.Deadlines = nil
		} else {
			c.Deadlines = []calls.Deadline{deadline(end)}
		}
		return calls.Candidate{Call: c, Match: calls.Match{Score: score, Reasons: []calls.Reason{{Rule: calls.RuleText}}}}
	}
	d, _ := calls.NewDigest(calls.DigestRequest{Now: now, Candidates: []calls.Candidate{
		candidate("D", 0.5, ""), candidate("C", 0.5, "2026-09-23T15:00:00Z"), candidate("B", 0.5, "2026-09-23T15:00:00Z"),
		candidate("A", 0.5, "2026-07-01T15:00:00Z"), candidate("best", 0.9, "2027-01-01T15:00:00Z"),
	}})
	var got []string
	for _, item := range d.New {
		got = append(got, item.Call.Identifier)
	}
	if diff := cmp.Diff([]string{"best", "A", "B", "C", "D"}, got); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
}

func TestPeriodKey(t *testing.T) {
	t.Parallel()
	tests := []struct {
		frequency       calls.Frequency
		now, want, last string
	}{
		{calls.Weekly, "2026-11-23T08:00:00Z", "2026-W48", "2026-W47"},
		{calls.Weekly, "2027-01-01T08:00:00Z", "2026-W53", "2026-W52"},
		{calls.Weekly, "2027-01-04T08:00:00Z", "2027-W01", "2026-W53"},
		{calls.Weekly, "2026-11-22T23:30:00Z", "2026-W48", "2026-W47"}, // Monday in Brussels already
		{calls.Monthly, "2026-11-30T23:30:00Z", "2026-12", "2026-11"},
		{calls.Monthly, "2026-03-31T08:00:00Z", "2026-03", "2026-02"},
		{calls.Monthly, "2027-01-01T08:00:00Z", "2027-01", "2026-12"},
	}
	for _, test := range tests {
		got := calls.PeriodKey(test.frequency, at(test.now), calls.Brussels())
		if got != test.want {
			t.Errorf("%s at %s: got %s, want %s", test.frequency, test.now, got, test.want)
		}
		if got := calls.LastPeriodKey(test.frequency, at(test.now), calls.Brussels()); got != test.last {
			t.Errorf("%s before %s: got %s, want %s", test.frequency, test.now, got, test.last)
		}
		if f := calls.FrequencyOf(got); f != test.frequency {
			t.Errorf("FrequencyOf(%s) = %q, want %q", got, f, test.frequency)
		}
	}
	for _, bad := range []string{"", "2026", "2026-W5", "2026-13", "W48", "2026-W99", "2026-W00", "+026-W+1", " 026-W 1"} {
		if f := calls.FrequencyOf(bad); f != "" {
			t.Errorf("FrequencyOf(%q) = %q, want none", bad, f)
		}
	}
}

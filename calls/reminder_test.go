package calls_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fundwatch/calls"
)

// remind makes the reminder of a moment and, as if it had been delivered, remembers it.
func (r *reader) remind(moment string, gap int) []string {
	now := at(moment)
	d, any := calls.NewReminder(calls.DigestRequest{
		Period: calls.ReminderPeriod(now, calls.Brussels()), Now: now, First: len(r.notices) == 0,
		Candidates: []calls.Candidate{{Call: r.call, Told: r.told, Notices: r.notices, Match: calls.Match{
			Score: 1, Reasons: []calls.Reason{{Rule: calls.RuleIdentifier}},
		}}},
	}, gap)
	var told []string
	for _, item := range d.Closing {
		for _, n := range item.Notices {
			told = append(told, strings.TrimSpace(string(n.Kind)+" "+n.Fact))
			r.notices, r.told = append(r.notices, n), &n.Told
		}
	}
	if any != (len(told) > 0) || len(d.New)+len(d.Changed) > 0 {
		told = append(told, "more than a reminder")
	}
	return told
}

// Letters on Tuesdays, reminders on all other weekdays; the deadline, Wednesday 23 September, moves twice.
func TestRemindersShareTheNoticesOfLetters(t *testing.T) {
	t.Parallel()
	r := reader{call: stored()}
	moves := func(to string) func() {
		return func() { r.call.Deadlines = []calls.Deadline{deadline(to)} }
	}
	days := []struct {
		now    string
		before func()
		gap    int // 0: a letter
		want   []string
	}{
		{"2026-05-25T05:00:00Z", nil, 1, nil}, // before the first letter
		{"2026-05-26T05:30:00Z", nil, 0, []string{"New new"}},
		{"2026-08-25T05:30:00Z", nil, 0, []string{"Closing closing-28 2026-09-23"}},
		{"2026-08-26T05:00:00Z", nil, 1, nil}, // the letter told it ahead
		{"2026-09-15T05:30:00Z", nil, 0, []string{"Closing closing-7 2026-09-23"}},
		{"2026-09-16T05:00:00Z", nil, 1, nil},
		{"2026-09-18T05:00:00Z", nil, 3, nil}, // Friday: on Monday two days will be left
		{"2026-09-21T05:00:00Z", nil, 1, []string{"closing-2 2026-09-23"}},
		{"2026-09-21T06:00:00Z", nil, 1, nil},
		{"2026-09-22T05:30:00Z", nil, 0, nil},
		{"2026-09-23T05:00:00Z", moves("2026-09-30T15:00:00Z"), 1, []string{"deadline 2026-09-23>2026-09-30@2026-09-23", "closing-7 2026-09-30"}},
		{"2026-09-25T05:00:00Z", moves("2026-09-29T15:00:00Z"), 3, []string{"deadline 2026-09-30>2026-09-29@2026-09-25", "closing-2 2026-09-29"}},
		{"2026-09-29T05:30:00Z", nil, 0, nil},
		{"2026-09-29T15:00:00Z", nil, 1, nil}, // over
	}
	for _, day := range days {
		if day.before != nil {
			day.before()
		}
		got := []string(nil)
		if day.gap == 0 {
			got = r.digest(day.now)
		} else {
			got = r.remind(day.now, day.gap)
		}
		if diff := cmp.Diff(day.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", day.now, diff)
		}
	}
}

func TestReminders(t *testing.T) {
	t.Parallel()
	heard := []calls.Notice{{Kind: calls.NoticeNew}}
	other := &reader{call: stored(), notices: heard}
	tests := map[string]struct {
		now  string
		told bool
		gap  int
		want []string
	}{
		"new, and over before the next letter": {"2026-09-17T05:00:00Z", false, 1, []string{"new", "closing-7 2026-09-23", "closing-28 2026-09-23"}},
		"new, and the letter comes in time":    {"2026-09-15T05:00:00Z", false, 1, nil},
		"after an outage, on the last day":     {"2026-09-23T05:00:00Z", true, 1, []string{"closing-2 2026-09-23"}},
		"a minute too late":                    {"2026-09-23T15:00:00Z", true, 1, nil},
		"on Friday for Saturday":               {"2026-09-18T05:00:00Z", true, 5, []string{"closing-2 2026-09-23"}},
	}
	for name, test := range tests {
		r := reader{call: other.call, notices: heard}
		if test.told {
			told := r.call.Facts(at("2026-09-01T05:00:00Z"))
			r.told = &told
		}
		if diff := cmp.Diff(test.want, r.remind(test.now, test.gap)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// On no day after a letter does a reminder repeat what the letter has brought forward.
func TestALetterIsNotRepeatedByTheNextReminder(t *testing.T) {
	t.Parallel()
	for left := range 70 {
		for _, first := range []bool{true, false} {
			r := reader{call: stored()}
			now := at("2026-09-23T05:00:00Z").AddDate(0, 0, -left)
			if !first {
				told := r.call.Facts(now)
				r.told, r.notices = &told, []calls.Notice{{Kind: calls.NoticeNew}}
			}
			r.digest(now.Format(time.RFC3339))
			for gap := range 3 {
				if got := r.remind(now.Add(time.Hour).Format(time.RFC3339), gap+1); left > 4 && got != nil {
					t.Errorf("%d days before, letter %t: told again %v", left, first, got)
				}
			}
		}
	}
}

func TestReminderPeriodIsADayOfTheZone(t *testing.T) {
	t.Parallel()
	if got := calls.ReminderPeriod(at("2026-09-22T22:30:00Z"), calls.Brussels()); got != "2026-09-23" || calls.FrequencyOf(got) != "" {
		t.Errorf("got %s, of frequency %q", got, calls.FrequencyOf(got))
	}
}

// A muted call is told no more; after it, only what comes: not what was due, or changed, meanwhile.
func TestMutedCalls(t *testing.T) {
	t.Parallel()
	call := stored()
	told := call.Facts(at("2026-08-01T05:00:00Z"))
	request := func(now string, c calls.Candidate) calls.DigestRequest {
		c.Call, c.Match = call, calls.Match{Score: 1, Reasons: []calls.Reason{{Rule: calls.RuleIdentifier}}}
		return calls.DigestRequest{Period: "p", Now: at(now), Candidates: []calls.Candidate{c}}
	}
	tests := map[string]struct {
		now       string
		candidate calls.Candidate
		letter    bool
		reminder  bool
	}{
		"told, close":                    {"2026-09-21T05:00:00Z", calls.Candidate{Told: &told}, true, true},
		"muted, close":                   {"2026-09-21T05:00:00Z", calls.Candidate{Told: &told, Muted: true}, false, false},
		"muted, changed":                 {"2026-08-02T05:00:00Z", calls.Candidate{Told: &calls.Told{Title: "Old"}, Muted: true}, false, false},
		"muted, new":                     {"2026-08-02T05:00:00Z", calls.Candidate{Muted: true}, false, false},
		"unmuted within the same lead":   {"2026-09-08T05:00:00Z", calls.Candidate{Told: &told, Unmuted: at("2026-09-01T05:00:00Z")}, false, false},
		"unmuted, the next lead is due":  {"2026-09-21T05:00:00Z", calls.Candidate{Told: &told, Unmuted: at("2026-09-01T05:00:00Z")}, true, true},
		"unmuted when nothing was close": {"2026-09-08T05:00:00Z", calls.Candidate{Told: &told, Unmuted: at("2026-06-01T05:00:00Z")}, true, true},
	}
	for name, test := range tests {
		if _, any := calls.NewDigest(request(test.now, test.candidate)); any != test.letter {
			t.Errorf("%s: letter %t, want %t", name, any, test.letter)
		}
		if _, any := calls.NewReminder(request(test.now, test.candidate), 1); any != test.reminder {
			t.Errorf("%s: reminder %t, want %t", name, any, test.reminder)
		}
	}
}

package calls_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fundwatch/calls"
)

// Who was told of the opening ahead need not be told that it happened; on another day, or to who was not told,
// it is news.
func TestOpeningIsToldOnce(t *testing.T) {
	t.Parallel()
	type week struct {
		now, opens string // "": as before
		want       []string
	}
	const oct1, oct8 = "2026-09-30T22:00:00Z", "2026-10-07T22:00:00Z"
	for name, weeks := range map[string][]week{
		"as told": {
			{"2026-08-25T05:30:00Z", oct1, []string{"New new"}},
			{"2026-09-15T05:30:00Z", "", nil}, // 16 days left
			{"2026-09-22T05:30:00Z", "", []string{"Opening opening 2026-10-01"}},
			{"2026-09-29T05:30:00Z", "", nil},
			{"2026-10-06T05:30:00Z", "", nil}, // it opened
			{"2026-10-13T05:30:00Z", "", nil},
		},
		"it moves after it was told": {
			{"2026-08-25T05:30:00Z", oct1, []string{"New new"}},
			{"2026-09-22T05:30:00Z", "", []string{"Opening opening 2026-10-01"}},
			{"2026-09-29T05:30:00Z", oct8, []string{"Opening opening 2026-10-08"}},
			{"2026-10-13T05:30:00Z", "", nil},
		},
		"it opens on another day": {
			{"2026-08-25T05:30:00Z", oct8, []string{"New new"}},
			{"2026-09-29T05:30:00Z", "", []string{"Opening opening 2026-10-08"}},
			{"2026-10-06T05:30:00Z", oct1, []string{"Changed opened forthcoming>open@2026-W41"}},
			{"2026-10-13T05:30:00Z", "", nil},
		},
		"told for the first time when it is near": {
			{"2026-09-22T05:30:00Z", oct1, []string{"New new", "New opening 2026-10-01@card"}},
			{"2026-09-29T05:30:00Z", "", nil},
			{"2026-10-06T05:30:00Z", "", []string{"Changed opened forthcoming>open@2026-W41"}},
		},
		"no day announced": {
			{"2026-09-22T05:30:00Z", "none", []string{"New new"}},
			{"2026-09-29T05:30:00Z", "", nil},
			{"2026-10-06T05:30:00Z", oct1, []string{"Changed opened forthcoming>open@2026-W41"}},
		},
	} {
		r := reader{call: stored()}
		r.call.Deadlines = []calls.Deadline{deadline("2027-03-23T16:00:00Z")}
		r.call.StatedStatus = calls.Forthcoming
		for _, w := range weeks {
			switch w.opens {
			case "":
			case "none":
				r.call.Opens = time.Time{}
			default:
				r.call.Opens = at(w.opens)
			}
			if diff := cmp.Diff(w.want, r.digest(w.now)); diff != "" {
				t.Errorf("%s, %s (-want +got):\n%s", name, w.now, diff)
			}
			if again := r.digest(w.now); len(again) > 0 {
				t.Errorf("%s, %s again: got %v, want silence", name, w.now, again)
			}
		}
	}
}

// A letter a month tells of what opens before the next one. What was due during a mute is not caught up.
func TestOpeningForWhom(t *testing.T) {
	t.Parallel()
	call := stored()
	call.Opens, call.Deadlines = at("2026-09-30T22:00:00Z"), []calls.Deadline{deadline("2027-03-23T16:00:00Z")}
	known := call.Facts(at("2026-06-01T05:30:00Z"))
	tests := map[string]struct {
		now       string
		frequency calls.Frequency
		unmuted   string
		muted     bool
		score     float64
		want      int
	}{
		"weekly, 30 days ahead":     {now: "2026-09-01T05:30:00Z", score: 1},
		"monthly, 30 days ahead":    {now: "2026-09-01T05:30:00Z", frequency: calls.Monthly, score: 1, want: 1},
		"monthly, 36 days ahead":    {now: "2026-08-26T05:30:00Z", frequency: calls.Monthly, score: 1},
		"weekly, 14 days ahead":     {now: "2026-09-17T05:30:00Z", score: 1, want: 1},
		"muted":                     {now: "2026-09-22T05:30:00Z", score: 1, muted: true},
		"unmuted when it was due":   {now: "2026-09-22T05:30:00Z", score: 1, unmuted: "2026-09-21T05:30:00Z"},
		"unmuted before it was due": {now: "2026-09-22T05:30:00Z", score: 1, unmuted: "2026-09-02T05:30:00Z", want: 1},
		"concerns the town no more": {now: "2026-09-22T05:30:00Z"},
	}
	for name, test := range tests {
		c := calls.Candidate{Call: call, Told: &known, Match: calls.Match{Score: test.score}, Muted: test.muted,
			Notices: []calls.Notice{{Call: call.Key, Kind: calls.NoticeNew}}}
		if test.unmuted != "" {
			c.Unmuted = at(test.unmuted)
		}
		d, any := calls.NewDigest(calls.DigestRequest{
			Subscriber: calls.Subscriber{Frequency: test.frequency}, Period: "p", Now: at(test.now), Candidates: []calls.Candidate{c},
		})
		if len(d.Opening) != test.want || any != (test.want > 0) || d.Items() != test.want {
			t.Errorf("%s: %d, want %d (%+v)", name, len(d.Opening), test.want, d)
		}
	}
}

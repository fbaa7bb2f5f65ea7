package calls_test

import (
	"testing"

	"fundwatch/calls"
)

func TestAllQuietIsSaidOnceAfterEightWeeks(t *testing.T) {
	t.Parallel()
	joined := at("2026-01-06T06:00:00Z")
	stale := []calls.StaleSource{{Source: "portal", Since: joined}}
	tests := map[string]struct {
		now   string
		last  calls.LastMail
		stale []calls.StaleSource
		want  bool
	}{
		"seven weeks after the last letter":    {"2026-04-28T05:30:00Z", calls.LastMail{At: at("2026-03-10T06:30:00Z")}, nil, false},
		"eight weeks, summer time has begun":   {"2026-05-05T05:30:00Z", calls.LastMail{At: at("2026-03-10T06:31:00Z")}, nil, true},
		"eight weeks after a reminder":         {"2026-05-05T05:30:00Z", calls.LastMail{At: at("2026-03-10T06:31:00Z"), Kind: calls.DigestReminder}, nil, true},
		"nine weeks, and it was said":          {"2026-05-12T05:30:00Z", calls.LastMail{At: at("2026-05-05T05:31:00Z"), Kind: calls.DigestQuiet}, nil, false},
		"a year, and it was said":              {"2027-05-12T05:30:00Z", calls.LastMail{At: at("2026-05-05T05:31:00Z"), Kind: calls.DigestQuiet}, nil, false},
		"never any letter, a new subscriber":   {"2026-02-24T06:30:00Z", calls.LastMail{}, nil, false},
		"never any letter, eight weeks":        {"2026-03-03T06:30:00Z", calls.LastMail{}, nil, true},
		"a source could not be read for weeks": {"2026-05-05T05:30:00Z", calls.LastMail{At: at("2026-03-10T06:31:00Z")}, stale, false},
	}
	for name, test := range tests {
		d, any := calls.NewQuiet(calls.DigestRequest{
			Subscriber: calls.Subscriber{ID: 1, Created: joined}, Period: "p", Stale: test.stale, Now: at(test.now),
		}, test.last)
		if any != test.want || d.Kind != calls.DigestQuiet || d.Period != "p" {
			t.Errorf("%s: %t, want %t (%+v)", name, any, test.want, d)
		}
	}
}

package calls_test

import (
	"testing"

	"fundwatch/calls"
)

// A call for other countries is not told, unless a twin is of one of them; then the letter says which.
func TestDigestLeavesOutWhatIsCertainlyNothingForTheTown(t *testing.T) {
	t.Parallel()
	b := loadRulebook(t)
	call := stored()
	for _, tt := range []struct {
		name, identifier, country, twins string
		told                             bool
	}{
		{"the town may apply", "CERV-2026-CITIZENS-TOWN-TT", "DE", "", true},
		{"its country does not take part", "CERV-2026-CITIZENS-TOWN-TT", "GB", "", false},
		{"nor that of its twin", "CERV-2026-CITIZENS-TOWN-TT", "GB", "Bergen (NO), Skopje (MK), Somewhere", false},
		{"but that of a twin does", "CERV-2026-CITIZENS-TOWN-TT", "GB", "Bergen (NO), Bremen (DE)", true},
		{"nobody knows", "CERV-2026-CITIZENS-TOWN-TT", "MK", "", true},
		{"no rule is known", "CERV-2026-DATA", "GB", "", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := call
			c.Identifier = tt.identifier
			m := calls.Municipality{Name: "Town", Country: tt.country}
			d, told := calls.NewDigest(calls.DigestRequest{
				Municipality: m, Period: "2026-W36", Now: at("2026-09-01T05:30:00Z"), Rules: b, Partners: twinsOf(tt.twins),
				Candidates: []calls.Candidate{{Call: c, Match: calls.Match{Score: 1, Reasons: []calls.Reason{{Rule: calls.RuleIdentifier}}}}},
			})
			if told != tt.told {
				t.Fatalf("told: %v, want %v", told, tt.told)
			}
			if told && d.New[0].Assessment == nil {
				t.Error("the letter cannot say whether the town may apply")
			}
		})
	}
}

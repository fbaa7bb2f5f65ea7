package calls_test

import (
	"slices"
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
		{"no rule is known", "CERV-2026-EQUAL", "GB", "", true},
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

// Of calls that fit about equally well, those come first for which the town has what it takes.
func TestDigestPutsFirstWhatTheTownCanApplyFor(t *testing.T) {
	t.Parallel()
	candidate := func(identifier string, score float64) calls.Candidate {
		c := stored()
		c.Identifier, c.Key.Reference = identifier, identifier
		return calls.Candidate{Call: c, Match: calls.Match{Score: score}}
	}
	const networks, twinning, unknown = "CERV-2026-CITIZENS-TOWN-NT", "CERV-2026-CITIZENS-TOWN-TT", "CERV-2026-EQUAL"
	for _, tt := range []struct {
		name, country, twins string
		want                 []string
	}{
		{"far from a network", "DE", "Lille (FR)", []string{twinning, unknown, networks, "far"}},
		{"one partner short of one", "DE", "Lille (FR), Sopot (PL)", []string{twinning, unknown, networks, "far"}},
		{"a whole network", "DE", "Lille (FR), Sopot (PL), Graz (AT)", []string{networks, twinning, unknown, "far"}},
		{"only its twins may apply", "GB", "Lille (FR), Sopot (PL), Graz (AT), Rome (IT)", []string{unknown, networks, twinning, "far"}},
	} {
		d, _ := calls.NewDigest(calls.DigestRequest{
			Municipality: calls.Municipality{Name: "Town", Country: tt.country}, Period: "2026-W36", Now: at("2026-09-01T05:30:00Z"),
			Rules: loadRulebook(t), Partners: twinsOf(tt.twins),
			Candidates: []calls.Candidate{candidate(networks, 0.98), candidate(twinning, 0.95), candidate(unknown, 0.91), candidate("far", 0.89)},
		})
		var got []string
		for _, item := range d.New {
			got = append(got, item.Call.Identifier)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

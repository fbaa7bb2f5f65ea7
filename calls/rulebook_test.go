package calls_test

import (
	"strings"
	"testing"

	"fundwatch/calls"
)

func loadRulebook(t testing.TB) *calls.Rulebook {
	t.Helper()
	b, err := calls.LoadRulebook()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// termsOf returns the built-in terms with this id.
func termsOf(t testing.TB, b *calls.Rulebook, id string) *calls.Terms {
	t.Helper()
	for _, r := range b.All() {
		if r.ID == id {
			return r
		}
	}
	t.Fatalf("no terms %q", id)
	return nil
}

func TestTermsOfCalls(t *testing.T) {
	t.Parallel()
	b := loadRulebook(t)
	tests := []struct {
		call calls.Call
		want string // id; "" for none
	}{
		{calls.Call{Identifier: "CERV-2026-CITIZENS-TOWN-TT"}, "cerv-town-twinning"},
		{calls.Call{Identifier: "CERV-2021-TOWN-TT"}, "cerv-town-twinning"},
		{calls.Call{Identifier: "cerv-citizens-2022-town-tt"}, "cerv-town-twinning"},
		{calls.Call{Identifier: "CERV-2027-CITIZENS-TOWN-NT"}, "cerv-networks-of-towns"},
		{calls.Call{Identifier: "CERV-CITIZENS-2022-TOWN"}, ""}, // one call for two rules
		{calls.Call{Identifier: "CERV-2024-CITIZENS-REM"}, "cerv-remembrance-2024"},
		{calls.Call{Identifier: "CERV-2025-CITIZENS-REM-GENCRIME"}, "cerv-remembrance"},
		{calls.Call{Identifier: "CERV-2022-CITIZENS-CIV"}, "cerv-citizens-engagement-2022"},
		{calls.Call{Identifier: "CERV-2023-CITIZENS-CIV"}, "cerv-citizens-engagement-2023"},
		{calls.Call{Identifier: "CERV-2026-CITIZENS-CIV-ENGAGEMENT-ELECTIONS"}, "cerv-citizens-engagement"},
		{calls.Call{Identifier: "CERV-2024-CITIZENS-VALUES"}, ""},
		{calls.Call{Identifier: "CERV-2026-CITIZENS-TOWN-TT", Kind: calls.KindCascade}, ""},
		{calls.Call{Identifier: "ERASMUS-SPORT-2027-SSCP"}, "erasmus-small-scale"},
		{calls.Call{Identifier: "ERASMUS-NA-2026-KA210-2"}, "erasmus-small-scale"},
		{calls.Call{Identifier: "ERASMUS-SPORT-2026-SCP"}, "erasmus-cooperation"},
		{calls.Call{Identifier: "ERASMUS-YOUTH-2026-YOUTH-TOG"}, ""},
		{calls.Call{Identifier: "CREA-CULT-2026-COOP-3"}, "creative-europe-large"},
		{calls.Call{Identifier: "CREA-CULT-2025-COOP-UA-1"}, ""},
		{calls.Call{Identifier: "LIFE-2026-SAP-CLIMA-CCA"}, "life-standard"},
		{calls.Call{Identifier: "LIFE-2026-CET-PDA"}, "life-clean-energy"},
		{calls.Call{Identifier: "LIFE-2026-TA-PP-CLIMA-SIP"}, ""},
		{calls.Call{Identifier: "URBACT-2026-ACTION-NETWORKS"}, "urbact-action"},
		{calls.Call{Programme: "URBACT", Title: "Call for Action Planning Networks"}, "urbact-action-planning"},
		{calls.Call{Programme: "LIFE", Title: "Call for Action Networks"}, ""},
		{calls.Call{Key: calls.Key{Source: "eui-city-to-city", Reference: "eui-city-to-city-rolling"}, Programme: "EUI"}, "eui-city-to-city"},
		{calls.Call{Key: calls.Key{Source: "eui", Reference: "9"}, Programme: "EUI", Title: "City-to-City Exchanges"}, "eui-city-to-city"},
		{calls.Call{Key: calls.Key{Source: "visegrad", Reference: "visegrad-2027-02-01"}}, "visegrad-grants"},
		{calls.Call{Key: calls.Key{Source: "fonds-citoyen", Reference: "fonds-citoyen-rolling"}}, "franco-german-citizens-fund"},
		{calls.Call{Key: calls.Key{Source: "europe-prize", Reference: "europe-prize-prize-expected"}}, "europe-prize"},
		{calls.Call{Key: calls.Key{Source: "erasmus-agencies", Reference: "erasmus-agencies-small-scale-expected"}}, "erasmus-small-scale"},
		{calls.Call{Key: calls.Key{Source: "erasmus-agencies", Reference: "erasmus-agencies-cooperation-expected"}}, "erasmus-cooperation"},
		{calls.Call{Key: calls.Key{Source: "erasmus-agencies", Reference: "erasmus-agencies-youth-1-2026"}}, ""},
	}
	for _, tt := range tests {
		got := ""
		if r := b.Of(&tt.call); r != nil {
			got = r.ID
		}
		if got != tt.want {
			t.Errorf("terms of %s %s %q = %q, want %q", tt.call.Identifier, tt.call.Key, tt.call.Title, got, tt.want)
		}
	}
}

// What sources dispute is not stated, and what each said is kept.
func TestDisputedFactsAreNotStated(t *testing.T) {
	t.Parallel()
	b := loadRulebook(t)
	for _, tt := range []struct {
		terms  string
		key    calls.FactKey
		text   string
		claims int
	}{
		{"cerv-town-twinning", calls.FactApplicants, "", 3},
		{"cerv-town-twinning", calls.FactCountries, "2", 1},
		{"cerv-networks-of-towns", calls.FactRate, "", 2},
		{"cerv-citizens-engagement", calls.FactCountries, "", 2},
		{"cerv-citizens-engagement-2022", calls.FactCountries, "3", 1},
		{"cerv-networks-of-towns", calls.FactParticipants, "", 0},
	} {
		f := termsOf(t, b, tt.terms).Fact(tt.key)
		if f.Text != tt.text || len(f.Claims) != tt.claims || f.Disputed() != (tt.text == "" && tt.claims > 0) {
			t.Errorf("%s %s = %q with %d claims, want %q with %d", tt.terms, tt.key, f.Text, len(f.Claims), tt.text, tt.claims)
		}
		for _, c := range f.Claims {
			if c.Source == "" || c.Checked == "" || strings.HasPrefix(c.Text, "?") {
				t.Errorf("%s %s: claim %+v", tt.terms, tt.key, c)
			}
		}
	}
}

func TestTownVerdict(t *testing.T) {
	t.Parallel()
	b := loadRulebook(t)
	for _, tt := range []struct {
		terms, country string
		want           calls.Eligibility
		ground         calls.Ground
	}{
		{"cerv-town-twinning", "DE", calls.Eligible, calls.GroundNone},
		{"cerv-town-twinning", "RS", calls.Eligible, calls.GroundNone},
		{"cerv-town-twinning", "GB", calls.NotEligible, calls.GroundCountry},
		{"cerv-town-twinning", "US", calls.NotEligible, calls.GroundCountry},
		{"cerv-town-twinning", "MK", calls.EligibilityUnstated, calls.GroundCountry},
		{"cerv-town-twinning", "XK", calls.EligibilityUnstated, calls.GroundCountry},
		{"cerv-town-twinning", "MD", calls.EligibilityUnstated, calls.GroundCountry},
		{"cerv-town-twinning", "", calls.EligibilityUnstated, calls.GroundCountry},
		{"erasmus-small-scale", "NO", calls.Eligible, calls.GroundNone},
		{"erasmus-small-scale", "GB", calls.NotEligible, calls.GroundCountry},
		{"creative-europe-small", "DE", calls.EligibilityUnstated, calls.GroundDepends},
		{"creative-europe-small", "GB", calls.EligibilityUnstated, calls.GroundCountry},
		{"eui-city-to-city", "NO", calls.NotEligible, calls.GroundCountry},
		{"visegrad-grants", "PL", calls.Eligible, calls.GroundNone},
		{"visegrad-grants", "DE", calls.EligibilityUnstated, calls.GroundCountry},
		{"cerv-citizens-engagement", "DE", calls.EligibilityUnstated, calls.GroundTerms},
		{"franco-german-citizens-fund", "PL", calls.EligibilityUnstated, calls.GroundCountry},
		{"europe-prize", "GB", calls.Eligible, calls.GroundNone},
	} {
		if got := termsOf(t, b, tt.terms).Town(tt.country); got.Eligibility != tt.want || got.Ground != tt.ground {
			t.Errorf("%s, town in %q: %s for %q, want %s for %q", tt.terms, tt.country, got.Eligibility, got.Ground, tt.want, tt.ground)
		}
	}
	var none *calls.Terms
	if got := none.Town("DE"); got.Eligibility != calls.EligibilityUnstated || got.Ground != calls.GroundTerms {
		t.Errorf("without terms: %+v", got)
	}
}

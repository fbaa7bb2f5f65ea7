package calls

// A Ground is what a verdict about one town rests on.
type Ground string

// The grounds.
const (
	GroundNone    Ground = ""        // nothing stands against it
	GroundTerms   Ground = "terms"   // no rule is known for the call, or it does not say whether towns may apply
	GroundTown    Ground = "town"    // towns may not apply
	GroundCountry Ground = "country" // the country does not take part, or is not stated to
	GroundDepends Ground = "depends" // something decides that fundwatch does not know
)

// A TownVerdict says whether one town may apply for a call, and why not or why nobody knows.
type TownVerdict struct {
	Eligibility Eligibility
	Ground      Ground
	Claim       Claim // by whose word; Text says what is known, if anything is. Zero if there is no source
}

// OpenTo reports whether bodies of a country can take part, by applying or as partners: whether no source
// says that they cannot. A nil rule says nothing.
func (r *Terms) OpenTo(country string) bool {
	if r == nil {
		return true
	}
	counts, _ := r.Area.Country(country)
	applies, _ := r.Apply.Country(country)
	return counts != NotEligible || applies != NotEligible
}

// Town decides whether a municipality of this country may apply. A nil rule decides nothing. That the town
// has a signed agreement with anyone is not asked for.
func (r *Terms) Town(country string) TownVerdict {
	if r == nil {
		return TownVerdict{EligibilityUnstated, GroundTerms, Claim{}}
	}
	town := r.Fact(FactTown)
	if town.Text == "no" {
		return TownVerdict{NotEligible, GroundTown, town.Claims[0]}
	}
	if answer, claim := r.Apply.Country(country); answer != Eligible {
		return TownVerdict{answer, GroundCountry, claim}
	}
	if depends := r.Fact(FactDepends); depends.Stated() {
		return TownVerdict{EligibilityUnstated, GroundDepends, depends.Claims[0]}
	}
	if !town.Stated() {
		return TownVerdict{EligibilityUnstated, GroundTerms, Claim{}}
	}
	return TownVerdict{Eligible, GroundNone, town.Claims[0]}
}

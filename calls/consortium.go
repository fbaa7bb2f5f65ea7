package calls

import (
	"cmp"
	"slices"
	"strings"
)

// A Verdict says whether a town and its partners are enough for a call.
type Verdict string

// The verdicts, worst first.
const (
	NotMet          Verdict = "not met"
	OneShort        Verdict = "one short"  // one more partner would do: see [Missing]
	VerdictUnstated Verdict = "not stated" // no rule says how many, or it hangs on a country of which nobody knows
	Met             Verdict = "met"
)

// A Standing says whether a town counts in a consortium, and by whose word.
type Standing struct {
	Town        Twin
	Eligibility Eligibility
	NewCountry  bool  // it counts, and no town before it is of its country
	Claim       Claim // about its country; zero if no source says anything
}

// Counts reports whether the town counts for certain.
func (s Standing) Counts() bool { return s.Eligibility == Eligible }

// Doubtful reports whether sources leave a doubt about the country of the town. If none speaks of it at all,
// there is nothing to hope for.
func (s Standing) Doubtful() bool {
	return s.Eligibility == EligibilityUnstated && s.Claim.Source != ""
}

// Missing says what a consortium lacks to the least that the rule asks for. All zero: nothing.
type Missing struct {
	Applicants int
	Countries  int
	Members    int // member states of the European Union
}

// Partners returns how many more towns would do, if each is of a new country of the kind that is missing.
func (m Missing) Partners() int { return max(m.Applicants, m.Countries, m.Members) }

// A Consortium is a town and its partners, held against a rule.
type Consortium struct {
	Terms    *Terms // nil if none is known: then nothing else is said
	Town     Standing
	Partners []Standing // those that count first; then by country and name
	Verdict  Verdict

	Applicants int      // towns that count, the town itself among them
	Countries  []string // that count, in alphabetical order
	Members    []string // member states among them
	Missing    Missing  // counting only what is certain
}

// Short reports whether more partners would help: some are missing, and the town is not kept from applying
// anyway.
func (c *Consortium) Short() bool {
	if c.Terms == nil || c.Missing.Partners() == 0 {
		return false
	}
	may, _ := c.Terms.Apply.Country(c.Town.Town.Country)
	return may != NotEligible
}

// Partners returns a town's twins, read both ways: those that it lists, and the towns that list it. A
// town that is listed twice, whatever its case and accents, is there once; the town itself is not.
func Partners(m *Municipality, listing []Twin) []Twin {
	seen := map[townKey]bool{keyOf(Twin{m.Name, m.Country}): true}
	var partners []Twin
	for _, t := range slices.Concat(m.Twins, listing) {
		if key := keyOf(t); !seen[key] {
			seen[key] = true
			partners = append(partners, t)
		}
	}
	return partners
}

// A townKey is how towns are compared: folded name and country.
type townKey struct{ name, country string }

func keyOf(t Twin) townKey { return townKey{Fold(strings.TrimSpace(t.Name)), t.Country} }

// Consortium holds a town and its partners against the rule of a call; a nil rule gives a verdict of not
// stated. The order of the partners does not matter, and one that is named twice counts once.
func (b *Rulebook) Consortium(r *Terms, m *Municipality, partners []Twin) Consortium {
	c := Consortium{Terms: r, Verdict: VerdictUnstated, Town: Standing{Town: Twin{m.Name, m.Country}, Eligibility: EligibilityUnstated}}
	if r == nil {
		return c
	}
	c.Town = r.standing(c.Town.Town)
	for _, p := range Partners(&Municipality{Name: m.Name, Country: m.Country, Twins: partners}, nil) {
		c.Partners = append(c.Partners, r.standing(p))
	}
	slices.SortFunc(c.Partners, compareStandings)
	certain := b.tally(&c, false)
	c.Applicants, c.Countries, c.Members = certain.applicants, certain.countries, certain.members
	c.Missing = r.missing(certain)
	c.Verdict = r.verdict(c.Missing, r.missing(b.tally(&c, true)))
	// Whatever its partners could do without it:
	switch may, _ := r.Apply.Country(m.Country); {
	case may == NotEligible && r.countsPartners():
		c.Verdict = NotMet
	case may == EligibilityUnstated && (c.Verdict == Met || c.Verdict == OneShort):
		c.Verdict = VerdictUnstated
	}
	return c
}

// countsPartners reports whether the terms state any least number of partners.
func (r *Terms) countsPartners() bool {
	return r.Fact(FactApplicants).Stated() || r.Fact(FactCountries).Stated() || r.Fact(FactMembers).Stated()
}

// standing holds one town against the countries of the rule. A town whose country is unknown counts for
// nothing.
func (r *Terms) standing(t Twin) Standing {
	answer, claim := r.Area.Country(t.Country)
	return Standing{Town: t, Eligibility: answer, Claim: claim}
}

func compareStandings(a, b Standing) int {
	return cmp.Or(
		cmp.Compare(rankOf(a.Eligibility), rankOf(b.Eligibility)),
		strings.Compare(a.Town.Country, b.Town.Country),
		strings.Compare(Fold(a.Town.Name), Fold(b.Town.Name)),
		strings.Compare(a.Town.Name, b.Town.Name))
}

func rankOf(e Eligibility) int {
	return slices.Index([]Eligibility{Eligible, EligibilityUnstated, NotEligible}, e)
}

// A counted consortium is how much of what a rule asks for is there.
type counted struct {
	applicants         int
	countries, members []string
}

// tally counts the towns that count for certain or, hopefully, also those of a country about which sources
// leave a doubt; one that no source speaks of raises no hope. The certain count marks who brings a new country.
func (b *Rulebook) tally(c *Consortium, hopefully bool) counted {
	var n counted
	count := func(s *Standing) {
		if !s.Counts() && !(hopefully && s.Doubtful()) {
			return
		}
		n.applicants++
		if slices.Contains(n.countries, s.Town.Country) {
			return
		}
		s.NewCountry = s.NewCountry || !hopefully
		n.countries = append(n.countries, s.Town.Country)
		if b.countries.Member(s.Town.Country) {
			n.members = append(n.members, s.Town.Country)
		}
	}
	count(&c.Town)
	for i := range c.Partners {
		count(&c.Partners[i])
	}
	slices.Sort(n.countries)
	slices.Sort(n.members)
	return n
}

// missing returns what lacks to the least that the rule states. What it does not state is not asked for.
func (r *Terms) missing(n counted) Missing {
	lack := func(key FactKey, have int) int { return max(0, int(r.Fact(key).Number.N)-have) }
	return Missing{
		Applicants: lack(FactApplicants, n.applicants),
		Countries:  lack(FactCountries, len(n.countries)),
		Members:    lack(FactMembers, len(n.members)),
	}
}

// verdict decides from what is missing for certain, and what is missing if every country of which nobody
// knows counts.
func (r *Terms) verdict(certain, hopeful Missing) Verdict {
	switch {
	case !r.countsPartners():
		return VerdictUnstated
	case certain.Partners() == 0:
		return Met
	case hopeful.Partners() == 0:
		return VerdictUnstated
	case certain.Partners() == 1:
		return OneShort
	}
	return NotMet
}

package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"fundwatch/calls"
)

// partners returns the twins of a town, read both ways: a town that lists it is its twin too.
func (a *app) partners(ctx context.Context, m *calls.Municipality) ([]calls.Twin, error) {
	listing, err := a.db.Listing(ctx, calls.Twin{Name: m.Name, Country: m.Country})
	if err != nil {
		return nil, err
	}
	return calls.Partners(m, listing), nil
}

// verdictLine tells in one English line whether a town may apply and whether it has the partners.
func verdictLine(a *calls.Assessment) string {
	if a.Consortium.Terms == nil {
		return "not stated: no rule is known for this call"
	}
	return string(a.Town.Eligibility) + ": " + townLine(a) + "; " + partnersLine(&a.Consortium)
}

// townLine says in English whether the town itself may apply, and why.
func townLine(a *calls.Assessment) string {
	town, among := a.Consortium.Town.Town.String(), ""
	if a.Consortium.Terms != nil {
		among = a.Consortium.Terms.Apply.Name
	}
	switch {
	case a.Town.Ground == calls.GroundTown:
		return "municipalities may not apply themselves"
	case a.Town.Ground == calls.GroundDepends:
		return fmt.Sprintf("for %s it depends on %s, which fundwatch does not know", town, a.Town.Claim.Text)
	case a.Town.Ground == calls.GroundTerms && a.Consortium.Terms == nil:
		return "no rule is known for this call"
	case a.Town.Ground == calls.GroundTerms:
		return "no source says who may apply in this round"
	case a.Town.Eligibility == calls.NotEligible:
		return fmt.Sprintf("the country of %s is not among the %s", town, among)
	case a.Town.Eligibility == calls.EligibilityUnstated:
		return fmt.Sprintf("whether the country of %s is among the %s is not known", town, among)
	}
	return town + " may apply"
}

// partnersLine says in English whether the town and its partners are enough.
func partnersLine(c *calls.Consortium) string {
	measures := strings.Join(measuresOf(c), ", ")
	switch {
	case measures == "":
		return "how many partners are asked for is not stated"
	case c.Verdict == calls.Met && c.Terms.Fact(calls.FactApplicants).Text == "1":
		return "one applicant is enough, and partners may join"
	case c.Verdict == calls.Met:
		return fmt.Sprintf("the rule of %s is met with %s: %s", c.Terms.Name, nameTowns(bringing(c)), measures)
	case c.Missing.Partners() == 1:
		return fmt.Sprintf("%s asks for one partner more: %s", c.Terms.Name, measures)
	case c.Verdict == calls.VerdictUnstated && c.Missing.Partners() > 0 && len(doubtful(c)) > 0:
		return fmt.Sprintf("whether that is enough for %s hangs on %s, of which nobody knows whether it counts: %s",
			c.Terms.Name, nameTowns(doubtful(c)), measures)
	case c.Missing.Partners() > 0:
		return fmt.Sprintf("%s asks for %d partners more: %s", c.Terms.Name, c.Missing.Partners(), measures)
	case len(c.Counting()) > 0:
		return fmt.Sprintf("%s could take part without it", nameTowns(c.Counting()))
	}
	return "nothing is missing but the town itself"
}

// measuresOf says for each least number that the terms state how much of it is there: "3 countries (at
// least 4)". Nil if the terms state none.
func measuresOf(c *calls.Consortium) []string {
	var measures []string
	for _, m := range []struct {
		key       calls.FactKey
		have      int
		one, many string
	}{
		{calls.FactApplicants, c.Applicants, "applicant", "applicants"},
		{calls.FactCountries, len(c.Countries), "country", "countries"},
		{calls.FactMembers, len(c.Members), "EU member state", "EU member states"},
	} {
		if c.Terms == nil || !c.Terms.Fact(m.key).Stated() {
			continue
		}
		measures = append(measures, fmt.Sprintf("%s (at least %s)", countOf(m.have, m.one, m.many), c.Terms.Fact(m.key).Text))
	}
	return measures
}

func countOf(n int, one, many string) string { return fmt.Sprintf("%d %s", n, nounOf(n, one, many)) }

func nounOf(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// bringing returns the partners that bring a new country, or all that count if none does.
func bringing(c *calls.Consortium) []calls.Standing {
	var some []calls.Standing
	for _, p := range c.Counting() {
		if p.NewCountry {
			some = append(some, p)
		}
	}
	if some == nil {
		return c.Counting()
	}
	return some
}

// doubtful returns the towns about whose country sources leave a doubt, the town itself among them.
func doubtful(c *calls.Consortium) []calls.Standing {
	all := append([]calls.Standing{c.Town}, c.Unsure()...)
	return slices.DeleteFunc(all, func(s calls.Standing) bool { return !s.Doubtful() })
}

// mostNamed is how many towns a sentence bears.
const mostNamed = 4

// nameTowns writes "Montbéliard (FR), Nový Jičín (CZ) and 3 more".
func nameTowns(towns []calls.Standing) string {
	var names []string
	for _, s := range towns[:min(len(towns), mostNamed)] {
		names = append(names, s.Town.String())
	}
	if more := len(towns) - mostNamed; more > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

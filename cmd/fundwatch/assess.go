package main

import (
	"context"
	"fmt"
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

// assess holds a town and its twins against the terms of a call.
func (a *app) assess(ctx context.Context, c *calls.Call, m *calls.Municipality) (calls.Assessment, error) {
	rules, err := a.rules()
	if err != nil {
		return calls.Assessment{}, err
	}
	partners, err := a.partners(ctx, m)
	if err != nil {
		return calls.Assessment{}, err
	}
	return rules.Assess(c, m, partners), nil
}

// An eligibility is what the card of a call says of who may apply.
type eligibility struct {
	terms   *calls.Terms // nil if no rule is known
	country string       // of that town; "" if nobody asked for one
	verdict string       // on one town; "" if nobody asked for one
}

// eligibility reads the terms of a call and, if town names a municipality, what they mean for it.
func (a *app) eligibility(ctx context.Context, c *calls.Call, town string) (eligibility, error) {
	rules, err := a.rules()
	if err != nil {
		return eligibility{}, err
	}
	e := eligibility{terms: rules.Of(c)}
	if town == "" {
		return e, nil
	}
	m, err := a.db.Municipality(ctx, town)
	if err != nil {
		return e, err
	}
	e.country = m.Country
	assessment, err := a.assess(ctx, c, m)
	e.verdict = verdictLine(&assessment)
	return e, err
}

// facts returns labels and lines for a card: who may apply, with how many, and what else the rule states
// and the call itself does not.
func (e eligibility) facts() [][2]string {
	if e.terms == nil {
		return [][2]string{{"Who", "not stated"}}
	}
	lines := [][2]string{{"Who", orNotStated(fromRule(e.terms, calls.FactWho))}, {"Partners", e.partners()}}
	for _, key := range []calls.FactKey{calls.FactDuration, calls.FactParticipants, calls.FactRate} {
		if line := fromRule(e.terms, key); line != "" {
			lines = append(lines, [2]string{factLabels[key], line})
		}
	}
	return lines
}

// partners tells the least numbers that the terms state, in one line.
func (e eligibility) partners() string {
	var asked []string
	var claim calls.Claim
	for _, m := range measures {
		if f := e.terms.Fact(m.key); f.Stated() {
			asked = append(asked, countOf(int(f.Number.N), m.one, m.many))
			claim = f.Claims[0]
		}
	}
	if asked == nil {
		return "not stated"
	}
	return "at least " + strings.Join(asked, ", ") + ", " + claim.String()
}

// grant tells what one project can get, from the rule where the call itself does not say.
func (e eligibility) grant(c *calls.Call) string {
	if !c.GrantMin.Known && !c.GrantMax.Known && e.terms != nil {
		if line := fromRule(e.terms, calls.FactGrant); line != "" {
			return line
		}
	}
	return grantRange(c)
}

// fromRule tells a fact of the terms with its source; "" if it is not stated.
func fromRule(r *calls.Terms, key calls.FactKey) string {
	f := r.Fact(key)
	if !f.Stated() {
		return ""
	}
	return f.Text + ", " + f.Claims[0].String()
}

// verdictLine tells in one English line whether a town may apply and whether it has the partners.
func verdictLine(a *calls.Assessment) string {
	line := string(a.Town.Eligibility) + ": " + townLine(a)
	switch {
	case a.Town.Eligibility == calls.NotEligible:
		return line + withoutIt(&a.Consortium)
	case a.Consortium.Terms == nil:
		return line
	}
	return line + "; " + partnersLine(&a.Consortium)
}

// withoutIt says which partners of a town that may not apply could do so; "" if none could.
func withoutIt(c *calls.Consortium) string {
	if len(c.Counting()) == 0 {
		return ""
	}
	return "; " + nameTowns(c.Counting()) + " could take part without it"
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
	have := strings.Join(measuresOf(c), ", ")
	switch {
	case have == "":
		return "how many partners are asked for is not stated"
	case c.Verdict == calls.Met && c.Terms.Fact(calls.FactApplicants).Text == "1":
		return "one applicant is enough, and partners may join"
	case c.Verdict == calls.Met:
		return fmt.Sprintf("the rule of %s is met with %s: %s", c.Terms.Name, nameTowns(c.Bringing()), have)
	case c.Verdict == calls.VerdictUnstated && c.Missing.Partners() > 0 && len(c.Doubtful()) > 0:
		return fmt.Sprintf("whether that is enough for %s hangs on %s, where sources leave a doubt: %s",
			c.Terms.Name, nameTowns(c.Doubtful()), have)
	case c.Missing.Partners() == 1:
		return fmt.Sprintf("the rule of %s asks for one partner more: %s", c.Terms.Name, have)
	case c.Missing.Partners() > 0:
		return fmt.Sprintf("the rule of %s asks for %d partners more: %s", c.Terms.Name, c.Missing.Partners(), have)
	}
	return fmt.Sprintf("nothing is missing for %s but certainty about the town itself: %s", c.Terms.Name, have)
}

// A measure is one least number that terms may state.
type measure struct {
	key       calls.FactKey
	one, many string
	have      func(*calls.Consortium) int
	lack      func(calls.Missing) int
}

var measures = []measure{
	{calls.FactApplicants, "applicant", "applicants", func(c *calls.Consortium) int { return c.Applicants }, func(m calls.Missing) int { return m.Applicants }},
	{calls.FactCountries, "country", "countries", func(c *calls.Consortium) int { return len(c.Countries) }, func(m calls.Missing) int { return m.Countries }},
	{calls.FactMembers, "EU member state", "EU member states", func(c *calls.Consortium) int { return len(c.Members) }, func(m calls.Missing) int { return m.Members }},
}

// measuresOf says for each least number that the terms state how much of it is there: "3 countries (at
// least 4)". Nil if the terms state none.
func measuresOf(c *calls.Consortium) []string {
	var lines []string
	for _, m := range measures {
		if c.Terms != nil && c.Terms.Fact(m.key).Stated() {
			lines = append(lines, fmt.Sprintf("%s (at least %s)", countOf(m.have(c), m.one, m.many), c.Terms.Fact(m.key).Text))
		}
	}
	return lines
}

func countOf(n int, one, many string) string { return fmt.Sprintf("%d %s", n, nounOf(n, one, many)) }

func nounOf(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
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

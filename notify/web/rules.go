package web

import (
	"time"

	"fundwatch/calls"
)

// A ruleFact is one thing that the rule of a call says.
type ruleFact struct {
	Label  string
	Claims []ruleClaim // one if it is stated; all that was said if sources differ
	Stated bool
}

// A ruleClaim is what one source says, in English, and which one.
type ruleClaim struct{ Text, Source string }

// Ruled reports whether a rule is known for the call.
func (c *callPage) Ruled() bool { return c.terms != nil }

// Unruled says that nothing is known of who may apply.
func (c *callPage) Unruled() string { return c.facts.Assessment(&calls.Assessment{}) }

// Rule returns what is known of who may apply and with how many, each with its source.
func (c *callPage) Rule() []ruleFact {
	var all []ruleFact
	for _, key := range calls.FactKeys() {
		f := c.terms.Fact(key)
		if key == calls.FactTown || len(f.Claims) == 0 {
			continue // whether towns may apply is told with the check
		}
		fact := ruleFact{Label: c.factLabel(key), Stated: f.Stated()}
		claims := f.Claims
		if f.Stated() {
			claims = claims[:1]
		}
		for _, claim := range claims {
			fact.Claims = append(fact.Claims, ruleClaim{claim.Text, c.claimed(claim)})
		}
		all = append(all, fact)
	}
	return all
}

func (c *callPage) factLabel(key calls.FactKey) string {
	if key == calls.FactGrant {
		return c.T("label.grant")
	}
	return c.T("fact." + string(key))
}

// claimed tells who says something, and when that was checked.
func (c *callPage) claimed(claim calls.Claim) string {
	key := "rule.source"
	switch claim.Certainty {
	case calls.Inferred:
		key = "rule.inferred"
	case calls.GeneralKnowledge:
		key = "rule.general"
	}
	return c.T(key, "Source", claim.Source, "Date", c.dayInWords(claim.Checked))
}

// dayInWords writes a day such as 2026-11-22 in words; what is no day is not stated.
func (p *page) dayInWords(day string) string {
	t, err := time.ParseInLocation(time.DateOnly, day, calls.Brussels())
	if err != nil {
		return p.T("unstated")
	}
	return p.Date(t)
}

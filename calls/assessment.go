package calls

import "slices"

// An Assessment is what is known about one town and one call: whether it may apply, and whether it has the
// partners.
type Assessment struct {
	Town       TownVerdict
	Consortium Consortium // its Terms are nil if no rule is known for the call
}

// Assess holds a town and its partners against the terms of a call.
func (b *Rulebook) Assess(c *Call, m *Municipality, partners []Twin) Assessment {
	terms := b.Of(c)
	return Assessment{Town: terms.Town(m.Country), Consortium: b.Consortium(terms, m, partners)}
}

// Hopeless reports whether the call is certainly nothing for the town: it may not apply, and none of its
// partners certainly counts, with which it could take part.
func (a *Assessment) Hopeless() bool {
	return a.Town.Eligibility == NotEligible && (a.Town.Ground != GroundCountry || len(a.Consortium.Counting()) == 0)
}

// obstacle returns what certainly stands between the town and the call, greater for more: nothing that is known,
// also if nobody looked; one partner too few; more of them; that the town may not apply itself.
func (a *Assessment) obstacle() int {
	switch {
	case a == nil:
		return 0
	case a.Town.Eligibility == NotEligible:
		return 3
	case a.Consortium.Verdict == NotMet:
		return 2
	case a.Consortium.Verdict == OneShort:
		return 1
	}
	return 0
}

// Counting returns the partners that count for certain.
func (c *Consortium) Counting() []Standing { return c.partners(Eligible) }

// Unsure returns the partners of which nobody knows whether they count, and those of an unknown country.
func (c *Consortium) Unsure() []Standing { return c.partners(EligibilityUnstated) }

// Outside returns the partners that do not count.
func (c *Consortium) Outside() []Standing { return c.partners(NotEligible) }

// Bringing returns the partners that bring a new country, or all that count if none does.
func (c *Consortium) Bringing() []Standing {
	counting := c.Counting()
	some := slices.DeleteFunc(slices.Clone(counting), func(s Standing) bool { return !s.NewCountry })
	if len(some) == 0 {
		return counting
	}
	return some
}

// Doubtful returns the towns about whose country sources leave a doubt, the town itself among them.
func (c *Consortium) Doubtful() []Standing {
	all := append([]Standing{c.Town}, c.Unsure()...)
	return slices.DeleteFunc(all, func(s Standing) bool { return !s.Doubtful() })
}

func (c *Consortium) partners(e Eligibility) []Standing {
	var some []Standing
	for _, p := range c.Partners {
		if p.Eligibility == e {
			some = append(some, p)
		}
	}
	return some
}

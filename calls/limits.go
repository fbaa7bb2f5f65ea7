package calls

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// limits are the conditions of a municipality that have nothing to do with words.
type limits struct {
	programmes []string // in capitals; empty means all
	minGrant   int64
}

func limitsOf(in *Interests) limits {
	l := limits{minGrant: in.MinGrant}
	for _, code := range in.Programmes {
		l.programmes = append(l.programmes, strings.ToUpper(code))
	}
	return l
}

// admits reports whether calls of a programme, its code in capitals, are wanted.
func (l limits) admits(programme string) bool {
	return len(l.programmes) == 0 || slices.Contains(l.programmes, programme)
}

// bar returns why a call is beyond the limits, in English, or "" if it is within.
func (l limits) bar(c *Call) string {
	if !l.admits(strings.ToUpper(c.Programme)) {
		return fmt.Sprintf("programme %s is not among those it restricts itself to: %s",
			cmp.Or(c.Programme, "(not stated)"), strings.Join(l.programmes, ", "))
	}
	if most, ok := mostForOne(c); ok && most < l.minGrant {
		return fmt.Sprintf("one project gets at most %d euro, it asks for %d at least", most, l.minGrant)
	}
	return ""
}

// mostForOne returns how much one project can get: the upper end of a grant, else all of the budget.
// It reports false if neither is stated.
func mostForOne(c *Call) (euro int64, stated bool) {
	if c.GrantMax.Known {
		return c.GrantMax.N, true
	}
	return c.Budget.N, c.Budget.Known
}

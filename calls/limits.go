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

// bar returns why a call is beyond the limits, in English, or "" if it is within.
func (l limits) bar(c *Call) string {
	if len(l.programmes) > 0 && !slices.Contains(l.programmes, strings.ToUpper(c.Programme)) {
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

// A limitIndex holds the limits of many municipalities so that a call is held against all at once.
type limitIndex struct {
	free        bitset            // those that take any programme
	byProgramme map[string]bitset // by code in capitals: those that named it
	minGrants   []int64           // by municipality
}

func newLimitIndex(size int) limitIndex {
	return limitIndex{newBitset(size), map[string]bitset{}, make([]int64, size)}
}

func (x *limitIndex) add(i int, l limits) {
	x.minGrants[i] = l.minGrant
	if len(l.programmes) == 0 {
		x.free.add(i)
	}
	for _, code := range l.programmes {
		if x.byProgramme[code] == nil {
			x.byProgramme[code] = newBitset(len(x.minGrants))
		}
		x.byProgramme[code].add(i)
	}
}

// within returns those who take calls of this programme. The caller owns the set.
func (x *limitIndex) within(c *Call) bitset {
	all := slices.Clone(x.free)
	for i, word := range x.byProgramme[strings.ToUpper(c.Programme)] {
		all[i] |= word
	}
	return all
}

// tooSmall reports whether one project gets less than municipality i asks for.
func (x *limitIndex) tooSmall(i int, c *Call) bool {
	most, stated := mostForOne(c)
	return stated && most < x.minGrants[i]
}

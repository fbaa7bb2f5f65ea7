package calls

import (
	"cmp"
	"slices"
	"strings"
)

// A Link is one twinning: a town, and one of its twins.
type Link struct {
	Through Twin
	Town    Twin
}

// A Fellow is a subscribed town and the topics that it shares with another.
type Fellow struct {
	Town   Twin
	Topics []string // ids; never empty
}

// A Suggestion is a town that would bring a consortium further, and how it can be reached. It never holds
// an address.
type Suggestion struct {
	Town    Twin
	Through []Twin   // twins of whom it is a twin, in alphabetical order; nil if it is not
	Topics  []string // shared interests; only if it is reached through no twin
}

// mostSuggestions is how many towns anybody writes to.
const mostSuggestions = 10

// Suggest returns at most ten towns that would bring the consortium further, best first: twins of twins
// before towns with the same interests, those that more twins know before others, and of each country one
// before the second of any. A town is suggested only if its country counts for certain, is new, and is a
// member state where only one more member state is missing. Nothing is suggested if the
// consortium is not short.
func (b *Rulebook) Suggest(c *Consortium, links []Link, fellows []Fellow) []Suggestion {
	if !c.Short() {
		return nil
	}
	known := map[townKey]bool{keyOf(c.Town.Town): true}
	for _, p := range c.Partners {
		known[keyOf(p.Town)] = true
	}
	useful := func(t Twin) bool { return t.Country != "" && !known[keyOf(t)] && b.helps(c, t.Country) }
	found := make(map[townKey]*Suggestion)
	for _, l := range links {
		if useful(l.Town) {
			suggestionOf(found, l.Town).reachThrough(l.Through)
		}
	}
	for _, f := range fellows {
		if key := keyOf(f.Town); useful(f.Town) && found[key] == nil {
			suggestionOf(found, f.Town).Topics = slices.Sorted(slices.Values(f.Topics))
		}
	}
	return best(found)
}

// helps reports whether a town of this country would bring the consortium further.
func (b *Rulebook) helps(c *Consortium, country string) bool {
	answer, _ := c.Terms.Area.Country(country)
	if answer != Eligible {
		return false
	}
	if c.Missing.Countries == 0 && c.Missing.Members == 0 {
		return true // one more town, wherever
	}
	onlyMembers := c.Missing.Members == c.Missing.Partners()
	return !slices.Contains(c.Countries, country) && (!onlyMembers || b.countries.Member(country))
}

// Wanted returns the codes of the countries whose towns would bring the consortium further, in alphabetical
// order; nil if it is not short.
func (b *Rulebook) Wanted(c *Consortium) []string {
	if !c.Short() {
		return nil
	}
	return slices.DeleteFunc(b.countries.Codes(), func(code string) bool { return !b.helps(c, code) })
}

func suggestionOf(found map[townKey]*Suggestion, t Twin) *Suggestion {
	key := keyOf(t)
	if found[key] == nil {
		found[key] = &Suggestion{Town: t}
	} else if t.Name < found[key].Town.Name { // of several spellings always the same one
		found[key].Town = t
	}
	return found[key]
}

func (s *Suggestion) reachThrough(t Twin) {
	at, there := slices.BinarySearchFunc(s.Through, t, compareTwins)
	if !there {
		s.Through = slices.Insert(s.Through, at, t)
	}
}

func compareTwins(a, b Twin) int {
	return cmp.Or(strings.Compare(Fold(a.Name), Fold(b.Name)), strings.Compare(a.Country, b.Country))
}

// best orders suggestions and cuts what nobody would read.
func best(found map[townKey]*Suggestion) []Suggestion {
	all := make([]Suggestion, 0, len(found))
	for _, s := range found {
		all = append(all, *s)
	}
	slices.SortFunc(all, func(a, b Suggestion) int {
		return cmp.Or(
			cmp.Compare(len(b.Through), len(a.Through)),
			cmp.Compare(len(b.Topics), len(a.Topics)),
			compareTwins(a.Town, b.Town))
	})
	turn := make(map[townKey]int, len(all)) // the how manieth of its country, twins of twins apart from others
	seen := make(map[string]int)
	for i := range all {
		group := all[i].Town.Country
		if all[i].Through == nil {
			group += " by interests"
		}
		turn[keyOf(all[i].Town)] = seen[group]
		seen[group]++
	}
	slices.SortStableFunc(all, func(a, b Suggestion) int {
		return cmp.Or(
			compareBool(a.Through == nil, b.Through == nil),
			cmp.Compare(turn[keyOf(a.Town)], turn[keyOf(b.Town)]))
	})
	return all[:min(len(all), mostSuggestions)]
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

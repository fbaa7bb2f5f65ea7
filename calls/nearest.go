package calls

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// mostNearest is how many suggestions a reader can take in at a glance.
const mostNearest = 3

// Nearest returns at most three of among that someone who wrote word may have meant, best first:
// those with few letters changed, or that begin or end alike. Accents and case do not matter. It
// returns nil if nothing is near.
func Nearest(word string, among []string) []string {
	type candidate struct {
		name     string
		distance int
	}
	folded := Fold(strings.TrimSpace(word))
	if folded == "" {
		return nil
	}
	length := utf8.RuneCountInString(folded)
	var near []candidate
	for _, name := range among {
		if d, ok := likeness(folded, Fold(name), length); ok {
			near = append(near, candidate{name, d})
		}
	}
	slices.SortFunc(near, func(a, b candidate) int {
		return cmp.Or(a.distance-b.distance, strings.Compare(a.name, b.name))
	})
	var names []string
	for _, c := range near[:min(len(near), mostNearest)] {
		names = append(names, c.name)
	}
	return slices.Compact(names)
}

// likeness returns how far two folded words are apart, and whether that is near enough to be offered:
// one change in three letters (two in four, for swapped neighbours count twice), or one of them a part
// of the other at its beginning or end. Words whose lengths alone tell are not compared letter by letter:
// a stranger may ask for a name of thousands, and there are thousands to hold it against. Length is a's, in runes.
func likeness(a, b string, length int) (distance int, near bool) {
	const shortestPart = 3
	apart := length - utf8.RuneCountInString(b)
	apart = max(apart, -apart)
	if min(len(a), len(b)) >= shortestPart && (beginsOrEnds(a, b) || beginsOrEnds(b, a)) {
		return apart, true
	}
	most := max(1, length/3)
	if length > shortestPart {
		most = max(most, 2)
	}
	if apart > most {
		return 0, false
	}
	distance = editDistance(a, b)
	return distance, distance <= most
}

func beginsOrEnds(long, part string) bool {
	return strings.HasPrefix(long, part) || strings.HasSuffix(long, part)
}

// DidYouMean asks in English whether one of the nearest names was meant; it returns otherwise if nothing is near.
func DidYouMean(nearest []string, otherwise string) string {
	if len(nearest) == 0 {
		return otherwise
	}
	return "did you mean " + strings.Join(nearest, " or ") + "?"
}

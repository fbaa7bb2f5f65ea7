package calls

import (
	"slices"
	"strings"
)

// A Widening is a word or phrase of a search that means topics.
type Widening struct {
	Words  string
	Topics []string // ids
}

// Widen lets each clause also find the calls that carry a topic which one of its terms means in any of
// the 24 languages, and returns what was widened. Clauses of what must not be found stay as they are:
// leaving out a whole topic for one word would hide too much. The given clauses are not changed.
func (t *Topics) Widen(clauses []Clause) (wide []Clause, widened []Widening) {
	for _, c := range clauses {
		if !c.Not {
			for _, term := range c.Any {
				words := strings.Join(term.Words, " ")
				fresh := slices.DeleteFunc(t.Meaning(words), func(id string) bool { return slices.Contains(c.Topics, id) })
				if len(fresh) > 0 { // the other spelling of an umlaut means nothing new
					c.Topics = slices.Concat(c.Topics, fresh)
					widened = append(widened, Widening{words, fresh})
				}
			}
		}
		wide = append(wide, c)
	}
	return wide, widened
}

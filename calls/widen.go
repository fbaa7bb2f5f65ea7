package calls

import "strings"

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
				if topics := t.Meaning(words); len(topics) > 0 {
					c.Topics = append(c.Topics[:len(c.Topics):len(c.Topics)], topics...)
					widened = append(widened, Widening{words, topics})
				}
			}
		}
		wide = append(wide, c)
	}
	return wide, widened
}

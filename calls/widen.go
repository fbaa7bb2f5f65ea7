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

// longestTogether is how many words side by side are tried: phrases of topics are short.
const longestTogether = 4

// Widen lets each clause also find the calls that carry a topic which one of its terms means in any of
// the 24 languages, and returns what was widened. Words that stand next to each other may mean a topic
// together, as town and twinning do: then a call that carries it fulfils all of them. Clauses of what must
// not be found stay as they are: leaving out a whole topic for one word would hide too much. The given
// clauses are not changed.
func (t *Topics) Widen(clauses []Clause) (wide []Clause, widened []Widening) {
	wide = slices.Clone(clauses)
	for length := min(longestTogether, len(wide)); length > 1; length-- {
		for i := range len(wide) - length + 1 {
			if words, ok := sideBySide(wide[i : i+length]); ok {
				widened = appendWidening(widened, words, addTopics(wide[i:i+length], t.Meaning(words)))
			}
		}
	}
	for i := range wide {
		if wide[i].Not {
			continue
		}
		for _, term := range wide[i].Any {
			words := strings.Join(term.Words, " ") // the other spelling of an umlaut means nothing new
			widened = appendWidening(widened, words, addTopics(wide[i:i+1], t.Meaning(words)))
		}
	}
	return wide, widened
}

// sideBySide returns what clauses say if they are read as one phrase. It reports false if they are none: an
// either-or, a beginning, or something that must not be found.
func sideBySide(clauses []Clause) (words string, ok bool) {
	var all []string
	for _, c := range clauses {
		if c.Not || len(c.Any) == 0 || len(c.Any) > 1 && !slices.Equal(c.Any[0].Words, c.Any[1].Words) || c.Any[0].Prefix {
			return "", false
		}
		all = append(all, c.Any[0].Words...)
	}
	return strings.Join(all, " "), true
}

// addTopics lets calls on these topics fulfil each of the clauses, and returns those that were not among the
// topics of all of them.
func addTopics(clauses []Clause, topics []string) []string {
	var fresh []string
	for i := range clauses {
		for _, id := range topics {
			if slices.Contains(clauses[i].Topics, id) {
				continue
			}
			clauses[i].Topics = append(slices.Clip(clauses[i].Topics), id)
			if !slices.Contains(fresh, id) {
				fresh = append(fresh, id)
			}
		}
	}
	return fresh
}

func appendWidening(widened []Widening, words string, topics []string) []Widening {
	if len(topics) == 0 {
		return widened
	}
	return append(widened, Widening{words, topics})
}

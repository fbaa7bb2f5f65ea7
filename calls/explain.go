package calls

import (
	"fmt"
	"slices"
)

// An Explanation says why a call does or does not concern one municipality.
type Explanation struct {
	Match    *Match   // nil if it does not match
	Reasons  []Reason // what speaks for it, strongest first, also where Excluded speaks against it
	Excluded string   // why it does not match, in English; "" if it does
}

// nothingFound explains a call that nothing speaks for.
const nothingFound = "it carries none of the town's topics and holds none of its keywords"

// Explain says what [Matcher.Match] decides about a call and one municipality, and why, without an
// index. Interests that cannot be used are passed over.
func Explain(t *Topics, c *Call, m *Municipality) Explanation {
	var all []field
	if len(m.Interests.Keywords)+len(m.Interests.Exclude) > 0 {
		all = fields(c) // to read the texts is most of the work, and topics are known
	}
	var e Explanation
	for _, r := range candidates(t, c, &m.Interests, all) {
		if addsTo(e.Reasons, r) {
			e.Reasons = append(e.Reasons, r)
		}
	}
	if len(e.Reasons) == 0 {
		e.Excluded = nothingFound
		return e
	}
	if e.Excluded = excludedBy(c, &m.Interests, all); e.Excluded == "" {
		e.Match = &Match{m.ID, c.Key, scoreOf(e.Reasons, t.fit(c)), e.Reasons}
	}
	return e
}

// candidates returns all reasons of one municipality, strongest first, with their repeats.
func candidates(t *Topics, c *Call, in *Interests, all []field) []Reason {
	var reasons []Reason
	parse := func(written string) (keyword, error) { return newKeyword(t, written) }
	keywords, _ := newKeywords(in.Keywords, parse)
	for _, h := range c.Topics {
		if t.Has(h.Topic) && slices.Contains(in.Topics, h.Topic) {
			reasons = append(reasons, topicReason(h))
		}
		for _, k := range keywords {
			if slices.Contains(k.topics, h.Topic) {
				reasons = append(reasons, meaningReason(h, k))
			}
		}
	}
	vetoed := t.vetoed(all)
	for _, k := range keywords {
		if f, from, to, ok := findIn(all, k.pattern); ok && !k.misread(vetoed) {
			reasons = append(reasons, literalReason(k, f, from, to))
		}
	}
	if in.Everything {
		reasons = append(reasons, everythingReason())
	}
	slices.SortFunc(reasons, compareReasons)
	return reasons
}

// findIn returns the first place of a pattern in the fields of a call.
func findIn(all []field, p Pattern) (f *field, from, to int, ok bool) {
	for i := range all {
		if from, to, ok = p.Find(all[i].words); ok {
			return &all[i], from, to, true
		}
	}
	return nil, 0, 0, false
}

// excludedBy returns what rules a call out whatever speaks for it, or "".
func excludedBy(c *Call, in *Interests, all []field) string {
	for _, written := range in.Exclude {
		p, err := ParsePattern(written)
		if err != nil {
			continue
		}
		if f, from, to, ok := findIn(all, p); ok {
			return fmt.Sprintf("excluded word %s: %q stands in the %s", written, f.quote(from, to), f.name)
		}
	}
	return limitsOf(in).bar(c)
}

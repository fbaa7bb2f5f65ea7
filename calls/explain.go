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

// What explains a call that is not matched.
const (
	nothingFound = "it carries none of the town's topics and holds none of its keywords"
	notForTowns  = "it is on a topic of the town, but for others to win: nothing in its title or summary says that towns have a part"
)

// Explain says what [Matcher.Match] decides about a call and one municipality, and why, without an
// index. Interests that cannot be used are passed over.
func Explain(t *Topics, c *Call, m *Municipality) Explanation {
	q := newQuestion(t, c, &m.Interests)
	speaking := q.speaking()
	counting := speaking
	if !t.forTowns(c, q.all) {
		counting = q.ownWish(speaking)
	}
	switch {
	case len(speaking) == 0:
		return Explanation{Excluded: nothingFound}
	case len(counting) == 0:
		return Explanation{Reasons: withoutRepeats(speaking), Excluded: notForTowns}
	}
	e := Explanation{Reasons: withoutRepeats(counting), Excluded: excludedBy(c, &m.Interests, q.all)}
	if e.Excluded == "" {
		e.Match = &Match{m.ID, c.Key, scoreOf(e.Reasons, t.fit(c)), e.Reasons}
	}
	return e
}

// A question is one call and the interests of one municipality.
type question struct {
	topics    *Topics
	call      *Call
	interests *Interests
	keywords  []keyword
	all       []field
}

func newQuestion(t *Topics, c *Call, in *Interests) question {
	parse := func(written string) (keyword, error) { return newKeyword(t, written) }
	keywords, _ := newKeywords(in.Keywords, parse)
	return question{t, c, in, keywords, fields(c)}
}

// speaking returns all reasons that speak for the call, strongest first, with their repeats.
func (q question) speaking() []Reason {
	var reasons []Reason
	for _, h := range q.call.Topics {
		if q.topics.Has(h.Topic) && slices.Contains(q.interests.Topics, h.Topic) {
			reasons = append(reasons, topicReason(h))
		}
		for _, k := range q.keywords {
			if slices.Contains(k.topics, h.Topic) {
				reasons = append(reasons, meaningReason(h, k))
			}
		}
	}
	vetoed := q.topics.vetoed(q.all)
	for _, k := range q.keywords {
		if f, from, to, ok := findIn(q.all, k.pattern); ok && !k.misread(vetoed) {
			reasons = append(reasons, literalReason(k, f, from, to))
		}
	}
	if q.interests.Everything {
		reasons = append(reasons, q.topics.everythingReason(q.call))
	}
	slices.SortFunc(reasons, compareReasons)
	return reasons
}

// ownWish returns the reasons for which a town gets a call that is not for towns.
func (q question) ownWish(reasons []Reason) []Reason {
	var own []Reason
	for _, r := range reasons {
		stands := slices.ContainsFunc(q.keywords, func(k keyword) bool { return k.written == r.Keyword && k.insists() })
		if r.Rule == RuleEverything || stands {
			own = append(own, r)
		}
	}
	return own
}

// withoutRepeats returns the reasons, strongest first, that each tell something more.
func withoutRepeats(reasons []Reason) []Reason {
	var told []Reason
	for _, r := range reasons {
		if addsTo(told, r) {
			told = append(told, r)
		}
	}
	return told
}

// findIn returns the first place of a pattern in the fields of a call.
func findIn(all []field, p Pattern) (f *field, from, to int, ok bool) {
	for i := range all {
		if from, to, ok = p.Find(all[i].text, all[i].words); ok {
			return &all[i], from, to, true
		}
	}
	return nil, 0, 0, false
}

// excludedBy returns what rules a call out whatever speaks for it, or "".
func excludedBy(c *Call, in *Interests, all []field) string {
	for _, written := range in.Exclude {
		p, err := parseOwn(written)
		if err != nil {
			continue
		}
		if f, from, to, ok := findIn(all, p); ok {
			return fmt.Sprintf("excluded word %s: %q stands in the %s", written, f.quote(from, to), f.name)
		}
	}
	return limitsOf(in).bar(c)
}

package calls

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// Weights of the reasons that only a municipality has; those by topic weigh what the topic hit weighs.
const (
	weightMeaning      = 0.92 // a word is a guess at the topic that a town means: a ticked topic is none
	weightKeywordTitle = 0.70 // a keyword of its own in the title or identifier
	weightKeywordText  = 0.45
	weightEverything   = 0.10
)

// Several reasons weigh a little more than one, but never so much that a weaker rule overtakes a
// stronger one: mostExtra x extraReason is less than the steps between the weights of classify.go.
const (
	extraReason = 0.03
	mostExtra   = 3
)

// A keyword is one word or phrase of a municipality.
type keyword struct {
	written string // as the municipality wrote it
	pattern Pattern
	topics  []string // the ids of the topics that it means
	finds   []find   // where a Matcher's calls hold it
}

func newKeyword(t *Topics, written string) (keyword, error) {
	p, err := parseOwn(written)
	if err != nil {
		return keyword{}, err
	}
	return keyword{written: strings.TrimSpace(written), pattern: p, topics: t.meaning(p)}, nil
}

// newKeywords reads the keywords of one municipality; the same one in two writings counts once. What
// cannot be read is left out and reported.
func newKeywords(written []string, parse func(string) (keyword, error)) ([]keyword, []error) {
	var keywords []keyword
	var errs []error
	for _, w := range written {
		k, err := parse(w)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if !slices.ContainsFunc(keywords, func(o keyword) bool { return o.pattern.equal(k.pattern) }) {
			keywords = append(keywords, k)
		}
	}
	return keywords, errs
}

func topicReason(h TopicHit) Reason {
	return Reason{Topic: h.Topic, Rule: h.Rule, Field: h.Field, Words: h.Words, Weight: h.Weight}
}

// meaningReason says that the call carries a topic that the keyword means in some language.
func meaningReason(h TopicHit, k keyword) Reason {
	r := topicReason(h)
	r.Keyword = k.written
	r.Weight *= weightMeaning
	return r
}

// literalReason says that the keyword itself stands in the call.
func literalReason(k keyword, f *field, from, to int) Reason {
	return Reason{Keyword: k.written, Rule: RuleKeyword, Field: f.name, Words: f.quote(from, to), Weight: literalWeight(f.isHead())}
}

func literalWeight(inHead bool) float64 {
	if inHead {
		return weightKeywordTitle
	}
	return weightKeywordText
}

// everythingReason says that the municipality asked for every call. What towns have twins for still
// comes first.
func (t *Topics) everythingReason(c *Call) Reason {
	r := Reason{Rule: RuleEverything, Weight: weightEverything}
	if slices.ContainsFunc(c.Topics, t.comesFirst) {
		r.Weight += weightFirst
	}
	return r
}

// comesFirst reports whether a hit is one of those that come before others, see weightFirst.
func (t *Topics) comesFirst(h TopicHit) bool {
	i, known := t.positions[h.Topic]
	return known && t.topics[i].first && (h.Rule == RuleIdentifier || h.Rule == RuleTitle)
}

// misread reports whether a keyword, where it stands literally, means something else than its
// municipality did: "twinning" in a Horizon WIDERA call. That is so if the call's title or identifier
// vetoes every topic that the keyword means.
func (k keyword) misread(vetoed map[string]bool) bool {
	if len(k.topics) == 0 {
		return false
	}
	return !slices.ContainsFunc(k.topics, func(id string) bool { return !vetoed[id] })
}

// insists reports whether a keyword asks for a thing of its own, hydrogen or wolves, and is told wherever
// it stands. One that means a topic asks for that topic in one of many languages, and is held to what
// holds for the topic: "energy" must not bring other calls than "énergie".
func (k keyword) insists() bool { return len(k.topics) == 0 }

// vetoed returns the ids of the topics that the title or the identifier vetoes.
func (t *Topics) vetoed(all []field) map[string]bool {
	var ids map[string]bool
	for i := range all {
		f := &all[i]
		if !f.isHead() {
			continue
		}
		t.vetoes.walk(f.words, func(id, _, _ int) {
			if ids == nil {
				ids = make(map[string]bool)
			}
			for _, topic := range t.vetoTopics[id] {
				ids[t.topics[topic].ID] = true
			}
		})
	}
	return ids
}

// Vetoed returns the ids of the topics that a call is not about although it may use their words, in alphabetical
// order: its title or identifier says so ("digital twin"), and it does not carry them. nil if there are none.
func (t *Topics) Vetoed(c *Call) []string {
	var ids []string
	for id := range t.vetoed(heads(c)) {
		if !slices.ContainsFunc(c.Topics, func(h TopicHit) bool { return h.Topic == id }) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// compareReasons orders reasons: heaviest first, then so that equal calls and profiles always give
// equal results. A topic that was chosen comes before the same topic reached by a keyword.
func compareReasons(a, b Reason) int {
	return cmp.Or(
		cmp.Compare(b.Weight, a.Weight),
		strings.Compare(a.Topic, b.Topic),
		strings.Compare(a.Keyword, b.Keyword),
		strings.Compare(string(a.Rule), string(b.Rule)),
	)
}

// addsTo reports whether r tells something that the stronger reasons before it do not: each topic and
// each keyword is told once, and "everything" only if there is nothing else.
func addsTo(reasons []Reason, r Reason) bool {
	if r.Rule == RuleEverything {
		return len(reasons) == 0
	}
	for i := range reasons {
		o := &reasons[i]
		if r.Topic != "" && r.Topic == o.Topic || r.Keyword != "" && r.Keyword == o.Keyword {
			return false
		}
	}
	return true
}

// ScoreSteps is how many steps a score takes from 0 to 1: a score times this is a whole number, so that a
// stored one is exactly the one that was found.
const ScoreSteps = 10_000

// scoreOf returns the score of a match with these reasons, strongest first, of a call whose programme
// suits municipalities that well (see [Programmes.Fit]).
func scoreOf(reasons []Reason, fit float64) float64 {
	return score(reasons[0].Weight, len(reasons), fit)
}

// score is scoreOf for so many reasons of which the strongest has this weight.
func score(strongest float64, reasons int, fit float64) float64 {
	extra := min(reasons-1, mostExtra)
	return math.Round(min(1, strongest+extraReason*float64(extra))*fit*ScoreSteps) / ScoreSteps
}

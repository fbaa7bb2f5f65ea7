package calls

import (
	"math"
	"slices"
	"strings"
	"sync"
)

// A Matcher finds the calls that concern a municipality. It holds an inverted index of some calls: from
// topics and words to the calls that carry them, so that a town asks by its few interests and no text
// is read again. Towns come past one by one, so that any number of them needs no more memory than one.
// Make one with [NewMatcher]; it is safe for concurrent use.
//
// It decides exactly as [Explain] does for one call: both share the code of reasons.go.
type Matcher struct {
	topics  *Topics
	calls   []matchable
	words   *wordIndex
	byTopic map[string][]carried
	scratch sync.Pool // of *gathering
}

// A matchable is what the Matcher keeps of a call beside its words.
type matchable struct {
	programme string // in capitals
	most      int64  // euro that one project can get; the greatest number if nothing is stated
	fit       float64
	vetoed    map[string]bool // topics that its title or identifier vetoes; nil if none
	forTowns  bool
	wanted    Reason // of towns that asked for everything
}

// carried says that a call carries a topic.
type carried struct {
	call   int32
	hit    TopicHit
	reason Reason // of towns that chose the topic
}

// A Scored is a call that concerns a municipality.
type Scored struct {
	Call  int     // its place in the list that the Matcher was made of
	Score float64 // as in Match
}

// NewMatcher builds the index of calls with the topics that they carry (see [Topics.Classify]). The
// Matcher keeps nothing of cs but some twelve bytes for each word, and each different word once.
func NewMatcher(t *Topics, cs []Call) *Matcher {
	m := &Matcher{topics: t, calls: make([]matchable, len(cs)), byTopic: map[string][]carried{}}
	m.words = newWordIndex(len(cs), func(i int) []field {
		all := fields(&cs[i])
		m.calls[i] = newMatchable(t, &cs[i], all)
		return all
	})
	for i := range cs {
		for _, h := range offered(&cs[i], m.calls[i].forTowns) {
			if t.Has(h.Topic) {
				h.Field, h.Words = "", "" // no text is kept
				m.byTopic[h.Topic] = append(m.byTopic[h.Topic], carried{int32(i), h, topicReason(h)})
			}
		}
	}
	m.scratch.New = func() any { return newGathering(len(cs)) }
	return m
}

func newMatchable(t *Topics, c *Call, all []field) matchable {
	most, stated := mostForOne(c)
	if !stated {
		most = math.MaxInt64
	}
	return matchable{
		programme: strings.ToUpper(c.Programme), most: most, fit: t.fit(c),
		vetoed: t.vetoed(all), forTowns: t.forTowns(c, all), wanted: t.everythingReason(c),
	}
}

// Match returns the calls that concern a municipality with these interests, in the order of their list;
// nil if none does. Interests that cannot be used are passed over: unknown topics, and keywords and
// excluded words that hold no word. [Explain] tells the reasons.
func (m *Matcher) Match(in *Interests) []Scored {
	g := m.scratch.Get().(*gathering)
	defer func() { g.reset(); m.scratch.Put(g) }()
	m.gather(g, in)
	m.ban(g, in)
	scored := m.score(g, limitsOf(in))
	if len(scored) == 0 {
		return nil
	}
	return scored
}

// gather collects what speaks for any call.
func (m *Matcher) gather(g *gathering, in *Interests) {
	for i, id := range in.Topics {
		if slices.Contains(in.Topics[:i], id) {
			continue
		}
		of := m.byTopic[id]
		for i := range of {
			g.add(of[i].call, &of[i].reason)
		}
	}
	keywords, _ := newKeywords(in.Keywords, func(written string) (keyword, error) { return m.look(g, written) })
	for _, k := range keywords {
		m.gatherKeyword(g, k)
	}
	if in.Everything {
		for i := range m.calls {
			g.add(int32(i), &m.calls[i].wanted)
		}
	}
}

// look reads a keyword and finds the calls that hold it. Many towns write the same ones.
func (m *Matcher) look(g *gathering, written string) (keyword, error) {
	if k, ok := g.looked[written]; ok {
		return k, nil
	}
	k, err := newKeyword(m.topics, written)
	if err != nil {
		return keyword{}, err
	}
	k.finds = m.words.find(k.pattern)
	g.remember(written, k)
	return k, nil
}

func (m *Matcher) gatherKeyword(g *gathering, k keyword) {
	for _, id := range k.topics {
		for _, c := range m.byTopic[id] {
			g.add(c.call, g.keep(meaningReason(c.hit, k)))
		}
	}
	for _, f := range k.finds {
		if c := &m.calls[f.call()]; !k.misread(c.vetoed) && (c.forTowns || k.insists()) {
			g.add(f.call(), g.keep(Reason{Keyword: k.written, Rule: RuleKeyword, Weight: literalWeight(f.inHead())}))
		}
	}
}

// ban takes out the calls that hold an excluded word.
func (m *Matcher) ban(g *gathering, in *Interests) {
	for _, written := range in.Exclude {
		p, err := parseOwn(written)
		if err != nil {
			continue
		}
		for _, f := range m.words.find(p) {
			g.banned.add(f.call())
		}
	}
}

func (m *Matcher) score(g *gathering, l limits) []Scored {
	scored := make([]Scored, 0, g.found.size())
	for call := range g.found.each() {
		c := &m.calls[call]
		if g.banned.has(call) || c.most < l.minGrant || !l.admits(c.programme) {
			continue
		}
		strongest, reasons := g.weigh(call)
		scored = append(scored, Scored{int(call), score(strongest, reasons, c.fit)})
	}
	return scored
}

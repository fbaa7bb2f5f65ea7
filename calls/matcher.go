package calls

import (
	"fmt"
	"slices"
	"strings"
	"sync"
)

// A Matcher finds the municipalities that a call concerns. It holds an inverted index: from topics
// and keywords to the municipalities that asked for them, so that one walk over a call answers for
// all of them. Make one with [NewMatcher]; it is safe for concurrent use.
//
// It decides exactly as [Explain] does for one municipality: both share the code of reasons.go.
type Matcher struct {
	topics     *Topics
	ids        []string // of municipalities, sorted; elsewhere a municipality is its place here
	limits     limitIndex
	everything []int32
	byTopic    map[string][]int32
	wishes     []wish
	words      *patternIndex    // of keywords and of excluded words
	wanted     [][]int          // by number of the pattern in words: places in wishes
	unwanted   [][]int32        // by number of the pattern in words
	byMeaning  map[string][]int // by topic: places in wishes
	problems   []error
	scratch    sync.Pool // of *tally
}

// A wish is one keyword in one writing, with the municipalities that wrote it so.
type wish struct {
	keyword keyword
	who     []int32
}

// NewMatcher builds the index of the interests of ms once; the Matcher keeps nothing of ms but their
// interests. What cannot be used is left out, told by [Matcher.Problems], and stops nobody.
func NewMatcher(t *Topics, ms []Municipality) *Matcher {
	m := &Matcher{
		topics:    t,
		ids:       make([]string, 0, len(ms)),
		limits:    newLimitIndex(len(ms)),
		byTopic:   map[string][]int32{},
		words:     newPatternIndex(),
		byMeaning: map[string][]int{},
	}
	order := make([]*Municipality, len(ms))
	for i := range ms {
		order[i] = &ms[i]
	}
	slices.SortStableFunc(order, func(a, b *Municipality) int { return strings.Compare(a.ID, b.ID) })
	b := matcherBuilder{m, make(map[string]keyword), make(map[string]int)}
	for i, municipality := range order {
		m.ids = append(m.ids, municipality.ID)
		m.limits.add(i, limitsOf(&municipality.Interests))
		for _, err := range b.add(int32(i), &municipality.Interests) {
			m.problems = append(m.problems, fmt.Errorf("municipality %s: %w", municipality.ID, err))
		}
	}
	m.scratch.New = func() any { return newTally(len(m.ids)) }
	return m
}

// Problems returns what the Matcher could not use of the interests that it was made of, each with the
// municipality's id: unknown topics, and keywords and excluded words that hold no word. It returns nil
// if everything was fine, which it is when interests were checked on the way in.
func (m *Matcher) Problems() []error { return slices.Clone(m.problems) }

// A matcherBuilder fills a Matcher. Many municipalities write the same keywords: each is read once.
type matcherBuilder struct {
	*Matcher
	parsed map[string]keyword // by how it is written
	placed map[string]int     // by how it is written: place in wishes
}

func (b matcherBuilder) add(who int32, in *Interests) []error {
	var errs []error
	if in.Everything {
		b.everything = append(b.everything, who)
	}
	for i, id := range in.Topics {
		switch {
		case !b.topics.Has(id):
			errs = append(errs, fmt.Errorf("unknown topic %q", id))
		case !slices.Contains(in.Topics[:i], id):
			b.byTopic[id] = append(b.byTopic[id], who)
		}
	}
	keywords, problems := newKeywords(in.Keywords, b.parse)
	for _, k := range keywords {
		at := b.place(k)
		b.wishes[at].who = append(b.wishes[at].who, who)
	}
	excluded, more := newKeywords(in.Exclude, b.parse)
	for _, k := range excluded {
		id := b.number(k.pattern)
		b.unwanted[id] = append(b.unwanted[id], who)
	}
	for _, err := range problems {
		errs = append(errs, fmt.Errorf("keyword %w", err))
	}
	for _, err := range more {
		errs = append(errs, fmt.Errorf("excluded word %w", err))
	}
	return errs
}

func (b matcherBuilder) parse(written string) (keyword, error) {
	if k, ok := b.parsed[written]; ok {
		return k, nil
	}
	k, err := newKeyword(b.topics, written)
	if err == nil {
		b.parsed[written] = k
	}
	return k, err
}

// place returns where the wish for a keyword in this writing stands.
func (b matcherBuilder) place(k keyword) int {
	if at, ok := b.placed[k.written]; ok {
		return at
	}
	at := len(b.wishes)
	b.placed[k.written] = at
	b.wishes = append(b.wishes, wish{keyword: k})
	id := b.number(k.pattern)
	b.wanted[id] = append(b.wanted[id], at)
	for _, topic := range k.topics {
		b.byMeaning[topic] = append(b.byMeaning[topic], at)
	}
	return at
}

func (b matcherBuilder) number(p Pattern) int {
	id := b.words.add(p)
	if id == len(b.wanted) {
		b.wanted = append(b.wanted, nil)
		b.unwanted = append(b.unwanted, nil)
	}
	return id
}

// Match returns the municipalities that a call concerns, by id, and why. It uses the topics that the
// call carries (see [Topics.Classify]) and its texts. It returns nil if there are none.
//
// Matches with the same single reason share it: the reasons must not be changed.
func (m *Matcher) Match(c *Call) []Match {
	reasons, unwanted := m.reasons(c)
	t := m.scratch.Get().(*tally)
	defer func() { t.close(); m.scratch.Put(t) }()
	t.open(m.limits.within(c))
	for _, who := range unwanted {
		t.veto(who)
	}
	for i := len(reasons) - 1; i >= 0; i-- { // the weakest first: each goes before those already there
		for _, who := range reasons[i].who {
			t.add(who, int32(i))
		}
	}
	s, fit := newShelf(reasons), m.topics.fit(c)
	matches := make([]Match, 0, t.count())
	t.each(func(who int32, which []int32) {
		if !m.limits.tooSmall(int(who), c) {
			mine := s.take(which)
			matches = append(matches, Match{m.ids[who], c.Key, scoreOf(mine, fit), mine})
		}
	})
	if len(matches) == 0 {
		return nil
	}
	return matches
}

// A shelf hands out the reasons of many matches from few arrays.
type shelf struct {
	all  []Reason // every reason for the call, strongest first
	free []Reason // room for lists of several
}

func newShelf(reasons []shared) *shelf {
	s := &shelf{all: make([]Reason, len(reasons))}
	for i := range reasons {
		s.all[i] = reasons[i].reason
	}
	return s
}

// take returns the reasons with these numbers, those left out that add nothing.
func (s *shelf) take(which []int32) []Reason {
	if len(which) == 1 {
		only := which[0]
		return s.all[only : only+1 : only+1]
	}
	const chunk = 256
	if cap(s.free)-len(s.free) < len(which) {
		s.free = make([]Reason, 0, max(chunk, len(which)))
	}
	start := len(s.free)
	for _, i := range which {
		if addsTo(s.free[start:], s.all[i]) {
			s.free = append(s.free, s.all[i])
		}
	}
	return s.free[start:len(s.free):len(s.free)]
}

// shared is a reason with the municipalities that have it.
type shared struct {
	reason Reason
	who    []int32
}

// reasons returns every reason that anyone has for a call, strongest first, and the lists of
// municipalities that do not want it.
func (m *Matcher) reasons(c *Call) (reasons []shared, unwanted [][]int32) {
	all := fields(c)
	vetoed := m.topics.vetoed(all)
	forTowns := m.topics.forTowns(c, all)
	for _, h := range offered(c, forTowns) {
		if who := m.byTopic[h.Topic]; who != nil {
			reasons = append(reasons, shared{topicReason(h), who})
		}
		for _, at := range m.byMeaning[h.Topic] {
			w := &m.wishes[at]
			reasons = append(reasons, shared{meaningReason(h, w.keyword), w.who})
		}
	}
	seen := make(map[int]bool)
	for i := range all {
		f := &all[i]
		m.words.walk(f.words, func(id, from, to int) {
			if seen[id] {
				return // an earlier place in an earlier field is told
			}
			seen[id] = true
			unwanted = append(unwanted, m.unwanted[id])
			for _, at := range m.wanted[id] {
				if w := &m.wishes[at]; !w.keyword.misread(vetoed) && (forTowns || w.keyword.insists()) {
					reasons = append(reasons, shared{literalReason(w.keyword, f, from, to), w.who})
				}
			}
		})
	}
	if m.everything != nil {
		reasons = append(reasons, shared{m.topics.everythingReason(c), m.everything})
	}
	slices.SortFunc(reasons, func(a, b shared) int { return compareReasons(a.reason, b.reason) })
	return reasons, unwanted
}

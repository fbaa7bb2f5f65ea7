package calls

import (
	"cmp"
	"slices"
	"strings"
)

// Weights of topic hits. The steps between rules are wider than all that further evidence can add, so
// that a weaker rule never overtakes a stronger one (see also matcher.go, mostExtra).
const (
	weightIdentifier     = 0.90
	weightTitle          = 0.75
	weightTitleProgramme = 0.80 // a strong phrase in the title, and the programme fits too
	weightProgramme      = 0.60 // the programme fits, a keyword stands in the title
	weightProgrammeText  = 0.50 // the programme fits, a keyword stands elsewhere
	weightFirst          = 0.10 // more, if the identifier or the title says that it is what towns have twins for
	weightText           = 0.30 // two different keywords in the texts
	weightTextMore       = 0.02 // for each further one
	weightTextMost       = 0.40
)

// enoughKeywords is how many different keywords prove a topic without any other sign: one word alone
// is too often chance (rule tried on 932 records of the portal, 2026-11-22).
const enoughKeywords = 2

// enoughInBody is how many do if none stands before the body. Bodies are long: of ten thousand characters
// on anything, some speak of skills and of accessibility (seen in 46 topic texts of 2024, 2026-11-23).
const enoughInBody = 4

// role says what a sign proves.
type role int

const (
	strongRole role = iota // decides in a title, is a keyword elsewhere
	wordRole
	nativeRole // a word in the language of a call that is not English: decides in a title, too
	excludeRole
)

// A sign is a pattern that says something about a topic.
type sign struct {
	topic    int
	role     role
	capitals bool
}

// signs finds all signs of one language in one walk.
type signs struct {
	index *patternIndex
	signs [][]sign // by number of the pattern in index
}

// newSigns builds the signs of one language. The phrases of topics.txt are English.
func newSigns(t *Topics, w *wordlist) *signs {
	s := &signs{index: newPatternIndex()}
	for i := range t.topics {
		if w.language != "en" {
			s.add(i, nativeRole, w.words[i])
			s.add(i, nativeRole, w.thesaurus[i])
			continue
		}
		s.add(i, strongRole, t.topics[i].strong)
		s.add(i, excludeRole, t.topics[i].exclude)
		s.add(i, wordRole, w.words[i])
	}
	return s
}

func (s *signs) add(topic int, r role, phrases []phrase) {
	for _, p := range phrases {
		id := s.index.add(p.Pattern)
		if id == len(s.signs) {
			s.signs = append(s.signs, nil)
		}
		s.signs[id] = append(s.signs[id], sign{topic, r, p.capitals})
	}
}

// A clue is a sign found in a call.
type clue struct {
	sign
	pattern  int
	field    *field
	from, to int // words of field
}

func (c clue) quote() string { return c.field.quote(c.from, c.to) }

// sameAs reports whether two clues are one piece of evidence: of one pattern, or overlapping, or one's
// words begin with the other's ("sport" and "sports", "climate" and "climate-neutral").
func (c clue) sameAs(o clue) bool {
	if c.pattern == o.pattern || c.field == o.field && c.from < o.to && o.from < c.to {
		return true
	}
	a, b := c.field.words[c.from:c.to], o.field.words[o.from:o.to]
	for i := range min(len(a), len(b)) {
		if a[i].Text != b[i].Text {
			last := i == len(a)-1 || i == len(b)-1
			return last && (strings.HasPrefix(a[i].Text, b[i].Text) || strings.HasPrefix(b[i].Text, a[i].Text))
		}
	}
	return true
}

// Classify returns the topics that a call is about, heaviest first, then by id; nil if there is none.
// For each topic it is the strongest of these rules, with the words quoted as the call writes them:
//
//   - identifier: the identifier has the topic's pattern. Nothing vetoes it.
//   - title: a strong phrase stands in the title.
//   - programme: the call's programme has calls on the topic, and a keyword stands in the title, or a
//     strong phrase or a keyword twice elsewhere; programmes for everything need two different keywords.
//   - text: two different keywords stand in the texts; both are quoted, parted by a comma.
//     The last two need four if all stand in the body.
//
// Phrases that veto a topic ("digital twin" is not town twinning) undo all rules but the first when
// they stand in the title or identifier, and the last two wherever they stand. Only whole words count.
//
// English signs are tried on every call, and the words of its own language besides; in that language a
// keyword in the title is enough.
func (t *Topics) Classify(c *Call) []TopicHit {
	all := fields(withoutExcerpt(c))
	clues := make([][]clue, len(t.topics))
	t.signs().collect(all, clues)
	if other, ok := t.others[languageOf(c.Language)]; ok {
		other.signs().collect(all, clues)
	}
	identifier := strings.ToUpper(c.Identifier)
	var hits []TopicHit
	for i := range t.topics {
		to := &t.topics[i]
		hit, ok := to.identified(c.Identifier, identifier)
		if !ok {
			hit, ok = t.judge(to, c.Programme, clues[i])
		}
		if ok {
			hit.Topic = to.ID
			if t.comesFirst(hit) {
				hit.Weight += weightFirst
			}
			hits = append(hits, hit)
		}
	}
	slices.SortFunc(hits, func(a, b TopicHit) int {
		return cmp.Or(cmp.Compare(b.Weight, a.Weight), strings.Compare(a.Topic, b.Topic))
	})
	return hits
}

// collect puts the signs found in a call to their topics, in the order of the fields.
func (s *signs) collect(all []field, clues [][]clue) {
	for i := range all {
		f := &all[i]
		s.index.walk(f.words, func(id, from, to int) {
			for _, sign := range s.signs[id] {
				if f.name == "identifier" && sign.role != excludeRole {
					continue // identifiers have patterns of their own
				}
				if sign.capitals && !inCapitals(f.quote(from, to)) {
					continue
				}
				clues[sign.topic] = append(clues[sign.topic], clue{sign, id, f, from, to})
			}
		})
	}
}

func inCapitals(s string) bool { return s == strings.ToUpper(s) }

func (to *topic) identified(written, upper string) (TopicHit, bool) {
	for _, re := range to.identifiers {
		if re.MatchString(upper) {
			return TopicHit{Rule: RuleIdentifier, Field: "identifier", Words: written, Weight: weightIdentifier}, true
		}
	}
	return TopicHit{}, false
}

// judge weighs the clues for one topic.
func (t *Topics) judge(to *topic, programme string, clues []clue) (TopicHit, bool) {
	vetoed, onlyTitle := vetoes(clues)
	if vetoed || len(clues) == 0 {
		return TopicHit{}, false
	}
	fits := slices.Contains(to.Programmes, programme)
	if i := slices.IndexFunc(clues, decides); i >= 0 {
		weight := weightTitle
		if fits {
			weight = weightTitleProgramme
		}
		return hitOf(RuleTitle, clues[i], weight), true
	}
	if onlyTitle {
		return TopicHit{}, false
	}
	first := clues[0] // the title comes before the other texts
	different := differentClues(clues)
	enough := enoughKeywords
	if first.field.name == "body" {
		enough = enoughInBody
	}
	switch {
	case len(different) == 0:
		return TopicHit{}, false
	case fits && first.field.name == "title":
		return hitOf(RuleProgramme, first, weightProgramme), true
	case fits && !t.wide[programme] && convinces(clues), fits && len(different) >= enough:
		return hitOf(RuleProgramme, first, weightProgrammeText), true
	case len(different) >= enough:
		hit := hitOf(RuleText, first, weightText+weightTextMore*float64(len(different)-enoughKeywords))
		hit.Weight = min(hit.Weight, weightTextMost)
		hit.Words += ", " + different[1].quote()
		return hit, true
	}
	return TopicHit{}, false
}

// vetoes reports whether a veto undoes everything, or leaves only what decides in the title.
func vetoes(clues []clue) (everything, onlyTitle bool) {
	for _, c := range clues {
		if c.role != excludeRole {
			continue
		}
		onlyTitle = true
		if c.field.name == "title" || c.field.name == "identifier" {
			everything = true
		}
	}
	return everything, onlyTitle
}

// convinces reports whether clues prove a topic together with a programme that fits: one word said
// once in passing does not, a strong phrase or a word said twice does; in the body only as often as
// [enoughInBody].
func convinces(clues []clue) bool {
	if clues[0].field.name == "body" {
		return len(clues) >= enoughInBody
	}
	return len(clues) >= enoughKeywords || clues[0].role != wordRole
}

func decides(c clue) bool {
	return c.field.name == "title" && (c.role == strongRole || c.role == nativeRole)
}

func hitOf(r Rule, c clue, weight float64) TopicHit {
	return TopicHit{Rule: r, Field: c.field.name, Words: c.quote(), Weight: weight}
}

// differentClues returns the clues that are evidence of their own, in order.
func differentClues(clues []clue) []clue {
	var different []clue
	for _, c := range clues {
		if c.role != excludeRole && !slices.ContainsFunc(different, c.sameAs) {
			different = append(different, c)
		}
	}
	return different
}

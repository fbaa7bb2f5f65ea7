package calls

import (
	"io/fs"
	"slices"
	"strings"
	"unicode/utf8"
)

// meanings finds the topics that a word of any language means.
type meanings struct {
	index  *patternIndex
	topics [][]int // by number of the pattern in index: positions of topics
}

// newMeanings reads the words of every language.
func newMeanings(t *Topics) *meanings {
	m := &meanings{index: newPatternIndex()}
	m.addAll(t.english)
	for _, code := range t.languageFiles() {
		m.addAll(t.others[code].words())
	}
	for i := range t.topics {
		for _, p := range t.topics[i].strong {
			m.add(p.Pattern, i)
		}
	}
	return m
}

func (m *meanings) addAll(w *wordlist) {
	for i := range w.words {
		for _, p := range w.words[i] {
			m.add(p.Pattern, i)
		}
		for _, p := range w.means[i] {
			m.add(p.Pattern, i)
		}
		for _, p := range w.thesaurus[i] {
			m.add(p.Pattern, i)
		}
		for _, p := range labelPhrases(w.labels[i]) {
			m.add(p, i)
		}
	}
}

// labelPhrases returns the phrases of two words and more in a label that can stand alone, the label
// itself among them: "efficienza energetica" in "Transizione ed efficienza energetica".
func labelPhrases(label string) []Pattern {
	words := Words(label)
	var phrases []Pattern
	for from := range words {
		for to := from + 1; to <= len(words); to++ {
			if !standsAlone(words, from, to) {
				continue
			}
			if p, err := ParsePattern(label[words[from].Start:words[to-1].End]); err == nil { // a label may be no pattern, that is no fault
				phrases = append(phrases, p)
			}
		}
	}
	return phrases
}

// standsAlone reports whether words[from:to] of a label say something without the rest. A short word at
// either end is an article or a preposition, and the phrase a piece.
func standsAlone(words []Word, from, to int) bool {
	const shortest = 4 // letters
	long := func(w Word) bool { return utf8.RuneCountInString(w.Text) >= shortest }
	whole := to-from == len(words)
	return whole || to-from >= 2 && long(words[from]) && long(words[to-1])
}

func (m *meanings) add(p Pattern, topic int) {
	id := m.index.add(p)
	if id == len(m.topics) {
		m.topics = append(m.topics, nil)
	}
	if !slices.Contains(m.topics[id], topic) {
		m.topics[id] = append(m.topics[id], topic)
	}
}

// Meaning returns the ids of the topics that a word or phrase of any language means, in the order of
// [Topics.IDs]: those with a word, a label (or a phrase of it) or a thesaurus label that equals or covers
// all of it, as `testvérváros*` covers "testvérvárosi". A * at its end is taken along: `jumelage*` means what
// "jumelage" does. It returns nil if it means none, and for labels that mean too much on their own:
// Polish "partnerstwo" is any partnership.
//
// The first few questions are answered by leafing through the files, which is what one search at the
// terminal needs; whoever asks more often gets an index of all languages built.
func (t *Topics) Meaning(keyword string) []string {
	p, err := ParsePattern(keyword)
	if err != nil {
		return nil
	}
	return t.meaning(p)
}

// meaning is Meaning for a word that has been read.
func (t *Topics) meaning(p Pattern) []string {
	if t.asked.Load() >= leafings && !t.meanings().begins(p) {
		return nil // as most names and words of a town
	}
	found := make([]bool, len(t.topics))
	if t.asked.Add(1) <= leafings {
		t.leaf(p, found)
	} else {
		m := t.meanings()
		for _, form := range p.forms {
			m.find(form, found)
		}
	}
	var ids []string
	for i, ok := range found {
		if ok {
			ids = append(ids, t.topics[i].ID)
		}
	}
	return ids
}

// leafings is how many questions are answered without an index. The index costs about as much as ten
// leafings (see the benchmarks).
const leafings = 8

// leaf marks the topics of patterns that cover all of p, by reading the files from end to end. Only
// lines that begin like p are taken apart.
func (t *Topics) leaf(p Pattern, found []bool) {
	names, _ := fs.Glob(t.files, interestsFolder+"/*.txt") // the pattern is well-formed
	for _, name := range names {
		data, err := fs.ReadFile(t.files, name)
		if err != nil {
			continue // told by Check
		}
		topic, known := 0, false
		for line := range strings.Lines(string(data)) {
			if line[0] == '[' {
				topic, known = t.positions[strings.Trim(line, "[]\r\n")]
				continue
			}
			key, value, _ := strings.Cut(line, " ")
			if !known || found[topic] || !saysTopic(key) {
				continue
			}
			switch value = strings.TrimSpace(value); {
			case key == "label":
				found[topic] = holdsPhrase(value, p)
			case beginsAlike(value, p):
				data, err := ParsePattern(value)
				found[topic] = err == nil && covers(data, p)
			}
		}
	}
}

// saysTopic reports whether the values under a key of the data mean their topic.
func saysTopic(key string) bool {
	switch key {
	case "word", "means", "thesaurus", "label", "strong":
		return true
	}
	return false
}

// beginsAlike reports whether the first letters of a phrase of the data could be those of p. It errs on
// the side of yes: umlauts have two spellings.
func beginsAlike(value string, p Pattern) bool {
	const letters = 3
	end := 0
	for range letters {
		r, n := runeAt(value, end)
		if !wordRune(r) {
			break
		}
		if strings.ContainsRune("äöüøÄÖÜØ", r) {
			return true
		}
		end += n
	}
	start := Fold(value[:end])
	for _, form := range p.forms {
		if first := form[0].text; strings.HasPrefix(first, start) || strings.HasPrefix(start, first) {
			return true
		}
	}
	return false
}

// covers reports whether a phrase of the data covers all of p.
func covers(data, p Pattern) bool {
	for _, form := range p.forms {
		for _, wide := range data.forms {
			if len(wide) == len(form) && startsWith(wordsOf(form), wide) {
				return true
			}
		}
	}
	return false
}

// holdsPhrase reports whether one of [labelPhrases] covers all of p; only those that begin like p are
// taken apart.
func holdsPhrase(label string, p Pattern) bool {
	words := Words(label)
	length := len(p.forms[0])
	for from := 0; from+length <= len(words); from++ {
		part := label[words[from].Start:words[from+length-1].End]
		if !standsAlone(words, from, from+length) || !beginsAlike(part, p) {
			continue
		}
		if data, err := ParsePattern(part); err == nil && covers(data, p) {
			return true
		}
	}
	return false
}

// wordsOf returns a form as words to be looked through.
func wordsOf(form []token) []Word {
	words := make([]Word, len(form))
	for i, t := range form {
		words[i].Text = t.text
	}
	return words
}

// begins reports whether any pattern begins like p.
func (m *meanings) begins(p Pattern) bool {
	return slices.ContainsFunc(p.forms, func(form []token) bool {
		first := form[0].text
		return m.index.exact[first] != nil || len(first) >= shortestPrefix && m.index.prefix[first[:shortestPrefix]] != nil
	})
}

// find marks the topics of patterns that cover all of form.
func (m *meanings) find(form []token, found []bool) {
	words := wordsOf(form)
	m.index.walk(words, func(id, from, to int) {
		if from != 0 || to != len(words) {
			return
		}
		for _, topic := range m.topics[id] {
			found[topic] = true
		}
	})
}

// languageOf returns the file's code for a BCP 47 tag: "de" for "de-AT".
func languageOf(tag string) string {
	code, _, _ := strings.Cut(tag, "-")
	return strings.ToLower(code)
}

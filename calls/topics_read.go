package calls

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// A fact is one line of a file of topics, words or rules.
type fact struct {
	section    string // the [topic] or [rule] it stands under; "" above the first
	key, value string
	file       string // "interests/de.txt"
	line       int
}

// sectionKey is the key of the fact that begins a section.
const sectionKey = "topic"

func (f fact) errorf(format string, args ...any) error {
	return fmt.Errorf("%s:%d: %s", f.file, f.line, fmt.Sprintf(format, args...))
}

// readFacts splits a file into its facts. Every line that is none is reported.
func readFacts(files fs.FS, name string) ([]fact, []error) {
	name = interestsFolder + "/" + name
	data, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, []error{fmt.Errorf("read topics: %w", err)}
	}
	return parseFacts(name, string(data))
}

// parseFacts splits the text of a file into its facts. Every line that is none is reported.
func parseFacts(name, data string) ([]fact, []error) {
	var facts []fact
	var errs []error
	section, number := "", 0
	for line := range strings.Lines(data) {
		number++
		line = strings.TrimSpace(line)
		f := fact{file: name, line: number}
		switch {
		case line == "" || line[0] == '#':
			continue
		case line[0] == '[' && line[len(line)-1] == ']':
			section = line[1 : len(line)-1]
			f.section, f.key = section, sectionKey
		default:
			key, value, ok := strings.Cut(line, " ")
			if !ok {
				errs = append(errs, f.errorf("%q: want a key, a space and a value, or a [topic]", line))
				continue
			}
			f.section, f.key, f.value = section, key, strings.TrimSpace(value)
		}
		facts = append(facts, f)
	}
	return facts, errs
}

// readTopics reads topics.txt.
func (t *Topics) readTopics() []error {
	facts, errs := readFacts(t.files, "topics.txt")
	for _, f := range facts {
		var err error
		switch {
		case f.key == sectionKey:
			err = t.addTopic(f)
		case f.section == "":
			err = t.addGroup(f)
		default:
			err = t.addSign(&t.topics[len(t.topics)-1], f)
		}
		if err != nil {
			errs = append(errs, err)
		}
	}
	return errs
}

func (t *Topics) addTopic(f fact) error {
	t.topics = append(t.topics, topic{Topic: Topic{ID: f.section}}) // in any case, so that its facts find a place
	if t.Has(f.section) {
		return f.errorf("topic %q is already there", f.section)
	}
	t.positions[f.section] = len(t.topics) - 1
	return nil
}

func (t *Topics) addGroup(f fact) error {
	id, label, ok := strings.Cut(f.value, " ")
	if f.key != "group" || !ok {
		return f.errorf("%q above the first [topic]: want group, an id and a name", f.key)
	}
	t.groups = append(t.groups, Group{ID: id, Label: label})
	return nil
}

func (t *Topics) addSign(to *topic, f fact) error {
	switch f.key {
	case "group":
		return t.joinGroup(to, f)
	case "seed":
		to.Seed = f.value == "yes"
	case "first":
		to.first = f.value == "yes"
	case "programme":
		to.Programmes = append(to.Programmes, f.value)
	case "identifier":
		re, err := regexp.Compile(f.value)
		if err != nil {
			return f.errorf("%v", err)
		}
		to.identifiers = append(to.identifiers, re)
	case "strong":
		return addPhrase(&to.strong, f)
	case "exclude":
		return addPhrase(&to.exclude, f)
	case "sdg":
		number, err := strconv.Atoi(f.value)
		if err != nil {
			return f.errorf("sdg %q: want a number", f.value)
		}
		to.SDGs = append(to.SDGs, number)
	case "eurovoc":
		to.Concepts = append(to.Concepts, f.value)
	case "source":
		to.Sources = append(to.Sources, f.value)
	default:
		return f.errorf("unknown key %q: want group, seed, first, programme, identifier, strong, exclude, sdg, eurovoc or source", f.key)
	}
	return nil
}

func (t *Topics) joinGroup(to *topic, f fact) error {
	i := slices.IndexFunc(t.groups, func(g Group) bool { return g.ID == f.value })
	if i < 0 {
		return f.errorf("unknown group %q", f.value)
	}
	to.Group = f.value
	t.groups[i].Topics = append(t.groups[i].Topics, to.ID)
	return nil
}

func addPhrase(to *[]phrase, f fact) error {
	p, err := ParsePattern(f.value)
	if err != nil {
		return f.errorf("%s %v", f.key, err)
	}
	*to = append(*to, phrase{p, abbreviation(f.value)})
	return nil
}

// abbreviation reports whether s is one word all in capitals, such as LEADER.
func abbreviation(s string) bool {
	letters := 0
	for _, r := range s {
		switch {
		case unicode.IsLower(r), unicode.IsSpace(r), r == '-', r == '*':
			return false
		case unicode.IsLetter(r):
			letters++
		}
	}
	return letters > 0
}

// readWords reads the file of one language. What is wrong in it is reported and left out.
func (t *Topics) readWords(language string) (*wordlist, []error) {
	n := len(t.topics)
	w := &wordlist{labels: make([]string, n), words: make([][]phrase, n), means: make([][]phrase, n),
		thesaurus: make([][]phrase, n), ambiguous: make([][]phrase, n)}
	facts, errs := readFacts(t.files, language+".txt")
	for _, f := range facts {
		if err := t.addWord(w, f); err != nil {
			errs = append(errs, err)
		}
	}
	if w.language != language {
		errs = append(errs, fmt.Errorf("%s/%s.txt: language is %q, want %q", interestsFolder, language, w.language, language))
	}
	return w, errs
}

func (t *Topics) addWord(w *wordlist, f fact) error {
	i, known := t.positions[f.section]
	switch {
	case f.section == "" && f.key == "language":
		w.language = f.value
		return nil
	case !known && f.key == sectionKey:
		return f.errorf("unknown topic %q", f.section)
	case !known:
		return nil // said once, at the topic
	}
	switch f.key {
	case sectionKey:
		return nil
	case "label":
		if w.labels[i] != "" {
			return f.errorf("topic %s has a label already", f.section)
		}
		w.labels[i] = f.value
		return nil
	case "word":
		return addPhrase(&w.words[i], f)
	case "means":
		return addPhrase(&w.means[i], f)
	case "thesaurus":
		return addPhrase(&w.thesaurus[i], f)
	case "ambiguous":
		return addPhrase(&w.ambiguous[i], f)
	}
	return f.errorf("unknown key %q: want label, word, means, thesaurus or ambiguous", f.key)
}

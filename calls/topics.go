package calls

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

//go:embed interests/*.txt
var interestFiles embed.FS

// interestsFolder is where the data lies, in the source tree and in the embedded copy.
const interestsFolder = "interests"

// Topics knows what calls can be about: the topics with their signs, and the words of each language
// that mean them. Make one with [LoadTopics]; it is safe for concurrent use.
//
// The data is one file of signs, interests/topics.txt, and one file of words per language. English is
// read at once, because calls are classified by it; another language is read when it is first needed.
type Topics struct {
	files      fs.FS
	groups     []Group
	topics     []topic
	positions  map[string]int // by id
	english    *wordlist
	signs      func() *signs    // English
	others     map[string]*lazy // by language code, English excepted
	asked      atomic.Int64     // how often Meaning was asked
	meanings   func() *meanings
	vetoes     *patternIndex   // the exclude phrases of all topics
	vetoTopics [][]int         // by number of the pattern in vetoes
	wide       map[string]bool // programmes that serve so many topics that they say little of any
	programmes *Programmes
}

// A Group is a heading over topics.
type Group struct {
	ID     string   // "civic"
	Label  string   // English
	Topics []string // ids
}

// A Topic is one thing that calls can be about and municipalities be interested in.
type Topic struct {
	ID         string
	Group      string   // id
	Seed       bool     // one of the areas that fundwatch was made for
	Programmes []string // short codes of programmes that have calls on it
	SDGs       []int    // numbers of UN Sustainable Development Goals
	Concepts   []string // EuroVoc: number and English label, "5323 twinning"
	Sources    []string // where else calls on it are published
}

// A topic is a Topic with the signs by which calls are found to be about it.
type topic struct {
	Topic
	identifiers []*regexp.Regexp
	strong      []phrase
	exclude     []phrase
	first       bool // its calls come before others, see weightFirst
}

// A phrase is a pattern as the data writes it.
type phrase struct {
	Pattern
	capitals bool // an abbreviation: in calls it counts only in capitals
}

// A wordlist is what one language file says. Its slices are indexed like Topics.topics.
type wordlist struct {
	language  string
	labels    []string
	words     [][]phrase
	means     [][]phrase // words that say the topic when a town types them, and too little when a call does
	thesaurus [][]phrase
	ambiguous [][]phrase
}

// lazy reads a language when it is first asked for, once.
type lazy struct {
	words func() *wordlist
	signs func() *signs
}

// LoadTopics reads the built-in topics and the English words. The error lists every problem in these
// two files with file and line; problems in other languages are told by [Topics.Check].
func LoadTopics() (*Topics, error) { return loadTopics(interestFiles) }

func loadTopics(files fs.FS) (*Topics, error) {
	t := &Topics{files: files, positions: map[string]int{}, others: map[string]*lazy{}}
	errs := t.readTopics()
	english, more := t.readWords("en")
	t.english = english
	t.signs = sync.OnceValue(func() *signs { return newSigns(t, english) })
	for _, code := range t.languageFiles() {
		words := sync.OnceValue(func() *wordlist { w, _ := t.readWords(code); return w })
		t.others[code] = &lazy{words, sync.OnceValue(func() *signs { return newSigns(t, words()) })}
	}
	t.meanings = sync.OnceValue(func() *meanings { return newMeanings(t) })
	t.wide = wideProgrammes(t.topics)
	t.indexVetoes()
	programmes, err := LoadProgrammes()
	t.programmes = programmes
	return t, errors.Join(append(errs, append(more, err)...)...)
}

// fit returns how well calls of c's programme suit municipalities.
func (t *Topics) fit(c *Call) float64 { return t.programmes.Fit(c.Programme) }

func (t *Topics) indexVetoes() {
	t.vetoes = newPatternIndex()
	for i := range t.topics {
		for _, p := range t.topics[i].exclude {
			id := t.vetoes.add(p.Pattern)
			if id == len(t.vetoTopics) {
				t.vetoTopics = append(t.vetoTopics, nil)
			}
			t.vetoTopics[id] = append(t.vetoTopics[id], i)
		}
	}
}

// wideProgrammes returns the programmes that have calls on more than a third of all topics.
func wideProgrammes(topics []topic) map[string]bool {
	const share = 3
	served, wide := map[string]int{}, map[string]bool{}
	for i := range topics {
		for _, code := range topics[i].Programmes {
			served[code]++
			wide[code] = served[code] > len(topics)/share
		}
	}
	return wide
}

// languageFiles returns the codes of all languages that have a file, English excepted, in order.
func (t *Topics) languageFiles() []string {
	names, _ := fs.Glob(t.files, interestsFolder+"/*.txt") // the pattern is well-formed
	var codes []string
	for _, name := range names {
		code := strings.TrimSuffix(path.Base(name), ".txt")
		if code != "topics" && code != "en" {
			codes = append(codes, code)
		}
	}
	return codes
}

// Check reads every language and returns all problems in the data, each with file and line; nil if
// there are none. Without it, what is wrong in a language file is left out in silence.
func (t *Topics) Check() error {
	var errs []error
	for _, code := range t.languageFiles() {
		_, problems := t.readWords(code)
		errs = append(errs, problems...)
	}
	return errors.Join(errs...)
}

// IDs returns the ids of all topics in the order of the data: by group, the nearest to town twinning
// first. The caller owns the slice.
func (t *Topics) IDs() []string {
	ids := make([]string, len(t.topics))
	for i := range t.topics {
		ids[i] = t.topics[i].ID
	}
	return ids
}

// Groups returns the groups of topics in order. The caller must not change the lists in them.
func (t *Topics) Groups() []Group { return slices.Clone(t.groups) }

// Has reports whether there is a topic with this id.
func (t *Topics) Has(id string) bool {
	_, ok := t.positions[id]
	return ok
}

// Topic returns what is known of a topic beside its words. It reports false if there is none with
// this id. The caller must not change the lists in it.
func (t *Topics) Topic(id string) (Topic, bool) {
	i, ok := t.positions[id]
	if !ok {
		return Topic{}, false
	}
	return t.topics[i].Topic, true
}

// Label returns the name of a topic in a language such as "de", in English if that language lacks it,
// and the id itself if there is no such topic.
func (t *Topics) Label(id, language string) string {
	i, ok := t.positions[id]
	if !ok {
		return id
	}
	if other, ok := t.others[language]; ok {
		if label := other.words().labels[i]; label != "" {
			return label
		}
	}
	if label := t.english.labels[i]; label != "" {
		return label
	}
	return id
}

// Nearest returns at most three ids of topics that someone who wrote id may have meant, best first: by
// a word for the topic in any language, else by a similar id. It returns nil if nothing is near.
func (t *Topics) Nearest(id string) []string {
	if ids := t.Meaning(id); ids != nil {
		return ids[:min(len(ids), mostNearest)]
	}
	return Nearest(strings.ReplaceAll(id, " ", "-"), t.IDs())
}

// Version returns a short hash of all data by which calls are classified and matched, words included:
// when it differs from the one with which calls were classified, they should be classified and matched
// again.
func (t *Topics) Version() string {
	hash := sha256.New()
	hash.Write([]byte(programmesTable + forTownsTable + thingsTable))
	names, _ := fs.Glob(t.files, interestsFolder+"/*.txt")
	for _, name := range names {
		data, err := fs.ReadFile(t.files, name)
		if err != nil {
			continue // the version of what can be read
		}
		hash.Write([]byte(name + "\n"))
		hash.Write(data)
	}
	const length = 12 // hexadecimal digits, as short hashes of commits are
	return hex.EncodeToString(hash.Sum(nil))[:length]
}

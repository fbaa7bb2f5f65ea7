package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// fallback is the language of readers whose own is not there yet.
const fallback = "en"

// texts are the sentences of one language by key. {{.Name}} in them stands for a value.
type texts map[string]string

// readTexts reads all languages. A language has every key of English, with the same values, or is refused.
func readTexts(from fs.FS) (map[string]texts, error) {
	names, err := fs.Glob(from, "locale/*.json")
	if err != nil {
		return nil, err
	}
	all := map[string]texts{}
	for _, name := range names {
		raw, err := fs.ReadFile(from, name)
		if err != nil {
			return nil, err
		}
		var t texts
		if err := json.Unmarshal(raw, &t); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all[strings.TrimSuffix(path.Base(name), ".json")] = t
	}
	var problems []error
	for lang, t := range all {
		problems = append(problems, t.compare(lang, all[fallback]))
	}
	return all, errors.Join(problems...)
}

// compare reports what differs from English in keys and values.
func (t texts) compare(lang string, english texts) error {
	var problems []error
	for key, text := range english {
		own, ok := t[key]
		if !ok {
			problems = append(problems, fmt.Errorf("%s.json: %q is missing", lang, key))
			continue
		}
		if got, want := values(own), values(text); !slices.Equal(got, want) {
			problems = append(problems, fmt.Errorf("%s.json: %q names the values %v, want %v", lang, key, got, want))
		}
	}
	for key := range t {
		if _, ok := english[key]; !ok {
			problems = append(problems, fmt.Errorf("%s.json: %q is in no other language", lang, key))
		}
	}
	return errors.Join(problems...)
}

// values returns the names of the values in a sentence, sorted.
func values(text string) []string {
	var names []string
	for _, piece := range strings.Split(text, "{{.")[1:] {
		name, _, _ := strings.Cut(piece, "}}")
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// fill returns the sentence with its values: pairs of a name and a value. A key that is not there is a
// programmer's mistake; the reader sees the key.
func (t texts) fill(key string, pairs ...string) string {
	text, ok := t[key]
	if !ok {
		return key
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		pairs[i] = "{{." + pairs[i] + "}}"
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

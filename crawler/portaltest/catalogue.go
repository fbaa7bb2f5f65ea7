package portaltest

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

//go:embed catalogue/*.txt
var catalogueFiles embed.FS

// Clock returns the time at which the demonstration looks at the catalogue: 05:15 in Brussels on
// Tuesday 2026-09-01 for day 1, and on Tuesday 2026-09-08 for day 2 and everything after it.
func Clock(day int) time.Time {
	if day <= 1 {
		return time.Date(2026, time.September, 1, 3, 15, 0, 0, time.UTC)
	}
	return time.Date(2026, time.September, 8, 3, 15, 0, 0, time.UTC)
}

// Catalogue returns the built-in records as they stand on day 1 or, a week later, on day 2 (any
// number above 2 is day 2, any below 1 is day 1). Three calls differ between the two: one moves its
// deadline, with a piece of news (type 6) that says so; one that was forthcoming is open; one is
// there for the first time. The facts are in the files of the folder catalogue, see its README.
// Records are fresh copies in a fixed order.
func Catalogue(day int) []Record {
	all, err := readCatalogue(catalogueFiles)
	if err != nil {
		panic("portaltest: the built-in catalogue is broken: " + err.Error())
	}
	return build(all, day)
}

// Many returns n topics with references and identifiers of their own, made from the catalogue's: for
// tests that need a crowd. Their facts are not real.
func Many(n int) []Record {
	topics := slices.DeleteFunc(Catalogue(1), func(r Record) bool { return r.Type() != "1" })
	records := make([]Record, 0, n)
	for i := range n {
		r := topics[i%len(topics)].Clone()
		r.Reference = strconv.Itoa(90000000+i) + "TOPICSen"
		r.Metadata["REFERENCE"] = []string{r.Reference}
		r.Metadata["language"] = []string{"en"}
		was := r.First("identifier")
		r.Metadata["identifier"] = []string{fmt.Sprintf("%s-%06d", was, i)}
		for _, field := range []string{"budgetOverview", "keywords"} { // which name the topic too
			for j, value := range r.Metadata[field] {
				r.Metadata[field][j] = strings.ReplaceAll(value, was, r.First("identifier"))
			}
		}
		r.Metadata["url"] = []string{topicURL + r.First("identifier")}
		r.Metadata["DATASOURCE"] = []string{"SEDIA"}
		r.Metadata["status"] = []string{statusOpen}
		r.Metadata["sortStatus"] = []string{"1"}
		records = append(records, r)
	}
	return records
}

// facts are one block of a catalogue file: what each key says. A key that is not there was not stated.
type facts map[string]string

// list returns a value as the list that it is, split at commas.
func (f facts) list(key string) []string {
	values := []string{}
	for value := range strings.SplitSeq(f[key], ",") {
		if value = strings.TrimSpace(value); value != "" {
			values = append(values, value)
		}
	}
	return values
}

func (f facts) has(quirk string) bool { return slices.Contains(f.list("quirks"), quirk) }

// dayTwo is the prefix of keys that say what is true from day 2 on.
const dayTwo = "day 2 "

// on returns the facts as they stand on a day, and whether the call is there at all.
func (f facts) on(day int) (facts, bool) {
	if f["from"] == "day 2" && day < 2 {
		return nil, false
	}
	standing := maps.Clone(f)
	for key, value := range f {
		if plain, ok := strings.CutPrefix(key, dayTwo); ok && day >= 2 {
			standing[plain] = value
		}
	}
	return standing, true
}

// readCatalogue reads every file. The error holds every problem of every file.
func readCatalogue(files fs.FS) ([]facts, error) {
	names, err := fs.Glob(files, "catalogue/*.txt")
	if err != nil {
		return nil, err
	}
	var all []facts
	var problems []error
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		blocks, err := parseFacts(name, string(text))
		all, problems = append(all, blocks...), append(problems, err)
	}
	problems = append(problems, repeats(all))
	return all, errors.Join(problems...)
}

func repeats(all []facts) error {
	seen := map[string]bool{}
	var problems []error
	for _, f := range all {
		if seen[f["reference"]] {
			problems = append(problems, fmt.Errorf("reference %q occurs twice", f["reference"]))
		}
		seen[f["reference"]] = true
	}
	return errors.Join(problems...)
}

// parseFacts reads blocks of "key: value" lines between empty lines. A line that begins with a space
// goes on with the value above it; one that begins with # is a remark. The error holds every problem
// with its file and line.
func parseFacts(name, text string) ([]facts, error) {
	var blocks []facts
	var problems []error
	var block facts
	var key string
	start := 0
	finish := func() {
		if block != nil {
			blocks = append(blocks, block)
			problems = append(problems, at(name, start, check(block)))
		}
		block, key = nil, ""
	}
	for i, line := range strings.Split(text, "\n") {
		trimmed := strings.TrimSpace(line)
		switch {
		case trimmed == "":
			finish()
		case strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, " ") && key != "":
			block[key] += " " + trimmed
		default:
			if block == nil {
				block, start = facts{}, i+1
			}
			var err error
			key, err = block.add(trimmed)
			problems = append(problems, at(name, i+1, err))
		}
	}
	finish()
	return blocks, errors.Join(problems...)
}

func at(name string, line int, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s:%d: %w", name, line, err)
}

// add takes in one line and returns its key.
func (f facts) add(line string) (string, error) {
	key, value, ok := strings.Cut(line, ":")
	if !ok {
		return "", fmt.Errorf("%q is no line of the form \"key: value\"", line)
	}
	key, value = strings.TrimSpace(key), strings.TrimSpace(value)
	if _, known := factKeys[strings.TrimPrefix(key, dayTwo)]; !known {
		return "", fmt.Errorf("unknown key %q", key)
	}
	if _, twice := f[key]; twice {
		return key, fmt.Errorf("key %q occurs twice in one block", key)
	}
	f[key] = value
	return key, nil
}

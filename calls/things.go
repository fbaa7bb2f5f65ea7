package calls

import (
	_ "embed" // the table below
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
)

//go:embed rules/things.tsv
var thingsTable string

// things knows what things that are no topic are called in the languages of the EU.
type things struct {
	index   *patternIndex // of the words that are not English
	english [][][]token   // by number of the pattern in index: the English words for it
}

// loadThings reads the built-in table once. It can only fail by a mistake in the table, which a test
// finds; a word that cannot be read is left out.
var loadThings = sync.OnceValues(func() (*things, error) {
	rows, errs := tableRows("rules/things.tsv", thingsTable, 4)
	x := &things{index: newPatternIndex()}
	for _, row := range rows {
		english, err := readPatterns(row.fields[0])
		others, more := readPatterns(row.fields[1])
		if err = errors.Join(err, more); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", row.place, err))
		}
		for _, p := range others {
			x.add(p, english)
		}
	}
	return x, errors.Join(errs...)
})

// readPatterns reads words parted by semicolons.
func readPatterns(list string) ([]Pattern, error) {
	var patterns []Pattern
	var errs []error
	for written := range strings.SplitSeq(list, ";") {
		p, err := ParsePattern(written)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		patterns = append(patterns, p)
	}
	return patterns, errors.Join(errs...)
}

func (x *things) add(word Pattern, english []Pattern) {
	id := x.index.add(word)
	if id == len(x.english) {
		x.english = append(x.english, nil)
	}
	for _, p := range english {
		x.english[id] = append(x.english[id], p.forms...)
	}
}

// called returns the English words for what p is called in some language; nil if it is none of the things.
func (x *things) called(p Pattern) [][]token {
	var forms [][]token
	for _, form := range p.forms {
		if !x.index.begins(form[0].text) {
			continue // as nearly all words of towns
		}
		words := wordsOf(form)
		x.index.walk(words, func(id, from, to int) {
			if from == 0 && to == len(words) {
				forms = append(forms, x.english[id]...)
			}
		})
	}
	return forms
}

// parseOwn reads what a town watches or excludes: the pattern that it wrote, which also finds the English
// words for the same thing: nearly all calls are written in English (rules/things.tsv). The error is that
// of [ParsePattern].
func parseOwn(written string) (Pattern, error) {
	p, err := ParsePattern(written)
	if err != nil {
		return Pattern{}, err
	}
	known, _ := loadThings() // see there
	if english := known.called(p); english != nil {
		p.forms = append(slices.Clone(p.forms), english...)
	}
	return p, nil
}

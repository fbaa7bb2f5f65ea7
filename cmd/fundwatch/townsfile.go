package main

import (
	"path/filepath"
	"strings"

	"fundwatch/calls"
)

// A Vocabulary holds the words that a municipalities file may use. Every field must be set.
type Vocabulary struct {
	Topics     topicNames
	Countries  countryCodes
	Programmes programmeNames
}

// topicNames knows the topics. [calls.Topics] is one.
type topicNames interface {
	Has(id string) bool
	Nearest(id string) []string
}

// countryCodes knows the countries. [calls.Countries] is one.
type countryCodes interface {
	Canonical(code string) (string, bool)
	Nearest(code string) []string
}

// The limits of one town. They keep a mistake (a column in the wrong place) from becoming data.
const (
	longestText     = 200 // letters of a name or a keyword
	longestCode     = 40  // letters of a LAU code
	mostTwins       = 200
	mostKeywords    = 200 // and as many excluded words
	mostSubscribers = 100
)

// ParseTowns reads a municipalities file: YAML (a list, or a list under the key municipalities), JSON
// of the same shape, or CSV. The extension of name decides between them, and the content where there
// is no telling extension.
//
// It is all or nothing: if anything is wrong, the error is a [Problems] with everything that is and
// the towns are nil. Warnings are returned in either case. States, ids and tokens of subscribers are
// left empty for the store to fill in; lists without items are nil.
func ParseTowns(name string, data []byte, vocabulary Vocabulary) (towns []calls.Municipality, warnings Problems, err error) {
	read := readTownsYAML
	if isCSV(name, data) {
		read = readTownsCSV
	}
	drafts, problems := read(name, data)
	reader := townReader{file: name, vocabulary: vocabulary, problems: problems, lines: map[string]int{}}
	for i := range drafts {
		towns = append(towns, reader.town(&drafts[i]))
	}
	if len(drafts) == 0 && len(problems) == 0 {
		reader.problems = Problems{{File: name, Message: "no municipality is in this file"}}
	}
	if err := reader.problems.err(); err != nil {
		return nil, reader.warnings.sorted(), err
	}
	return towns, reader.warnings.sorted(), nil
}

func isCSV(name string, data []byte) bool {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".yaml", ".yml", ".json":
		return false
	case ".csv", ".tsv":
		return true
	}
	return !looksLikeYAML(string(data))
}

// looksLikeYAML judges by the first line that says anything: no header of a table begins so.
func looksLikeYAML(text string) bool {
	for line := range strings.Lines(strings.TrimPrefix(text, "\ufeff")) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		return strings.IndexByte("-[{", line[0]) >= 0 || strings.HasPrefix(line, municipalitiesKey+":")
	}
	return true
}

// A townDraft is one town as it is written, before anything is believed.
type townDraft struct {
	line                   int
	id, name, country, lau field
	population             field
	twins                  []field
	topics, keywords       []field
	exclude, programmes    []field
	minGrant, everything   field
	subscribers            []subscriberDraft

	// What could not be read is reported already; that it is missing need not be.
	unreadable, interestsBroken bool
}

// A subscriberDraft is one mailbox as it is written.
type subscriberDraft struct {
	line                             int
	email, name, language, frequency field
}

// A field is a piece of text with its line.
type field struct {
	text string
	line int
}

// A townKey is the name of a field, as YAML key and as CSV column, and where it goes: exactly one of
// one and many is set.
type townKey struct {
	name string
	one  *field
	many *[]field
}

// keys returns what stands at the top of a town.
func (d *townDraft) keys() []townKey {
	return []townKey{
		{"id", &d.id, nil}, {"name", &d.name, nil}, {"country", &d.country, nil}, {"lau", &d.lau, nil},
		{"population", &d.population, nil}, {"twins", nil, &d.twins},
	}
}

// interestKeys returns what stands under the YAML key interests.
func (d *townDraft) interestKeys() []townKey {
	return []townKey{
		{"topics", nil, &d.topics}, {"keywords", nil, &d.keywords}, {"exclude", nil, &d.exclude},
		{"programmes", nil, &d.programmes}, {"min_grant", &d.minGrant, nil}, {"everything", &d.everything, nil},
	}
}

// keys returns what stands in one item of the YAML list subscribers.
func (d *subscriberDraft) keys() []townKey {
	return []townKey{
		{"email", &d.email, nil}, {"name", &d.name, nil}, {"language", &d.language, nil}, {"frequency", &d.frequency, nil},
	}
}

func keyNames(keys []townKey) []string {
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = k.name
	}
	return names
}

package calls

import "unicode/utf8"

// shortestSlip is how many letters a word has for which others are offered: everything is near "de".
const shortestSlip = 4

// A Slip is a word of a search that found nothing: perhaps it is misspelt.
type Slip struct {
	Word    string // folded
	Written string // as it was typed
}

// Slips returns the words of a search that found nothing for which others may be offered, in the order in which they
// were typed, an umlaut in both its spellings. Left out are those that mean a topic, that no call may hold, that stand
// in phrases, and that are too short to be near anything. Typed is the text of the search.
func Slips(clauses []Clause, typed string) []Slip {
	var slips []Slip
	for _, clause := range clauses {
		if clause.Not || len(clause.Topics) > 0 {
			continue
		}
		for _, term := range clause.Any {
			if len(term.Words) != 1 || utf8.RuneCountInString(term.Words[0]) < shortestSlip {
				continue
			}
			slips = append(slips, Slip{term.Words[0], AsWritten(typed, term.Words[0])})
		}
	}
	return slips
}

// Nearest returns words that may have been meant, best first: of the catalogue or, if it neither knows the word nor one
// that is near, words of any language that mean a topic. It returns nil if nothing is near. Look finds the nearest words
// of the catalogue, and whether it knows the word; its error is returned. Topics is nil where their words are not wanted.
func (s Slip) Nearest(look func(word string) (near []string, known bool, err error), topics *Topics) (near []string, ofTopics bool, err error) {
	near, known, err := look(s.Word)
	if err != nil || known || len(near) > 0 || topics == nil {
		return near, false, err
	}
	return topics.NearestWords(s.Word), true, nil
}

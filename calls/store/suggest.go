package store

import (
	"context"
	"fmt"
	"unicode/utf8"

	"fundwatch/calls"
)

// NearestWords returns at most three words of the stored calls, folded, that someone who wrote word may
// have meant, best first; nil if nothing is near or if the word itself is there. Words that begin with the
// same letter come before all others: most slips are further on.
//
// It reads the vocabulary of the index, so it is for searches that found nothing: of each word FTS4 counts
// in how many calls it stands, whether that is asked for or not, which over all words takes long.
func (db *DB) NearestWords(ctx context.Context, word string) (near []string, known bool, err error) {
	folded := calls.Fold(word)
	_, first := utf8.DecodeRuneInString(folded)
	for _, beginning := range []string{folded[:first], ""} {
		terms, err := db.vocabulary(ctx, beginning, utf8.RuneCountInString(folded))
		if err != nil {
			return nil, false, fmt.Errorf("read vocabulary: %w", err)
		}
		for _, term := range terms {
			if term == folded {
				return nil, true, nil
			}
		}
		if near := calls.Nearest(folded, terms); near != nil {
			return near, false, nil
		}
	}
	return nil, false, nil
}

// vocabulary returns the words that begin so and have about that many letters: a longer word that begins
// alike is another word, not a slip.
func (db *DB) vocabulary(ctx context.Context, beginning string, length int) ([]string, error) {
	const query = `
		SELECT term
		FROM vocabulary
		WHERE term >= ?1 AND term <= ?1 || char(0x10ffff) AND col = '*' AND length(term) BETWEEN ?2 AND ?3`
	return collect(ctx, db.read, scanOne[string], query, beginning, length-2, length+2)
}

package store

import (
	"context"
	"fmt"
	"unicode/utf8"

	"fundwatch/calls"
)

// NearestWords returns at most three words of the stored calls, folded, that someone who wrote word may
// have meant, best first; nil if nothing is near or if the word itself is there. It reads the
// vocabulary of the index, so it is for searches that found nothing.
func (db *DB) NearestWords(ctx context.Context, word string) ([]string, error) {
	folded := calls.Fold(word)
	const query = `
		SELECT term
		FROM vocabulary
		WHERE col = '*' AND length(term) BETWEEN ?1 AND ?2
		ORDER BY documents DESC, term`
	// A longer word that begins alike is another word, not a slip.
	length := utf8.RuneCountInString(folded)
	terms, err := collect(ctx, db.read, scanOne[string], query, length-2, length+2)
	if err != nil {
		return nil, fmt.Errorf("read vocabulary: %w", err)
	}
	for _, term := range terms {
		if term == folded {
			return nil, nil
		}
	}
	return calls.Nearest(folded, terms), nil
}

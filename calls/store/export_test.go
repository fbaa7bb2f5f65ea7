package store

import (
	"context"
	"time"

	"fundwatch/calls"
)

// MatchInGroups is Match with other groups of calls: with 1, each call is matched by itself.
func (db *DB) MatchInGroups(ctx context.Context, topics *calls.Topics, now time.Time, groupBytes int) (Matched, error) {
	return db.match(ctx, topics, now, groupBytes)
}

// BounceToken returns the token of a subscriber that stands in the envelope of its mails.
func (db *DB) BounceToken(ctx context.Context, subscriber int64) (token string, err error) {
	if err := db.Unlock(ctx); err != nil {
		return "", err
	}
	const query = `SELECT token_of('bounce', nonce) FROM subscribers WHERE id = ?`
	return token, db.read.QueryRowContext(ctx, query, subscriber).Scan(&token)
}

// AddFunctions adds what migrations ask for to a connection from outside.
var AddFunctions = addFunctions

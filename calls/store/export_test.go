package store

import (
	"context"
	"database/sql"
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

// ShownAddress is how people see a stored address.
var ShownAddress = shownAddress

// AddFunctions adds what migrations ask for to a connection from outside.
var AddFunctions = addFunctions

// BringTo brings an old file forward to a version that need not be the newest: as a former fundwatch left it.
func BringTo(ctx context.Context, path string, version int) error {
	names, err := migrations()
	if err != nil {
		return err
	}
	raw := sql.OpenDB(newConnector(path, writing))
	defer raw.Close()
	for i, name := range names[:version] {
		tx, err := raw.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		if err := step(ctx, tx, name, i+1); err != nil {
			tx.Rollback() // the error is told
			return err
		}
		if err := tx.Commit(); err != nil {
			return err
		}
	}
	return nil
}

// Versions returns how many versions of the database there have been.
func Versions() int {
	names, _ := migrations() // they are embedded: the pattern is right
	return len(names)
}

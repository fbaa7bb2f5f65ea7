package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"fundwatch/calls"
)

// LastMail returns the newest mail of a subscriber that arrived or is on its way; zero if there is none.
func (db *DB) LastMail(ctx context.Context, subscriber int64) (calls.LastMail, error) {
	const query = `
		SELECT key, created
		FROM deliveries
		WHERE subscriber = ? AND state IN ('queued', 'sending', 'sent', 'unknown')
		ORDER BY id DESC
		LIMIT 1`
	var last calls.LastMail
	var key string
	err := db.read.QueryRowContext(ctx, query, subscriber).Scan(&key, into(&last.At))
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return last, fmt.Errorf("last mail of subscriber %d: %w", subscriber, err)
	}
	name, _, _ := strings.Cut(key, "/")
	last.Kind, _ = calls.DigestKindOf(name)
	return last, nil
}

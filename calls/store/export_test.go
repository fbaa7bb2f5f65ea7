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

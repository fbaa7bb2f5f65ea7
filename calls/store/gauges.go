package store

import (
	"context"
	"fmt"
	"time"

	"fundwatch/calls"
)

// CountSubscribers returns how many mailboxes are in each state. A state that none is in is missing.
func (db *DB) CountSubscribers(ctx context.Context) (map[calls.SubscriberState]int, error) {
	type count struct {
		state calls.SubscriberState
		n     int
	}
	counts, err := collect(ctx, db.read, func(s scanner) (c count, err error) {
		return c, s.Scan(&c.state, &c.n)
	}, `SELECT state, COUNT(*) FROM subscribers GROUP BY state`)
	if err != nil {
		return nil, fmt.Errorf("count subscribers: %w", err)
	}
	byState := make(map[calls.SubscriberState]int, len(counts))
	for _, c := range counts {
		byState[c.state] = c.n
	}
	return byState, nil
}

// OldestWaiting returns when the oldest mail was made that is neither sent nor given up; zero if there is
// none.
func (db *DB) OldestWaiting(ctx context.Context) (time.Time, error) {
	var oldest time.Time
	const query = `SELECT MIN(created) FROM deliveries WHERE state IN ('queued', 'sending', 'unknown')`
	if err := db.read.QueryRowContext(ctx, query).Scan(into(&oldest)); err != nil {
		return oldest, fmt.Errorf("oldest mail: %w", err)
	}
	return oldest, nil
}

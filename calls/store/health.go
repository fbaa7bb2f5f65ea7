package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"fundwatch/calls"
)

// CountSubscribers returns how many subscribers are in each state. A state that none is in is missing.
func (db *DB) CountSubscribers(ctx context.Context) (map[calls.SubscriberState]int, error) {
	counts, err := countBy[calls.SubscriberState](ctx, db.read, `SELECT state, COUNT(*) FROM subscribers GROUP BY state`)
	if err != nil {
		return nil, fmt.Errorf("count subscribers: %w", err)
	}
	return counts, nil
}

// SubscribersIn returns the subscribers in a state, by the order in which they came, at most limit (0: all).
func (db *DB) SubscribersIn(ctx context.Context, state calls.SubscriberState, limit int) ([]calls.Subscriber, error) {
	query := `SELECT ` + subscriberColumns + subscriberTables + ` WHERE s.state = ? ORDER BY s.id LIMIT ?`
	all, err := collect(ctx, db.read, scanSubscriber, query, string(state), noLimit(limit))
	if err != nil {
		return nil, fmt.Errorf("read %s subscribers: %w", state, err)
	}
	return all, nil
}

// OldestDelivery returns the mail in one of these states that was composed first, without its bytes; nil if
// there is none.
func (db *DB) OldestDelivery(ctx context.Context, states ...calls.DeliveryState) (*calls.Delivery, error) {
	const query = `
		SELECT ` + deliveryColumns + `
		FROM deliveries d
		WHERE d.state IN (SELECT value FROM json_each(?))
		ORDER BY d.created, d.id
		LIMIT 1`
	d, err := scanDelivery(db.read.QueryRowContext(ctx, query, asJSON(&states)))
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("read oldest mail: %w", err)
	}
	return &d, nil
}

// A Lease says who is at what.
type Lease struct {
	Name  string // such as "crawl"
	Owner string
	Until time.Time
}

// Leases returns the leases that have not run out, by name. Their owners may have died since.
func (db *DB) Leases(ctx context.Context, now time.Time) ([]Lease, error) {
	all, err := collect(ctx, db.read, func(s scanner) (l Lease, err error) {
		return l, s.Scan(&l.Name, &l.Owner, into(&l.Until))
	}, `SELECT name, owner, until FROM leases WHERE until > ? ORDER BY name`, instant(now))
	if err != nil {
		return nil, fmt.Errorf("read leases: %w", err)
	}
	return all, nil
}

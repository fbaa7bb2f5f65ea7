package store

import (
	"context"
	"database/sql"
	"fmt"

	"fundwatch/calls"
)

// ExpectedTold reports whether a subscriber was told of expected rounds in a quarter ([calls.Quarter]), by a
// mail that is on its way or arrived.
func (db *DB) ExpectedTold(ctx context.Context, subscriber int64, quarter string) (bool, error) {
	const query = `
		SELECT EXISTS (SELECT 1 FROM expected_notices WHERE subscriber = ? AND quarter = ? AND state <> 'returned')`
	told, err := scanOne[bool](db.read.QueryRowContext(ctx, query, subscriber, quarter))
	if err != nil {
		return false, fmt.Errorf("expected rounds told to subscriber %d in %s: %w", subscriber, quarter, err)
	}
	return told, nil
}

// ExpectedTellings returns the expected rounds of which a subscriber was told by mails that are on their way
// or arrived, oldest first; nil if there are none.
func (db *DB) ExpectedTellings(ctx context.Context, subscriber int64) ([]calls.ExpectedNotice, error) {
	const query = `
		SELECT family, year, quarter
		FROM expected_notices
		WHERE subscriber = ? AND state <> 'returned'
		ORDER BY id`
	told, err := collect(ctx, db.read, func(s scanner) (n calls.ExpectedNotice, err error) {
		return n, s.Scan(&n.Family, &n.Year, &n.Quarter)
	}, query, subscriber)
	if err != nil {
		return nil, fmt.Errorf("read expected rounds told to subscriber %d: %w", subscriber, err)
	}
	return told, nil
}

// insertExpected stores of which expected rounds the mail will tell. What is on its way already is not told
// twice.
func insertExpected(ctx context.Context, tx *sql.Tx, d *calls.Digest, delivery int64) error {
	const insert = `
		INSERT INTO expected_notices (subscriber, quarter, family, year, delivery, state)
		VALUES (?, ?, ?, ?, ?, 'queued')
		ON CONFLICT DO NOTHING`
	for _, n := range d.ExpectedNotices() {
		if _, err := tx.ExecContext(ctx, insert, d.Subscriber.ID, n.Quarter, n.Family, n.Year, delivery); err != nil {
			return fmt.Errorf("expected round %s %d: %w", n.Family, n.Year, err)
		}
	}
	return nil
}

package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"fundwatch/calls"
)

// UsualLoad returns how many calls the letters since a time held, silent periods among them. First letters,
// which list all that is open, do not count, and neither do reminders.
func (db *DB) UsualLoad(ctx context.Context, since time.Time) (calls.Load, error) {
	const query = `
		WITH later AS MATERIALIZED (
			SELECT g.delivery
			FROM digests g
			WHERE g.at >= ?1 AND g.period NOT LIKE '____-__-__' AND EXISTS (
				SELECT 1 FROM digests f WHERE f.subscriber = g.subscriber AND f.at < g.at AND f.delivery IS NOT NULL)
		)
		SELECT
			(SELECT COUNT(*) FROM (SELECT DISTINCT n.delivery, n.call FROM later l JOIN notices n ON n.delivery = l.delivery)),
			(SELECT COUNT(*) FROM later)`
	var load calls.Load
	if err := db.read.QueryRowContext(ctx, query, instant(since)).Scan(&load.Items, &load.Digests); err != nil {
		return load, fmt.Errorf("read usual load: %w", err)
	}
	return load, nil
}

// HoldDigests notes that the digests of a period wait for a person, and why.
func (db *DB) HoldDigests(ctx context.Context, period, reason string, now time.Time) error {
	return db.update(ctx, "hold digests of "+period, func(tx *sql.Tx) error {
		const insert = `
			INSERT INTO held_digests (period, reason, at) VALUES (?, ?, ?)
			ON CONFLICT DO UPDATE SET reason = excluded.reason`
		_, err := tx.ExecContext(ctx, insert, period, reason, instant(now))
		return err
	})
}

// ReleaseDigests notes that no digests wait for a person.
func (db *DB) ReleaseDigests(ctx context.Context) error {
	return db.update(ctx, "release held digests", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM held_digests`)
		return err
	})
}

// HeldDigests returns why digests wait for a person, one line for each period; nil if none do.
func (db *DB) HeldDigests(ctx context.Context) ([]string, error) {
	const query = `SELECT 'the digests of ' || period || ' are held: ' || reason FROM held_digests ORDER BY period`
	held, err := collect(ctx, db.read, scanOne[string], query)
	if err != nil {
		return nil, fmt.Errorf("read held digests: %w", err)
	}
	return held, nil
}

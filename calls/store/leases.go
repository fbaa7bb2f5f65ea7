package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// AcquireLease makes owner, for ttl, the only one who may do what name stands for. If another has it,
// held is false, and by and until say who and how long. A lease that has run out is free: its owner
// died, or should have renewed it. owner must be different for each process; whoever holds a lease may
// acquire it again.
func (db *DB) AcquireLease(ctx context.Context, name, owner string, ttl time.Duration, now time.Time) (
	held bool, by string, until time.Time, err error,
) {
	err = db.update(ctx, fmt.Sprintf("acquire lease %q", name), func(tx *sql.Tx) error {
		const take = `
			INSERT INTO leases (name, owner, until) VALUES (?1, ?2, ?3)
			ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, until = excluded.until
			WHERE leases.owner = excluded.owner OR leases.until <= ?4`
		if _, err := tx.ExecContext(ctx, take, name, owner, instant(now.Add(ttl)), instant(now)); err != nil {
			return err
		}
		const look = `SELECT owner, until FROM leases WHERE name = ?`
		return tx.QueryRowContext(ctx, look, name).Scan(&by, into(&until))
	})
	return err == nil && by == owner, by, until, err
}

// RenewLease prolongs a lease that owner holds to ttl from now: the heartbeat. It reports false if owner
// does not hold it, or held it and it ran out; then the work must stop.
func (db *DB) RenewLease(ctx context.Context, name, owner string, ttl time.Duration, now time.Time) (held bool, err error) {
	err = db.update(ctx, fmt.Sprintf("renew lease %q", name), func(tx *sql.Tx) error {
		const prolong = `UPDATE leases SET until = ? WHERE name = ? AND owner = ? AND until > ? RETURNING 1`
		row := tx.QueryRowContext(ctx, prolong, instant(now.Add(ttl)), name, owner, instant(now))
		held, err = scanOne[bool](row)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	return held && err == nil, err
}

// ReleaseLease gives a lease back. It does nothing if owner does not hold it.
func (db *DB) ReleaseLease(ctx context.Context, name, owner string) error {
	return db.update(ctx, fmt.Sprintf("release lease %q", name), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM leases WHERE name = ? AND owner = ?`, name, owner)
		return err
	})
}

package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// RemindersDone reports whether the reminders of a day ([calls.ReminderPeriod]) are all composed.
func (db *DB) RemindersDone(ctx context.Context, day string) (bool, error) {
	done, err := scanOne[bool](db.read.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM reminder_runs WHERE day = ?)`, day))
	if err != nil {
		return false, fmt.Errorf("reminders of %s: %w", day, err)
	}
	return done, nil
}

// SettleReminders notes that the reminders of a day are all composed.
func (db *DB) SettleReminders(ctx context.Context, day string, now time.Time) error {
	return db.update(ctx, "settle reminders of "+day, func(tx *sql.Tx) error {
		const insert = `INSERT INTO reminder_runs (day, at) VALUES (?, ?) ON CONFLICT DO NOTHING`
		_, err := tx.ExecContext(ctx, insert, day, instant(now))
		return err
	})
}

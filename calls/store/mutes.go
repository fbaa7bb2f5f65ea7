package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"fundwatch/calls"
)

// Mute says that a subscriber wants to hear no more of a call. One that is muted stays so. The error wraps
// [calls.ErrNotFound] if there is no such call.
func (db *DB) Mute(ctx context.Context, subscriber int64, call calls.Key, now time.Time) error {
	return db.update(ctx, fmt.Sprintf("mute %q for subscriber %d", call, subscriber), func(tx *sql.Tx) error {
		id, err := callID(ctx, tx, call)
		if err != nil {
			return err
		}
		const insert = `
			INSERT INTO mutes (subscriber, call, since) VALUES (?, ?, ?)
			ON CONFLICT DO UPDATE SET since = excluded.since, ended = NULL, told = NULL, last_notice = NULL
			WHERE ended IS NOT NULL`
		_, err = tx.ExecContext(ctx, insert, subscriber, id, instant(now))
		return err
	})
}

// Unmute lets a subscriber hear of a call again, of what happens from now on: told is how things stand, and
// counts as known, unless no mail ever told of the call: then it is new. It reports false if the call was not muted. The error wraps [calls.ErrNotFound] if there
// is no such call.
func (db *DB) Unmute(ctx context.Context, subscriber int64, call calls.Key, told *calls.Told, now time.Time) (muted bool, err error) {
	err = db.update(ctx, fmt.Sprintf("unmute %q for subscriber %d", call, subscriber), func(tx *sql.Tx) error {
		id, err := callID(ctx, tx, call)
		if err != nil {
			return err
		}
		const update = `
			UPDATE mutes
			SET ended = ?3, told = ?4,
				last_notice = (SELECT COALESCE(MAX(n.id), 0) FROM notices n WHERE n.subscriber = ?1 AND n.call = ?2)
			WHERE subscriber = ?1 AND call = ?2 AND ended IS NULL`
		result, err := tx.ExecContext(ctx, update, subscriber, id, instant(now), asJSON(told))
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		muted = n == 1
		return err
	})
	return muted && err == nil, err
}

// MutedSince returns since when a subscriber wants to hear no more of a call; the zero time if it does want to.
func (db *DB) MutedSince(ctx context.Context, subscriber int64, call calls.Key) (time.Time, error) {
	const query = `
		SELECT MAX(m.since)
		FROM mutes m
		JOIN calls c ON c.id = m.call
		WHERE m.subscriber = ? AND c.source = ? AND c.reference = ? AND m.ended IS NULL`
	var since time.Time
	err := db.read.QueryRowContext(ctx, query, subscriber, call.Source, call.Reference).Scan(into(&since))
	if err != nil {
		return since, fmt.Errorf("mute of %q for subscriber %d: %w", call, subscriber, err)
	}
	return since, nil
}

// Muted returns the calls that a subscriber muted, also those that it unmuted again, oldest first; nil if there
// are none.
func (db *DB) Muted(ctx context.Context, subscriber int64) ([]calls.Mute, error) {
	const query = `
		SELECT c.source, c.reference, m.since, m.ended
		FROM mutes m
		JOIN calls c ON c.id = m.call
		WHERE m.subscriber = ?
		ORDER BY m.since, c.id`
	muted, err := collect(ctx, db.read, func(s scanner) (m calls.Mute, err error) {
		return m, s.Scan(&m.Call.Source, &m.Call.Reference, into(&m.Since), into(&m.Ended))
	}, query, subscriber)
	if err != nil {
		return nil, fmt.Errorf("read mutes of subscriber %d: %w", subscriber, err)
	}
	return muted, nil
}

// addMutes marks the candidates that are muted, and lets what was so at the end of a mute count as told of
// those that a mail told of.
// newest is the newest notice of each call.
func (set candidateSet) addMutes(ctx context.Context, q querier, subscriber int64, newest map[int64]int64) error {
	type mute struct {
		call  int64
		ended time.Time
		told  sql.NullString
		last  sql.NullInt64
	}
	mutes, err := collect(ctx, q, func(s scanner) (m mute, err error) {
		return m, s.Scan(&m.call, into(&m.ended), &m.told, &m.last)
	}, `SELECT call, ended, told, last_notice FROM mutes WHERE subscriber = ?`, subscriber)
	if err != nil {
		return err
	}
	for _, m := range mutes {
		c := set[m.call]
		if c == nil {
			continue
		}
		c.Muted, c.Unmuted = m.ended.IsZero(), m.ended
		if last := newest[m.call]; c.Muted || last == 0 || last > m.last.Int64 {
			continue // never told, be it muted before the first letter: then it is new; or told since
		}
		c.Told = &calls.Told{}
		if err := asJSON(c.Told).Scan(m.told.String); err != nil {
			return err
		}
	}
	return nil
}

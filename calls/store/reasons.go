package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"fundwatch/calls"
)

// An Unexplained is a change for which the source may have given a reason, with the identifier under
// which it would have done so.
type Unexplained struct {
	Change     calls.Change
	Identifier string
}

// Unexplained returns the changes of one source's topics recorded at that moment that somebody decided on:
// not that a call is new, and not what the calendar did. Ordered by Seq.
func (db *DB) Unexplained(ctx context.Context, source string, at time.Time) ([]Unexplained, error) {
	const query = `
		SELECT h.seq, h.kind, h.old, h.new, h.at, c.source, c.reference, c.identifier
		FROM changes h
		JOIN calls c ON c.id = h.call
		WHERE c.source = ? AND h.at = ? AND h.reason = '' AND c.kind = 'topic' AND c.identifier <> ''
			AND h.kind IN ('deadline', 'budget', 'title', 'reopened', 'withdrawn')
		ORDER BY h.seq`
	all, err := collect(ctx, db.read, func(s scanner) (u Unexplained, err error) {
		c := &u.Change
		return u, s.Scan(&c.Seq, &c.Kind, &c.Old, &c.New, into(&c.At), &c.Call.Source, &c.Call.Reference, &u.Identifier)
	}, query, source, instant(at))
	if err != nil {
		return nil, fmt.Errorf("read unexplained changes of %q: %w", source, err)
	}
	return all, nil
}

// Explain notes the reasons of changes, by Seq. A change without a reason stays as it is.
func (db *DB) Explain(ctx context.Context, changes []calls.Change) error {
	return db.update(ctx, "explain changes", func(tx *sql.Tx) error {
		for _, c := range changes {
			if c.Reason == "" {
				continue
			}
			if _, err := tx.ExecContext(ctx, `UPDATE changes SET reason = ? WHERE seq = ?`, c.Reason, c.Seq); err != nil {
				return fmt.Errorf("change %d: %w", c.Seq, err)
			}
		}
		return nil
	})
}

// reasonsOf returns the explained changes of the call with this id and key, newest first.
func reasonsOf(ctx context.Context, q querier, id int64, key calls.Key) ([]calls.Change, error) {
	const query = `SELECT seq, kind, old, new, at, reason FROM changes WHERE call = ? AND reason <> '' ORDER BY seq DESC`
	return collect(ctx, q, changeOf(key), query, id)
}

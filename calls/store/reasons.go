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

// recordedChanges returns what two states of a call do not tell: the changes that have a reason, and those that
// reopened it, newest first, of those of the calls with these ids that have any.
func recordedChanges(ctx context.Context, q querier, ids []int64) (map[calls.Key][]calls.Change, error) {
	const query = `
		SELECT h.seq, h.kind, h.old, h.new, h.at, h.reason, c.source, c.reference
		FROM json_each(?) wanted
		JOIN changes h ON h.call = wanted.value
		JOIN calls c ON c.id = h.call
		WHERE h.reason <> '' OR h.kind = 'reopened'
		ORDER BY h.seq DESC`
	all, err := collect(ctx, q, func(s scanner) (c calls.Change, err error) {
		return c, s.Scan(&c.Seq, &c.Kind, &c.Old, &c.New, into(&c.At), &c.Reason, &c.Call.Source, &c.Call.Reference)
	}, query, asJSON(&ids))
	byCall := make(map[calls.Key][]calls.Change)
	for _, c := range all {
		byCall[c.Call] = append(byCall[c.Call], c)
	}
	return byCall, err
}

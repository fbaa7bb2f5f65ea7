package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"fundwatch/calls"
)

// A callWriter writes calls within one transaction, with statements that are compiled once. What it
// writes is complete only after flush.
type callWriter struct {
	ctx                       context.Context
	tx                        *sql.Tx
	insertCall, insertText    *sql.Stmt
	updateCall, updateText    *sql.Stmt
	deleteTopics, insertTopic *sql.Stmt
	insertChange              *sql.Stmt
	added, replaced           foldedBatch
}

func newCallWriter(ctx context.Context, tx *sql.Tx) (*callWriter, error) {
	w := &callWriter{ctx: ctx, tx: tx}
	for _, s := range []struct {
		into **sql.Stmt
		sql  string
	}{
		{&w.insertCall, `
			INSERT INTO calls (identifier, kind, title, umbrella, keywords, programme, divisions,
				action_type, url, language, stated_status, opens, deadlines, model, budget, grant_min,
				grant_max, grants, season, fingerprint, revision, recorded, changed, last_seen, source, reference,
				first_seen)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
			RETURNING id`},
		{&w.updateCall, `
			UPDATE calls
			SET identifier = ?, kind = ?, title = ?, umbrella = ?, keywords = ?, programme = ?,
				divisions = ?, action_type = ?, url = ?, language = ?, stated_status = ?, opens = ?,
				deadlines = ?, model = ?, budget = ?, grant_min = ?, grant_max = ?, grants = ?, season = ?,
				fingerprint = ?, revision = ?, recorded = ?, changed = ?, last_seen = ?,
				absent_since = NULL, withdrawn = NULL
			WHERE id = ?`},
		{&w.insertText, `INSERT INTO texts (summary, body, call) VALUES (?, ?, ?)`},
		{&w.updateText, `UPDATE texts SET summary = ?, body = ? WHERE call = ?`},
		{&w.deleteTopics, `DELETE FROM topics WHERE call = ?`},
		{&w.insertTopic, `
			INSERT INTO topics (call, topic, rule, field, words, weight) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT DO NOTHING`},
		{&w.insertChange, `INSERT INTO changes (call, kind, old, new, at) VALUES (?, ?, ?, ?, ?)`},
	} {
		var err error
		if *s.into, err = tx.PrepareContext(ctx, s.sql); err != nil {
			return nil, errors.Join(err, w.close())
		}
	}
	return w, nil
}

func (w *callWriter) close() error {
	var errs []error
	for _, s := range []*sql.Stmt{w.insertCall, w.insertText, w.updateCall, w.updateText,
		w.deleteTopics, w.insertTopic, w.insertChange} {
		if s != nil {
			errs = append(errs, s.Close())
		}
	}
	return errors.Join(errs...)
}

// add stores a call that is not known yet and returns its id.
func (w *callWriter) add(c *calls.Call, print []byte, rev int64, now time.Time) (int64, error) {
	facts, long := split(c)
	facts = append(facts, print, rev, string(c.Recorded), instant(c.Changed), instant(now),
		c.Key.Source, c.Key.Reference, instant(now))
	var id int64
	if err := w.insertCall.QueryRowContext(w.ctx, facts...).Scan(&id); err != nil {
		return 0, err
	}
	if _, err := w.insertText.ExecContext(w.ctx, append(long, id)...); err != nil {
		return 0, err
	}
	w.added.append(id, c)
	return id, w.flushIfLarge()
}

// replace stores the new facts and texts of a known call, which is listed and not withdrawn.
func (w *callWriter) replace(id int64, c *calls.Call, print []byte, rev int64, now time.Time) error {
	facts, long := split(c)
	facts = append(facts, print, rev, string(c.Recorded), instant(c.Changed), instant(now), id)
	if _, err := w.updateCall.ExecContext(w.ctx, facts...); err != nil {
		return err
	}
	if _, err := w.updateText.ExecContext(w.ctx, append(long, id)...); err != nil {
		return err
	}
	w.replaced.append(id, c)
	return w.flushIfLarge()
}

// split returns what a source said as the facts and the long texts.
func split(c *calls.Call) (facts, long []any) {
	all := said(c)
	n := len(all) - texts
	return append(all[:n:n], string(c.Season)), all[n:]
}

// topics replaces what a call is about. Of two hits for one topic the first counts.
func (w *callWriter) topics(id int64, hits []calls.TopicHit) error {
	if _, err := w.deleteTopics.ExecContext(w.ctx, id); err != nil {
		return err
	}
	for _, h := range hits {
		_, err := w.insertTopic.ExecContext(w.ctx, id, h.Topic, string(h.Rule), h.Field, h.Words, h.Weight)
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *callWriter) changes(id int64, changes []calls.Change) error {
	for _, c := range changes {
		if _, err := w.insertChange.ExecContext(w.ctx, id, string(c.Kind), c.Old, c.New, instant(c.At)); err != nil {
			return err
		}
	}
	return nil
}

// A revision draws the transaction's revision when something first needs it, so that a transaction
// that changes nothing writes nothing.
type revision struct {
	ctx   context.Context
	tx    *sql.Tx
	value int64
}

func (r *revision) next() (int64, error) {
	if r.value > 0 {
		return r.value, nil
	}
	const update = `UPDATE counters SET value = value + 1 WHERE name = 'revision' RETURNING value`
	err := r.tx.QueryRowContext(r.ctx, update).Scan(&r.value)
	return r.value, err
}

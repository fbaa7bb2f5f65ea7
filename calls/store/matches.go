package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"fundwatch/calls"
)

// Work is what matching has to do: the calls that changed against all municipalities, and all calls
// against the municipalities whose interests changed.
type Work struct {
	From           int64                // the revision up to which matches were right, to be given back
	UpTo           int64                // a revision, to be given back in the MatchResult
	Calls          []calls.Call         // changed since matching last ran, not closed
	All            []calls.Call         // every call that is not closed; nil if Dirty is empty
	Municipalities []calls.Municipality // all, without subscribers; nil if there is nothing to do
	Dirty          []string             // ids of municipalities that are new or have other interests
}

// Unmatched returns what to match. Nothing is marked: until [DB.SaveMatches] has stored the result, the
// work stays.
func (db *DB) Unmatched(ctx context.Context, now time.Time) (Work, error) {
	var work Work
	err := db.view(ctx, "read what to match", func(q querier) error {
		const query = `SELECT
			(SELECT value FROM counters WHERE name = 'revision'),
			(SELECT value FROM counters WHERE name = 'matched')`
		if err := q.QueryRowContext(ctx, query).Scan(&work.UpTo, &work.From); err != nil {
			return err
		}
		return work.load(ctx, q, work.From, now)
	})
	return work, err
}

func (w *Work) load(ctx context.Context, q querier, matched int64, now time.Time) error {
	if w.UpTo == matched {
		return nil
	}
	const dirty = `SELECT name FROM municipalities WHERE revision > ? ORDER BY name`
	var err error
	if w.Dirty, err = collect(ctx, q, scanOne[string], dirty, matched); err != nil {
		return err
	}
	if w.Calls, err = callsSince(ctx, q, matched, now); err != nil {
		return err
	}
	if len(w.Dirty) > 0 {
		if w.All, err = callsSince(ctx, q, 0, now); err != nil {
			return err
		}
	}
	if len(w.Dirty)+len(w.Calls) > 0 {
		w.Municipalities, err = loadMunicipalities(ctx, q)
	}
	return err
}

// callsSince returns the calls that are not closed and changed after the revision.
func callsSince(ctx context.Context, q querier, revision int64, now time.Time) ([]calls.Call, error) {
	const query = `
		SELECT c.id FROM calls c
		WHERE c.revision > ?2 AND ` + statusSQL + ` <> 'closed'
		ORDER BY c.id`
	ids, err := collect(ctx, q, scanOne[int64], query, instant(now), revision)
	if err != nil {
		return nil, err
	}
	found, err := loadCalls(ctx, q, ids)
	return plain(found), err
}

// A MatchResult is what matching found for a Work.
type MatchResult struct {
	From    int64       // of the Work
	UpTo    int64       // of the Work
	Calls   []calls.Key // of the Work: all their matches are replaced
	Dirty   []string    // of the Work: all their matches are replaced
	Matches []calls.Match
}

// ErrOvertaken says that matches were saved, or must be made anew, since the work was read: read it again.
// Test with errors.Is.
var ErrOvertaken = errors.New("overtaken by another run of matching")

// SaveMatches replaces the matches of the calls and of the dirty municipalities, and notes that this
// work is done, in one transaction. What changed since the work was read stays to be done. A match of a
// municipality that was removed meanwhile is left out. now is not stored.
func (db *DB) SaveMatches(ctx context.Context, result MatchResult, now time.Time) error {
	return db.update(ctx, "save matches", func(tx *sql.Tx) error {
		m := &matchWriter{ctx: ctx, tx: tx}
		if err := m.prepare(); err != nil {
			return err
		}
		if err := m.clear(&result); err != nil {
			return fmt.Errorf("remove old matches: %w", err)
		}
		if err := m.insert(result.Matches); err != nil {
			return err
		}
		const done = `UPDATE counters SET value = ? WHERE name = 'matched' AND value = ?`
		moved, err := tx.ExecContext(ctx, done, result.UpTo, result.From)
		if err != nil {
			return err
		}
		if n, err := moved.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, ErrOvertaken)
		}
		return nil
	})
}

type matchWriter struct {
	ctx            context.Context
	tx             *sql.Tx
	calls          map[calls.Key]int64
	municipalities map[string]int64
	encoded        map[calls.Reason]string // single reasons as JSON: thousands of matches share each
}

func (m *matchWriter) prepare() error {
	m.calls, m.municipalities = map[calls.Key]int64{}, map[string]int64{}
	m.encoded = map[calls.Reason]string{}
	type named struct {
		id   int64
		key  calls.Key
		name string
	}
	known, err := collect(m.ctx, m.tx, func(s scanner) (n named, err error) {
		return n, s.Scan(&n.id, &n.key.Source, &n.key.Reference)
	}, `SELECT id, source, reference FROM calls`)
	if err != nil {
		return err
	}
	for _, n := range known {
		m.calls[n.key] = n.id
	}
	towns, err := collect(m.ctx, m.tx, func(s scanner) (n named, err error) {
		return n, s.Scan(&n.id, &n.name)
	}, `SELECT id, name FROM municipalities`)
	for _, n := range towns {
		m.municipalities[n.name] = n.id
	}
	return err
}

func (m *matchWriter) clear(result *MatchResult) error {
	for _, key := range result.Calls {
		id, known := m.calls[key]
		if !known {
			return fmt.Errorf("call %q: %w", key, calls.ErrNotFound)
		}
		if _, err := m.tx.ExecContext(m.ctx, `DELETE FROM matches WHERE call = ?`, id); err != nil {
			return err
		}
	}
	for _, name := range result.Dirty {
		const clear = `DELETE FROM matches WHERE municipality = ?`
		if _, err := m.tx.ExecContext(m.ctx, clear, m.municipalities[name]); err != nil {
			return err
		}
	}
	return nil
}

// A matchRow is a match as it is stored.
type matchRow struct {
	municipality, call int64
	score              float64
	reasons            string
}

// rows returns the matches in the order of the table's key, so that writing them walks through the
// table once. What changed calls and dirty municipalities both name comes once, the last counts.
func (m *matchWriter) rows(matches []calls.Match) ([]matchRow, error) {
	rows := make([]matchRow, 0, len(matches))
	for i := range matches {
		match := &matches[i]
		call, known := m.calls[match.Call]
		if !known {
			return nil, fmt.Errorf("match of call %q: %w", match.Call, calls.ErrNotFound)
		}
		municipality, still := m.municipalities[match.Municipality]
		if !still {
			continue
		}
		reasons, err := m.encode(match.Reasons)
		if err != nil {
			return nil, fmt.Errorf("match of %q with %q: %w", match.Municipality, match.Call, err)
		}
		rows = append(rows, matchRow{municipality, call, match.Score, reasons})
	}
	slices.SortStableFunc(rows, func(a, b matchRow) int {
		return cmp.Or(cmp.Compare(a.municipality, b.municipality), cmp.Compare(a.call, b.call))
	})
	return rows, nil
}

// rowsAtOnce is how many matches one statement writes: the way to C and back costs more than a row.
const rowsAtOnce = 100

func (m *matchWriter) insert(matches []calls.Match) error {
	rows, err := m.rows(matches)
	if err != nil {
		return err
	}
	for some := range slices.Chunk(rows, rowsAtOnce) {
		values := make([]any, 0, 4*len(some))
		for _, r := range some {
			values = append(values, r.municipality, r.call, r.score, r.reasons)
		}
		insert := `
			INSERT INTO matches (municipality, call, score, reasons)
			VALUES (?, ?, ?, ?)` + strings.Repeat(", (?, ?, ?, ?)", len(some)-1) + `
			ON CONFLICT DO UPDATE SET score = excluded.score, reasons = excluded.reasons`
		if _, err := m.tx.ExecContext(m.ctx, insert, values...); err != nil {
			return fmt.Errorf("write matches: %w", err)
		}
	}
	return nil
}

func (m *matchWriter) encode(reasons []calls.Reason) (string, error) {
	if len(reasons) == 1 {
		if text, ok := m.encoded[reasons[0]]; ok {
			return text, nil
		}
	}
	text, err := json.Marshal(reasons)
	if err == nil && len(reasons) == 1 {
		m.encoded[reasons[0]] = string(text)
	}
	return string(text), err
}

// Matches returns the calls that match a municipality, whatever their status, best first. It returns
// nil for a municipality that is not known.
func (db *DB) Matches(ctx context.Context, municipality string) ([]calls.Match, error) {
	const query = `
		SELECT
			c.source,
			c.reference,
			m.score,
			m.reasons
		FROM municipalities u
		JOIN matches m ON m.municipality = u.id
		JOIN calls c ON c.id = m.call
		WHERE u.name = ?
		ORDER BY m.score DESC, c.source, c.reference`
	matches, err := collect(ctx, db.read, func(s scanner) (calls.Match, error) {
		m := calls.Match{Municipality: municipality}
		return m, s.Scan(&m.Call.Source, &m.Call.Reference, &m.Score, asJSON(&m.Reasons))
	}, query, municipality)
	if err != nil {
		return nil, fmt.Errorf("read matches of %q: %w", municipality, err)
	}
	return matches, nil
}

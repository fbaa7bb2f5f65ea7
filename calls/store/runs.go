package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"fundwatch/calls"
)

const runColumns = `
	r.id,
	r.source,
	r.started,
	r.ended,
	r.pages,
	r.seen,
	r.new,
	r.changed,
	r.unchanged,
	r.gone,
	r.odd,
	r.complete,
	r.held,
	r.verified,
	r.error`

func scanRun(row scanner) (calls.Run, error) {
	var r calls.Run
	err := row.Scan(
		&r.ID,
		&r.Source,
		into(&r.Started),
		into(&r.Ended),
		&r.Pages,
		&r.Seen,
		&r.New,
		&r.Changed,
		&r.Unchanged,
		&r.Gone,
		&r.Odd,
		&r.Complete,
		&r.Held,
		&r.Verified,
		&r.Error,
	)
	return r, err
}

// BeginRun notes that a crawl of the source begins and returns its number, greater than all before. A
// run that is never ended was killed.
func (db *DB) BeginRun(ctx context.Context, source string, now time.Time) (int64, error) {
	var id int64
	err := db.update(ctx, fmt.Sprintf("begin run of %q", source), func(tx *sql.Tx) error {
		const insert = `INSERT INTO runs (source, started) VALUES (?, ?) RETURNING id`
		return tx.QueryRowContext(ctx, insert, source, instant(now)).Scan(&id)
	})
	return id, err
}

// FailRun ends a run that brought nothing home, and says why. A cause that wraps [calls.ErrHeld] ends it
// as held.
func (db *DB) FailRun(ctx context.Context, run int64, cause error, now time.Time) error {
	return db.update(ctx, fmt.Sprintf("end failed run %d", run), func(tx *sql.Tx) error {
		r, err := runningRun(ctx, tx, run)
		if err != nil {
			return err
		}
		r.Ended, r.Error, r.Held = now, cause.Error(), errors.Is(cause, calls.ErrHeld)
		return endRun(ctx, tx, r)
	})
}

// runningRun returns a run that has begun and not ended.
func runningRun(ctx context.Context, q querier, run int64) (calls.Run, error) {
	r, err := scanRun(q.QueryRowContext(ctx, `SELECT `+runColumns+` FROM runs r WHERE r.id = ?`, run))
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return calls.Run{}, fmt.Errorf("run %d: %w", run, calls.ErrNotFound)
	case err != nil:
		return calls.Run{}, err
	case !r.Ended.IsZero():
		return calls.Run{}, fmt.Errorf("run %d has already ended at %s", run, r.Ended.Format(time.RFC3339))
	}
	return r, nil
}

func endRun(ctx context.Context, tx *sql.Tx, r calls.Run) error {
	const update = `
		UPDATE runs
		SET ended = ?, pages = ?, seen = ?, new = ?, changed = ?, unchanged = ?, gone = ?, odd = ?,
			complete = ?, held = ?, verified = ?, error = ?
		WHERE id = ?`
	_, err := tx.ExecContext(ctx, update, instant(r.Ended), r.Pages, r.Seen, r.New, r.Changed, r.Unchanged,
		r.Gone, r.Odd, r.Complete, r.Held, r.Verified, r.Error, r.ID)
	return err
}

// Runs returns the newest runs of all sources, newest first, at most limit (0: all). Ended is zero for
// one that is going on or was killed.
func (db *DB) Runs(ctx context.Context, limit int) ([]calls.Run, error) {
	const query = `SELECT ` + runColumns + ` FROM runs r ORDER BY r.id DESC LIMIT ?`
	runs, err := collect(ctx, db.read, scanRun, query, noLimit(limit))
	if err != nil {
		return nil, fmt.Errorf("read runs: %w", err)
	}
	return runs, nil
}

// noLimit turns our "0 is no limit" into SQLite's.
func noLimit(limit int) int {
	if limit <= 0 {
		return -1
	}
	return limit
}

// LastRuns returns the newest run of each source that has ended, whether it was complete or not.
func (db *DB) LastRuns(ctx context.Context) (map[string]calls.Run, error) {
	const query = `
		SELECT ` + runColumns + `
		FROM runs r
		WHERE r.id IN (SELECT MAX(id) FROM runs WHERE ended IS NOT NULL GROUP BY source)`
	runs, err := collect(ctx, db.read, scanRun, query)
	if err != nil {
		return nil, fmt.Errorf("read last runs: %w", err)
	}
	last := make(map[string]calls.Run, len(runs))
	for _, r := range runs {
		last[r.Source] = r
	}
	return last, nil
}

// LastComplete returns when the newest complete run of each source began: whatever happened at a source
// since may be unknown here. A source without one is missing.
func (db *DB) LastComplete(ctx context.Context) (map[string]time.Time, error) {
	type row struct {
		source string
		at     time.Time
	}
	rows, err := collect(ctx, db.read, func(s scanner) (r row, err error) {
		return r, s.Scan(&r.source, into(&r.at))
	}, `SELECT source, MAX(started) FROM runs WHERE complete = 1 GROUP BY source`)
	if err != nil {
		return nil, fmt.Errorf("read last complete runs: %w", err)
	}
	last := make(map[string]time.Time, len(rows))
	for _, r := range rows {
		last[r.source] = r.at
	}
	return last, nil
}

// FailuresInARow returns how many runs of each source failed since its last complete one, or ended with
// an error since its last one without. A source without failures is missing.
func (db *DB) FailuresInARow(ctx context.Context) (map[string]int, error) {
	const query = `
		SELECT r.source, COUNT(*) FROM runs r
		WHERE r.ended IS NOT NULL AND r.error <> ''
			AND r.id > (SELECT IFNULL(MAX(g.id), 0) FROM runs g WHERE g.source = r.source AND g.ended IS NOT NULL AND g.error = '')
		GROUP BY r.source`
	failures, err := countBy[string](ctx, db.read, query)
	if err != nil {
		return nil, fmt.Errorf("count failed runs: %w", err)
	}
	return failures, nil
}

// OddRecords returns what a run could not believe, in the order in which it was met.
func (db *DB) OddRecords(ctx context.Context, run int64) ([]calls.Odd, error) {
	const query = `SELECT reference, problem FROM odd_records WHERE run = ? ORDER BY position`
	odd, err := collect(ctx, db.read, func(s scanner) (o calls.Odd, err error) {
		return o, s.Scan(&o.Reference, &o.Problem)
	}, query, run)
	if err != nil {
		return nil, fmt.Errorf("read odd records of run %d: %w", run, err)
	}
	return odd, nil
}

// Listed returns how many calls a complete sweep of the source should find at now: those that it listed
// when it was last read in full, of the programmes asked for (all if empty), and that are still open or forthcoming. Calls that closed in time leave
// a list by themselves.
func (db *DB) Listed(ctx context.Context, source string, programmes []string, now time.Time) (int, error) {
	const query = `
		SELECT COUNT(*) FROM calls c
		WHERE c.source = ?2 AND c.absent_since IS NULL AND ` + statusSQL + ` IN ('open', 'forthcoming')
			AND (?3 = '[]' OR c.programme IN (SELECT value FROM json_each(?3)))`
	if programmes == nil {
		programmes = []string{}
	}
	n, err := scanOne[int](db.read.QueryRowContext(ctx, query, instant(now), source, asJSON(&programmes)))
	if err != nil {
		return 0, fmt.Errorf("count calls of %q: %w", source, err)
	}
	return n, nil
}

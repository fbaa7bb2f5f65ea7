package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// Befores are the moments before which [DB.Prune] drops something. A zero moment drops nothing.
type Befores struct {
	Messages time.Time // bytes of mails that are no longer on their way, by when that ended
	Runs     time.Time // by when they began
	Odd      time.Time // odd records, by when their run began
	Inbound  time.Time // mails that came back, by when; those that a person has to see stay
	Copies   time.Time // pages kept to ask only for changes, by when they were fetched
}

// A Pruning counts what [DB.Prune] dropped.
type Pruning struct {
	Messages, Runs, Odd, Inbound, Copies int
}

// pruned is how one kind of thing is dropped, at most so many rows at once.
type pruned struct {
	doing  string
	before func(*Befores) time.Time
	count  func(*Pruning) *int
	remove string
}

var prunings = []pruned{
	{
		"drop old messages",
		func(b *Befores) time.Time { return b.Messages },
		func(p *Pruning) *int { return &p.Messages },
		`DELETE FROM messages WHERE delivery IN (
			SELECT m.delivery FROM messages m JOIN deliveries d ON d.id = m.delivery WHERE d.ended < ?1 LIMIT ?2)`,
	},
	{
		// Those of the last run that ended stay: 'fundwatch status --odd' shows them.
		"drop old odd records",
		func(b *Befores) time.Time { return b.Odd },
		func(p *Pruning) *int { return &p.Odd },
		`DELETE FROM odd_records WHERE (run, position) IN (
			SELECT o.run, o.position FROM odd_records o JOIN runs r ON r.id = o.run
			WHERE r.started < ?1 AND r.id NOT IN (SELECT MAX(id) FROM runs WHERE ended IS NOT NULL GROUP BY source) LIMIT ?2)`,
	},
	{
		// Only those before the last good run of their source, so that failures since can be counted, and never the
		// last complete one, which says when calls were last seen.
		"drop old runs",
		func(b *Befores) time.Time { return b.Runs },
		func(p *Pruning) *int { return &p.Runs },
		`DELETE FROM runs WHERE id IN (
			SELECT r.id FROM runs r
			WHERE r.started < ?1
				AND r.id < (SELECT MAX(g.id) FROM runs g WHERE g.source = r.source AND g.ended IS NOT NULL AND g.error = '')
				AND r.id NOT IN (SELECT MAX(id) FROM runs WHERE complete = 1 GROUP BY source)
				AND r.id NOT IN (SELECT run FROM odd_records)
			LIMIT ?2)`,
	},
	{
		"drop old inbound mail",
		func(b *Befores) time.Time { return b.Inbound },
		func(p *Pruning) *int { return &p.Inbound },
		`DELETE FROM inbound WHERE id IN (
			SELECT id FROM inbound WHERE at < ?1 AND (kind <> 'unknown' OR seen = 1) LIMIT ?2)`,
	},
	{
		"drop old copies",
		func(b *Befores) time.Time { return b.Copies },
		func(p *Pruning) *int { return &p.Copies },
		`DELETE FROM copies WHERE (source, address) IN (SELECT source, address FROM copies WHERE fetched < ?1 LIMIT ?2)`,
	},
}

// prunedAtOnce is how many rows one transaction drops: others write in between.
const prunedAtOnce = 1000

// Prune drops what is too old to be of use, a piece at a time. Calls, what was told to whom, who is
// subscribed and who does not want to be, stay for ever. What was dropped before an error is counted.
func (db *DB) Prune(ctx context.Context, before Befores) (Pruning, error) {
	var total Pruning
	for i := range prunings {
		p := &prunings[i]
		at := p.before(&before)
		for more := !at.IsZero(); more; {
			var n int64
			err := db.update(ctx, p.doing, func(tx *sql.Tx) error {
				result, err := tx.ExecContext(ctx, p.remove, instant(at), prunedAtOnce)
				if err != nil {
					return err
				}
				n, err = result.RowsAffected()
				return err
			})
			if err != nil {
				return total, err
			}
			*p.count(&total) += int(n)
			more = n == prunedAtOnce
		}
	}
	return total, nil
}

// A file is made anew when it is not worth its size: when a quarter of it, and more than a few mails' worth,
// is free. Less is soon used again.
const (
	freeShare = 4
	freeBytes = 64 << 20
)

// Tidy gives room back to the disk: the write-ahead log always, and the pages that pruning has emptied if they
// are many, or once when an update asks for it, for which the file is written anew and needs its own size once more on the disk. It returns how
// many bytes the file lost. While others are at work it does less, or nothing, without an error.
func (db *DB) Tidy(ctx context.Context) (int64, error) {
	const ask = `
		SELECT (SELECT page_size FROM pragma_page_size), (SELECT page_count FROM pragma_page_count),
			(SELECT freelist_count FROM pragma_freelist_count)`
	var size, pages, free int64
	if err := db.read.QueryRowContext(ctx, ask).Scan(&size, &pages, &free); err != nil {
		return 0, fmt.Errorf("tidy database: %w", err)
	}
	due, err := scanOne[bool](db.read.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM chores WHERE name = 'rewrite')`))
	if err != nil {
		return 0, fmt.Errorf("tidy database: %w", err)
	}
	if due || free*freeShare > pages && free*size > freeBytes {
		if err := db.rewrite(ctx); err != nil && !isBusy(err) {
			return 0, fmt.Errorf("tidy database: %w", err)
		}
	}
	if _, err := db.emptyLog(ctx); err != nil {
		return 0, fmt.Errorf("tidy database: %w", err)
	}
	var left int64
	if err := db.read.QueryRowContext(ctx, `SELECT page_count FROM pragma_page_count`).Scan(&left); err != nil {
		return 0, fmt.Errorf("tidy database: %w", err)
	}
	return (pages - left) * size, nil
}

// emptyTries times the writer's busy_timeout of 250 ms is how long we wait for those who read or write.
const emptyTries = 8

// emptyLog brings what was written to the file itself and empties the write-ahead log beside it, which holds old
// pages until then. It reports false if others, who still read an older state, left it no chance.
func (db *DB) emptyLog(ctx context.Context) (bool, error) {
	for range emptyTries {
		var busy, pages, moved int
		err := db.writer().QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &pages, &moved)
		if err != nil && !isBusy(err) {
			return false, fmt.Errorf("empty the log: %w", err)
		}
		if err == nil && busy == 0 {
			return true, nil
		}
	}
	return false, nil
}

// rewrite writes the file anew, without anything that was deleted.
func (db *DB) rewrite(ctx context.Context) error {
	if _, err := db.writer().ExecContext(ctx, `VACUUM`); err != nil {
		return err
	}
	_, err := db.writer().ExecContext(ctx, `DELETE FROM chores WHERE name = 'rewrite'`)
	return err
}

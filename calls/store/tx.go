package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/mattn/go-sqlite3"
)

// A querier is a handle or a transaction to read from.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// A transaction is one to write in: [sql.Tx], or a connection on which one was begun. Who gets one closes the rows
// that it asks for, and returns the errors: one of the disk has ended the transaction, which nothing else says.
type transaction interface {
	querier
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// update runs fn in a transaction that holds the write lock from its beginning. An error of fn rolls
// everything back. doing says what for, in the error.
func (db *DB) update(ctx context.Context, doing string, fn func(tx *sql.Tx) error) error {
	return db.updateBy(ctx, db.writer(), doing, fn)
}

// updateThrough is update for what must not be forgotten by a power cut: it waits for the disk.
func (db *DB) updateThrough(ctx context.Context, doing string, fn func(tx *sql.Tx) error) error {
	return db.updateBy(ctx, db.writerThrough(), doing, fn)
}

func (db *DB) updateBy(ctx context.Context, w *sql.DB, doing string, fn func(tx *sql.Tx) error) error {
	tx, err := db.begin(ctx, w)
	if err != nil {
		return fmt.Errorf("%s: begin: %w", doing, err)
	}
	defer tx.Rollback() // after a commit it does nothing
	if err := fn(tx); err != nil {
		return fmt.Errorf("%s: %w", doing, db.namePlace(err))
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("%s: commit: %w", doing, db.namePlace(err))
	}
	return nil
}

// busyTries times the writer's busy_timeout of 250 ms is how long we wait for another process: longer
// than its longest transaction, the matches of a whole continent.
const busyTries = 120

// begin takes the write lock. SQLite's own waiting does not end with the context, so it waits in short
// pieces.
func (db *DB) begin(ctx context.Context, w *sql.DB) (tx *sql.Tx, err error) {
	err = db.lock(ctx, func() (err error) { tx, err = w.BeginTx(ctx, nil); return err })
	return tx, err
}

// lock runs begin until no other process is writing.
func (db *DB) lock(ctx context.Context, begin func() error) error {
	for range busyTries {
		err := begin()
		if !isBusy(err) {
			return db.namePlace(err)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return fmt.Errorf("database %s is locked: another process has been writing for half a minute; end that, or try again", db.path)
}

// namePlace adds to an error of SQLite's about a file which one it was about and what to do: SQLite does not say.
func (db *DB) namePlace(err error) error {
	var failed sqlite3.Error
	if !errors.As(err, &failed) {
		return err
	}
	switch failed.Code {
	case sqlite3.ErrReadonly, sqlite3.ErrCantOpen:
		return fmt.Errorf("no right to write to %s or to its folder: %w", db.path, err)
	case sqlite3.ErrFull:
		return fmt.Errorf("no room left where %s lies, make room and try again: %w", db.path, err)
	case sqlite3.ErrCorrupt:
		return fmt.Errorf("%s is damaged, restore a backup: %w", db.path, err)
	case sqlite3.ErrNotADB:
		return fmt.Errorf("%s is no database, or so damaged that it is none any more: name another file, or restore a backup: %w", db.path, err)
	}
	return err
}

func isBusy(err error) bool {
	var failed sqlite3.Error
	return errors.As(err, &failed) && failed.Code == sqlite3.ErrBusy
}

// view runs fn on one state of the database: what it reads agrees, whatever is written meanwhile.
func (db *DB) view(ctx context.Context, doing string, fn func(q querier) error) error {
	tx, err := db.read.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("%s: begin: %w", doing, err)
	}
	defer tx.Rollback() // nothing was written
	if err := fn(tx); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

// A scanner is a row to read: *sql.Row or *sql.Rows.
type scanner interface{ Scan(dest ...any) error }

// collect runs a query and reads each row with scan.
func collect[T any](ctx context.Context, q querier, scan func(scanner) (T, error), query string, args ...any) ([]T, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

// scanOne reads a row of one column.
func scanOne[T any](row scanner) (T, error) {
	var value T
	err := row.Scan(&value)
	return value, err
}

// countBy runs a query whose rows are a word and how often it was found.
func countBy[W ~string](ctx context.Context, q querier, query string, args ...any) (map[W]int, error) {
	counts := map[W]int{}
	_, err := collect(ctx, q, func(s scanner) (none struct{}, err error) {
		var word W
		var n int
		err = s.Scan(&word, &n)
		counts[word] = n
		return none, err
	}, query, args...)
	return counts, err
}

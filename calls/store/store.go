// Package store keeps what fundwatch knows in one SQLite file: calls and how they changed, who wants to
// hear of what, who was told what, and the mail on its way.
//
// # Two handles
//
// A [DB] holds a pool of readers, which SQLite itself keeps from writing (query_only), and one writer,
// opened at the first write. The file is in WAL mode, so nobody waits for a reader and readers wait for
// nobody. Every exported method that writes is one transaction and takes the write lock at its
// beginning: a transaction that first reads and then wants to write would fail at once when another
// process wrote in between. Waiting for the lock ends with the context.
//
// # One file per subject
//
// Each file holds the SQL of its subject beside the Scan that reads it. The tables are in
// migrations/, with UNIQUE for identity, CHECK for states and REFERENCES for relations, so that the
// database refuses what the code must not write. The package has no clock: what needs a time takes it.
//
// # What is never lost
//
// Calls are never deleted. A sweep, the matches of what it changed, and a mail with its notices are
// each one transaction ([DB.SaveSweep], [DB.SaveMatches], [DB.Enqueue]); killed anywhere, each can be
// run again. What changed since matching last ran is found by a revision that rises inside the writing
// transaction ([DB.Unmatched]), so no clock and no order of runs can hide a change.
//
// # Writing almost nothing for an unchanged crawl
//
// What a source says of a call is fingerprinted; an equal fingerprint means no write. When a call was
// last seen is not written on the call either: a call that is not marked absent was seen by the newest
// complete run of its source, for a complete run marks those that it misses. So a complete crawl that
// finds everything as it was writes its run and nothing else.
//
// # Full text
//
// FTS4 over the folded words of a call, so that SQLite compares what [calls.Words] made and a search
// and a digest share one opinion of what a word is. Its ranking is BM25 in Go over matchinfo.
package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
)

// maxReaders bounds how many queries of one process run side by side.
const maxReaders = 4

// A DB is an open database. Make one with [Open]; it is safe for concurrent use. Several processes may
// have the same file open.
type DB struct {
	path   string
	random io.Reader
	asItIs bool
	read   *sql.DB

	mu    sync.Mutex
	write *sql.DB // nil until the first write

	claims sync.Map // id of a mail to the name of the lease that this process has on it
}

// An Option changes how [Open] opens a database.
type Option func(*DB)

// WithRandom makes tokens from r in place of crypto/rand.Reader. Tests use it.
func WithRandom(r io.Reader) Option { return func(db *DB) { db.random = r } }

// AsItIs opens only a file that is there, and leaves one of an older version as it is: to look at it or to
// copy it, nothing else.
func AsItIs() Option { return func(db *DB) { db.asItIs = true } }

// Open opens the database at path, and makes it if there is none: the file with mode 0600, its folder
// with 0700. An older file is brought up to date; a newer one, and a file of another program, is
// refused and not changed. Opening an up-to-date file costs one connection and one query.
func Open(ctx context.Context, path string, options ...Option) (*DB, error) {
	full, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open database %q: %w", path, err)
	}
	db := &DB{path: full, random: rand.Reader}
	for _, option := range options {
		option(db)
	}
	if err := db.open(ctx); err != nil {
		return nil, fmt.Errorf("open database %q: %w", path, errors.Join(err, db.Close()))
	}
	return db, nil
}

func (db *DB) open(ctx context.Context) error {
	if !db.asItIs {
		if err := makeFile(db.path); err != nil {
			return err
		}
	}
	db.read = sql.OpenDB(newConnector(db.path, reading))
	db.read.SetMaxOpenConns(maxReaders)
	db.read.SetMaxIdleConns(maxReaders)
	current, err := upToDate(ctx, db.read)
	if err != nil || current || db.asItIs {
		return err
	}
	return db.migrate(ctx)
}

// makeFile makes an empty file that only its owner may read, since it holds addresses. SQLite gives
// the files beside it the same mode.
func makeFile(path string) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return file.Close()
}

// Path returns the absolute path of the database file.
func (db *DB) Path() string { return db.path }

// Close closes the database. A transaction that is still open is rolled back.
func (db *DB) Close() error {
	db.mu.Lock()
	defer db.mu.Unlock()
	var errs []error
	if db.write != nil {
		errs = append(errs, db.write.Close())
	}
	if db.read != nil {
		errs = append(errs, db.read.Close())
	}
	return errors.Join(errs...)
}

// writer returns the one connection that may write.
func (db *DB) writer() *sql.DB {
	db.mu.Lock()
	defer db.mu.Unlock()
	if db.write == nil {
		db.write = sql.OpenDB(newConnector(db.path, writing))
		db.write.SetMaxOpenConns(1)
	}
	return db.write
}

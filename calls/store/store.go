// Package store keeps what fundwatch knows in one SQLite file: calls and how they changed, who wants to
// hear of what, who was told what, and the mail on its way.
//
// # Two handles
//
// A [DB] holds a pool of readers, which SQLite itself keeps from writing (query_only), and one writer,
// opened at the first write. A power cut may cost the writer's last seconds, which are then done again; what
// the world outside was told must not be forgotten, and waits for the disk: that the bytes of a mail are about
// to leave ([DB.MarkData], which brings what was recorded before to the disk too), the end of sending
// ([DB.Settle]), a mail that was handed in ([DB.Receive]), and who wants mail. The steps of several mails on their
// way out that fall together are one transaction and one wait, yet each holds or fails alone. The file is in WAL
// mode, so nobody waits for a reader and readers wait for nobody. Every exported method that writes is one
// transaction, or a part of one, and takes the write lock at its beginning: a transaction that first reads and
// then wants to write would fail at once when another process wrote in between. Waiting for the lock ends with
// the context.
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
// each one transaction ([DB.SaveSweep], [DB.Match], [DB.Enqueue]); killed anywhere, each can be
// run again. What changed since matching last ran is found by a revision that rises inside the writing
// transaction ([DB.Unmatched]), so no clock and no order of runs can hide a change.
//
// # Matches are lists
//
// The calls that concern a municipality are one row, a list of ids and scores. [DB.Match] reads the
// municipalities past an index of the changed calls and writes the lists that differ, so that a
// continent costs seconds and the memory of a batch. Reasons are not stored: [calls.Explain] tells them
// of the few calls that a letter shows.
//
// # Tokens
//
// A link in a mail opens the page of its reader by a token. The database holds none: it holds a nonce for each
// subscriber, from which and from a key in a file of its own the tokens are derived ([DB.Unlock]), and hashes of
// the tokens, by which a subscriber is found. So neither the file nor a copy of it opens a page, and who has
// lost the key has lost nothing: the next one makes other tokens, and those that are out are still known. Each token
// is good for one thing: what stands in an envelope, which servers log, opens no page.
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
	"sync/atomic"
)

// maxReaders bounds how many queries of one process run side by side.
const maxReaders = 4

// A DB is an open database. Make one with [Open]; it is safe for concurrent use. Several processes may
// have the same file open.
type DB struct {
	path    string
	keyFile string
	random  io.Reader
	asItIs  bool
	read    *sql.DB

	key atomic.Pointer[tokenKey] // nil before Unlock

	mu      sync.Mutex
	write   *sql.DB // nil until the first write
	through *sql.DB // the same for what must survive a power cut

	ferry *ferry

	claims sync.Map // id of a mail to the name of the lease that this process has on it
	orders orders   // see Browse
}

// An Option changes how [Open] opens a database.
type Option func(*DB)

// WithRandom makes keys and nonces from r in place of crypto/rand.Reader. Tests use it.
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
	db := &DB{path: full, random: rand.Reader, ferry: newFerry()}
	for _, option := range options {
		option(db)
	}
	if err := db.open(ctx); err != nil {
		return nil, fmt.Errorf("open database %q: %w", path, errors.Join(db.namePlace(err), db.Close()))
	}
	return db, nil
}

func (db *DB) open(ctx context.Context) error {
	if !db.asItIs {
		if err := makeFile(db.path); err != nil {
			return err
		}
	}
	if db.keyFile == "" {
		db.keyFile = besideFile(db.path)
	}
	db.read = sql.OpenDB(db.connector(reading))
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
	for _, handle := range []*sql.DB{db.through, db.write, db.read} {
		if handle != nil {
			errs = append(errs, handle.Close())
		}
	}
	return errors.Join(errs...)
}

// writer returns the one connection that may write.
func (db *DB) writer() *sql.DB { return db.writerOf(&db.write, writing) }

// writerThrough returns the one connection whose transactions survive a power cut.
func (db *DB) writerThrough() *sql.DB { return db.writerOf(&db.through, writingThrough) }

func (db *DB) writerOf(handle **sql.DB, r role) *sql.DB {
	db.mu.Lock()
	defer db.mu.Unlock()
	if *handle == nil {
		*handle = sql.OpenDB(db.connector(r))
		(*handle).SetMaxOpenConns(1)
	}
	return *handle
}

package store_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fundwatch/calls/store"
)

func backup(t *testing.T, db *store.DB, path string, replace bool) {
	t.Helper()
	backupWith(t, t.Context(), db, path, replace)
}

func backupWith(t *testing.T, ctx context.Context, db *store.DB, path string, replace bool) {
	t.Helper()
	size := must(db.Backup(ctx, path, replace))(t)
	info := must(os.Stat(path))(t)
	same(t, "size", size, info.Size())
	same(t, "mode", info.Mode().Perm(), fs.FileMode(0o600))
	same(t, "what lies there", folder(t, path), []string{filepath.Base(path)})
}

// folder returns the names of the files beside path and of itself.
func folder(t *testing.T, path string) []string {
	t.Helper()
	var names []string
	for _, entry := range must(os.ReadDir(filepath.Dir(path)))(t) {
		names = append(names, entry.Name())
	}
	return names
}

func TestBackup(t *testing.T) {
	t.Parallel()
	db := readyTown(t)
	path := filepath.Join(t.TempDir(), "it's a copy.db")
	backup(t, db, path, false)
	copied := openAt(t, path)
	same(t, "calls in the copy", len(find(t, copied, typed("a OR b OR c"))), 3)
	same(t, "problems of the copy", must(copied.Check(t.Context()))(t), nil)
	must(copied.BeginRun(t.Context(), "portal", now))(t) // it is a database like any other
	ok(t, copied.Close())

	before := read(t, path)
	if _, err := db.Backup(t.Context(), path, false); !errors.Is(err, fs.ErrExist) {
		t.Errorf("over a file that is there: %v, want that it exists", err)
	}
	same(t, "the file that was there is unchanged", string(read(t, path)) == string(before), true)
	backup(t, db, path, true)
	same(t, "runs in the new copy", len(must(openAt(t, path).Runs(t.Context(), 0))(t)), len(must(db.Runs(t.Context(), 0))(t)))
}

func TestBackupRefusesTheDatabaseItself(t *testing.T) {
	t.Parallel()
	db := readyTown(t)
	link := filepath.Join(t.TempDir(), "link.db")
	ok(t, os.Symlink(db.Path(), link))
	for _, path := range []string{db.Path(), db.Path() + "-wal", db.Path() + "-shm", link, db.KeyFile()} {
		if _, err := db.Backup(t.Context(), path, true); err == nil {
			t.Errorf("%s was overwritten", path)
		}
	}
	if _, err := db.Backup(t.Context(), t.TempDir(), true); err == nil {
		t.Error("a folder was overwritten")
	}
	same(t, "problems", must(db.Check(t.Context()))(t), nil)
}

// A backup goes on and ends while another process writes at full speed, which it does not keep waiting, and holds one
// state: all of a transaction or nothing of it.
func TestBackupWhileOthersWrite(t *testing.T) {
	t.Parallel()
	db := readyTown(t)
	raw := outside(t, db.Path())
	raw.SetMaxOpenConns(1)
	exec(t, raw, `CREATE TABLE pairs (n INTEGER, filling BLOB)`)
	exec(t, raw, `INSERT INTO pairs SELECT 0, randomblob(4000) FROM (WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 2000) SELECT n FROM c)`)
	ctx, stop := context.WithCancel(t.Context())
	written := make(chan struct{}) // to whoever waits for a transaction
	go func() {
		defer close(written)
		for ctx.Err() == nil {
			const pair = `
				BEGIN IMMEDIATE;
				INSERT INTO pairs VALUES (7, randomblob(3000));
				INSERT INTO pairs VALUES (7, randomblob(3000));
				COMMIT`
			if _, err := raw.Exec(pair); err != nil {
				t.Errorf("the other writer: %v", err)
				return
			}
			select {
			case written <- struct{}{}:
			default:
			}
		}
	}()
	path := filepath.Join(t.TempDir(), "copy.db")
	for range 5 {
		// It asks between any two pieces of the copy, and each time the other gets a transaction through.
		backupWith(t, watched{t.Context(), func() { <-written }}, db, path, true)
		copied := outside(t, path)
		var wrong, pairs int
		ok(t, copied.QueryRow(`SELECT COUNT(*) % 2, COUNT(*) FROM pairs WHERE n = 7`).Scan(&wrong, &pairs))
		ok(t, copied.Close())
		same(t, "halves of transactions", wrong, 0)
	}
	stop()
	for range written { // until it has ended
		continue
	}
}

// A watched context tells when somebody asks whether it has ended.
type watched struct {
	context.Context
	asked func()
}

func (w watched) Err() error {
	w.asked()
	return w.Context.Err()
}

func TestBackupLeavesNothingWhenItFails(t *testing.T) {
	t.Parallel()
	db := readyTown(t)
	raw := outside(t, db.Path())
	raw.SetMaxOpenConns(1)
	exec(t, raw, "PRAGMA foreign_keys = off")
	path := filepath.Join(t.TempDir(), "copy.db")
	backup(t, db, path, false)
	before := read(t, path)
	exec(t, raw, "DELETE FROM municipalities")
	if _, err := db.Backup(t.Context(), path, true); err == nil || !strings.Contains(err.Error(), "names a missing row of municipalities") {
		t.Errorf("a damaged database: %v, want what is wrong with it", err)
	}
	same(t, "the older copy is kept", string(read(t, path)) == string(before), true)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := db.Backup(ctx, path, true); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
	same(t, "what lies there", folder(t, path), []string{"copy.db"})
}

// What a killed process left is used again; a living one is not disturbed.
func TestBackupFindsAnUnfinishedOne(t *testing.T) {
	t.Parallel()
	db := readyTown(t)
	path := filepath.Join(t.TempDir(), "copy.db")
	for _, left := range []string{".part", ".part-wal", ".part-shm", ".part-journal"} {
		ok(t, os.WriteFile(path+left, []byte("half of something"), 0o644))
	}
	backup(t, db, path, false)
	same(t, "problems of the copy", must(openAt(t, path).Check(t.Context()))(t), nil)
}

func TestAsItIsChangesNothing(t *testing.T) {
	t.Parallel()
	missing := filepath.Join(t.TempDir(), "missing.db")
	if _, err := store.Open(t.Context(), missing, store.AsItIs()); err == nil {
		t.Error("a file that is not there was opened")
	}
	same(t, "what lies there", folder(t, missing), nil)
	path := oldFile(t, 1, "")
	db := openAt(t, path, store.AsItIs())
	file, newest, err := db.Version(t.Context())
	ok(t, err)
	same(t, "version", file, 1)
	same(t, "newest is newer", newest > file, true)
	copied := path + ".copy"
	must(db.Backup(t.Context(), copied, false))(t)
	ok(t, db.Close())
	file, _, err = openAt(t, copied, store.AsItIs()).Version(t.Context())
	ok(t, err)
	same(t, "version of the copy", file, 1)
}

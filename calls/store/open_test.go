package store_test

import (
	"bytes"
	"context"
	"database/sql"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"fundwatch/calls/store"

	"github.com/mattn/go-sqlite3"
)

// outsideDriver makes plain connections, to look at files from outside; they know what old migrations need.
const outsideDriver = "sqlite3 from outside"

func init() {
	sql.Register(outsideDriver, &sqlite3.SQLiteDriver{ConnectHook: store.AddFunctions})
}

var update = flag.Bool("update", false, "rewrite the files in testdata")

// open returns a new database that is closed with the test.
func open(t testing.TB, options ...store.Option) *store.DB {
	t.Helper()
	return openAt(t, filepath.Join(t.TempDir(), "fundwatch.db"), options...)
}

func openAt(t testing.TB, path string, options ...store.Option) *store.DB {
	t.Helper()
	db, err := store.Open(context.Background(), path, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// outside returns a connection to the same file that knows nothing of package store.
func outside(t testing.TB, path string) *sql.DB {
	t.Helper()
	raw, err := sql.Open(outsideDriver, "file:"+strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(path)+"?_foreign_keys=on&_busy_timeout=5000")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { raw.Close() })
	return raw
}

func exec(t testing.TB, db *sql.DB, query string, args ...any) {
	t.Helper()
	if _, err := db.Exec(query, args...); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

func TestOpenMakesAPrivateFile(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"plain.db", "with space.db", "what?.db", "50%25.db", "a#b&c=d.db", "ä ö.db"} {
		path := filepath.Join(t.TempDir(), "new folder", name)
		db := openAt(t, path)
		if db.Path() != path {
			t.Errorf("Path() = %q, want %q", db.Path(), path)
		}
		if _, err := db.BeginRun(t.Context(), "portal", at("2026-11-22T05:15:00Z")); err != nil {
			t.Errorf("%q: %v", name, err)
		}
		for file, want := range map[string]os.FileMode{path: 0o600, path + "-wal": 0o600, filepath.Dir(path): 0o700} {
			info, err := os.Stat(file)
			if err != nil {
				t.Errorf("%q: %v", name, err)
			} else if got := info.Mode().Perm(); got != want {
				t.Errorf("mode of %q = %o, want %o", file, got, want)
			}
		}
	}
}

func TestOpenTwiceKeepsEverything(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "fundwatch.db")
	first, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := first.BeginRun(t.Context(), "portal", at("2026-11-22T05:15:00Z")); err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	runs, err := openAt(t, path).Runs(t.Context(), 0)
	if err != nil || len(runs) != 1 {
		t.Errorf("Runs() = %v, %v; want one run", runs, err)
	}
}

func TestOpenTogether(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "fundwatch.db")
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			db, err := store.Open(context.Background(), path)
			if err != nil {
				t.Error(err)
				return
			}
			defer db.Close()
			if _, err := db.BeginRun(context.Background(), "portal", at("2026-11-22T05:15:00Z")); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if runs, err := openAt(t, path).Runs(t.Context(), 0); err != nil || len(runs) != 4 {
		t.Errorf("got %d runs, %v; want 4", len(runs), err)
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	migrations, err := filepath.Glob("migrations/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	newest := len(migrations)
	tests := map[string]struct {
		prepare func(t *testing.T, path string)
		want    string
	}{
		"a newer version": {func(t *testing.T, path string) {
			db := openAt(t, path)
			db.Close()
			raw := outside(t, path)
			exec(t, raw, "PRAGMA user_version = 99")
			raw.Close()
		}, fmt.Sprintf("the file has version 99 and this fundwatch knows versions up to %d: use the newer fundwatch, or restore a backup", newest)},
		"another program's file": {func(t *testing.T, path string) {
			raw := outside(t, path)
			exec(t, raw, "CREATE TABLE bookmarks (url TEXT)")
			raw.Close()
		}, "the file belongs to another program"},
		"no database": {func(t *testing.T, path string) {
			if err := os.WriteFile(path, bytes.Repeat([]byte("not a database\n"), 100), 0o600); err != nil {
				t.Fatal(err)
			}
		}, "file is not a database"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "fundwatch.db")
			test.prepare(t, path)
			before := read(t, path)
			db, err := store.Open(t.Context(), path)
			if err == nil {
				db.Close()
				t.Fatalf("Open succeeded, want an error with %q", test.want)
			}
			if !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("got error %q, want the path and %q", err, test.want)
			}
			if !bytes.Equal(before, read(t, path)) {
				t.Error("the refused file was changed")
			}
		})
	}
}

func TestOpenInAnImpossiblePlace(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Open(t.Context(), filepath.Join(file, "fundwatch.db")); err == nil {
		t.Error("Open below a file succeeded")
	}
}

func read(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestSchema shows a reviewer what a change of the migrations does to the tables.
func TestSchema(t *testing.T) {
	t.Parallel()
	db := open(t)
	rows, err := outside(t, db.Path()).Query(`
		SELECT sql FROM sqlite_schema
		WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'
		ORDER BY type = 'table' DESC, tbl_name, type, name`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var got strings.Builder
	for rows.Next() {
		var statement string
		if err := rows.Scan(&statement); err != nil {
			t.Fatal(err)
		}
		got.WriteString(statement + ";\n\n")
	}
	golden := filepath.Join("testdata", "schema.sql")
	if *update {
		if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want := string(read(t, golden)); got.String() != want {
		t.Errorf("the schema differs from %s; look at the difference and run the test with -update", golden)
	}
}

func TestTablesRefuse(t *testing.T) {
	t.Parallel()
	raw := outside(t, open(t).Path())
	for name, statement := range map[string]string{
		"text in a number":        `INSERT INTO runs (id, source, started, pages) VALUES (1, 'portal', 'x', 'many')`,
		"a municipality's ghost":  `INSERT INTO subscribers (municipality, email, name, language, frequency, state, nonce, created) VALUES (7, 'a@b.example', '', 'de', 'weekly', 'active', 'abcdefghijklmnopqrstuvwxyz', '')`,
		"an unknown mail state":   `UPDATE deliveries SET state = 'lost'; INSERT INTO deliveries (key, subscriber, sender, recipient, message_id, subject, state, created) VALUES ('k', 1, '', 'r', 'm', '', 'lost', '')`,
		"a source with a colon":   `INSERT INTO calls (source, reference, identifier, kind, title, umbrella, keywords, programme, divisions, action_type, url, language, stated_status, deadlines, model, fingerprint, revision, recorded, first_seen, last_seen) VALUES ('a:b', '1', '', '', 't', '', '[]', '', '[]', '', '', '', '', '[]', '', x'00', 1, 'open', '', '')`,
		"a counter of other name": `INSERT INTO counters VALUES ('other', 1)`,
	} {
		if _, err := raw.Exec(statement); err == nil {
			t.Errorf("%s was stored", name)
		}
	}
}

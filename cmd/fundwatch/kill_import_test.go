package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// killsHere is how often the loops of this file kill: each kill falls a step later into the work.
const killsHere = 12

// An import that is killed has changed nothing, or everything.
func TestKilledImportsAreAllOrNothing(t *testing.T) {
	skipUnderRace(t)
	t.Parallel()
	const towns = 3000
	early, file := namedTowns(t, "early", 3), namedTowns(t, "late", towns)
	fresh := func() []string {
		environ := []string{"XDG_DATA_HOME=" + t.TempDir()}
		must(t, environ, "municipalities", "import", early, "--now", "2026-09-01")
		return environ
	}
	whole := wholeRun(t, fresh(), "municipalities", "import", file)
	environ, before, done := fresh(), 0, false
	for i := range killsHere {
		if done {
			environ = fresh() // where there is something to be imported
		}
		killedAlong(t, environ, &whole, i, killsHere, "municipalities", "import", file)
		n := strings.Count(must(t, environ, "municipalities", "list"), "\n")
		if done = n == 3+towns; !done && n != 3 {
			t.Fatalf("after a kill there are %d municipalities, want 3 or %d", n, 3+towns)
		}
		before += count(!done)
	}
	if before == 0 {
		t.Error("no kill fell into an import: the test shows nothing")
	}
	if out := must(t, environ, "municipalities", "import", file); !strings.Contains(out, " 0 changed") {
		t.Errorf("the import after the kills: %s", out)
	}
	t.Logf("%d of %d kills fell into an import of %s", before, killsHere, whole.Round(time.Millisecond))
	checkSound(t, environ, "", 3+towns)
}

// An old database whose migration is killed again and again loses nothing, and is brought forward by whoever comes next.
func TestKilledMigrationsAreCompleted(t *testing.T) {
	skipUnderRace(t)
	t.Parallel()
	const towns = 30_000
	old := oldDatabase(t, towns)
	fresh := func() string { // a name of its own: SQLite remembers files by more than their content
		file := filepath.Join(t.TempDir(), "fundwatch.db")
		if err := os.WriteFile(file, old, 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	file := fresh()
	whole, halfway := wholeRun(t, nil, "--db", file, "outbox", "list"), 0
	newest, _ := versionOf(t, file)
	for i := range killsHere {
		file = fresh()
		killedAlong(t, nil, &whole, i, killsHere, "--db", file, "outbox", "list")
		version, rows := versionOf(t, file)
		if rows != towns+1 {
			t.Errorf("a kill at version %d left %d municipalities, want %d", version, rows, towns+1)
		}
		halfway += count(version < newest)
		if i%4 == 0 {
			checkSound(t, nil, file, towns+1)
		}
	}
	if halfway == 0 {
		t.Error("no kill fell into a migration: the test shows nothing")
	}
	t.Logf("%d of %d kills fell into a migration to version %d", halfway, killsHere, newest)
	checkSound(t, nil, file, towns+1)
}

// versionOf returns how far a database is, and how many municipalities it holds.
func versionOf(t *testing.T, file string) (version, rows int) {
	t.Helper()
	raw := rawDatabase(t, file)
	defer raw.Close()
	const ask = `SELECT (SELECT user_version FROM pragma_user_version), (SELECT COUNT(*) FROM municipalities)`
	if err := raw.QueryRow(ask).Scan(&version, &rows); err != nil {
		t.Fatal(err)
	}
	return version, rows
}

// oldDatabase returns a file of the first version that holds one town, and so many more.
func oldDatabase(t *testing.T, towns int) []byte {
	t.Helper()
	packed, err := os.ReadFile("../../calls/store/testdata/version1.db.gz")
	if err != nil {
		t.Fatal(err)
	}
	unpacked, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(unpacked)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "old.db")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	raw := rawDatabase(t, file)
	const more = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
		INSERT INTO municipalities (name, label, country, lau, population, twins, interests, revision)
		SELECT 'more-' || i, 'Town ' || i, country, lau, population, twins, interests, revision FROM municipalities, n`
	if _, err := raw.Exec(more, towns); err != nil {
		t.Fatal(err)
	}
	if err := raw.Close(); err != nil {
		t.Fatal(err)
	}
	if data, err = os.ReadFile(file); err != nil {
		t.Fatal(err)
	}
	return data
}

// checkSound wants a database that opens, holds so many municipalities, and is whole in SQLite's eyes.
func checkSound(t *testing.T, environ []string, file string, towns int) {
	t.Helper()
	if file == "" {
		file = lookupEnv(environ, "XDG_DATA_HOME") + "/fundwatch/fundwatch.db"
	}
	if n := strings.Count(must(t, nil, "--db", file, "municipalities", "list"), "\n"); n != towns {
		t.Errorf("%d municipalities, want %d", n, towns)
	}
	raw := rawDatabase(t, file)
	defer raw.Close()
	var verdict string
	if err := raw.QueryRow(`PRAGMA integrity_check`).Scan(&verdict); err != nil || verdict != "ok" {
		t.Error(fmt.Sprint("integrity: ", verdict), err)
	}
}

package main

import (
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	_ "github.com/mattn/go-sqlite3" // a plain connection, to look at files from outside
)

// fill makes a database large enough for a backup to be killed half-way, and returns its path.
func fill(t *testing.T, environ []string) string {
	t.Helper()
	must(t, environ, "municipalities", "import", manyTowns(t, 3), "--now", "2026-09-01")
	path := lookupEnv(environ, "XDG_DATA_HOME") + "/fundwatch/fundwatch.db"
	db := rawDatabase(t, path)
	const filling = `
		CREATE TABLE filling AS
		WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 4000)
		SELECT n, randomblob(8000) FROM c`
	if _, err := db.Exec(filling); err != nil {
		t.Fatal(err)
	}
	return path
}

func rawDatabase(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+path+"?_busy_timeout=5000")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// A backup that is killed is no backup: at the name that was asked for stands nothing, or a whole copy.
func TestKilledBackupsAreNeverTakenForWhole(t *testing.T) {
	t.Parallel()
	environ := []string{"XDG_DATA_HOME=" + t.TempDir()}
	fill(t, environ)
	file := filepath.Join(t.TempDir(), "copy.db")
	began := time.Now()
	killed(t, environ, time.Minute, "backup", file)
	whole := time.Since(began)
	wantSound(t, file)
	halfway := 0
	for i := range kills {
		os.Remove(file) //nolint:errcheck // it may not be there
		if finished := killed(t, environ, whole*time.Duration(i+1)/kills, "backup", file); finished {
			wantSound(t, file)
			continue
		}
		if info, err := os.Stat(file + ".part"); err == nil && info.Size() > 0 {
			halfway++
		}
		if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
			wantSound(t, file)
		}
	}
	if halfway == 0 {
		t.Error("no kill fell into a backup: the test shows nothing")
	}
	t.Logf("%d of %d kills fell into a backup of %s", halfway, kills, whole.Round(time.Millisecond))
	must(t, environ, "backup", file, "--force")
	wantSound(t, file)
	if names, _ := filepath.Glob(filepath.Dir(file) + "/*"); len(names) != 1 {
		t.Errorf("left behind: %v", names)
	}
}

func wantSound(t *testing.T, file string) {
	t.Helper()
	db := rawDatabase(t, file)
	defer db.Close()
	var verdict string
	var rows int
	if err := errors.Join(db.QueryRow(`PRAGMA integrity_check`).Scan(&verdict), db.QueryRow(`SELECT COUNT(*) FROM filling`).Scan(&rows)); err != nil || verdict != "ok" || rows != 4000 {
		t.Errorf("%s: %s, %d rows, error %v", file, verdict, rows, err)
	}
}

// TestRestoreRecipe does what the README says, word for word but for the places and the service manager.
func TestRestoreRecipe(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	recipe := regexp.MustCompile("(?s)### Backup and restore\n.*?```sh\n(.*?)```").FindSubmatch(readme)
	if recipe == nil {
		t.Fatal("the README has no recipe")
	}
	home, copies := t.TempDir(), t.TempDir()
	path, bin := home+"/fundwatch.db", t.TempDir()
	program(t, bin, "fundwatch", "RUN_AS_FUNDWATCH=1 exec "+os.Args[0]+` "$@"`)
	program(t, bin, "systemctl", `echo "$@" >>`+copies+"/asked")
	must(t, nil, "--db", path, "municipalities", "import", manyTowns(t, 3), "--now", "2026-09-01")
	must(t, nil, "--db", path, "backup", copies+"/fundwatch.db")
	for _, broken := range []string{path, path + "-wal", path + "-shm"} { // a damaged file, and the remains of a killed process
		if err := os.WriteFile(broken, []byte("no database "+strings.Repeat("x", 4000)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	script := strings.NewReplacer("/var/lib/fundwatch", home, "/var/backups", copies).Replace(string(recipe[1]))
	cmd := exec.Command("sh", "-ex")
	cmd.Stdin = strings.NewReader(strings.ReplaceAll(script, "doctor", "doctor || true"))
	// No network is asked; what then lacks is no matter here.
	cmd.Env = append(os.Environ(), "FUNDWATCH_SOURCES_PORTAL_ENABLED=false", "PATH="+bin+":"+os.Getenv("PATH"))
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), ", sound\n") {
		t.Fatalf("the recipe: %v\n%s", err, out)
	}
	if asked, _ := os.ReadFile(copies + "/asked"); string(asked) != "stop fundwatch\nstart fundwatch\n" {
		t.Errorf("the service manager was asked: %q", asked)
	}
	if out := must(t, nil, "--db", path, "municipalities", "list"); strings.Count(out, "\n") != 3 {
		t.Errorf("after the restore there are other municipalities:\n%s", out)
	}
}

// program writes a shell script into a folder for PATH.
func program(t *testing.T, dir, name, line string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+line+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
}

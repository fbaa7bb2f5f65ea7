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
	whole := wholeRun(t, environ, "backup", file)
	wantSound(t, file)
	halfway := 0
	for i := range kills {
		os.Remove(file) //nolint:errcheck // it may not be there
		if killedAlong(t, environ, &whole, i, kills, "backup", file) {
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

// TestRestoreRecipe does what the README says, word for word but for the places, the user and the service manager.
func TestRestoreRecipe(t *testing.T) {
	t.Parallel()
	restore, carryOver := restoreRecipe(t)
	t.Run("a damaged file", func(t *testing.T) {
		t.Parallel()
		r := newRestore(t)
		for _, broken := range []string{r.path, r.path + "-wal", r.path + "-shm"} { // and the remains of a killed process
			if err := os.WriteFile(broken, []byte("no database "+strings.Repeat("x", 4000)), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		r.run(t, restore+"systemctl start fundwatch\n")
		if out := must(t, nil, "--db", r.path, "subscribers", "list"); strings.Count(out, "\tactive\n") != 3 {
			t.Errorf("after the restore there are other subscribers:\n%s", out)
		}
	})
	t.Run("a file that can be read", func(t *testing.T) {
		t.Parallel()
		r := newRestore(t)
		must(t, nil, "--db", r.path, "subscribers", "unsubscribe", "clerk@town-1.example") // the backup knows nothing of it
		r.run(t, restore+carryOver)
		out := must(t, nil, "--db", r.path, "subscribers", "list")
		if strings.Count(out, "\tactive\n") != 2 || !strings.Contains(out, "clerk@town-1.example\tfr\tweekly\tunsubscribed\n") {
			t.Errorf("who stopped after the backup gets mail again:\n%s", out)
		}
	})
}

// restoreRecipe returns the two parts of the recipe in the README: the restore, and what carries over from the old file.
func restoreRecipe(t *testing.T) (restore, carryOver string) {
	t.Helper()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(readme), "### Backup and restore\n")
	section, _, _ = strings.Cut(section, "\n### ")
	parts := regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(section, -1)
	if len(parts) != 2 {
		t.Fatalf("the README has a recipe of %d parts, want 2", len(parts))
	}
	return parts[0][1], parts[1][1]
}

// A restoring is a machine on which the recipe is followed: a database with a backup of it.
type restoring struct {
	varLib, path, copies, bin string
}

func newRestore(t *testing.T) *restoring {
	t.Helper()
	r := &restoring{varLib: t.TempDir(), copies: t.TempDir(), bin: t.TempDir()}
	r.path = r.varLib + "/fundwatch/fundwatch.db"
	program(t, r.bin, "fundwatch", "RUN_AS_FUNDWATCH=1 exec "+os.Args[0]+` "$@"`)
	program(t, r.bin, "systemctl", `echo "$@" >>`+r.copies+"/asked")
	program(t, r.bin, "sudo", `[ "$1 $2" = "-u fundwatch" ] && shift 2 && exec env "$@"`)
	if err := os.WriteFile(r.copies+"/config.yaml", []byte("timezone: Europe/Brussels\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	must(t, nil, "--db", r.path, "municipalities", "import", manyTowns(t, 3), "--now", "2026-09-01")
	must(t, []string{"FUNDWATCH_SOURCES_PORTAL_ENABLED=false"}, "--db", r.path, "crawl") // rounds of every year, without a network
	must(t, nil, "--db", r.path, "backup", r.copies+"/fundwatch.db")
	return r
}

func (r *restoring) run(t *testing.T, recipe string) {
	t.Helper()
	script := strings.NewReplacer("/var/lib", r.varLib, "/var/backups", r.copies, "/etc/fundwatch", r.copies, "/tmp/preview", r.copies+"/preview").Replace(recipe)
	cmd := exec.Command("sh", "-ex")
	cmd.Stdin = strings.NewReader(strings.ReplaceAll(script, "fw doctor", "fw doctor || true"))
	// No network is asked; what then lacks is no matter here. Nor is what else this machine has in its environment,
	// which may say that everything is a terminal.
	cmd.Env = []string{"FUNDWATCH_SOURCES_PORTAL_ENABLED=false", "PATH=" + r.bin + ":" + os.Getenv("PATH")}
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), ", sound\n") || !strings.Contains(string(out), "nothing sent, nothing changed") {
		t.Fatalf("the recipe: %v\n%s", err, out)
	}
	if asked, _ := os.ReadFile(r.copies + "/asked"); string(asked) != "stop fundwatch\nstart fundwatch\n" {
		t.Errorf("the service manager was asked: %q", asked)
	}
}

// program writes a shell script into a folder for PATH.
func program(t *testing.T, dir, name, line string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+line+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
}

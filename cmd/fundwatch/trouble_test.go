package main

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/google/go-cmp/cmp"
)

// Whatever goes wrong on the way to the reader, nothing is lost and nothing comes twice.

// refuse lets the mail server answer every recipient so; 250 heals it.
func (w *world) refuse(code int, words string) {
	w.server.mu.Lock()
	defer w.server.mu.Unlock()
	if w.server.refuse = nil; code != 250 {
		w.server.refuse = refusal(code, words)
	}
}

func TestAServerThatIsDownLosesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "alba", "brest")
	w.list("A", "2026-12-01")
	w.crawl("2026-09-01")
	up := w.environ
	w.environ = append(append([]string{}, up...), envPair("MAIL_SMTP_PORT", 1)) // nobody listens there
	_, errs, code := run1(t, w.environ, "digest", "--now", "2026-09-01T06:00:00Z")
	if code != exitFailed || !strings.Contains(errs, "cannot be handed over") || !strings.Contains(errs, "wait in the outbox: 'fundwatch doctor'") {
		t.Errorf("exit code %d\n%s", code, errs)
	}
	w.environ = up
	letters := w.letters("send", "--now", "2026-09-01T18:00:00Z")
	if len(letters) != 2 {
		t.Fatalf("%d letters", len(letters))
	}
	for _, l := range letters {
		w.holds(l, "Marktplatz A")
	}
	w.silent(w.week("2026-09-08"))
}

func TestOneOfFiveMailboxesDoesNotExist(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "alba", "brest", "cluj", "dole", "esch")
	w.list("A", "2026-12-01")
	w.server.mu.Lock()
	w.server.refuseOne, w.server.refuse = "clerk@cluj.example", &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user"}
	w.server.mu.Unlock()
	w.crawl("2026-09-01")
	out, errs, code := run1(t, w.environ, "digest", "--now", "2026-09-01T06:00:00Z")
	if letters := w.came(); len(letters) != 4 || code != exitPartly {
		t.Fatalf("exit code %d, %d letters\n%s%s", code, len(letters), out, errs)
	}
	w.list("B", "2026-12-01")
	if letters := w.week("2026-09-08"); len(letters) != 4 {
		t.Errorf("%d letters a week later: the fifth is not to be tried again", len(letters))
	}
	if list := must(t, w.environ, "subscribers", "list"); strings.Count(list, "bounced") != 1 {
		t.Error(list)
	}
}

// A server that puts us off gets the same mail again; when it has had enough chances the mail is parked, and the
// next letter tells what it held.
func TestAMailThatIsPutOffForTooLongReturnsItsCalls(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "alba")
	w.list("A", "2026-12-20")
	w.crawl("2026-09-01")
	w.refuse(451, "greylisted, try later")
	must(t, w.environ, "digest", "--now", "2026-09-01T06:00:00Z")
	tries := 0
	for at := time.Date(2026, 9, 1, 7, 0, 0, 0, time.UTC); strings.Contains(must(t, w.environ, "outbox", "list"), "queued"); at = at.Add(6 * time.Hour) {
		run1(t, w.environ, "send", "--now", at.Format(time.RFC3339))
		if tries++; tries > 100 {
			t.Fatal("it is tried for ever")
		}
	}
	if out, _, code := run1(t, w.environ, "status", "--now", "2026-09-07T06:00:00Z"); code == exitDone || !strings.Contains(out, "1 mail failed") {
		t.Errorf("exit code %d: %s", code, out)
	}
	w.refuse(250, "")
	w.silent(w.letters("send", "--now", "2026-09-07T06:00:00Z"))
	w.tells(w.week("2026-09-08"), "Marktplatz A")
	w.silent(w.week("2026-09-15"))
}

func TestAMailThatWasPutOffKeepsItsName(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "alba")
	w.list("A", "2026-12-20")
	w.crawl("2026-09-01")
	w.refuse(451, "greylisted, try later")
	must(t, w.environ, "digest", "--now", "2026-09-01T06:00:00Z")
	before := must(t, w.environ, "outbox", "show", "1")
	w.refuse(250, "")
	letters := w.letters("send", "--now", "2026-09-02T06:00:00Z")
	w.tells(letters, "Marktplatz A")
	if !strings.Contains(before, strings.Trim(letters[0].id, "<>")) {
		t.Errorf("%s went out as %s", before, letters[0].id)
	}
}

// A server that hangs up after the final dot may have taken the mail: the same bytes come once more and never again,
// and until then the mail is said to be unknown. If the second try ends like the first a person is told.
func TestAServerThatHangsUpAfterTheFinalDot(t *testing.T) {
	t.Parallel()
	for hangUps, want := range []string{1: "sent", 2: "unknown"} {
		if want == "" {
			continue
		}
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "alba")
			w.list("A", "2026-12-20")
			w.crawl("2026-09-01")
			w.server.mu.Lock()
			w.server.hangUps = hangUps
			w.server.mu.Unlock()
			if out, _, _ := run1(t, w.environ, "digest", "--now", "2026-09-01T06:00:00Z"); !strings.Contains(out, "unknown 1") {
				t.Errorf("it is not said to be unknown: %s", out)
			}
			for day := 2; day < 7; day++ {
				run1(t, w.environ, "send", "--now", fmt.Sprintf("2026-09-%02dT06:00:00Z", day))
			}
			mails := w.server.received()
			if len(mails) != 2 || mails[0].data != mails[1].data {
				t.Fatalf("%d copies, want two of the same bytes", len(mails))
			}
			if list := must(t, w.environ, "outbox", "list", "--all"); !strings.Contains(list, "\t"+want+"\t") {
				t.Errorf("the mail is not %s: %s", want, list)
			}
			w.crawl("2026-09-07")
			out, _, code := run1(t, w.environ, "status", "--now", "2026-09-07T06:00:00Z")
			if needed := want == "unknown"; (code == exitPartly) != needed {
				t.Errorf("status: exit code %d, a person is needed: %v\n%s", code, needed, out)
			}
		})
	}
}

func TestAProfileThatIsDamagedStopsNobodyElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "alba", "brest", "cluj")
	w.list("A", "2026-12-01")
	w.crawl("2026-09-01")
	damage(t, w.database(), `UPDATE municipalities SET twins = '{' WHERE name = 'brest'`)
	_, errs, code := run1(t, w.environ, "digest", "--now", "2026-09-01T06:00:00Z")
	if code != exitPartly || !strings.Contains(errs, "brest") {
		t.Errorf("exit code %d\n%s", code, errs)
	}
	letters := w.came()
	if len(letters) != 2 || letters[0].to != "clerk@alba.example" || letters[1].to != "clerk@cluj.example" {
		t.Errorf("%+v", letters)
	}
}

func (w *world) database() string {
	w.t.Helper()
	for _, pair := range w.environ {
		if dir, ok := strings.CutPrefix(pair, "XDG_DATA_HOME="); ok {
			return filepath.Join(dir, "fundwatch", "fundwatch.db")
		}
	}
	w.t.Fatal("where is the database?")
	return ""
}

// damage writes what the checks of the tables forbid, as a disk may.
func damage(t *testing.T, file, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite3", file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	for _, s := range []string{"PRAGMA ignore_check_constraints = 1", statement} {
		if _, err := db.ExecContext(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
}

func TestWhoStopsBetweenComposingAndSendingGetsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "alba", "brest")
	w.list("A", "2026-12-01")
	w.crawl("2026-09-01")
	w.refuse(451, "later")
	must(t, w.environ, "digest", "--now", "2026-09-01T06:00:00Z")
	must(t, w.environ, "subscribers", "remove", "clerk@alba.example", "--now", "2026-09-01T07:00:00Z")
	w.refuse(250, "")
	letters := w.letters("send", "--now", "2026-09-02T06:00:00Z")
	if len(letters) != 1 || letters[0].to != "clerk@brest.example" {
		t.Errorf("%+v", letters)
	}
}

// A look at what would be sent changes no byte of the database, and no row of any table.
func TestADryRunChangesNoRow(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "alba")
	w.list("A", "2026-12-01")
	w.week("2026-09-01")
	w.list("A", "2026-12-15")
	w.list("B", "2026-12-15")
	w.crawl("2026-09-08")
	before, bytesBefore := everyRow(t, w.database()), fileBytes(t, w.database())
	out := must(t, w.environ, "digest", "--dry-run", t.TempDir(), "--now", "2026-09-08T06:00:00Z")
	if !strings.Contains(out, "1 mails written") {
		t.Error(out)
	}
	if !bytes.Equal(bytesBefore, fileBytes(t, w.database())) {
		t.Error("the file is another one")
	}
	if diff := cmp.Diff(before, everyRow(t, w.database())); diff != "" {
		t.Error(diff)
	}
	if len(before) < 100 {
		t.Errorf("only %d rows were compared", len(before))
	}
}

// fileBytes reads a database that nobody has open, which therefore must have no log beside it.
func fileBytes(t *testing.T, file string) []byte {
	t.Helper()
	if _, err := os.Stat(file + "-wal"); err == nil {
		t.Errorf("%s-wal was left behind", file)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// everyRow reads all tables.
func everyRow(t *testing.T, file string) []string {
	t.Helper()
	db, err := sql.Open("sqlite3", file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var rows []string
	for _, table := range texts(t, db, `SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name`) {
		columns := texts(t, db, `SELECT group_concat('quote("' || name || '")', ' || '','' || ') FROM pragma_table_xinfo(?) WHERE hidden = 0`, table)
		for _, row := range texts(t, db, fmt.Sprintf(`SELECT %s FROM %q`, columns[0], table)) {
			rows = append(rows, table+": "+row)
		}
	}
	return rows
}

func texts(t *testing.T, db *sql.DB, query string, args ...any) []string {
	t.Helper()
	rows, err := db.QueryContext(context.Background(), query, args...)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		all = append(all, text)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

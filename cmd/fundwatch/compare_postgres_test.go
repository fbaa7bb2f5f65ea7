package main

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"fundwatch/calls"
)

// A postgres is a PostgreSQL server in a folder of its own, on a socket in it only.
type postgres struct {
	t   *testing.T
	dir string
	as  *syscall.SysProcAttr // whom it runs as: PostgreSQL refuses root
}

// startPostgres starts a server that holds the calls, with the index that its manual recommends. It returns nil, and says
// why, if it cannot.
func startPostgres(t *testing.T, list []calls.Call) *postgres {
	t.Helper()
	dir, err := os.MkdirTemp("", "fundwatch-postgres-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) }) //nolint:errcheck // a folder for temporary files
	p := &postgres{t: t, dir: dir}
	if err := p.start(); err != nil {
		t.Logf("not compared with PostgreSQL: %v", err)
		return nil
	}
	p.fill(list)
	return p
}

func (p *postgres) start() error {
	if os.Getuid() == 0 {
		nobody, err := user.Lookup("nobody")
		if err != nil {
			return err
		}
		uid, errU := strconv.ParseUint(nobody.Uid, 10, 32)
		gid, errG := strconv.ParseUint(nobody.Gid, 10, 32)
		if errU != nil || errG != nil || os.Chown(p.dir, int(uid), int(gid)) != nil {
			return fmt.Errorf("user %s cannot be used", nobody.Username)
		}
		p.as = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	}
	data := filepath.Join(p.dir, "data")
	initdb := exec.Command("initdb", "-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8")
	initdb.SysProcAttr, initdb.Dir = p.as, p.dir
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, firstLine(string(out)))
	}
	server := exec.Command("postgres", "-D", data, "-k", p.dir, "-c", "listen_addresses=")
	server.SysProcAttr, server.Dir = p.as, p.dir
	if err := server.Start(); err != nil {
		return err
	}
	p.t.Cleanup(func() {
		server.Process.Signal(syscall.SIGINT) //nolint:errcheck // Wait tells
		server.Wait()                         //nolint:errcheck // it was told to end
	})
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		err := p.psql("-c", "SELECT 1").Run()
		if err == nil || time.Now().After(end) {
			return err
		}
	}
}

func (p *postgres) psql(args ...string) *exec.Cmd {
	return exec.Command("psql", append([]string{"-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", p.dir, "-U", "postgres", "-d", "postgres"}, args...)...)
}

// script runs statements in one session and returns what it said.
func (p *postgres) script(text string) string {
	p.t.Helper()
	cmd := p.psql()
	cmd.Stdin = strings.NewReader(text)
	out, err := cmd.CombinedOutput()
	if err != nil {
		p.t.Fatalf("psql: %v: %s", err, firstLine(string(out)))
	}
	return string(out)
}

func (p *postgres) fill(list []calls.Call) {
	p.t.Helper()
	var b strings.Builder
	b.WriteString(`CREATE TABLE calls (id int PRIMARY KEY, identifier text, title text, summary text, body text, deadline timestamptz,
		words tsvector GENERATED ALWAYS AS (setweight(to_tsvector('simple', title), 'A') || setweight(to_tsvector('simple', summary), 'B')
			|| to_tsvector('simple', body)) STORED);
		COPY calls (id, identifier, title, summary, body, deadline) FROM STDIN;
`)
	for i := range list {
		c := &list[i]
		fmt.Fprintf(&b, "%d\t%s\t%s\t%s\t%s\t%s\n", i, c.Identifier, c.Title, c.Summary, c.Body, c.Deadlines[0].At.Format(time.RFC3339))
	}
	b.WriteString("\\.\nCREATE INDEX ON calls USING gin (words);\nANALYZE calls;\n")
	p.script(b.String())
}

// postgresSearch is a search for words that must all be there, best first.
func postgresSearch(words string, most int) string {
	return fmt.Sprintf(`SELECT c.*, ts_rank(words, q) AS rank FROM calls c, to_tsquery('simple', '%s') q
		WHERE words @@ q AND deadline > '2026-09-01' ORDER BY rank DESC LIMIT %d;`, strings.Join(strings.Fields(words), " & "), most)
}

var postgresTime = regexp.MustCompile(`(?m)^Time: ([0-9.]+) ms`)

// searches returns how long each query takes in one session, as psql sees it.
func (p *postgres) searches(queries []string) []time.Duration {
	p.t.Helper()
	var b strings.Builder
	b.WriteString("\\timing on\n")
	for _, q := range queries {
		b.WriteString(postgresSearch(q, 20) + "\n")
	}
	var took []time.Duration
	for _, found := range postgresTime.FindAllStringSubmatch(p.script(b.String()), -1) {
		ms, err := strconv.ParseFloat(found[1], 64)
		if err != nil {
			p.t.Fatal(err)
		}
		took = append(took, time.Duration(ms*float64(time.Millisecond)))
	}
	if len(took) != len(queries) {
		p.t.Fatalf("psql timed %d of %d queries", len(took), len(queries))
	}
	return took
}

// matches returns how long one query for each town takes, which asks for its words and phrases among the newest 500
// calls and writes what it finds.
func (p *postgres) matches(towns []calls.Municipality) time.Duration {
	p.t.Helper()
	var b strings.Builder
	b.WriteString("DROP TABLE IF EXISTS towns, matches; CREATE TABLE towns (id int PRIMARY KEY, query tsquery);\n" +
		"CREATE TABLE matches (town int, call int, PRIMARY KEY (town, call));\nCOPY towns FROM STDIN;\n")
	for i := range towns {
		var any []string
		for _, k := range towns[i].Interests.Keywords {
			any = append(any, strings.Join(strings.Fields(strings.Trim(k, `"`)), " <-> "))
		}
		fmt.Fprintf(&b, "%d\t%s\n", i, strings.Join(any, " | "))
	}
	b.WriteString("\\.\nANALYZE towns;\n")
	p.script(b.String())
	return timed(func() {
		p.script(`DO $$ DECLARE t record; BEGIN FOR t IN SELECT * FROM towns LOOP
			INSERT INTO matches SELECT t.id, c.id FROM calls c WHERE c.words @@ t.query AND c.id >= (SELECT max(id) - 499 FROM calls);
		END LOOP; END $$;`)
	})
}

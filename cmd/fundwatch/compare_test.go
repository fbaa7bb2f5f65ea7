package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"fundwatch/calls"
	"fundwatch/calls/store"
)

// fundwatch against what else does the same job, side by side in one run on one machine, as ratios: FUNDWATCH_COMPARE=1,
// or .ci/compare, which finds the other tools. What is not there is skipped with a word.
func TestCompare(t *testing.T) {
	if os.Getenv("FUNDWATCH_COMPARE") == "" {
		t.Skip("FUNDWATCH_COMPARE is not set: .ci/compare sets it and finds the other tools")
	}
	c := &comparing{t: t, calls: benchCalls(10_000), queries: compareQueries(200)}
	c.dir = t.TempDir()
	c.file = filepath.Join(c.dir, "bench.db")
	benchDatabase(t, c.dir, c.calls).Close()
	c.server = startPostgres(t, c.calls)
	c.searchProcess()
	c.searchMany()
	c.matching()
	c.crawling()
	c.sending()
	var table strings.Builder
	table.WriteString("| what | fundwatch | against | takes | ratio |\n|---|---|---|---|---|\n")
	for _, r := range c.rows {
		fmt.Fprintf(&table, "| %s | %s | %s | %s | %.2g x |\n", r.what, r.ours, r.other, r.theirs, r.ratio)
	}
	t.Logf("ratios of the time that it takes: below 1 fundwatch is faster\n%s", table.String())
}

// comparing is one run of all comparisons.
type comparing struct {
	t       *testing.T
	dir     string
	file    string // a database with the calls
	calls   []calls.Call
	queries []string  // words that must all be there
	server  *postgres // nil if there is none
	rows    []compared
}

// A compared is one row of the table.
type compared struct {
	what, ours, other, theirs string
	ratio                     float64
}

func (c *comparing) row(what string, ours time.Duration, other string, theirs time.Duration) {
	c.rows = append(c.rows, compared{what, readable(ours), other, readable(theirs), float64(ours) / float64(theirs)})
}

// skipped says why there is no row.
func (c *comparing) skipped(other string, why any) { c.t.Logf("not compared with %s: %v", other, why) }

func readable(d time.Duration) string {
	switch {
	case d < 10*time.Millisecond:
		return fmt.Sprintf("%.2g ms", d.Seconds()*1000)
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}

// turns lets two things take turns and returns how long each takes at least: what else a machine does only adds to it.
func turns(rounds int, ours, theirs func()) (time.Duration, time.Duration) {
	var a, b []time.Duration
	for range rounds {
		a, b = append(a, timed(ours)), append(b, timed(theirs))
	}
	return slices.Min(a), slices.Min(b)
}

func timed(work func()) time.Duration {
	begun := time.Now()
	work()
	return time.Since(begun)
}

// share returns the duration below which so many percent lie.
func share(list []time.Duration, percent int) time.Duration {
	list = slices.Clone(list)
	slices.Sort(list)
	return list[min(len(list)-1, len(list)*percent/100)]
}

// run runs a command and wants it to say something and end well.
func (c *comparing) run(cmd *exec.Cmd) func() {
	return func() {
		again := *cmd
		again.Stderr = nil
		if out, err := again.Output(); err != nil || len(out) == 0 {
			c.t.Fatalf("%v: %v, %d bytes", cmd.Args, err, len(out))
		}
	}
}

func (c *comparing) ours(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], append([]string{"--db", c.file, "--now", "2026-09-01"}, args...)...)
	cmd.Env = append(os.Environ(), runAsProgram+"=1")
	return cmd
}

// searchProcess compares whole processes that find two words in 10,000 calls.
func (c *comparing) searchProcess() {
	const what = "search in 10,000 calls, whole process"
	ours := c.run(c.ours("search", "--exact", "museum", "harbour"))
	if shell, err := exec.LookPath("sqlite3"); err != nil {
		c.skipped("the sqlite3 shell", err)
	} else {
		theirs := c.run(exec.Command(shell, c.file, `SELECT c.*, snippet(fulltext) FROM fulltext JOIN calls c ON c.id = docid
			WHERE fulltext MATCH '"museum" "harbour"' ORDER BY length(matchinfo(fulltext, 'pcnalx')) DESC LIMIT 50`))
		a, b := turns(15, ours, theirs)
		c.row(what, a, "`sqlite3` shell, the same query, not ranked", b)
	}
	if c.server != nil {
		a, b := turns(15, ours, c.run(c.server.psql("-c", postgresSearch("museum harbour", 50))))
		c.row(what, a, "`psql`, full-text search with GIN, ranked, the server running already", b)
	}
}

// compareQueries makes searches of one to three words, common and rare.
func compareQueries(n int) []string {
	r, words := rand.New(rand.NewPCG(9, 10)), benchVocabulary()
	list := make([]string, n)
	for i := range list {
		some := make([]string, 1+i%3)
		for j := range some {
			some[j] = words[r.IntN(400)]
		}
		list[i] = strings.Join(some, " ")
	}
	return list
}

// searchMany compares 200 queries, one after the other, in a program that runs already.
func (c *comparing) searchMany() {
	db, err := store.Open(c.t.Context(), c.file)
	if err != nil {
		c.t.Fatal(err)
	}
	defer db.Close()
	var ours []time.Duration
	hits := 0
	for _, q := range c.queries {
		search := calls.Search{Clauses: calls.ParseQuery(q), Limit: 20, Statuses: []calls.Status{calls.Open, calls.Forthcoming}}
		ours = append(ours, timed(func() {
			found, err := db.Search(c.t.Context(), search, fixedClock())
			if err != nil {
				c.t.Fatal(err)
			}
			hits += len(found)
		}))
	}
	if hits < len(c.queries) {
		c.t.Errorf("%d hits of %d queries: that compares nothing", hits, len(c.queries))
	}
	both := func(other string, theirs []time.Duration) {
		c.row("200 searches in 10,000 calls, p50", share(ours, 50), other, share(theirs, 50))
		c.row("the same, p99", share(ours, 99), other, share(theirs, 99))
	}
	if c.server != nil {
		both("PostgreSQL over one connection", c.server.searches(c.queries))
	}
	if theirs, err := bleveSearches(c.t, c.calls, c.queries); err != nil {
		c.skipped("Bleve", err)
	} else {
		both("Bleve in process, with fields and snippets", theirs)
	}
}

// bleveSearches lets Bleve, as a program of its own, index the calls and answer the queries.
func bleveSearches(t *testing.T, list []calls.Call, queries []string) ([]time.Duration, error) {
	t.Helper()
	dir := t.TempDir()
	program := filepath.Join(dir, "bleve")
	build := exec.Command("go", "build", "-o", program, ".")
	build.Dir = "testdata/bleve"
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("it cannot be built here: %s", firstLine(string(out)))
	}
	var documents strings.Builder
	for i := range list {
		c := &list[i]
		line, err := json.Marshal(map[string]string{"ID": c.Key.Reference, "Title": c.Title, "Summary": c.Summary, "Body": c.Body})
		if err != nil {
			return nil, err
		}
		documents.Write(append(line, '\n'))
	}
	for name, text := range map[string]string{"documents": documents.String(), "queries": strings.Join(queries, "\n") + "\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			return nil, err
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, program, filepath.Join(dir, "documents"), filepath.Join(dir, "queries"), filepath.Join(dir, "index")).Output()
	if err != nil {
		return nil, err
	}
	var answer struct {
		IndexSeconds, Megabytes float64
		QueryMicros             []int64
		Hits                    int
	}
	if err := json.Unmarshal(out, &answer); err != nil {
		return nil, err
	}
	t.Logf("Bleve: indexed in %.1f s, %.0f MB on the disk, %d hits", answer.IndexSeconds, answer.Megabytes, answer.Hits)
	var took []time.Duration
	for _, micros := range answer.QueryMicros {
		took = append(took, time.Duration(micros)*time.Microsecond)
	}
	return took, nil
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return line
}

// matching compares matching 500 changed calls with 100,000 towns, read and written, with one query for each town.
func (c *comparing) matching() {
	const towns, some = 100_000, 1_000
	dir := c.t.TempDir()
	db := benchDatabase(c.t, dir, nil)
	if _, err := db.ImportMunicipalities(c.t.Context(), benchTowns(towns), fixedClock()); err != nil {
		c.t.Fatal(err)
	}
	benchMatch(c.t, benchApp(db))
	benchSave(c.t, db, 0)
	begun := time.Now()
	megabytes, _ := runMatch(c.t, filepath.Join(dir, "bench.db"))
	ours := time.Since(begun)
	what := fmt.Sprintf("match 100,000 towns with 500 changed calls, whole process, %.0f MB", megabytes)
	among := benchNaive(c.t, c.calls, some)
	c.row(what, ours, "one query for each town, SQLite, in 10,000 calls (a hundredth of the towns, times 100)", among*towns/some)
	if c.server != nil {
		c.row(what, ours, "the same in PostgreSQL, in one block of the server's own language", c.server.matches(benchTowns(some))*towns/some)
	}
}

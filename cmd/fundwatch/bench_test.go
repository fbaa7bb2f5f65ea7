package main

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fundwatch/calls"
	"fundwatch/calls/store"

	_ "github.com/mattn/go-sqlite3" // what others would do with it alone
)

// benchRoots are what made-up words are made of.
var benchRoots = strings.Fields(`town twinning citizens culture climate youth energy transport water forest mobility school
	heritage music theatre bridge market harbour valley museum library garden river island mountain village festival
	history memory language science health sport cycling railway bus tram solar wind biogas waste circular repair craft
	tourism farm food wine bread cheese fishing coast storm flood drought fire rescue police justice equality women
	children elderly care hospital nurse doctor vaccine digital network fibre satellite robot sensor data privacy`)

// benchVocabulary is 4,000 words; as in real texts, the first ones are common and the last ones rare.
func benchVocabulary() []string {
	words := slices.Clone(benchRoots)
	for i := range benchRoots {
		for j := range benchRoots {
			if len(words) < 4000 && i != j {
				words = append(words, benchRoots[j]+benchRoots[i])
			}
		}
	}
	return words
}

// benchCall makes a call of about 2 KB of text, its words spread as Zipf found.
func benchCall(r *rand.Rand, vocabulary []string, i int) calls.Call {
	zipf := rand.NewZipf(r, 1.1, 20, uint64(len(vocabulary)-1))
	text := func(n int) string {
		words := make([]string, n)
		for j := range words {
			words[j] = vocabulary[zipf.Uint64()]
		}
		return strings.Join(words, " ")
	}
	return calls.Call{
		Key: calls.Key{Source: "portal", Reference: fmt.Sprint(i)}, Identifier: fmt.Sprintf("BENCH-2026-%05d", i),
		Title: text(8), Summary: text(40), Body: text(230), Programme: []string{"CERV", "LIFE", "HORIZON"}[i%3],
		Language: "en", URL: "https://example.org/", Kind: calls.KindTopic,
		Deadlines: []calls.Deadline{{At: fixedClock().AddDate(0, 0, 1+r.IntN(300)), Hour: calls.HourStated}},
	}
}

func benchCalls(n int) []calls.Call {
	r := rand.New(rand.NewPCG(1, 2))
	list := make([]calls.Call, n)
	vocabulary := benchVocabulary()
	for i := range list {
		list[i] = benchCall(r, vocabulary, i)
	}
	return list
}

func benchDatabase(b testing.TB, dir string, list []calls.Call) *store.DB {
	b.Helper()
	ctx := context.Background()
	db, err := store.Open(ctx, filepath.Join(dir, "bench.db"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	topics, err := calls.LoadTopics()
	if err != nil {
		b.Fatal(err)
	}
	source := "portal"
	if len(list) > 0 {
		source = list[0].Key.Source
	}
	run, err := db.BeginRun(ctx, source, fixedClock())
	if err != nil {
		b.Fatal(err)
	}
	sweep := calls.Sweep{Source: source, Started: fixedClock(), Found: list, Complete: true}
	if _, err := db.SaveSweep(ctx, run, sweep, topics.Classify, fixedClock()); err != nil {
		b.Fatal(err)
	}
	return db
}

// A cost is what a command takes, by the clock and of processors.
type cost struct{ wall, cpu time.Duration }

// median runs a command some times and returns the middle of what it took. It may exit with 1.
func median(b testing.TB, command func() *exec.Cmd) cost {
	b.Helper()
	const runs = 15
	wall, cpu := make([]time.Duration, runs), make([]time.Duration, runs)
	for i := range runs {
		cmd := command()
		start := time.Now()
		if out, err := cmd.Output(); cmd.ProcessState == nil || cmd.ProcessState.ExitCode() > exitPartly || err == nil && len(out) == 0 {
			b.Fatalf("%v: %v, %d bytes", cmd.Args, err, len(out))
		}
		wall[i], cpu[i] = time.Since(start), cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime()
	}
	slices.Sort(wall)
	slices.Sort(cpu)
	return cost{wall[runs/2], cpu[runs/2]}
}

func (c cost) report(b *testing.B, what string) {
	b.ReportMetric(float64(c.wall.Microseconds())/1000, "ms/"+what)
	b.ReportMetric(float64(c.cpu.Microseconds())/1000, "cpu-ms/"+what)
}

// The whole program searching 10,000 calls, against the sqlite3 shell running the same full-text query
// on the same file, whole rows printed by both. The ratio is what counts: the two take turns on one machine.
// On a busy machine that of processor time says more than that of the clock.
func BenchmarkSearchProcess(b *testing.B) {
	shell, err := exec.LookPath("sqlite3")
	if err != nil {
		b.Skip("there is no sqlite3 shell here")
	}
	dir := b.TempDir()
	benchDatabase(b, dir, benchCalls(10_000)).Close()
	file := filepath.Join(dir, "bench.db")
	ours := func(args ...string) func() *exec.Cmd {
		return func() *exec.Cmd {
			cmd := exec.Command(os.Args[0], append([]string{"--db", file, "--now", "2026-09-01"}, args...)...)
			cmd.Env = append(os.Environ(), runAsProgram+"=1")
			return cmd
		}
	}
	theirs := func() *exec.Cmd {
		return exec.Command(shell, file, `SELECT c.*, snippet(fulltext) FROM fulltext JOIN calls c ON c.id = docid
			WHERE fulltext MATCH '"museum" "harbour"' ORDER BY length(matchinfo(fulltext, 'pcnalx')) DESC LIMIT 50`)
	}
	for b.Loop() {
		exact, other := median(b, ours("search", "--exact", "museum", "harbour")), median(b, theirs)
		exact.report(b, "exact")
		other.report(b, "sqlite3")
		b.ReportMetric(float64(exact.wall)/float64(other.wall), "ratio")
		b.ReportMetric(float64(exact.cpu)/float64(other.cpu), "cpu-ratio")
		median(b, ours("search", "museum", "harbour")).report(b, "widened") // asks for more: the topics that the words mean
		median(b, ours("search", "--exact", "musseum")).report(b, "misspelt")
		median(b, ours("version")).report(b, "version")
	}
}

func benchTowns(n int) []calls.Municipality {
	r := rand.New(rand.NewPCG(3, 4))
	towns := make([]calls.Municipality, n)
	vocabulary := benchVocabulary()
	for i := range towns {
		m := calls.Municipality{ID: fmt.Sprintf("town-%06d", i), Name: fmt.Sprintf("Town %d", i), Country: "FR"}
		for range 7 { // phrases, of which few are met
			phrase := vocabulary[r.IntN(len(vocabulary))] + " " + vocabulary[r.IntN(100)]
			m.Interests.Keywords = append(m.Interests.Keywords, fmt.Sprintf("%q", phrase))
		}
		m.Interests.Keywords = append(m.Interests.Keywords, vocabulary[3000+r.IntN(1000)])
		towns[i] = m
	}
	return towns
}

// The match stage over 500 changed calls, reading from the file and writing the matches included: towns
// with eight words and phrases each, where few want the same, and towns with three topics beside them,
// where thousands do.
func BenchmarkMatchStage(b *testing.B) {
	for _, towns := range []int{1_000, 10_000, 100_000} {
		b.Run(fmt.Sprint(towns), func(b *testing.B) { benchmarkMatchStage(b, benchTowns(towns)) })
	}
	b.Run("100000/topics", func(b *testing.B) { benchmarkMatchStage(b, withTopics(b, benchTowns(100_000))) })
}

func benchmarkMatchStage(b *testing.B, towns []calls.Municipality) {
	db := benchDatabase(b, b.TempDir(), nil)
	if _, err := db.ImportMunicipalities(context.Background(), towns, fixedClock()); err != nil {
		b.Fatal(err)
	}
	a := benchApp(db)
	benchMatch(b, a) // the new municipalities, against nothing yet
	matches := 0
	for round := 0; b.Loop(); round++ {
		b.StopTimer()
		benchSave(b, db, round)
		b.StartTimer()
		matches = benchMatch(b, a).Matches
	}
	b.ReportMetric(float64(matches), "matches")
}

// withTopics gives each town three topics.
func withTopics(b *testing.B, towns []calls.Municipality) []calls.Municipality {
	b.Helper()
	topics, err := calls.LoadTopics()
	if err != nil {
		b.Fatal(err)
	}
	r, ids := rand.New(rand.NewPCG(5, 6)), topics.IDs()
	for i := range towns {
		for range 3 {
			towns[i].Interests.Topics = append(towns[i].Interests.Topics, ids[r.IntN(len(ids))])
		}
	}
	return towns
}

// The program matching 500 changed calls with 100,000 towns, as a process of its own: `digest` where nobody
// subscribed. It takes turns with one query per town (see benchNaive), for a hundredth of the towns: over
// the 500 calls alone, as if somebody had put them aside, and over a catalogue of 10,000 that holds them.
func BenchmarkMatchProcess(b *testing.B) {
	const towns = 100_000
	dir := b.TempDir()
	db := benchDatabase(b, dir, nil)
	if _, err := db.ImportMunicipalities(context.Background(), benchTowns(towns), fixedClock()); err != nil {
		b.Fatal(err)
	}
	benchMatch(b, benchApp(db))
	changed, catalogue := benchCalls(500), benchCalls(10_000)
	peak, used, apart, among := 0.0, time.Duration(0), time.Duration(0), time.Duration(0)
	for round := 0; b.Loop(); round++ {
		b.StopTimer()
		benchSave(b, db, round)
		b.StartTimer()
		megabytes, cpu := runMatch(b, filepath.Join(dir, "bench.db"))
		b.StopTimer()
		peak, used = max(peak, megabytes), used+cpu
		apart += benchNaive(b, changed, towns/100)
		among += benchNaive(b, catalogue, towns/100)
		b.StartTimer()
	}
	b.ReportMetric(peak, "MB-peak")
	b.ReportMetric(used.Seconds()/float64(b.N), "cpu-s/op")
	b.ReportMetric(100*float64(apart)/float64(b.Elapsed()), "x-queries-500")
	b.ReportMetric(100*float64(among)/float64(b.Elapsed()), "x-queries-10000")
}

// runMatch returns the peak memory of the process in MB, 0 where the system does not tell it, and the
// processor time that it took.
func runMatch(b testing.TB, file string) (float64, time.Duration) {
	b.Helper()
	cmd := exec.Command(os.Args[0], "--db", file, "--now", "2026-09-01", "digest")
	cmd.Env = append(os.Environ(), runAsProgram+"=1")
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	ended := make(chan error)
	go func() { ended <- cmd.Wait() }()
	for peak := 0.0; ; {
		select {
		case err := <-ended:
			if err != nil {
				b.Fatal(err)
			}
			return peak, cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
		case <-time.After(20 * time.Millisecond):
			peak = max(peak, peakMemory(cmd.Process.Pid))
		}
	}
}

// peakMemory is the most that a living process had resident, in MB. What the system says after its end
// counts the memory of the process that started it.
func peakMemory(pid int) float64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	_, after, _ := strings.Cut(string(status), "VmHWM:")
	var kilobytes float64
	if _, err := fmt.Sscan(after, &kilobytes); err != nil {
		return 0
	}
	return kilobytes / 1024
}

// benchSave stores 500 calls whose titles differ from the round before; each is about one or two topics.
func benchSave(b testing.TB, db *store.DB, round int) {
	b.Helper()
	list := benchCalls(500)
	for i := range list {
		list[i].Title = fmt.Sprintf("round %d %s", round, list[i].Title)
	}
	ctx := context.Background()
	run, err := db.BeginRun(ctx, "portal", fixedClock())
	if err != nil {
		b.Fatal(err)
	}
	topics, err := calls.LoadTopics()
	if err != nil {
		b.Fatal(err)
	}
	r, ids := rand.New(rand.NewPCG(7, 8)), topics.IDs()
	about := func(*calls.Call) (hits []calls.TopicHit) {
		for _, id := range []int{r.IntN(len(ids)), r.IntN(len(ids))} {
			if len(hits) == 0 || hits[0].Topic != ids[id] {
				hits = append(hits, calls.TopicHit{Topic: ids[id], Rule: calls.RuleText, Field: "body", Words: "words", Weight: 0.5})
			}
		}
		return hits
	}
	if _, err := db.SaveSweep(ctx, run, calls.Sweep{Source: "portal", Found: list, Complete: true}, about, fixedClock()); err != nil {
		b.Fatal(err)
	}
}

func benchApp(db *store.DB) *app {
	return &app{db: db, now: fixedClock, wallClock: fixedClock, log: slog.New(slog.DiscardHandler), topics: sync.OnceValues(calls.LoadTopics)}
}

func benchMatch(b testing.TB, a *app) store.Matched {
	b.Helper()
	report, err := a.match(context.Background())
	if err != nil {
		b.Fatal(err)
	}
	return report
}

// One full-text query per municipality, as a tool that is nothing but SQLite would do it: a table of calls
// with its index, a prepared query of all words and phrases of a town, a row for each match, everything in
// one transaction and nothing ranked. Of 500 calls that changed, and in a catalogue of 10,000.
func BenchmarkOneQueryPerMunicipality(b *testing.B) {
	for _, size := range []int{500, 10_000} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			list, took := benchCalls(size), time.Duration(0)
			for b.Loop() {
				took += benchNaive(b, list, 1_000)
			}
			b.ReportMetric(float64(took.Microseconds())/float64(b.N)/1_000, "us/town")
		})
	}
}

// benchNaive returns how long the towns take; the last 500 calls are those that changed.
func benchNaive(b testing.TB, list []calls.Call, towns int) time.Duration {
	b.Helper()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(b.TempDir(), "naive.db")+"?_journal_mode=WAL&_synchronous=NORMAL")
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	exec := func(query string, args ...any) {
		if _, err := db.Exec(query, args...); err != nil {
			b.Fatal(err)
		}
	}
	exec(`CREATE VIRTUAL TABLE calls USING fts4 (title, summary, body, tokenize=unicode61)`)
	exec(`CREATE TABLE towns (id INTEGER PRIMARY KEY, query TEXT)`)
	exec(`CREATE TABLE matches (town INTEGER, call INTEGER, PRIMARY KEY (town, call)) WITHOUT ROWID`)
	exec(`BEGIN`)
	for i := range list {
		exec(`INSERT INTO calls (docid, title, summary, body) VALUES (?, ?, ?, ?)`, i, list[i].Title, list[i].Summary, list[i].Body)
	}
	for i, town := range benchTowns(towns) {
		exec(`INSERT INTO towns VALUES (?, ?)`, i, strings.Join(town.Interests.Keywords, " OR "))
	}
	exec(`COMMIT`)
	start := time.Now()
	exec(`BEGIN`)
	match, err := db.Prepare(`INSERT INTO matches SELECT ?1, docid FROM calls WHERE calls MATCH (SELECT query FROM towns WHERE id = ?1) AND docid >= ?2`)
	if err != nil {
		b.Fatal(err)
	}
	defer match.Close()
	for i := range towns {
		if _, err := match.Exec(i, len(list)-500); err != nil {
			b.Fatal(err)
		}
	}
	exec(`COMMIT`)
	return time.Since(start)
}

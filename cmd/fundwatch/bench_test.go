package main

import (
	"context"
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

func benchDatabase(b *testing.B, dir string, list []calls.Call) *store.DB {
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
	run, err := db.BeginRun(ctx, "portal", fixedClock())
	if err != nil {
		b.Fatal(err)
	}
	sweep := calls.Sweep{Source: "portal", Started: fixedClock(), Found: list, Complete: true}
	if _, err := db.SaveSweep(ctx, run, sweep, topics.Classify, fixedClock()); err != nil {
		b.Fatal(err)
	}
	return db
}

// median runs a command some times and returns the middle of the times it took.
func median(b *testing.B, command func() *exec.Cmd) time.Duration {
	b.Helper()
	const runs = 15
	times := make([]time.Duration, runs)
	for i := range times {
		cmd := command()
		start := time.Now()
		if out, err := cmd.Output(); err != nil || len(out) == 0 {
			b.Fatalf("%v: %v, %d bytes", cmd.Args, err, len(out))
		}
		times[i] = time.Since(start)
	}
	slices.Sort(times)
	return times[runs/2]
}

// The whole program searching 10,000 calls, against the sqlite3 shell running the same full-text query
// on the same file, whole rows printed by both. The ratio is what counts: the two take turns on one machine.
func BenchmarkSearchProcess(b *testing.B) {
	shell, err := exec.LookPath("sqlite3")
	if err != nil {
		b.Skip("there is no sqlite3 shell here")
	}
	dir := b.TempDir()
	benchDatabase(b, dir, benchCalls(10_000)).Close()
	file := filepath.Join(dir, "bench.db")
	search := func(args ...string) func() *exec.Cmd {
		return func() *exec.Cmd {
			cmd := exec.Command(os.Args[0], append([]string{"--db", file, "--now", "2026-09-01", "search"}, args...)...)
			cmd.Env = append(os.Environ(), runAsProgram+"=1")
			return cmd
		}
	}
	theirs := func() *exec.Cmd {
		return exec.Command(shell, file, `SELECT c.*, snippet(fulltext) FROM fulltext JOIN calls c ON c.id = docid
			WHERE fulltext MATCH '"museum" "harbour"' ORDER BY length(matchinfo(fulltext, 'pcnalx')) DESC LIMIT 50`)
	}
	version := func() *exec.Cmd {
		cmd := exec.Command(os.Args[0], "version")
		cmd.Env = append(os.Environ(), runAsProgram+"=1")
		return cmd
	}
	for b.Loop() {
		exact, other := median(b, search("--exact", "museum", "harbour")), median(b, theirs)
		widened := median(b, search("museum", "harbour")) // asks for more: the topics that the words mean
		b.ReportMetric(float64(exact.Microseconds())/1000, "ms/exact")
		b.ReportMetric(float64(widened.Microseconds())/1000, "ms/widened")
		b.ReportMetric(float64(other.Microseconds())/1000, "ms/sqlite3")
		b.ReportMetric(float64(exact)/float64(other), "ratio")
		b.ReportMetric(float64(median(b, version).Microseconds())/1000, "ms/version")
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

// The match stage over 500 changed calls, reading from the file and writing the matches included.
func BenchmarkMatchStage(b *testing.B) {
	for _, towns := range []int{1_000, 10_000, 100_000} {
		b.Run(fmt.Sprint(towns), func(b *testing.B) {
			db := benchDatabase(b, b.TempDir(), nil)
			if _, err := db.ImportMunicipalities(context.Background(), benchTowns(towns), fixedClock()); err != nil {
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
		})
	}
}

// benchSave stores 500 calls whose titles differ from the round before.
func benchSave(b *testing.B, db *store.DB, round int) {
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
	none := func(*calls.Call) []calls.TopicHit { return nil }
	if _, err := db.SaveSweep(ctx, run, calls.Sweep{Source: "portal", Found: list, Complete: true}, none, fixedClock()); err != nil {
		b.Fatal(err)
	}
}

func benchApp(db *store.DB) *app {
	return &app{db: db, now: fixedClock, wallClock: fixedClock, log: slog.New(slog.DiscardHandler), topics: sync.OnceValues(calls.LoadTopics)}
}

func benchMatch(b *testing.B, a *app) store.Matched {
	b.Helper()
	report, err := a.match(context.Background())
	if err != nil {
		b.Fatal(err)
	}
	return report
}

// One full-text query per municipality over the same 500 calls: how the job is usually done.
func BenchmarkOneQueryPerMunicipality(b *testing.B) {
	db := benchDatabase(b, b.TempDir(), benchCalls(500))
	towns := benchTowns(1_000)
	for b.Loop() {
		for i := range towns {
			var clause calls.Clause
			for _, k := range towns[i].Interests.Keywords {
				clause.Any = append(clause.Any, calls.Term{Words: strings.Fields(strings.Trim(k, `"`))})
			}
			if _, err := db.Search(context.Background(), calls.Search{Clauses: []calls.Clause{clause}}, fixedClock()); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/1000-towns")
}

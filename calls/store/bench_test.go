package store_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"fundwatch/calls"
	"fundwatch/calls/store"
)

// field are the words that calls speak of, the most frequent first.
var field = strings.Fields(`project europe municipality town citizens climate energy innovation digital youth culture
	cooperation partnership research network support twinning inclusion mobility heritage education environment
	biodiversity transport cycling volunteering solidarity democracy equality remembrance migration health water
	waste agriculture tourism sport cities regions islands border neighbourhood participation training skills`)

// writer makes calls of about 2 KB from words that are distributed as in a language: few are frequent.
type writer struct {
	random *rand.Rand
	zipf   *rand.Zipf
}

func newWriter() writer {
	r := rand.New(rand.NewPCG(1, 2))
	return writer{r, rand.NewZipf(r, 1.07, 8, 40_000)}
}

func (w writer) word() string {
	n := int(w.zipf.Uint64())
	if n < len(field) {
		return field[n]
	}
	return fmt.Sprintf("%s%s", field[n%len(field)][:3], string(rune('a'+n%26))+string(rune('a'+n/26%26))+string(rune('a'+n/676%60)))
}

func (w writer) text(bytes int) string {
	var b strings.Builder
	for b.Len() < bytes {
		b.WriteString(w.word())
		b.WriteByte(' ')
	}
	return b.String()
}

func (w writer) call(n int) calls.Call {
	c := call(fmt.Sprintf("%08dTOPICSen", n), w.text(60))
	c.Identifier = fmt.Sprintf("CERV-2026-CITIZENS-%05d", n)
	c.Summary, c.Body, c.Keywords = w.text(300), w.text(1600), []string{w.word(), w.word()}
	c.Programme = []string{"CERV", "ERASMUS", "LIFE", "HORIZON"}[n%4]
	c.Deadlines = []calls.Deadline{{At: now.Add(time.Duration(n%400-200) * day)}}
	return c
}

func (w writer) calls(n int) []calls.Call {
	all := make([]calls.Call, n)
	for i := range all {
		all[i] = w.call(i)
	}
	return all
}

// queries is a log of searches as people write them: words, pairs, phrases, prefixes, alternatives.
func (w writer) queries(n int) []calls.Search {
	active := []calls.Status{calls.Open, calls.Forthcoming}
	all := make([]calls.Search, n)
	for i := range all {
		text := w.word()
		switch i % 8 {
		case 1, 2:
			text += " " + w.word()
		case 3:
			text = `"` + text + " " + w.word() + `"`
		case 4:
			text = text[:3] + "*"
		case 5:
			text += " OR " + w.word() + " OR " + w.word()
		case 6:
			text += " -" + w.word()
		case 7:
			text += " " + w.word() + " " + w.word()
		}
		all[i] = calls.Search{Clauses: calls.ParseQuery(text), Limit: 20, Statuses: active}
	}
	return all
}

func BenchmarkSearch(b *testing.B) {
	for _, size := range []int{10_000, 100_000} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			db := open(b)
			w := newWriter()
			save(b, db, sweepOf(w.calls(size)...), now)
			queries := w.queries(200)
			var took []time.Duration
			found := 0
			for b.Loop() {
				for _, q := range queries {
					started := time.Now()
					hits, err := db.Search(b.Context(), q, now)
					took = append(took, time.Since(started))
					if err != nil {
						b.Fatal(err)
					}
					found += len(hits)
				}
			}
			slices.Sort(took)
			b.ReportMetric(took[len(took)/2].Seconds()*1000, "p50-ms")
			b.ReportMetric(took[len(took)*99/100].Seconds()*1000, "p99-ms")
			b.ReportMetric(float64(found)/float64(len(took)), "hits/query")
		})
	}
}

// BenchmarkOpenAndSearch is what a whole process does to answer one search.
func BenchmarkOpenAndSearch(b *testing.B) {
	db := open(b)
	w := newWriter()
	save(b, db, sweepOf(w.calls(2000)...), now)
	for b.Loop() {
		fresh, err := store.Open(b.Context(), db.Path())
		ok(b, err)
		must(fresh.Search(b.Context(), calls.Search{Clauses: calls.ParseQuery("twinning"), Limit: 20}, now))(b)
		ok(b, fresh.Close())
	}
}

func BenchmarkSaveSweep(b *testing.B) {
	all := newWriter().calls(2000)
	b.Run("new", func(b *testing.B) {
		for b.Loop() {
			db := open(b)
			save(b, db, sweepOf(all...), now)
			db.Close()
		}
		b.ReportMetric(float64(b.N*len(all))/b.Elapsed().Seconds(), "calls/s")
	})
	b.Run("unchanged", func(b *testing.B) {
		db := open(b)
		save(b, db, sweepOf(all...), now)
		for b.Loop() {
			save(b, db, sweepOf(all...), now.Add(time.Hour))
		}
		b.ReportMetric(float64(b.N*len(all))/b.Elapsed().Seconds(), "calls/s")
	})
}

// BenchmarkSending is the part of the store in one mail: claimed, checked, marked, recorded with the next claim.
func BenchmarkSending(b *testing.B) {
	db := readyTown(b)
	d, out := digestOf(b, db, 1, "", "a", "b")
	out.Bytes = []byte(strings.Repeat("A line of a digest of thirty kilobytes.\r\n", 750))
	n := 0
	refill := func() {
		for range 500 {
			n++
			d.Period = fmt.Sprint("period ", n)
			out.Key, out.MessageID = fmt.Sprint("digest/1/", n), fmt.Sprintf("%d@fundwatch.example", n)
			must(db.Enqueue(b.Context(), d, out, now))(b)
		}
	}
	var sent *calls.Tried
	for b.Loop() {
		mail, err := db.Claim(b.Context(), sent, now, lease)
		ok(b, err)
		sent = nil
		if mail == nil {
			b.StopTimer()
			refill()
			b.StartTimer()
			continue
		}
		ok(b, mail.Unchecked)
		ok(b, db.MarkData(b.Context(), mail.ID))
		sent = &calls.Tried{ID: mail.ID, Outcome: calls.Outcome{State: calls.DeliverySent, Code: 250}}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "mails/s")
}

// BenchmarkMatch matches a hundred changed calls with many towns, read from the file and written. Every
// second round finds what the one before did not, so that all lists are written.
func BenchmarkMatch(b *testing.B) {
	db := open(b)
	towns := make([]calls.Municipality, 20_000)
	for i := range towns {
		towns[i] = calls.Municipality{ID: fmt.Sprintf("town-%05d", i), Name: "Town", Country: "DE",
			Interests: calls.Interests{Topics: []string{"town-twinning", "youth"}, Keywords: []string{"Radverkehr", "odd", field[i%len(field)]}}}
	}
	importTowns(b, db, towns...)
	found := newWriter().calls(400)[300:] // open ones
	matches := 0
	for round := 0; b.Loop(); round++ {
		b.StopTimer()
		for i := range found {
			found[i].Title = []string{"Even", "Odd"}[round%2]
		}
		save(b, db, sweepOf(found...), now)
		b.StartTimer()
		matches = matchAll(b, db, now).Matches
	}
	b.ReportMetric(float64(b.N*len(towns))/b.Elapsed().Seconds(), "towns/s")
	b.ReportMetric(float64(matches), "matches")
}

func BenchmarkCandidates(b *testing.B) {
	db := readyTown(b)
	found := newWriter().calls(300)
	for i := 200; i < 240; i++ {
		found[i].Title = "B"
	}
	save(b, db, calls.Sweep{Source: "portal", Found: found}, now)
	matchAll(b, db, now)
	for b.Loop() {
		same(b, "candidates", len(must(db.Candidates(b.Context(), 1, now))(b)), 41)
	}
}

// BenchmarkCandidatesAfterYears is that of a reader who was told three times of each of 300 calls that have closed.
func BenchmarkCandidatesAfterYears(b *testing.B) {
	db := readyTown(b)
	found := newWriter().calls(300)
	var names []string
	last := now
	for i := range found {
		names = append(names, found[i].Key.Reference)
		if d, ok := found[i].LastDeadline(); ok && d.At.After(last) {
			last = d.At
		}
	}
	save(b, db, calls.Sweep{Source: "portal", Found: found}, now)
	for _, kind := range []calls.NoticeKind{calls.NoticeNew, calls.NoticeClosing28, calls.NoticeClosing7} {
		d, out := digestOf(b, db, 1, "", names...)
		d.Period, out.Key, out.MessageID = string(kind), "digest/1/"+string(kind), string(kind)+"@fundwatch.example"
		for i := range d.New {
			d.New[i].Notices = []calls.Notice{{Call: d.New[i].Call.Key, Kind: kind, Fact: "x", Told: d.New[i].Call.Facts(now)}}
		}
		must(db.Enqueue(b.Context(), d, out, now))(b)
	}
	later := last.AddDate(1, 0, 0)
	for b.Loop() {
		same(b, "candidates", len(must(db.Candidates(b.Context(), 1, later))(b)), 0)
	}
}

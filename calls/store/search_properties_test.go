package store_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"fundwatch/calls"

	"pgregory.net/rapid"
)

// TestStatusInSQL holds the status that searches filter by against calls.Call.Status.
func TestStatusInSQL(t *testing.T) {
	t.Parallel()
	db := open(t)
	n := 0
	rapid.Check(t, func(r *rapid.T) {
		moment := rapid.Map(rapid.Int64Range(-3000, 3000), func(ms int64) time.Time {
			return now.Add(time.Duration(ms) * time.Millisecond)
		})
		n++
		source := fmt.Sprintf("source%d", n)
		c := calls.Call{
			Key:          calls.Key{Source: source, Reference: "1"},
			Title:        "X",
			StatedStatus: rapid.SampledFrom([]calls.Status{"", calls.Forthcoming, calls.Open, calls.Closed}).Draw(r, "stated"),
		}
		if rapid.Bool().Draw(r, "has opening day") {
			c.Opens = moment.Draw(r, "opens")
		}
		for _, at := range rapid.SliceOfNDistinct(moment, 0, 4, func(t time.Time) int64 { return t.UnixMilli() }).Draw(r, "deadlines") {
			c.Deadlines = append(c.Deadlines, calls.Deadline{At: at})
		}
		slices.SortFunc(c.Deadlines, func(a, b calls.Deadline) int { return a.At.Compare(b.At) })
		saved := calls.Sweep{Source: source, Found: []calls.Call{c}, Complete: true}
		save(t, db, saved, now.Add(-5*day))
		if rapid.Bool().Draw(r, "goes away") {
			gone := calls.Sweep{Source: source, Complete: true}
			save(t, db, gone, now.Add(-4*day))
			save(t, db, gone, now.Add(-3*day))
		}
		read, err := db.Call(context.Background(), c.Key)
		if err != nil {
			r.Fatal(err)
		}
		// Times within a millisecond: what is stored is cut to one.
		asked := moment.Draw(r, "asked at").Add(time.Duration(rapid.Int64Range(0, 999_999).Draw(r, "nanoseconds")))
		want := read.Status(asked)
		next, has := read.NextDeadline(asked)
		for _, status := range calls.Statuses() {
			hits, err := db.Search(context.Background(), calls.Search{Sources: []string{source}, Statuses: []calls.Status{status}}, asked)
			if err != nil {
				r.Fatal(err)
			}
			if got := len(hits) == 1; got != (status == want) {
				r.Fatalf("at %s SQL says that it is %v that %+v is %s; calls.Call.Status says %s", asked, got, read, status, want)
			}
		}
		hits, err := db.Search(context.Background(), calls.Search{Sources: []string{source}, DeadlineAfter: next.At, DeadlineBefore: next.At.Add(time.Millisecond)}, asked)
		if has && (err != nil || len(hits) != 1) {
			r.Fatalf("at %s SQL does not know the next deadline %s of %+v (%v)", asked, next.At, read, err)
		}
	})
}

// TestSearchAgreesWithANaiveOne compares the index with a walk over all words.
func TestSearchAgreesWithANaiveOne(t *testing.T) {
	t.Parallel()
	db := open(t)
	vocabulary := []string{"town", "towns", "twin", "c++", "4.0", "łódź", "na.me", "Ⅻ", "ŀl", "e\u0301t", "日本", "א"}
	text := rapid.Map(rapid.SliceOfN(rapid.SampledFrom(vocabulary), 1, 6), func(w []string) string { return strings.Join(w, " ") })
	var all []calls.Call
	for i := range 60 {
		c := call(fmt.Sprint(i), "x "+text.Example(i))
		c.Identifier, c.Body = "", text.Example(i+1000)
		all = append(all, c)
	}
	about := func(c *calls.Call) []calls.TopicHit {
		topic := []string{"youth", "sport", "energy"}[len(c.Body)%3]
		return []calls.TopicHit{{Topic: topic, Rule: calls.RuleText, Field: "body", Words: "x", Weight: 0.5}}
	}
	for i := range all {
		all[i].Topics = about(&all[i])
	}
	saveWith(t, db, sweepOf(all...), about, now)
	rapid.Check(t, func(r *rapid.T) {
		var clauses []calls.Clause
		for range rapid.IntRange(1, 3).Draw(r, "clauses") {
			c := calls.Clause{Not: rapid.Bool().Draw(r, "not")}
			for range rapid.IntRange(1, 2).Draw(r, "terms") {
				var words []string
				for _, w := range calls.Words(rapid.SampledFrom(vocabulary).Draw(r, "word") + " " + rapid.SampledFrom(append(vocabulary, "")).Draw(r, "word")) {
					words = append(words, w.Text)
				}
				c.Any = append(c.Any, calls.Term{Words: words, Prefix: rapid.Bool().Draw(r, "prefix")})
			}
			if !c.Not {
				c.Topics = rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"youth", "sport", "nobody"}), 0, 2, rapid.ID).Draw(r, "topics")
			}
			clauses = append(clauses, c)
		}
		got := find(t, db, calls.Search{Clauses: clauses})
		var want []string
		for i := range all {
			if fulfils(&all[i], clauses) {
				want = append(want, all[i].Key.Reference)
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			r.Fatalf("search %+v = %v, want %v", clauses, got, want)
		}
	})
}

func fulfils(c *calls.Call, clauses []calls.Clause) bool {
	for _, clause := range clauses {
		found := slices.ContainsFunc(clause.Any, func(t calls.Term) bool {
			return holds(c.Title, t) || holds(c.Body, t)
		}) || slices.Contains(clause.Topics, c.Topics[0].Topic)
		if found == clause.Not {
			return false
		}
	}
	return true
}

func holds(text string, term calls.Term) bool {
	words := calls.Words(text)
	for start := 0; start+len(term.Words) <= len(words); start++ {
		matches := true
		for i, w := range term.Words {
			last := i == len(term.Words)-1
			got := words[start+i].Text
			matches = matches && (got == w || last && term.Prefix && strings.HasPrefix(got, w))
		}
		if matches {
			return true
		}
	}
	return false
}

package store_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fundwatch/calls"
	"fundwatch/calls/store"
)

var loadTopics = sync.OnceValues(calls.LoadTopics)

// matchAll does all matching that is to be done.
func matchAll(t testing.TB, db *store.DB, at time.Time) store.Matched {
	t.Helper()
	return must(db.Match(t.Context(), must(loadTopics())(t), at))(t)
}

// matchesOf returns the calls that match a municipality as "reference score", best first.
func matchesOf(t testing.TB, db *store.DB, municipality string) []string {
	t.Helper()
	var all []string
	for _, m := range must(db.Matches(t.Context(), municipality))(t) {
		all = append(all, fmt.Sprint(m.Call.Reference, " ", m.Score))
	}
	return all
}

// wants is a town with these keywords. Those of one letter find the small calls by their titles.
func wants(id string, keywords ...string) calls.Municipality {
	return calls.Municipality{ID: id, Name: id, Country: "FR", Interests: calls.Interests{Keywords: keywords}}
}

func unmatched(t testing.TB, db *store.DB, at time.Time) store.Work {
	t.Helper()
	return must(db.Unmatched(t.Context(), at))(t)
}

func keys(references ...string) []calls.Key {
	var all []calls.Key
	for _, r := range references {
		all = append(all, calls.Key{Source: "portal", Reference: r})
	}
	return all
}

func TestUnmatched(t *testing.T) {
	t.Parallel()
	db := open(t)
	same(t, "nothing at all", unmatched(t, db, now), store.Work{})
	over := call("over", "Over")
	over.Deadlines[0].At = now.Add(-day)
	save(t, db, sweepOf(call("a", "A"), call("b", "B"), over), now)
	same(t, "calls", unmatched(t, db, now), store.Work{Calls: keys("a", "b")})

	paris := calls.Municipality{ID: "paris-fr", Name: "Paris", Country: "FR", Interests: calls.Interests{Everything: true}}
	importTowns(t, db, ludwigsburg(), paris)
	work := store.Work{Calls: keys("a", "b"), Municipalities: []string{"ludwigsburg-de", "paris-fr"}}
	same(t, "municipalities too", unmatched(t, db, now), work)
	same(t, "asked again", unmatched(t, db, now), work)

	same(t, "matched", matchAll(t, db, now), store.Matched{Calls: 2, Municipalities: 2, Matches: 2})
	same(t, "after matching", unmatched(t, db, now), store.Work{})
	same(t, "matched again", matchAll(t, db, now), store.Matched{})

	paris.Name = "Ville de Paris"
	importTowns(t, db, paris)
	same(t, "another name is no work", unmatched(t, db, now), store.Work{})
	paris.Interests.Everything = false
	importTowns(t, db, paris)
	same(t, "other interests are", unmatched(t, db, now), store.Work{Municipalities: []string{"paris-fr"}})
}

func TestUnmatchedSeesChangesThatNobodyIsTold(t *testing.T) {
	t.Parallel()
	db := open(t)
	a := call("a", "A")
	save(t, db, sweepOf(a, call("b", "B")), now)
	matchAll(t, db, now)
	a.Body = "Now about cycling."
	save(t, db, sweepOf(a, call("b", "B")), now)
	same(t, "calls", unmatched(t, db, now).Calls, keys("a"))
}

func TestMatchReplaces(t *testing.T) {
	t.Parallel()
	db := open(t)
	b := call("b", "B")
	b.Body = "A bridge"
	importTowns(t, db, wants("first", "a", "bridge"), wants("second", "b"), wants("third", "nothing"))
	save(t, db, sweepOf(call("a", "A"), b), now)
	same(t, "matched", matchAll(t, db, now), store.Matched{Calls: 2, Municipalities: 3, Matches: 3})
	same(t, "best first", matchesOf(t, db, "first"), []string{"a 0.63", "b 0.432"})
	same(t, "of another town", matchesOf(t, db, "second"), []string{"b 0.63"})
	same(t, "of a town that wants none", matchesOf(t, db, "third"), nil)

	b.Body = "changed"
	save(t, db, sweepOf(call("a", "A"), b, call("c", "A C")), now)
	same(t, "matched again", matchAll(t, db, now), store.Matched{Calls: 2, Matches: 2})
	same(t, "after a changed call", matchesOf(t, db, "first"), []string{"a 0.63", "c 0.63"})
	same(t, "the other town keeps its own", matchesOf(t, db, "second"), []string{"b 0.63"})

	importTowns(t, db, wants("first", "c", "bridge"))
	matchAll(t, db, now)
	same(t, "after other interests", matchesOf(t, db, "first"), []string{"c 0.63"})
	importTowns(t, db, wants("first", "bridge"))
	matchAll(t, db, now)
	same(t, "after interests that find nothing", matchesOf(t, db, "first"), nil)

	ok(t, db.RemoveMunicipality(t.Context(), "second"))
	same(t, "of a removed town", matchesOf(t, db, "second"), nil)
}

// A closed call is no work, and it leaves a list when that is written anew.
func TestMatchDropsClosedCalls(t *testing.T) {
	t.Parallel()
	db := open(t)
	importTowns(t, db, wants("first", "a", "b", "c"))
	b := call("b", "B")
	b.Deadlines[0].At = now.Add(day)
	save(t, db, sweepOf(call("a", "A"), b), now)
	matchAll(t, db, now)
	later := now.Add(2 * day)
	save(t, db, sweepOf(call("a", "A"), b, call("c", "C")), later)
	same(t, "matched", matchAll(t, db, later), store.Matched{Calls: 1, Matches: 1})
	same(t, "matches", matchesOf(t, db, "first"), []string{"a 0.63", "c 0.63"})
	b.Deadlines[0].At = later.Add(day)
	save(t, db, sweepOf(call("a", "A"), b, call("c", "C")), later)
	matchAll(t, db, later)
	same(t, "when it opens again", matchesOf(t, db, "first"), []string{"a 0.63", "b 0.63", "c 0.63"})
}

// More municipalities than a batch holds and more calls than a group, changed calls and changed towns: what
// is stored in steps is what a naive loop finds at once.
func TestMatchInBatchesAndGroups(t *testing.T) {
	t.Parallel()
	topics := must(loadTopics())(t)
	db := open(t)
	all := make([]calls.Call, 8)
	for i := range all {
		all[i] = call(fmt.Sprint("c", i), fmt.Sprintf("Number%d of %d", i, i%3))
		all[i].Body = strings.Repeat("text ", 100*i)
	}
	towns := make([]calls.Municipality, 2500)
	for i := range towns {
		towns[i] = wants(fmt.Sprintf("town-%04d", i), fmt.Sprintf("number%d", i%10), fmt.Sprintf("of %d", i%7))
	}
	check := func(when string) {
		t.Helper()
		must(db.MatchInGroups(t.Context(), topics, now, 2000))(t)
		for i := 0; i < len(towns); i += 17 {
			var want []string
			for j := range all {
				if e := calls.Explain(topics, &all[j], &towns[i]); e.Match != nil {
					want = append(want, fmt.Sprint(all[j].Key.Reference, " ", e.Match.Score))
				}
			}
			got := matchesOf(t, db, towns[i].ID)
			slices.Sort(want)
			slices.Sort(got)
			same(t, when+": "+towns[i].ID, got, want)
		}
	}
	importTowns(t, db, towns...)
	save(t, db, sweepOf(all...), now)
	check("at first")
	all = append(all, call("late", "Number1 of 9"))
	all[0].Title = "Of 5"
	save(t, db, sweepOf(all...), now)
	for i := 0; i < len(towns); i += 100 {
		towns[i].Interests.Keywords = append(towns[i].Interests.Keywords, "of 9", "text")
	}
	importTowns(t, db, towns...)
	check("after changes")
}

func TestSpoiltMatchesAreAnError(t *testing.T) {
	t.Parallel()
	for name, list := range map[string]string{"cut": "01", "no step": "0005", "no number": "ffffffffffffffffffffff05", "no score": "01ffff7f"} {
		db := openAt(t, filepath.Join(t.TempDir(), "spoilt.db"))
		importTowns(t, db, wants("first", "a"))
		save(t, db, sweepOf(call("a", "A")), now)
		matchAll(t, db, now)
		exec(t, outside(t, db.Path()), "UPDATE matches SET calls = x'"+list+"'")
		if got, err := db.Matches(t.Context(), "first"); err == nil {
			t.Errorf("%s: read %v", name, got)
		}
		importTowns(t, db, wants("first", "a", "b"))
		matchAll(t, db, now)
		same(t, name+": after other interests", matchesOf(t, db, "first"), []string{"a 0.63"})
	}
}

func TestNewTopicDataMatchesEverythingAgain(t *testing.T) {
	t.Parallel()
	db := open(t)
	importTowns(t, db, ludwigsburg())
	save(t, db, sweepOf(call("a", "A"), call("b", "Twinning")), now)
	matchAll(t, db, now)
	same(t, "before", matchesOf(t, db, "ludwigsburg-de"), nil)
	must(db.Reclassify(t.Context(), "2", aboutTwinning))(t)
	same(t, "work", unmatched(t, db, now), store.Work{Calls: keys("a", "b"), Municipalities: []string{"ludwigsburg-de"}})
	matchAll(t, db, now)
	same(t, "after", matchesOf(t, db, "ludwigsburg-de"), []string{"b 0.81"})
}

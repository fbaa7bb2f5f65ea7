package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fundwatch/calls"
	"fundwatch/calls/store"
)

// The matches of a municipality are what is searched, until something changed that they do not know of.
func TestSearchMatchedAnswersOnlyWhatIsSettled(t *testing.T) {
	t.Parallel()
	topics := must(loadTopics())(t)
	version := topics.Version()
	active := calls.Search{Statuses: []calls.Status{calls.Open, calls.Forthcoming}}
	ready := func(t *testing.T) *store.DB {
		db := readyTown(t) // its words stand in the calls a and b
		must(db.Reclassify(t.Context(), version, noTopics))(t)
		matchAll(t, db, now)
		return db
	}
	clock := now
	search := func(t *testing.T, db *store.DB, q calls.Search) ([]string, bool) {
		t.Helper()
		hits, settled, err := db.SearchMatched(t.Context(), q, "ludwigsburg-de", version, now, clock)
		ok(t, err)
		var names []string
		for _, h := range hits {
			names = append(names, h.Call.Key.Reference)
			if h.Score <= 0 {
				t.Errorf("%s has no score", h.Call.Key)
			}
		}
		return names, settled
	}

	db := ready(t)
	one := active
	one.Limit = 1
	for name, tt := range map[string]struct {
		q    calls.Search
		want []string
	}{
		"all, best first": {active, []string{"a", "b"}},
		"the best one":    {one, []string{"a"}},
		"with a word":     {calls.Search{Statuses: active.Statuses, Clauses: calls.ParseQuery("a")}, []string{"a"}},
		"with what is no word": {calls.Search{Statuses: active.Statuses, Clauses: []calls.Clause{{
			Any: []calls.Term{{Words: []string{"*"}}}}}}, nil},
	} {
		if got, settled := search(t, db, tt.q); !settled || !cmp.Equal(got, tt.want) {
			t.Errorf("%s: %v, settled %v, want %v", name, got, settled, tt.want)
		}
	}

	// Of the past, as long as nothing has closed since.
	a := must(ready(t).Call(t.Context(), calls.Key{Source: "portal", Reference: "a"}))(t)
	closing, _ := a.LastDeadline()
	clock = closing.At.Add(-time.Second)
	if _, settled := search(t, ready(t), active); !settled {
		t.Error("nothing has closed since, and every call is looked at")
	}
	clock = closing.At
	if got, settled := search(t, ready(t), active); settled || got != nil {
		t.Errorf("a call has closed since then: settled %v, %v", settled, got)
	}
	clock = now

	unsettling := map[string]func(*store.DB) calls.Search{
		"closed calls": func(*store.DB) calls.Search { return calls.Search{Statuses: calls.Statuses()} },
		"every status": func(*store.DB) calls.Search { return calls.Search{} },
		"another call": func(db *store.DB) calls.Search {
			save(t, db, sweepOf(call("a", "A"), call("b", "B"), call("c", "C"), call("d", "D")), now)
			return active
		},
		"other interests": func(db *store.DB) calls.Search {
			m := town(t, db, "ludwigsburg-de")
			m.Interests.Keywords = []string{"c"}
			importTowns(t, db, m)
			return active
		},
		"other topic data": func(db *store.DB) calls.Search {
			must(db.Reclassify(t.Context(), "older", noTopics))(t)
			matchAll(t, db, now)
			return active
		},
		"a crawl to come": func(db *store.DB) calls.Search {
			save(t, db, sweepOf(call("a", "A"), call("b", "B"), call("c", "C")), now.Add(day))
			return active
		},
	}
	for name, unsettle := range unsettling {
		t.Run(name, func(t *testing.T) {
			db := ready(t)
			if got, settled := search(t, db, unsettle(db)); settled || got != nil {
				t.Errorf("settled %v: %v", settled, got)
			}
		})
	}
}

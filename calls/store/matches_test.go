package store_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"fundwatch/calls"
	"fundwatch/calls/store"
)

func references(cs []calls.Call) []string {
	var all []string
	for _, c := range cs {
		all = append(all, c.Key.Reference)
	}
	slices.Sort(all)
	return all
}

// match says that a call of the portal concerns a municipality.
func match(municipality, reference string, score float64) calls.Match {
	return calls.Match{Municipality: municipality, Call: calls.Key{Source: "portal", Reference: reference}, Score: score,
		Reasons: []calls.Reason{{Topic: "town-twinning", Rule: calls.RuleTitle, Field: "title", Words: "twinning", Weight: score}}}
}

func done(w store.Work, matches ...calls.Match) store.MatchResult {
	r := store.MatchResult{From: w.From, UpTo: w.UpTo, Dirty: w.Dirty, Matches: matches}
	for _, c := range w.Calls {
		r.Calls = append(r.Calls, c.Key)
	}
	return r
}

func unmatched(t testing.TB, db *store.DB, at time.Time) store.Work {
	t.Helper()
	return must(db.Unmatched(t.Context(), at))(t)
}

func TestUnmatched(t *testing.T) {
	t.Parallel()
	db := open(t)
	same(t, "nothing at all", unmatched(t, db, now), store.Work{})
	over := call("over", "Over")
	over.Deadlines[0].At = now.Add(-day)
	save(t, db, sweepOf(call("a", "A"), call("b", "B"), over), now)
	work := unmatched(t, db, now)
	same(t, "calls", references(work.Calls), []string{"a", "b"})
	same(t, "all calls, nobody asked", work.All, nil)

	paris := calls.Municipality{ID: "paris-fr", Name: "Paris", Country: "FR", Interests: calls.Interests{Everything: true}}
	importTowns(t, db, ludwigsburg(), paris)
	work = unmatched(t, db, now)
	same(t, "dirty", work.Dirty, []string{"ludwigsburg-de", "paris-fr"})
	same(t, "all calls", references(work.All), []string{"a", "b"})
	want := ludwigsburg()
	want.Subscribers = nil
	same(t, "municipalities", work.Municipalities, []calls.Municipality{want, paris})
	same(t, "asked again", unmatched(t, db, now), work)

	ok(t, db.SaveMatches(t.Context(), done(work, match("paris-fr", "a", 0.5)), now))
	same(t, "after matching", unmatched(t, db, now), store.Work{From: work.UpTo, UpTo: work.UpTo})

	renamed := paris
	renamed.Name = "Ville de Paris"
	importTowns(t, db, renamed)
	same(t, "another name is no work", unmatched(t, db, now).Dirty, nil)
	renamed.Interests.Everything = false
	importTowns(t, db, renamed)
	same(t, "other interests are", unmatched(t, db, now).Dirty, []string{"paris-fr"})
}

func TestUnmatchedSeesChangesThatNobodyIsTold(t *testing.T) {
	t.Parallel()
	db := open(t)
	a := call("a", "A")
	save(t, db, sweepOf(a, call("b", "B")), now)
	ok(t, db.SaveMatches(t.Context(), done(unmatched(t, db, now)), now))
	a.Body = "Now about cycling."
	save(t, db, sweepOf(a, call("b", "B")), now)
	same(t, "calls", references(unmatched(t, db, now).Calls), []string{"a"})
}

func TestWorkThatCameMeanwhileStays(t *testing.T) {
	t.Parallel()
	db := open(t)
	importTowns(t, db, ludwigsburg())
	// A long run begins first and saves last: no order of runs may hide its calls.
	slow := must(db.BeginRun(t.Context(), "portal", now))(t)
	save(t, db, calls.Sweep{Source: "feed", Found: []calls.Call{{Key: calls.Key{Source: "feed", Reference: "f"}, Title: "F"}}}, now)
	work := unmatched(t, db, now)
	must(db.SaveSweep(t.Context(), slow, sweepOf(call("a", "A")), noTopics, now))(t)
	town := ludwigsburg()
	town.Interests.Keywords = nil
	importTowns(t, db, town)
	ok(t, db.SaveMatches(t.Context(), done(work), now))
	left := unmatched(t, db, now)
	same(t, "calls", references(left.Calls), []string{"a"})
	same(t, "dirty", left.Dirty, []string{"ludwigsburg-de"})
	ok(t, db.SaveMatches(t.Context(), done(left), now))
	if err := db.SaveMatches(t.Context(), done(work), now); !errors.Is(err, store.ErrOvertaken) {
		t.Errorf("late and twice: got %v, want ErrOvertaken", err)
	}
	same(t, "nothing left", unmatched(t, db, now).Calls, nil)
}

func TestSaveMatchesReplaces(t *testing.T) {
	t.Parallel()
	db := open(t)
	second := ludwigsburg()
	second.ID, second.Subscribers = "second", nil
	importTowns(t, db, ludwigsburg(), second)
	save(t, db, sweepOf(call("a", "A"), call("b", "B")), now)
	ok(t, db.SaveMatches(t.Context(), done(unmatched(t, db, now),
		match("ludwigsburg-de", "a", 0.4), match("ludwigsburg-de", "b", 0.8), match("second", "b", 0.1),
		match("ludwigsburg-de", "a", 0.5), // both changed call and dirty town name it
		match("removed-meanwhile", "a", 0.5)), now))
	same(t, "best first", must(db.Matches(t.Context(), "ludwigsburg-de"))(t),
		[]calls.Match{match("ludwigsburg-de", "b", 0.8), match("ludwigsburg-de", "a", 0.5)})

	b := call("b", "B")
	b.Body = "changed"
	save(t, db, sweepOf(call("a", "A"), b), now)
	ok(t, db.SaveMatches(t.Context(), done(unmatched(t, db, now), match("second", "b", 0.2)), now))
	same(t, "after a changed call", must(db.Matches(t.Context(), "ludwigsburg-de"))(t), []calls.Match{match("ludwigsburg-de", "a", 0.5)})
	same(t, "of another town", must(db.Matches(t.Context(), "second"))(t), []calls.Match{match("second", "b", 0.2)})

	town := ludwigsburg()
	town.Interests.Topics = []string{"youth"}
	importTowns(t, db, town)
	ok(t, db.SaveMatches(t.Context(), done(unmatched(t, db, now)), now))
	same(t, "after other interests", must(db.Matches(t.Context(), "ludwigsburg-de"))(t), nil)
	same(t, "the other town keeps its own", len(must(db.Matches(t.Context(), "second"))(t)), 1)

	ok(t, db.RemoveMunicipality(t.Context(), "second"))
	same(t, "of a removed town", must(db.Matches(t.Context(), "second"))(t), nil)
}

func TestSaveMatchesIsAllOrNothing(t *testing.T) {
	t.Parallel()
	db := open(t)
	importTowns(t, db, ludwigsburg())
	save(t, db, sweepOf(call("a", "A")), now)
	work := unmatched(t, db, now)
	bad := done(work, match("ludwigsburg-de", "a", 0.5), match("ludwigsburg-de", "unknown", 0.5))
	if err := db.SaveMatches(t.Context(), bad, now); !errors.Is(err, calls.ErrNotFound) {
		t.Errorf("SaveMatches with an unknown call: %v, want ErrNotFound", err)
	}
	same(t, "matches", must(db.Matches(t.Context(), "ludwigsburg-de"))(t), nil)
	same(t, "work", unmatched(t, db, now), work)
}

func TestNewTopicDataMatchesEverythingAgain(t *testing.T) {
	t.Parallel()
	db := open(t)
	importTowns(t, db, ludwigsburg())
	save(t, db, sweepOf(call("a", "A"), call("b", "Twinning")), now)
	ok(t, db.SaveMatches(t.Context(), done(unmatched(t, db, now)), now))
	must(db.Reclassify(t.Context(), "2", aboutTwinning))(t)
	work := unmatched(t, db, now)
	same(t, "calls", references(work.Calls), []string{"a", "b"})
	same(t, "dirty", work.Dirty, []string{"ludwigsburg-de"})
}

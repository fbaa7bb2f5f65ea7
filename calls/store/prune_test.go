package store_test

import (
	"errors"
	"os"
	"testing"
	"time"

	"fundwatch/calls"
	"fundwatch/calls/store"
)

func TestPruneMessages(t *testing.T) {
	t.Parallel()
	db := readyTown(t)
	sent, waiting := enqueue(t, db, 1, "2026-W47", "a"), enqueue(t, db, 2, "2026-W47", "a")
	claim(t, db, now)
	record(t, db, sent, calls.Outcome{State: calls.DeliverySent}, now)
	same(t, "too young", must(db.Prune(t.Context(), store.Befores{Messages: now}))(t), store.Pruning{})
	same(t, "pruned", must(db.Prune(t.Context(), store.Befores{Messages: now.Add(day)}))(t), store.Pruning{Messages: 1})
	same(t, "bytes of the sent mail", mail(t, db, sent).Bytes, nil)
	same(t, "bytes of the other", len(mail(t, db, waiting).Bytes) > 0, true)
	same(t, "what was told", len(must(db.Tellings(t.Context(), 1))(t)), 1)
}

// A year of crawls, of which the last ones fail: what is known of the source stays the same.
func TestPruneRuns(t *testing.T) {
	t.Parallel()
	db := open(t)
	var last time.Time
	for i := range 30 {
		last = now.Add(time.Duration(i) * day)
		sweep := sweepOf(call("a", "A"))
		sweep.Odd = []calls.Odd{{Reference: "x", Problem: "no title"}}
		if i > 20 {
			sweep.Complete, sweep.Err = false, errors.New("no answer")
		}
		save(t, db, sweep, last)
	}
	known := func() []any {
		return []any{
			must(db.LastRuns(t.Context()))(t), must(db.LastComplete(t.Context()))(t), must(db.FailuresInARow(t.Context()))(t),
			stored(t, db, "a").LastSeen, must(db.OddRecords(t.Context(), 30))(t),
		}
	}
	before := known()
	pruned := must(db.Prune(t.Context(), store.Befores{Odd: last.Add(-3 * day)}))(t)
	same(t, "odd records", pruned, store.Pruning{Odd: 26})
	pruned = must(db.Prune(t.Context(), store.Befores{Odd: last.Add(day), Runs: last.Add(day)}))(t)
	same(t, "runs before the last good one", pruned, store.Pruning{Odd: 3, Runs: 20})
	same(t, "what is known", known(), before)
	same(t, "problems", must(db.Check(t.Context()))(t), nil)
	same(t, "again", must(db.Prune(t.Context(), store.Befores{Odd: last.Add(day), Runs: last.Add(day)}))(t), store.Pruning{})
}

func TestPruneCopies(t *testing.T) {
	t.Parallel()
	db := open(t)
	for i, address := range []string{"https://a.example/1", "https://a.example/2"} {
		c := calls.Copy{Address: address, ETag: `"1"`, Body: []byte("page"), Fetched: now.Add(time.Duration(i) * day)}
		save(t, db, calls.Sweep{Source: "list" + address[len(address)-1:], Copies: []calls.Copy{c}}, now)
	}
	same(t, "copies", must(db.Prune(t.Context(), store.Befores{Copies: now.Add(day)}))(t), store.Pruning{Copies: 1})
	if _, err := db.Copy(t.Context(), "list1", "https://a.example/1"); !errors.Is(err, calls.ErrNotFound) {
		t.Errorf("the old copy: %v", err)
	}
	must(db.Copy(t.Context(), "list2", "https://a.example/2"))(t)
}

func TestTidyGivesRoomBack(t *testing.T) {
	t.Parallel()
	db := readyTown(t)
	raw := outside(t, db.Path())
	exec(t, raw, `CREATE TABLE filling AS WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 9000) SELECT randomblob(8000) FROM c`)
	same(t, "nothing to be had", must(db.Tidy(t.Context()))(t), 0)
	large := must(os.Stat(db.Path()))(t).Size()
	exec(t, raw, `DROP TABLE filling`)
	lost := must(db.Tidy(t.Context()))(t)
	small := must(os.Stat(db.Path()))(t).Size()
	same(t, "bytes lost", lost, large-small)
	same(t, "it is much", lost > 64<<20, true)
	same(t, "write-ahead log", must(os.Stat(db.Path()+"-wal"))(t).Size(), 0)
	same(t, "problems", must(db.Check(t.Context()))(t), nil)
	// Another process that holds the lock is not an error: tomorrow is another day.
	raw.SetMaxOpenConns(1)
	exec(t, raw, "BEGIN IMMEDIATE")
	must(db.Tidy(t.Context()))(t)
	exec(t, raw, "ROLLBACK")
}

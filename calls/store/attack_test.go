package store_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"fundwatch/calls"
	"fundwatch/calls/store"
)

// Two processes match at once while a third imports: whatever the order, nothing is left unmatched and
// nothing is matched with what was read before.
func TestTwoProcessesMatchAtOnce(t *testing.T) {
	t.Parallel()
	db := open(t)
	other := openAgain(t, db)
	topics := must(loadTopics())(t)
	save(t, db, sweepOf(call("a", "A")), now)
	var group sync.WaitGroup
	for _, handle := range []*store.DB{db, other} {
		group.Go(func() {
			for i := range 10 {
				town := wants(fmt.Sprintf("town-%p-%d", handle, i), "a")
				if _, err := handle.ImportMunicipalities(context.Background(), []calls.Municipality{town}, now); err != nil {
					t.Error(err)
				}
				if _, err := handle.Match(context.Background(), topics, now); err != nil {
					t.Error(err)
				}
				if got, err := handle.Matches(context.Background(), town.ID); err != nil || len(got) != 1 {
					t.Errorf("%s matches %v, %v", town.ID, got, err)
				}
			}
		})
	}
	group.Wait()
	same(t, "left", unmatched(t, db, now), store.Work{})
}

// A sender that slept through its lease must neither send nor record once another has taken over.
func TestALostLeaseBindsNobody(t *testing.T) {
	t.Parallel()
	db := readyTown(t)
	id := enqueue(t, db, 1, "2026-W47", "a")
	other := openAgain(t, db)
	if d := must(db.Claim(t.Context(), nil, now, time.Minute))(t); d == nil || d.ID != id {
		t.Fatalf("claimed %+v", d)
	}
	ok(t, other.Reclaim(t.Context(), now.Add(time.Hour)))
	if d := must(other.Claim(t.Context(), nil, now.Add(time.Hour), time.Minute))(t); d == nil || d.ID != id {
		t.Fatalf("claimed again %+v", d)
	}
	if err := db.MarkData(t.Context(), id); err == nil {
		t.Error("the first sender may still send")
	}
	if err := db.Record(t.Context(), id, calls.Outcome{State: calls.DeliverySent}, now); err == nil {
		t.Error("the first sender may still record")
	}
	ok(t, other.MarkData(t.Context(), id))
	ok(t, other.Record(t.Context(), id, calls.Outcome{State: calls.DeliverySent}, now))
}

func openAgain(t *testing.T, db *store.DB) *store.DB {
	t.Helper()
	again, err := store.Open(t.Context(), db.Path())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ok(t, again.Close()) })
	return again
}

// A mail that waited for a server gives way to a newer digest, and its calls return to it.
func TestSupersede(t *testing.T) {
	t.Parallel()
	db := readyTown(t)
	first := enqueue(t, db, 1, "2026-W47", "a")
	ok(t, db.Supersede(t.Context(), 1, now))
	d := must(db.Delivery(t.Context(), first))(t)
	same(t, "state", d.State, calls.DeliverySuppressed)
	same(t, "ever told", must(db.EverTold(t.Context(), 1))(t), false)
	enqueue(t, db, 1, "2026-W48", "a")
	if err := db.RetryDelivery(t.Context(), first, now); err == nil {
		t.Error("the old mail may be sent beside the new one")
	}
}

// Who asks for one programme only learns nothing about the calls of the others.
func TestAbsenceCountsOnlyForWhatWasAsked(t *testing.T) {
	t.Parallel()
	db := open(t)
	cerv, life := call("c", "C"), call("l", "L")
	cerv.Programme, life.Programme = "CERV", "LIFE"
	save(t, db, sweepOf(cerv, life), now)
	narrow := sweepOf(cerv)
	narrow.Programmes = []string{"CERV"}
	for day := 1; day <= 3; day++ {
		if run := save(t, db, narrow, now.AddDate(0, 0, day)); run.Gone != 0 {
			t.Errorf("day %d: %d gone, want none", day, run.Gone)
		}
	}
	found := must(db.Call(t.Context(), life.Key))(t)
	if !found.Withdrawn.IsZero() {
		t.Error("a call that nobody asked for was withdrawn")
	}
	same(t, "listed", must(db.Listed(t.Context(), "portal", narrow.Programmes, now))(t), 1)
}

package store_test

import (
	"testing"

	"fundwatch/calls"
	"fundwatch/calls/store"
)

// enqueueExpected puts a digest of call a and of one expected round into the outbox.
func enqueueExpected(t testing.TB, db *store.DB, period string) int64 {
	t.Helper()
	d, out := digestOf(t, db, 1, period, "a")
	d.Expected = []calls.Expected{{Family: "CERV-*-CITIZENS-TOWN-TT", Year: 2027}}
	if queued, err := db.Enqueue(t.Context(), d, out, now); err != nil || !queued {
		t.Fatalf("Enqueue = %v, %v; want queued", queued, err)
	}
	return out.ID
}

// An expected round is told once a quarter, by a mail that arrives.
func TestExpectedIsToldWhenTheMailIs(t *testing.T) {
	t.Parallel()
	notice := []calls.ExpectedNotice{{Family: "CERV-*-CITIZENS-TOWN-TT", Year: 2027, Quarter: "2026-Q4"}}
	for state, counts := range map[calls.DeliveryState]bool{
		calls.DeliverySent: true, calls.DeliveryQueued: true, calls.DeliveryUncertain: true,
		calls.DeliveryFailed: false, calls.DeliveryBounced: false, calls.DeliverySuppressed: false,
	} {
		t.Run(string(state), func(t *testing.T) {
			t.Parallel()
			db := readyTown(t)
			told := func(subscriber int64, quarter string) bool {
				return must(db.ExpectedTold(t.Context(), subscriber, quarter))(t)
			}
			same(t, "before", told(1, "2026-Q4"), false)
			id := enqueueExpected(t, db, "2026-W48")
			same(t, "on its way", told(1, "2026-Q4"), true)
			same(t, "in another quarter", told(1, "2027-Q1"), false)
			same(t, "to another reader", told(2, "2026-Q4"), false)
			claim(t, db, now)
			record(t, db, id, calls.Outcome{State: state, NextAttempt: now.Add(day)}, now)
			same(t, "afterwards", told(1, "2026-Q4"), counts)
			tellings := must(db.ExpectedTellings(t.Context(), 1))(t)
			if counts {
				same(t, "tellings", tellings, notice)
				return
			}
			same(t, "tellings", tellings, nil)
			if state == calls.DeliveryFailed {
				ok(t, db.RetryDelivery(t.Context(), id, now))
				same(t, "sent once more by hand", told(1, "2026-Q4"), true)
			}
		})
	}
}

// A letter that a newer one replaced must not be sent by hand: it would tell the rounds twice.
func TestExpectedRoundsOfAReplacedLetter(t *testing.T) {
	t.Parallel()
	db := readyTown(t)
	first := enqueueExpected(t, db, "2026-W47")
	ok(t, db.Supersede(t.Context(), 1, now))
	same(t, "returned", must(db.ExpectedTold(t.Context(), 1, "2026-Q4"))(t), false)
	d, out := digestOf(t, db, 1, "2026-W48", "b")
	d.Expected = []calls.Expected{{Family: "CERV-*-CITIZENS-TOWN-NT", Year: 2027}}
	must(db.Enqueue(t.Context(), d, out, now))(t)
	if err := db.RetryDelivery(t.Context(), first, now); err == nil {
		t.Error("RetryDelivery of a letter of whose quarter another tells: want an error")
	}
	ok(t, db.RemoveSubscriber(t.Context(), 1))
	same(t, "after the reader is gone", must(db.ExpectedTellings(t.Context(), 1))(t), nil)
}

package store_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"fundwatch/calls"
	"fundwatch/calls/store"
)

const lease = 10 * time.Minute

func claim(t testing.TB, db *store.DB, at time.Time) *calls.Claimed {
	t.Helper()
	return must(db.Claim(t.Context(), nil, at, lease))(t)
}

// withheld returns why the one mail that is due is not to be sent, and puts it back.
func withheld(t testing.TB, db *store.DB, at time.Time) string {
	t.Helper()
	d := claim(t, db, at)
	if d == nil {
		t.Fatal("no mail is due")
	}
	ok(t, d.Unchecked)
	record(t, db, d.ID, calls.Outcome{State: calls.DeliveryQueued, NextAttempt: now}, at)
	return d.Withheld
}

// none fails the test if a mail is due.
func none(t testing.TB, db *store.DB, at time.Time) {
	t.Helper()
	if d := claim(t, db, at); d != nil {
		t.Fatalf("mail %d was claimed as %s, want none due", d.ID, d.State)
	}
}

func record(t testing.TB, db *store.DB, id int64, o calls.Outcome, at time.Time) {
	t.Helper()
	ok(t, db.Record(t.Context(), id, o, at))
}

func mail(t testing.TB, db *store.DB, id int64) calls.Delivery {
	t.Helper()
	return *must(db.Delivery(t.Context(), id))(t)
}

func TestClaim(t *testing.T) {
	t.Parallel()
	db := readyTown(t)
	none(t, db, now)
	first := enqueue(t, db, 1, "2026-W47", "a")
	second := enqueue(t, db, 2, "2026-W47", "a")
	none(t, db, now.Add(-time.Second))
	d := claim(t, db, now)
	same(t, "first mail", d.Delivery, calls.Delivery{
		ID: first, Key: "digest/1/2026-W47", Subscriber: 1, Sender: "bounce@fundwatch.example",
		Recipient: "reader1@town.example", MessageID: "1.2026-W47@fundwatch.example", Subject: "Subject of subscriber 1",
		Bytes: []byte("Subject: Calls\r\n\r\nText.\r\n"), State: calls.DeliveryQueued, Created: now,
	})
	same(t, "its state", mail(t, db, first).State, calls.DeliverySending)
	same(t, "second mail", claim(t, db, now).ID, second)
	none(t, db, now.Add(lease-time.Second))
}

func TestRecord(t *testing.T) {
	t.Parallel()
	later := now.Add(time.Hour)
	tests := map[string]struct {
		outcome    calls.Outcome
		attempts   int
		told       bool // its notice counts
		subscriber calls.SubscriberState
	}{
		"sent":       {calls.Outcome{State: calls.DeliverySent, Code: 250, Answer: "taken"}, 1, true, calls.SubscriberActive},
		"failed":     {calls.Outcome{State: calls.DeliveryFailed, Code: 451, Answer: "later"}, 1, false, calls.SubscriberActive},
		"suppressed": {calls.Outcome{State: calls.DeliverySuppressed, Answer: "paused"}, 1, false, calls.SubscriberActive},
		"bounced":    {calls.Outcome{State: calls.DeliveryBounced, Code: 550, Answer: "unknown"}, 1, false, calls.SubscriberBounced},
		"queued":     {calls.Outcome{State: calls.DeliveryQueued, Code: 451, NextAttempt: later}, 1, true, calls.SubscriberActive},
		"put back":   {calls.Outcome{State: calls.DeliveryQueued, NextAttempt: now}, 0, true, calls.SubscriberActive},
		"unknown":    {calls.Outcome{State: calls.DeliveryUncertain, NextAttempt: later}, 1, true, calls.SubscriberActive},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := readyTown(t)
			id := enqueue(t, db, 1, "2026-W47", "a")
			claim(t, db, now)
			record(t, db, id, test.outcome, now)
			d := mail(t, db, id)
			final := test.outcome.State != calls.DeliveryQueued && test.outcome.State != calls.DeliveryUncertain
			same(t, "state", d.State, test.outcome.State)
			same(t, "next attempt", d.NextAttempt, test.outcome.NextAttempt)
			same(t, "attempts", d.Attempts, test.attempts)
			same(t, "code", d.Code, test.outcome.Code)
			same(t, "answer", d.Answer, test.outcome.Answer)
			same(t, "ended", !d.Ended.IsZero(), final)
			same(t, "told", candidates(t, db, now)["a"].Told != nil, test.told)
			same(t, "subscriber", must(db.Subscriber(t.Context(), 1))(t).State, test.subscriber)
			same(t, "in its state", len(must(db.Outbox(t.Context(), test.outcome.State))(t)), 1)
			same(t, "count", must(db.CountOutbox(t.Context()))(t), map[calls.DeliveryState]int{test.outcome.State: 1})
			if final {
				none(t, db, now.Add(100*day))
				record(t, db, id, test.outcome, later) // twice, after an answer that was lost
				other := calls.Outcome{State: calls.DeliveryQueued, NextAttempt: now}
				if err := db.Record(t.Context(), id, other, now); err == nil {
					t.Error("a final state was left")
				}
				return
			}
			none(t, db, d.NextAttempt.Add(-time.Millisecond))
			same(t, "claimed again", claim(t, db, d.NextAttempt).State, test.outcome.State)
		})
	}
	if err := readyTown(t).Record(t.Context(), 77, calls.Outcome{State: calls.DeliverySent}, now); !errors.Is(err, calls.ErrNotFound) {
		t.Errorf("Record of an unknown mail: %v, want ErrNotFound", err)
	}
}

// TestKilledSender goes through every way in which a sender can die, and counts copies.
func TestKilledSender(t *testing.T) {
	t.Parallel()
	db := readyTown(t)
	id := enqueue(t, db, 1, "2026-W47", "a")
	clock := now
	killed := func(marked bool) {
		t.Helper()
		if marked {
			ok(t, db.MarkData(t.Context(), id))
		}
		db = openAt(t, db.Path()) // another process
		none(t, db, clock.Add(lease-time.Millisecond))
		clock = clock.Add(lease)
	}
	same(t, "at first", claim(t, db, clock).State, calls.DeliveryQueued)
	killed(false)
	same(t, "killed before the bytes", claim(t, db, clock).State, calls.DeliveryQueued)
	killed(true)
	d := claim(t, db, clock)
	same(t, "killed after the first byte", d.State, calls.DeliveryUncertain)
	same(t, "the same bytes", string(d.Bytes), "Subject: Calls\r\n\r\nText.\r\n")
	same(t, "nothing was recorded", d.Attempts, 0)
	killed(false)
	same(t, "the second copy killed before its bytes", claim(t, db, clock).State, calls.DeliveryUncertain)
	killed(true)
	none(t, db, clock.Add(100*day))
	same(t, "after two copies", mail(t, db, id).State, calls.DeliveryUncertain)
	same(t, "for a person", len(must(db.Outbox(t.Context(), calls.DeliveryUncertain))(t)), 1)
}

func TestAtMostTwoCopies(t *testing.T) {
	t.Parallel()
	db := readyTown(t)
	id := enqueue(t, db, 1, "2026-W47", "a")
	uncertain := calls.Outcome{State: calls.DeliveryUncertain, NextAttempt: now.Add(time.Hour)}
	claim(t, db, now)
	ok(t, db.MarkData(t.Context(), id))
	record(t, db, id, uncertain, now)

	// Refused for now: no second copy left, and the first is still nobody knows where.
	same(t, "second attempt", claim(t, db, now.Add(time.Hour)).State, calls.DeliveryUncertain)
	ok(t, db.MarkData(t.Context(), id))
	record(t, db, id, calls.Outcome{State: calls.DeliveryQueued, Code: 451, NextAttempt: now.Add(2 * time.Hour)}, now.Add(time.Hour))
	same(t, "still unknown", mail(t, db, id).State, calls.DeliveryUncertain)

	same(t, "third attempt", claim(t, db, now.Add(2*time.Hour)).State, calls.DeliveryUncertain)
	ok(t, db.MarkData(t.Context(), id))
	record(t, db, id, calls.Outcome{State: calls.DeliveryUncertain, NextAttempt: now.Add(3 * time.Hour)}, now.Add(2*time.Hour))
	none(t, db, now.Add(100*day))
	same(t, "its notice counts until a person decides", candidates(t, db, now)["a"].Told != nil, true)
}

func TestReclaim(t *testing.T) {
	t.Parallel()
	db := readyTown(t)
	unsent, uncertain := enqueue(t, db, 1, "2026-W47", "a"), enqueue(t, db, 2, "2026-W47", "a")
	claim(t, db, now)
	claim(t, db, now)
	ok(t, db.MarkData(t.Context(), uncertain))
	none(t, db, now)
	ok(t, db.Reclaim(t.Context(), now))
	for range 2 {
		d := claim(t, db, now)
		want := map[int64]calls.DeliveryState{unsent: calls.DeliveryQueued, uncertain: calls.DeliveryUncertain}
		same(t, "state of a mail whose sender died", d.State, want[d.ID])
	}
}

func TestMarkDataNeedsALease(t *testing.T) {
	t.Parallel()
	db := readyTown(t)
	id := enqueue(t, db, 1, "2026-W47", "a")
	if err := db.MarkData(t.Context(), id); err == nil {
		t.Error("a mail that nobody leased was marked")
	}
}

func TestWithheld(t *testing.T) {
	t.Parallel()
	db := readyTown(t)
	id := enqueue(t, db, 1, "2026-W47", "a", "b")
	check := func(at time.Time, want string) {
		t.Helper()
		same(t, "withheld", withheld(t, db, at), want)
	}
	state := func(s calls.SubscriberState, until time.Time) {
		t.Helper()
		ok(t, db.SetSubscriberState(t.Context(), 1, s, until))
	}
	check(now, "")
	check(at("2027-03-01T16:00:00Z"), "every call in it has closed or was muted meanwhile")
	state(calls.SubscriberPaused, now.Add(day))
	check(now, "the subscriber is paused")
	check(now.Add(day), "")
	state(calls.SubscriberUnsubscribed, time.Time{})
	check(now, "the subscriber is unsubscribed")
	claim(t, db, now)
	ok(t, db.RemoveSubscriber(t.Context(), 1))
	if err := db.MarkData(t.Context(), id); !errors.Is(err, calls.ErrNotFound) {
		t.Errorf("MarkData of a mail that went with its subscriber: %v, want ErrNotFound", err)
	}
	if err := db.Record(t.Context(), id, calls.Outcome{State: calls.DeliverySuppressed}, now); !errors.Is(err, calls.ErrNotFound) {
		t.Errorf("Record of it: %v, want ErrNotFound", err)
	}
}

// A profile or a row that cannot be read keeps its own mail waiting, and no other.
func TestAMailThatCannotBeChecked(t *testing.T) {
	t.Parallel()
	for name, harm := range map[string]string{
		"profile": "UPDATE subscribers SET state = 'paused', paused_until = 'soon' WHERE id = 1",
		"row":     "UPDATE deliveries SET created = 'yesterday' WHERE subscriber = 1",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := readyTown(t)
			id, next := enqueue(t, db, 1, "2026-W47", "a"), enqueue(t, db, 2, "2026-W47", "a")
			exec(t, outside(t, db.Path()), harm)
			d := must(db.Claim(t.Context(), nil, now, lease))(t)
			if d == nil || d.ID != id || d.Unchecked == nil || d.Withheld != "" {
				t.Fatalf("claimed %+v, want mail %d, which cannot be checked", d, id)
			}
			same(t, "told of it", []any{d.Key, d.Subscriber, d.State, d.Attempts},
				[]any{"digest/1/2026-W47", int64(1), calls.DeliveryQueued, 0})
			later := calls.Outcome{State: calls.DeliveryQueued, NextAttempt: now.Add(time.Hour)}
			d = must(db.Claim(t.Context(), &calls.Tried{ID: id, Outcome: later}, now, lease))(t)
			if d == nil || d.ID != next || d.Unchecked != nil {
				t.Fatalf("claimed %+v, want mail %d, which is well", d, next)
			}
			d = must(db.Claim(t.Context(), nil, now.Add(time.Hour), lease))(t)
			same(t, "put off", []any{d.ID, d.State, d.Attempts}, []any{id, calls.DeliveryQueued, 1})
		})
	}
}

// What became of one mail is recorded with the claim of the next, or neither happens.
func TestClaimRecordsTheLastMail(t *testing.T) {
	t.Parallel()
	db := readyTown(t)
	first, second := enqueue(t, db, 1, "2026-W47", "a"), enqueue(t, db, 1, "2026-W48", "b")
	same(t, "first", claim(t, db, now).ID, first)
	sent := &calls.Tried{ID: first, Outcome: calls.Outcome{State: calls.DeliverySent, Code: 250, Answer: "ok"}}
	lost := *sent
	lost.ID = 77
	if d, err := db.Claim(t.Context(), &lost, now, lease); !errors.Is(err, calls.ErrNotFound) {
		t.Errorf("Claim after no mail: %v, %v, want ErrNotFound", d, err)
	}
	same(t, "after the error", []calls.DeliveryState{mail(t, db, first).State, mail(t, db, second).State},
		[]calls.DeliveryState{calls.DeliverySending, calls.DeliveryQueued})

	same(t, "second", must(db.Claim(t.Context(), sent, now, lease))(t).ID, second)
	got := mail(t, db, first)
	same(t, "recorded", []any{got.State, got.Code, got.Answer, got.Attempts, got.Ended}, []any{calls.DeliverySent, 250, "ok", 1, now})
	if d := must(db.Claim(t.Context(), &calls.Tried{ID: second, Outcome: sent.Outcome}, now, lease))(t); d != nil {
		t.Errorf("claimed %+v, want none", d)
	}
	same(t, "the last one", mail(t, db, second).State, calls.DeliverySent)
	if err := db.MarkData(t.Context(), second); err == nil {
		t.Error("the lease of a mail that was recorded still held")
	}
}

func TestABounceDoesNotUndoAnUnsubscription(t *testing.T) {
	t.Parallel()
	db := readyTown(t)
	id := enqueue(t, db, 1, "2026-W47", "a")
	claim(t, db, now)
	ok(t, db.SetSubscriberState(t.Context(), 1, calls.SubscriberUnsubscribed, time.Time{}))
	record(t, db, id, calls.Outcome{State: calls.DeliveryBounced}, now)
	same(t, "state", must(db.Subscriber(t.Context(), 1))(t).State, calls.SubscriberUnsubscribed)
}

func TestRetryAndDrop(t *testing.T) {
	t.Parallel()
	db := readyTown(t)
	id := enqueue(t, db, 1, "2026-W47", "a")
	claim(t, db, now)
	for name, err := range map[string]error{"retry": db.RetryDelivery(t.Context(), id, now), "drop": db.DropDelivery(t.Context(), id, now)} {
		if err == nil || !strings.Contains(err.Error(), "being sent") {
			t.Errorf("%s of a mail on its way: %v", name, err)
		}
	}
	record(t, db, id, calls.Outcome{State: calls.DeliveryFailed, Code: 451}, now)
	same(t, "failed, so not told", candidates(t, db, now)["a"].Told, nil)
	ok(t, db.RetryDelivery(t.Context(), id, now.Add(time.Hour)))
	same(t, "retried, so on its way", candidates(t, db, now)["a"].Told != nil, true)
	d := mail(t, db, id)
	same(t, "attempts", d.Attempts, 0)
	same(t, "ended", d.Ended, time.Time{})
	ok(t, db.DropDelivery(t.Context(), id, now))
	same(t, "dropped", mail(t, db, id).State, calls.DeliverySuppressed)
	same(t, "dropped, so not told", candidates(t, db, now)["a"].Told, nil)
	ok(t, db.RetryDelivery(t.Context(), id, now))
	d = mail(t, db, id)
	same(t, "what was said of it before", []any{d.Code, d.Answer}, []any{0, ""})
	claim(t, db, now)
	record(t, db, id, calls.Outcome{State: calls.DeliverySent, Code: 250}, now)
	for name, err := range map[string]error{"retry": db.RetryDelivery(t.Context(), id, now), "drop": db.DropDelivery(t.Context(), id, now)} {
		if err == nil || !strings.Contains(err.Error(), "was sent") {
			t.Errorf("%s of a sent mail: %v", name, err)
		}
	}
	if err := db.RetryDelivery(t.Context(), 77, now); !errors.Is(err, calls.ErrNotFound) {
		t.Errorf("retry of an unknown mail: %v, want ErrNotFound", err)
	}
	if _, err := db.Delivery(t.Context(), 77); !errors.Is(err, calls.ErrNotFound) {
		t.Errorf("Delivery of an unknown mail: %v, want ErrNotFound", err)
	}
}

func TestLeases(t *testing.T) {
	t.Parallel()
	db := open(t)
	acquire := func(owner string, at time.Time) (bool, string, time.Time) {
		t.Helper()
		held, by, until, err := db.AcquireLease(t.Context(), "sender", owner, time.Minute, at)
		ok(t, err)
		return held, by, until
	}
	expect := func(owner string, at time.Time, wantHeld bool, wantBy string, wantUntil time.Time) {
		t.Helper()
		held, by, until := acquire(owner, at)
		if held != wantHeld || by != wantBy || !until.Equal(wantUntil) {
			t.Errorf("acquired by %s: %v, %s until %s; want %v, %s until %s", owner, held, by, until, wantHeld, wantBy, wantUntil)
		}
	}
	renewed := func(owner string, at time.Time, want bool) {
		t.Helper()
		same(t, owner+" renewed", must(db.RenewLease(t.Context(), "sender", owner, time.Minute, at))(t), want)
	}
	renewed("one", now, false)
	expect("one", now, true, "one", now.Add(time.Minute))
	expect("two", now.Add(time.Second), false, "one", now.Add(time.Minute))
	expect("one", now.Add(time.Second), true, "one", now.Add(61*time.Second))
	renewed("two", now.Add(2*time.Second), false)
	renewed("one", now.Add(10*time.Second), true)
	expect("two", now.Add(69*time.Second), false, "one", now.Add(70*time.Second))
	renewed("one", now.Add(70*time.Second), false)
	expect("two", now.Add(70*time.Second), true, "two", now.Add(130*time.Second))
	ok(t, db.ReleaseLease(t.Context(), "sender", "one")) // too late: it is no longer its own
	expect("one", now.Add(71*time.Second), false, "two", now.Add(130*time.Second))
	ok(t, db.ReleaseLease(t.Context(), "sender", "two"))
	expect("one", now.Add(72*time.Second), true, "one", now.Add(132*time.Second))
	if held, _, _, err := db.AcquireLease(t.Context(), "crawl", "three", time.Minute, now); !held || err != nil {
		t.Errorf("a lease of another name: %v, %v; want held", held, err)
	}
}

func TestEveryMethodEndsWithItsContext(t *testing.T) {
	t.Parallel()
	db := readyTown(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := db.Search(ctx, calls.Search{}, now); !errors.Is(err, context.Canceled) {
		t.Errorf("Search: %v, want context.Canceled", err)
	}
	if _, err := db.Claim(ctx, nil, now, lease); !errors.Is(err, context.Canceled) {
		t.Errorf("Claim: %v, want context.Canceled", err)
	}
}

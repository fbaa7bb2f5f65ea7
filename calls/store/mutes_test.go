package store_test

import (
	"errors"
	"testing"
	"time"

	"fundwatch/calls"
)

func TestMute(t *testing.T) {
	t.Parallel()
	db := readyTown(t)
	key := func(reference string) calls.Key { return calls.Key{Source: "portal", Reference: reference} }
	sentMail(t, db, "2026-W47", now, "a")
	for _, reference := range []string{"a", "b"} { // b was never told
		ok(t, db.Mute(t.Context(), 1, key(reference), now))
		ok(t, db.Mute(t.Context(), 1, key(reference), now.Add(day))) // again: it stays as it is
	}
	same(t, "muted since", must(db.MutedSince(t.Context(), 1, key("a")))(t), now)
	found := candidates(t, db, now)
	same(t, "muted", []bool{found["a"].Muted, found["b"].Muted}, []bool{true, true})
	same(t, "for another subscriber", must(db.MutedSince(t.Context(), 2, key("a")))(t).IsZero(), true)

	// What is so at the end of the mute counts as told, until a mail tells more.
	told := calls.Told{Title: "A as it is now"}
	for _, reference := range []string{"a", "b"} {
		same(t, "unmuted", must(db.Unmute(t.Context(), 1, key(reference), &told, now.Add(day)))(t), true)
		same(t, "unmuted again", must(db.Unmute(t.Context(), 1, key(reference), &told, now.Add(2*day)))(t), false)
	}
	found = candidates(t, db, now)
	for _, reference := range []string{"a", "b"} {
		c := found[reference]
		same(t, "muted", c.Muted, false)
		same(t, "unmuted at", c.Unmuted, now.Add(day))
	}
	same(t, "told", *found["a"].Told, told)
	same(t, "what no mail told comes as new", digestSections(found["b"]), [3]int{1, 0, 0})
	d, out := digestOf(t, db, 1, "2026-W48", "a")
	d.New[0].Notices[0].Kind = calls.NoticeTitle
	must(db.Enqueue(t.Context(), d, out, now.Add(2*day)))(t)
	same(t, "told by a later mail", candidates(t, db, now)["a"].Told.Title, "A")

	ok(t, db.Mute(t.Context(), 1, key("a"), now.Add(3*day)))
	same(t, "muted once more", candidates(t, db, now)["a"].Muted, true)
	if err := db.Mute(t.Context(), 1, key("nothing"), now); !errors.Is(err, calls.ErrNotFound) {
		t.Errorf("Mute of no call = %v", err)
	}
	same(t, "muted since, of no call", must(db.MutedSince(t.Context(), 1, key("nothing")))(t), time.Time{})
}

// A mail that waits is not sent if all that it tells was muted meanwhile.
func TestAMutedCallInAMailThatWaits(t *testing.T) {
	t.Parallel()
	db := readyTown(t)
	enqueue(t, db, 1, "2026-W47", "a", "b")
	ok(t, db.Mute(t.Context(), 1, calls.Key{Source: "portal", Reference: "a"}, now))
	same(t, "with one of two muted", withheld(t, db, now), "")
	ok(t, db.Mute(t.Context(), 1, calls.Key{Source: "portal", Reference: "b"}, now))
	same(t, "with both muted", withheld(t, db, now), "every call in it has closed or was muted meanwhile")
}

// A call whose only mail did not arrive was never told: muted and unmuted, it is still new.
func TestAMutedCallOfAMailThatDidNotArrive(t *testing.T) {
	t.Parallel()
	db := readyTown(t)
	a := calls.Key{Source: "portal", Reference: "a"}
	id := enqueue(t, db, 1, "2026-W47", "a")
	ok(t, db.Mute(t.Context(), 1, a, now))
	claim(t, db, now)
	record(t, db, id, calls.Outcome{State: calls.DeliveryFailed}, now)
	c := stored(t, db, "a")
	told := c.Facts(now)
	must(db.Unmute(t.Context(), 1, a, &told, now.Add(day)))(t)
	same(t, "sections", digestSections(candidates(t, db, now.Add(day))["a"]), [3]int{1, 0, 0})
}

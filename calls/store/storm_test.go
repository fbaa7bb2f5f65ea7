package store_test

import (
	"testing"

	"fundwatch/calls"
)

func TestUsualLoad(t *testing.T) {
	t.Parallel()
	db := readyTown(t)
	week := 7 * day
	sentMail(t, db, "2026-W47", now, "a", "b", "c") // the first letter does not count
	same(t, "after the first letter", must(db.UsualLoad(t.Context(), now.Add(-week)))(t), calls.Load{})
	ok(t, db.SkipDigest(t.Context(), 1, "2026-W48", now.Add(week)))
	d, out := digestOf(t, db, 1, "2026-W49", "a")
	d.New[0].Notices[0].Kind = calls.NoticeTitle
	must(db.Enqueue(t.Context(), d, out, now.Add(2*week)))(t)
	r, reminder := digestOf(t, db, 1, "2026-12-09", "b")
	r.New[0].Notices[0].Kind, reminder.Key = calls.NoticeClosing2, "reminder/1/2026-12-09"
	must(db.Enqueue(t.Context(), r, reminder, now.Add(2*week+day)))(t)
	same(t, "with a silent week, a letter and a reminder", must(db.UsualLoad(t.Context(), now.Add(-week)))(t), calls.Load{Items: 1, Digests: 2})
	same(t, "since the letter", must(db.UsualLoad(t.Context(), now.Add(2*week)))(t), calls.Load{Items: 1, Digests: 1})
}

func TestHeldDigests(t *testing.T) {
	t.Parallel()
	db := readyTown(t)
	same(t, "at first", must(db.HeldDigests(t.Context()))(t), nil)
	ok(t, db.HoldDigests(t.Context(), "2026-W48", "many", now))
	ok(t, db.HoldDigests(t.Context(), "2026-W48", "too many", now))
	same(t, "held", must(db.HeldDigests(t.Context()))(t), []string{"the digests of 2026-W48 are held: too many"})
	ok(t, db.ReleaseDigests(t.Context()))
	same(t, "released", must(db.HeldDigests(t.Context()))(t), nil)
}

package store_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"fundwatch/calls"
	"fundwatch/calls/store"
)

// digestOf returns a digest that announces calls of the portal, and its mail.
func digestOf(t testing.TB, db *store.DB, subscriber int64, period string, references ...string) (*calls.Digest, *calls.Delivery) {
	t.Helper()
	d := &calls.Digest{Subscriber: calls.Subscriber{ID: subscriber}, Period: period}
	for _, reference := range references {
		c := stored(t, db, reference)
		d.New = append(d.New, calls.Item{Call: c, Notices: []calls.Notice{
			{Call: c.Key, Kind: calls.NoticeNew, Told: c.Facts(now)},
		}})
	}
	return d, &calls.Delivery{
		Key:       fmt.Sprintf("digest/%d/%s", subscriber, period),
		Sender:    "bounce@fundwatch.example",
		Recipient: fmt.Sprintf("reader%d@town.example", subscriber),
		MessageID: fmt.Sprintf("%d.%s@fundwatch.example", subscriber, period),
		Subject:   fmt.Sprintf("Subject of subscriber %d", subscriber),
		Bytes:     []byte("Subject: Calls\r\n\r\nText.\r\n"),
	}
}

// enqueue puts a digest into the outbox and returns the mail's id.
func enqueue(t testing.TB, db *store.DB, subscriber int64, period string, references ...string) int64 {
	t.Helper()
	d, out := digestOf(t, db, subscriber, period, references...)
	queued, err := db.Enqueue(t.Context(), d, out, now)
	if err != nil || !queued {
		t.Fatalf("Enqueue = %v, %v; want queued", queued, err)
	}
	return out.ID
}

// candidates returns the candidates of the first subscriber by reference.
func candidates(t testing.TB, db *store.DB, at time.Time) map[string]calls.Candidate {
	t.Helper()
	all := map[string]calls.Candidate{}
	for _, c := range must(db.Candidates(t.Context(), 1, at))(t) {
		all[c.Call.Key.Reference] = c
	}
	return all
}

// readyTown returns a database in which Ludwigsburg matches the open calls a and b of the portal, but
// not c.
func readyTown(t testing.TB) *store.DB {
	t.Helper()
	db := open(t)
	town := ludwigsburg()
	town.Interests.Keywords = append(town.Interests.Keywords, `"id a"`, "b")
	importTowns(t, db, town)
	save(t, db, sweepOf(call("a", "A"), call("b", "B"), call("c", "C")), now)
	matchAll(t, db, now)
	return db
}

func TestCandidates(t *testing.T) {
	t.Parallel()
	db := readyTown(t)
	fresh := candidates(t, db, now)
	same(t, "matching calls", len(fresh), 2)
	match := calls.Match{Municipality: "ludwigsburg-de", Call: calls.Key{Source: "portal", Reference: "a"}, Score: 0.63}
	same(t, "match", fresh["a"].Match, match)
	same(t, "call", fresh["a"].Call, stored(t, db, "a"))
	same(t, "told", fresh["a"].Told, nil)

	id := enqueue(t, db, 1, "2026-W47", "a", "c")
	c := stored(t, db, "c")
	told := c.Facts(now)
	afterwards := candidates(t, db, now)
	same(t, "with what was told", len(afterwards), 3)
	same(t, "told without a match", afterwards["c"], calls.Candidate{
		Call: c, Match: calls.Match{Call: c.Key}, Told: &told,
		Notices: []calls.Notice{{Call: c.Key, Kind: calls.NoticeNew}},
	})
	same(t, "told with a match", afterwards["a"].Match, match)
	same(t, "ever told", must(db.EverTold(t.Context(), 1))(t), true)
	same(t, "another ever told", must(db.EverTold(t.Context(), 2))(t), false)

	ok(t, db.Record(t.Context(), id, calls.Outcome{State: calls.DeliveryFailed}, now))
	same(t, "a mail that failed told nothing", candidates(t, db, now), fresh)
	same(t, "ever told after that", must(db.EverTold(t.Context(), 1))(t), false)

	same(t, "when all are over", len(candidates(t, db, at("2027-03-01T16:00:00Z"))), 0)
	if _, err := db.Candidates(t.Context(), 77, now); !errors.Is(err, calls.ErrNotFound) {
		t.Errorf("Candidates of an unknown subscriber: %v, want ErrNotFound", err)
	}
}

func TestToldIsTheNewest(t *testing.T) {
	t.Parallel()
	db := readyTown(t)
	enqueue(t, db, 1, "2026-W47", "a")
	a := call("a", "A")
	a.Deadlines[0].At = at("2027-04-01T15:00:00Z")
	save(t, db, sweepOf(a, call("b", "B"), call("c", "C")), now)
	c := stored(t, db, "a")
	d, out := digestOf(t, db, 1, "2026-W48")
	d.Changed = []calls.Item{{Call: c, Notices: []calls.Notice{
		{Call: c.Key, Kind: calls.NoticeDeadline, Fact: "2027-03-01>2027-04-01@2026-W48", Told: c.Facts(now)},
	}}}
	must(db.Enqueue(t.Context(), d, out, now))(t)
	got := candidates(t, db, now)["a"]
	same(t, "told deadlines", got.Told.Deadlines, []string{"2027-04-01"})
	same(t, "notices", got.Notices, []calls.Notice{
		{Call: c.Key, Kind: calls.NoticeNew}, {Call: c.Key, Kind: calls.NoticeDeadline, Fact: "2027-03-01>2027-04-01@2026-W48"},
	})
	same(t, "digest of that", digestSections(got), [3]int{0, 0, 0})
}

func digestSections(c calls.Candidate) [3]int {
	d, _ := calls.NewDigest(calls.DigestRequest{Period: "2026-W49", Candidates: []calls.Candidate{c}, Now: now})
	return [3]int{len(d.New), len(d.Changed), len(d.Closing)}
}

func TestAWithdrawnCallIsACandidateUntilItWasTold(t *testing.T) {
	t.Parallel()
	db := readyTown(t)
	enqueue(t, db, 1, "2026-W47", "a")
	rest := sweepOf(call("c", "C"))
	save(t, db, rest, now.Add(day))
	save(t, db, rest, now.Add(2*day)) // a and b are withdrawn; only a was told
	later := now.Add(2 * day)
	got := candidates(t, db, later)
	same(t, "candidates", len(got), 1)
	c := got["a"]
	same(t, "status", c.Call.Status(later), calls.Withdrawn)
	d, out := digestOf(t, db, 1, "2026-W48")
	d.Changed = []calls.Item{{Call: c.Call, Notices: []calls.Notice{
		{Call: c.Call.Key, Kind: calls.NoticeWithdrawn, Fact: "open>withdrawn@2026-W48", Told: c.Call.Facts(later)},
	}}}
	must(db.Enqueue(t.Context(), d, out, later))(t)
	same(t, "after it was told", len(candidates(t, db, later)), 0)
	save(t, db, sweepOf(call("a", "A"), call("c", "C")), now.Add(3*day))
	same(t, "when it comes back", candidates(t, db, now.Add(3*day))["a"].Told.Status, calls.Withdrawn)
}

func TestOneDigestAPeriod(t *testing.T) {
	t.Parallel()
	db := readyTown(t)
	same(t, "before", must(db.DigestDone(t.Context(), 1, "2026-W47"))(t), false)
	enqueue(t, db, 1, "2026-W47", "a")
	same(t, "after", must(db.DigestDone(t.Context(), 1, "2026-W47"))(t), true)
	d, out := digestOf(t, db, 1, "2026-W47", "b")
	out.Key, out.MessageID = "digest/1/other", "other@fundwatch.example"
	if queued, err := db.Enqueue(t.Context(), d, out, now); queued || err != nil {
		t.Errorf("Enqueue of a settled period = %v, %v; want false", queued, err)
	}
	same(t, "mails", len(must(db.Outbox(t.Context()))(t)), 1)
	same(t, "b was not told", candidates(t, db, now)["b"].Told, nil)

	ok(t, db.SkipDigest(t.Context(), 1, "2026-W48", now))
	ok(t, db.SkipDigest(t.Context(), 1, "2026-W48", now))
	same(t, "skipped", must(db.DigestDone(t.Context(), 1, "2026-W48"))(t), true)
	same(t, "of another subscriber", must(db.DigestDone(t.Context(), 2, "2026-W48"))(t), false)
}

func TestEnqueueIsAllOrNothing(t *testing.T) {
	t.Parallel()
	db := readyTown(t)
	for name, spoil := range map[string]func(*calls.Digest, *calls.Delivery){
		"unknown call": func(d *calls.Digest, _ *calls.Delivery) {
			d.New = append(d.New, calls.Item{Call: call("unknown", "Unknown")})
		},
		"unknown subscriber": func(d *calls.Digest, _ *calls.Delivery) { d.Subscriber.ID = 77 },
		"no recipient":       func(_ *calls.Digest, out *calls.Delivery) { out.Recipient = "" },
		"no bytes":           func(_ *calls.Digest, out *calls.Delivery) { out.Bytes = nil },
	} {
		d, out := digestOf(t, db, 1, "2026-W47", "a")
		spoil(d, out)
		if queued, err := db.Enqueue(t.Context(), d, out, now); err == nil || queued {
			t.Errorf("%s: Enqueue = %v, %v; want an error", name, queued, err)
		}
		same(t, name+": done", must(db.DigestDone(t.Context(), 1, "2026-W47"))(t), false)
		same(t, name+": mails", must(db.Outbox(t.Context()))(t), nil)
		same(t, name+": ever told", must(db.EverTold(t.Context(), 1))(t), false)
	}
}

func TestANoticeIsOnItsWayOnce(t *testing.T) {
	t.Parallel()
	db := readyTown(t)
	first := enqueue(t, db, 1, "2026-W47", "a")
	second := enqueue(t, db, 1, "reminder-2026-11-23", "a", "b")
	tellings := must(db.Tellings(t.Context(), 1))(t)
	var got []string
	for _, telling := range tellings {
		got = append(got, fmt.Sprint(telling.Notice.Call.Reference, " by ", telling.Delivery.ID, " ", telling.Counts))
	}
	same(t, "told", got, []string{fmt.Sprint("a by ", first, " true"), fmt.Sprint("b by ", second, " true")})
	ok(t, db.Record(t.Context(), first, calls.Outcome{State: calls.DeliverySuppressed}, now))
	third := enqueue(t, db, 1, "2026-W48", "a")
	same(t, "told again after the mail was dropped", len(must(db.Tellings(t.Context(), 1))(t)), 3)
	if err := db.RetryDelivery(t.Context(), first, now); err == nil {
		t.Error("RetryDelivery of a mail whose notice another carries: it would tell twice")
	}
	for _, telling := range must(db.Tellings(t.Context(), 1))(t) {
		if telling.Notice.Call.Reference == "a" && telling.Counts != (telling.Delivery.ID == third) {
			t.Errorf("notice of a by mail %d counts: %v", telling.Delivery.ID, telling.Counts)
		}
	}
}

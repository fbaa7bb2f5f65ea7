package store_test

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"
	"time"

	"fundwatch/calls"
	"fundwatch/calls/store"
)

// sentMail puts the letter of a period into the outbox of the first subscriber, and says that it was sent.
func sentMail(t testing.TB, db *store.DB, period string, at time.Time, references ...string) int64 {
	t.Helper()
	d, out := digestOf(t, db, 1, period, references...)
	if queued, err := db.Enqueue(t.Context(), d, out, at); err != nil || !queued {
		t.Fatalf("Enqueue = %t, %v", queued, err)
	}
	claim(t, db, at)
	record(t, db, out.ID, calls.Outcome{State: calls.DeliverySent, Code: 250}, at)
	return out.ID
}

// cameBack is a report that a letter of the first subscriber was not delivered. Its name tells reports apart.
func cameBack(t testing.TB, db *store.DB, name, period string, f calls.Failure) *calls.Inbound {
	t.Helper()
	return &calls.Inbound{
		Kind: calls.InboundBounce, Fingerprint: sha256.Sum256([]byte(name)), Token: bounceToken(t, db), Period: period,
		Failure: f, Status: "5.1.1", Code: 550, Recipients: []string{"kultur@ludwigsburg.example"}, Answer: "no such mailbox",
	}
}

func bounceToken(t testing.TB, db *store.DB) string {
	t.Helper()
	return must(db.BounceToken(t.Context(), 1))(t)
}

func reader(t testing.TB, db *store.DB) *calls.Subscriber {
	t.Helper()
	return must(db.Subscriber(t.Context(), 1))(t)
}

func receive(t testing.TB, db *store.DB, in *calls.Inbound, at time.Time) store.Receipt {
	t.Helper()
	return must(db.Receive(t.Context(), in, at))(t)
}

func TestAMailboxThatDoesNotExistGetsNoMore(t *testing.T) {
	t.Parallel()
	db := readyTown(t)
	id := sentMail(t, db, "2026-W47", now, "a")
	in := cameBack(t, db, "report", "2026-W47", calls.FailureAddress)
	same(t, "receipt", receive(t, db, in, now), store.Receipt{Subscriber: 1, State: calls.SubscriberBounced, Delivery: id})
	d := mail(t, db, id)
	same(t, "the mail", []any{d.State, d.Code, d.Answer}, []any{calls.DeliveryBounced, 550, "came back: no such mailbox"})
	same(t, "what it told counts", candidates(t, db, now)["a"].Told == nil, true)
	same(t, "again", receive(t, db, in, now).Repeated, true)

	ok(t, db.SetSubscriberState(t.Context(), 1, calls.SubscriberActive, time.Time{}))
	same(t, "the old report, handed in after the address was mended", receive(t, db, in, now).Repeated, true)
	same(t, "the reader", reader(t, db).State, calls.SubscriberActive)
}

func TestAFullMailboxMayRecover(t *testing.T) {
	t.Parallel()
	week := 7 * day
	fail := func(t *testing.T, db *store.DB, n int, at time.Time) calls.SubscriberState {
		t.Helper()
		period := fmt.Sprintf("2027-W%02d", n)
		sentMail(t, db, period, at, "a")
		return receive(t, db, cameBack(t, db, period, period, calls.FailureMailbox), at.Add(5*day)).State
	}
	t.Run("three in a row", func(t *testing.T) {
		t.Parallel()
		db := readyTown(t)
		same(t, "first", fail(t, db, 1, now), calls.SubscriberActive)
		same(t, "second", fail(t, db, 2, now.Add(week)), calls.SubscriberActive)
		same(t, "second again", receive(t, db, cameBack(t, db, "2027-W02", "2027-W02", calls.FailureMailbox), now.Add(2*week)).Repeated, true)
		same(t, "third", fail(t, db, 3, now.Add(2*week)), calls.SubscriberBounced)
	})
	t.Run("one arrived in between", func(t *testing.T) {
		t.Parallel()
		db := readyTown(t)
		fail(t, db, 1, now)
		fail(t, db, 2, now.Add(week))
		sentMail(t, db, "2027-W03", now.Add(2*week), "b")
		same(t, "after it", fail(t, db, 4, now.Add(3*week)), calls.SubscriberActive)
	})
	t.Run("long ago", func(t *testing.T) {
		t.Parallel()
		db := readyTown(t)
		fail(t, db, 1, now)
		fail(t, db, 2, now.Add(week))
		same(t, "in spring", fail(t, db, 20, now.Add(20*week)), calls.SubscriberActive)
	})
}

func TestWhatCountsNotAgainstAReader(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change func(in *calls.Inbound)
		mail   calls.DeliveryState
		kept   bool
	}{
		"policy":       {func(in *calls.Inbound) { in.Failure = calls.FailurePolicy }, calls.DeliveryFailed, false},
		"behind alias": {func(in *calls.Inbound) { in.Recipients = []string{"left@ludwigsburg.example"} }, calls.DeliveryBounced, false},
		"forged token": {func(in *calls.Inbound) { in.Token = strings.Repeat("x", 26) }, calls.DeliverySent, true},
		"forged with id": {func(in *calls.Inbound) {
			in.Token, in.MessageID = strings.Repeat("x", 26), "1.2026-W47@fundwatch.example"
		}, calls.DeliverySent, true},
		"no token": {func(in *calls.Inbound) { in.Token = "" }, calls.DeliverySent, true},
		"unknown":  {func(in *calls.Inbound) { in.Kind, in.Failure = calls.InboundUnknown, "" }, calls.DeliverySent, true},
		"ignored":  {func(in *calls.Inbound) { in.Kind, in.Failure = calls.InboundIgnored, "" }, calls.DeliverySent, false},
		"forged wish": {func(in *calls.Inbound) {
			in.Kind, in.Failure, in.Token = calls.InboundUnsubscribe, "", strings.Repeat("x", 26)
		},
			calls.DeliverySent, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := readyTown(t)
			id := sentMail(t, db, "2026-W47", now, "a")
			in := cameBack(t, db, name, "2026-W47", calls.FailureAddress)
			test.change(in)
			same(t, "kept", receive(t, db, in, now).Kept, test.kept)
			same(t, "the mail", mail(t, db, id).State, test.mail)
			same(t, "the reader", reader(t, db).State, calls.SubscriberActive)
			kept := must(db.KeptInbound(t.Context()))(t)
			same(t, "waits for a person", len(kept) == 1, test.kept)
			if test.kept {
				same(t, "whom it may be about", kept[0].Email, "kultur@ludwigsburg.example")
				same(t, "seen", must(db.SeeInbound(t.Context(), kept[0].ID))(t), 1)
				same(t, "waits after that", len(must(db.KeptInbound(t.Context()))(t)), 0)
			}
		})
	}
}

func TestAReaderStops(t *testing.T) {
	t.Parallel()
	former := func(s *calls.Subscriber) string { return s.Token } // what letters of former versions name
	for _, by := range []struct {
		kind  calls.InboundKind
		token func(*calls.Subscriber) string
	}{
		{calls.InboundUnsubscribe, func(s *calls.Subscriber) string { return s.Stop }}, {calls.InboundUnsubscribe, former},
		{calls.InboundComplaint, func(s *calls.Subscriber) string { return s.Stop }}, {calls.InboundComplaint, former},
	} {
		db := readyTown(t)
		enqueue(t, db, 1, "2026-W47", "a")
		in := &calls.Inbound{Kind: by.kind, Fingerprint: sha256.Sum256([]byte(by.kind)), Token: by.token(reader(t, db))}
		same(t, "state", receive(t, db, in, now).State, calls.SubscriberUnsubscribed)
		same(t, "the mail that waits", withheld(t, db, now), "the subscriber is unsubscribed")
		hard := cameBack(t, db, "later", "2026-W47", calls.FailureAddress)
		same(t, "a bounce after it", receive(t, db, hard, now).State, calls.SubscriberUnsubscribed)
	}
}

// The Message-ID in what is returned is as good as the token in the address: nobody can guess it.
func TestAReportIsKnownByWhatItReturns(t *testing.T) {
	t.Parallel()
	db := readyTown(t)
	id := sentMail(t, db, "2026-W47", now, "a")
	in := cameBack(t, db, "x", "", calls.FailureAddress)
	in.Token, in.MessageID = "", "1.2026-W47@fundwatch.example"
	same(t, "receipt", receive(t, db, in, now), store.Receipt{Subscriber: 1, State: calls.SubscriberBounced, Delivery: id})
}

func TestNobodyFillsTheDiskWithReports(t *testing.T) {
	t.Parallel()
	db := readyTown(t)
	for i := range 510 {
		receive(t, db, &calls.Inbound{Kind: calls.InboundUnknown, Fingerprint: sha256.Sum256([]byte{byte(i), byte(i >> 8)})}, now)
	}
	kept := must(db.KeptInbound(t.Context()))(t)
	same(t, "kept", len(kept), 500)
	must(db.Prune(t.Context(), store.Befores{Inbound: now.Add(day)}))(t)
	same(t, "kept until somebody has seen them", must(db.SeeInbound(t.Context(), kept[499].ID))(t), 500)
	must(db.Prune(t.Context(), store.Befores{Inbound: now.Add(day)}))(t)
	raw := outside(t, db.Path())
	defer raw.Close()
	var left int
	ok(t, raw.QueryRow(`SELECT COUNT(*) FROM inbound`).Scan(&left))
	same(t, "left after that", left, 0)
}

func TestEraseTakesReportsAlong(t *testing.T) {
	t.Parallel()
	db := readyTown(t)
	sentMail(t, db, "2026-W47", now, "a")
	receive(t, db, cameBack(t, db, "x", "2026-W47", calls.FailureMailbox), now)
	must(db.Erase(t.Context(), "kultur@ludwigsburg.example"))(t)
	raw := outside(t, db.Path())
	defer raw.Close()
	var left int
	ok(t, raw.QueryRow(`SELECT COUNT(*) FROM inbound`).Scan(&left))
	same(t, "reports left", left, 0)
}

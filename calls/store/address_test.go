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

// spellings are one mailbox; the first is how it is stored, the second how people see it.
var spellings = []string{"x@xn--bcher-kva.example", "x@bücher.example", "X@BÜCHER.example", "x@bu\u0308cher.example", "x@XN--BCHER-KVA.Example"}

func TestSpellingsOfAnAddress(t *testing.T) {
	t.Parallel()
	for _, one := range spellings {
		same(t, one, store.SameAddress(one, spellings[0]), true)
	}
	for in, want := range map[string]string{
		"Office@Town.Example": "Office@town.example",
		"x@straße.example":    "x@xn--strae-oqa.example", // not strasse
		"x@a_b.example":       "x@a_b.example",           // no domain that DNS could have: as typed
		"x@xn--a.example":     "x@xn--a.example",
		"nobody":              "nobody",
		"":                    "",
	} {
		same(t, in, store.ASCIIAddress(in), want)
	}
	long := "x@" + strings.Repeat("ü", 507) // a second's work for each ten thousand
	same(t, "a domain longer than any", store.ASCIIAddress(long), long)
	same(t, "another domain", store.SameAddress("x@bücher.example", "x@bucher.example"), false)
}

func buecher(spelling string) calls.Municipality {
	m := ludwigsburg()
	m.Subscribers = []calls.Subscriber{{Email: spelling, Language: "de", Frequency: calls.Weekly}}
	return m
}

func TestImportKnowsSpellings(t *testing.T) {
	t.Parallel()
	for i, first := range spellings {
		db := open(t)
		importTowns(t, db, buecher(first))
		again := spellings[(i+1)%len(spellings)]
		importTowns(t, db, buecher(again))
		got := must(db.Subscribers(t.Context()))(t)
		if len(got) != 1 || !store.SameAddress(got[0].Email, first) {
			t.Errorf("%s after %s: %+v", again, first, got)
			continue
		}
		same(t, "shown", got[0].Email[1:], spellings[1][1:])
		same(t, "found", len(must(db.SubscribersByEmail(t.Context(), spellings[(i+2)%len(spellings)]))(t)), 1)
		same(t, "erased", must(db.Erase(t.Context(), spellings[(i+3)%len(spellings)]))(t).Subscribers, 1)
	}
}

// Whoever opted out has opted out by every spelling, also by one whose hash an older fundwatch has kept.
func TestOptOutsKnowSpellings(t *testing.T) {
	t.Parallel()
	for i, out := range spellings {
		back := spellings[(i+1)%len(spellings)]
		db := open(t)
		importTowns(t, db, buecher(out))
		must(db.Erase(t.Context(), out))(t)
		importTowns(t, db, buecher(back))
		same(t, back+" after "+out, must(db.Subscribers(t.Context()))(t)[0].State, calls.SubscriberUnsubscribed)
	}
	for _, now := range spellings {
		db := open(t)
		old := sha256.Sum256([]byte(spellings[1]))
		exec(t, outside(t, db.Path()), fmt.Sprintf(`INSERT INTO opt_outs VALUES (x'%x')`, old))
		importTowns(t, db, buecher(now))
		same(t, now+" with an old hash", must(db.Subscribers(t.Context()))(t)[0].State, calls.SubscriberUnsubscribed)
		ok(t, db.SetSubscriberState(t.Context(), 1, calls.SubscriberActive, time.Time{}))
		same(t, now+" asks again", must(db.OptedOut(t.Context(), spellings[0]))(t), false)
	}
}

// However it is spelt, an address is asked three times a day for one mailbox.
func TestSignUpsKnowSpellings(t *testing.T) {
	t.Parallel()
	db := open(t)
	for n, spelling := range spellings {
		s := wish(byte(n+1), now)
		s.Municipality.Subscribers[0].Email = spelling
		same(t, "queued for "+spelling, signUp(t, db, s), n < 3)
	}
	same(t, "mailboxes", len(must(db.Subscribers(t.Context()))(t)), 1)
}

func TestReportsKnowSpellings(t *testing.T) {
	t.Parallel()
	for i, named := range spellings {
		db := open(t)
		importTowns(t, db, buecher(spellings[1]))
		in := &calls.Inbound{
			Kind: calls.InboundBounce, Token: bounceToken(t, db), Failure: calls.FailureAddress, Status: "5.1.1",
			Recipients: []string{named}, Fingerprint: [32]byte{byte(i)},
		}
		same(t, "refused "+named, receive(t, db, in, now).State, calls.SubscriberBounced)

		unproven := &calls.Inbound{Kind: calls.InboundBounce, Recipients: []string{named}, Fingerprint: [32]byte{99}}
		receive(t, db, unproven, now)
		same(t, "for a person", must(db.KeptInbound(t.Context()))(t)[0].Email, spellings[1])
	}
}

// A complaint stops the mailbox in every town.
func TestComplaintsKnowSpellings(t *testing.T) {
	t.Parallel()
	db := open(t)
	other := buecher(spellings[0])
	other.ID, other.Name = "other-de", "Other"
	importTowns(t, db, buecher(spellings[1]), other)
	receive(t, db, &calls.Inbound{Kind: calls.InboundComplaint, Token: bounceToken(t, db), Fingerprint: [32]byte{1}}, now)
	for _, s := range must(db.Subscribers(t.Context()))(t) {
		same(t, s.Municipality, s.State, calls.SubscriberUnsubscribed)
	}
}

// The stored form is a fixed point, and what people see leads back to it.
func FuzzAddress(f *testing.F) {
	for _, one := range append(spellings, "a@b@Bücher.example", "x@xn--a.example", "@", "x@faß.de", "x@١.example") {
		f.Add(one)
	}
	f.Fuzz(func(t *testing.T, email string) {
		stored := store.ASCIIAddress(email)
		if again := store.ASCIIAddress(stored); again != stored {
			t.Errorf("%q is stored as %q, and that as %q", email, stored, again)
		}
		if shown := store.ShownAddress(stored); store.ASCIIAddress(shown) != stored {
			t.Errorf("%q is shown as %q, which is another mailbox", stored, shown)
		}
	})
}

package store_test

import (
	"crypto/sha256"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fundwatch/calls"
	"fundwatch/calls/store"
)

// wishFrom is a wish to stop by a token that nobody has, in a mail that says who wrote it.
func wishFrom(from string, n byte) *calls.Inbound {
	return &calls.Inbound{
		Kind: calls.InboundUnsubscribe, Fingerprint: sha256.Sum256([]byte{n}), Token: strings.Repeat("x", 26),
		From: from, Answer: "asked to stop",
	}
}

// What is from whom is a person's to judge: a From alone stops nobody, as anybody can write it.
func TestAWishOfNobodyWeKnowTellsWhoWroteIt(t *testing.T) {
	t.Parallel()
	db := readyTown(t)
	for n, from := range []string{"Kultur@Ludwigsburg.example", "somebody@evil.example", ""} {
		same(t, "kept", receive(t, db, wishFrom(from, byte(n)), now), store.Receipt{Kept: true})
	}
	same(t, "the reader", reader(t, db).State, calls.SubscriberActive)
	kept := must(db.KeptInbound(t.Context()))(t)
	same(t, "its reader", kept[0], store.Kept{
		ID: 1, At: now, From: "Kultur@ludwigsburg.example", Subscriber: 1, Municipality: "ludwigsburg-de",
		Email: "kultur@ludwigsburg.example", State: calls.SubscriberActive, Answer: "asked to stop",
	})
	same(t, "a stranger", kept[1], store.Kept{ID: 2, At: now, From: "somebody@evil.example", Answer: "asked to stop"})
	same(t, "who says nothing", kept[2], store.Kept{ID: 3, At: now, Answer: "asked to stop"})
}

// Whom a token names needs no other word.
func TestWhatATokenAssignsNamesNoSender(t *testing.T) {
	t.Parallel()
	db := readyTown(t)
	stop := wishFrom("private@evil.example", 1)
	stop.Token = reader(t, db).Stop
	same(t, "stopped", receive(t, db, stop, now).State, calls.SubscriberUnsubscribed)
	answer := wishFrom("private@evil.example", 2)
	answer.Kind, answer.Token = calls.InboundUnknown, bounceToken(t, db)
	same(t, "kept", receive(t, db, answer, now).Kept, true)
	kept := must(db.KeptInbound(t.Context()))(t)[0]
	same(t, "about", []string{kept.From, kept.Email}, []string{"", "kultur@ludwigsburg.example"})
	same(t, "written from it", must(db.WrittenFrom(t.Context(), "private@evil.example"))(t), nil)
}

// A mailbox may be removed and imported again before anybody looks.
func TestAWishOutlivesTheMailbox(t *testing.T) {
	t.Parallel()
	db := readyTown(t)
	receive(t, db, wishFrom("kultur@ludwigsburg.example", 1), now)
	ok(t, db.RemoveSubscriber(t.Context(), 1))
	same(t, "of a mailbox that is no more", must(db.KeptInbound(t.Context()))(t)[0].Subscriber, 0)
	importTowns(t, db, ludwigsburg())
	kept := must(db.KeptInbound(t.Context()))(t)[0]
	same(t, "imported again", []any{kept.Email, kept.Subscriber > 1}, []any{"kultur@ludwigsburg.example", true})
}

// Of several mailboxes with the address the one that still gets mail is named.
func TestASenderOfSeveralTowns(t *testing.T) {
	t.Parallel()
	db := open(t)
	other := buecher(spellings[0])
	other.ID, other.Name = "other-de", "Other"
	importTowns(t, db, buecher(spellings[1]), other)
	receive(t, db, wishFrom(spellings[2], 1), now)
	for _, want := range []int64{1, 2, 1} {
		kept := must(db.KeptInbound(t.Context()))(t)[0]
		same(t, "named", kept.Subscriber, want)
		ok(t, db.SetSubscriberState(t.Context(), want, calls.SubscriberUnsubscribed, time.Time{}))
	}
}

// What is let go names nobody any more; what came after it was listed goes on waiting, with who wrote it.
func TestWhatIsSeenForgetsWhoWroteIt(t *testing.T) {
	t.Parallel()
	db := readyTown(t)
	receive(t, db, wishFrom("first@town.example", 1), now)
	listed := must(db.KeptInbound(t.Context()))(t)
	receive(t, db, wishFrom("second@town.example", 2), now)
	same(t, "seen", must(db.SeeInbound(t.Context(), listed[0].ID))(t), 1)
	same(t, "the first", len(must(db.WrittenFrom(t.Context(), "first@town.example"))(t)), 0)
	kept := must(db.KeptInbound(t.Context()))(t)
	same(t, "waits", []any{len(kept), kept[0].From}, []any{1, "second@town.example"})
	same(t, "handed in again", receive(t, db, wishFrom("first@town.example", 1), now).Repeated, true)
}

// However it is spelt, an address that is erased goes from what waits as well, and from the files.
func TestEraseTakesSendersAlong(t *testing.T) {
	t.Parallel()
	for i, spelling := range spellings {
		db := open(t)
		receive(t, db, wishFrom(spellings[(i+1)%len(spellings)], 1), now)
		receive(t, db, wishFrom("other@town.example", 2), now)
		written := must(db.WrittenFrom(t.Context(), strings.ToUpper(spelling)))(t)
		same(t, "written", written, []calls.Returned{{At: now, Kind: calls.InboundUnknown, Answer: "asked to stop"}})
		same(t, "erased", must(db.Erase(t.Context(), spelling))(t), store.Erasure{Reports: 1})
		same(t, "opted out", must(db.OptedOut(t.Context(), spelling))(t), true)
		same(t, "left", must(db.KeptInbound(t.Context()))(t)[0].From, "other@town.example")
		files, err := filepath.Glob(db.Path() + "*")
		ok(t, err)
		for _, file := range files {
			if held := must(os.ReadFile(file))(t); strings.Contains(strings.ToLower(string(held)), "xn--bcher-kva") {
				t.Errorf("%s still holds the address", filepath.Base(file))
			}
		}
	}
}

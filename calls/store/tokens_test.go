package store_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"fundwatch/calls"
	"fundwatch/calls/store"
)

// holding returns which of these words stand in a file of the database, after it was closed or while it is open.
func holding(t *testing.T, path string, words ...string) []string {
	t.Helper()
	var found []string
	for _, file := range []string{path, path + "-wal"} {
		data, err := os.ReadFile(file)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		for _, w := range words {
			if bytes.Contains(bytes.ToLower(data), []byte(w)) {
				found = append(found, w+" in "+filepath.Base(file))
			}
		}
	}
	return found
}

// opens reports for which subscriber a token opens the page; 0 if for none.
func opens(t testing.TB, db *store.DB, token string) int64 {
	t.Helper()
	s, err := db.SubscriberByToken(t.Context(), token)
	if errors.Is(err, calls.ErrNotFound) {
		return 0
	}
	ok(t, err)
	return s.ID
}

func TestTheFileHoldsNoToken(t *testing.T) {
	t.Parallel()
	db := readyTown(t)
	manage, bounces := reader(t, db).Token, bounceToken(t, db)
	d, out := digestOf(t, db, 1, "2026-W47", "a")
	out.Sender = "bounce+" + calls.TokenMark + "-2026-w47@fundwatch.example"
	must(db.Enqueue(t.Context(), d, out, now))(t)
	claimed := must(db.Claim(t.Context(), nil, now, time.Minute))(t)
	same(t, "envelope sender", claimed.Sender, "bounce+"+bounces+"-2026-w47@fundwatch.example")
	same(t, "in the outbox", mail(t, db, out.ID).Sender, "bounce+TOKEN-2026-w47@fundwatch.example")
	key := read(t, db.KeyFile())
	same(t, "while it is open", holding(t, db.Path(), manage, bounces, string(key)), nil)
	ok(t, db.Close())
	same(t, "closed", holding(t, db.Path(), manage, bounces, string(key)), nil)
}

// The envelope of a mail stands in the log of every server on its way: what is in it opens no page and stops
// nothing.
func TestTokensAreForOneThing(t *testing.T) {
	t.Parallel()
	db := readyTown(t)
	manage, stop, bounces := reader(t, db).Token, reader(t, db).Stop, bounceToken(t, db)
	same(t, "page by its token", opens(t, db, manage), 1)
	for _, other := range []string{bounces, stop, must(db.FeedToken(t.Context(), 1))(t)} {
		same(t, "page by a token for something else", opens(t, db, other), 0)
	}
	_, err := db.SubscriberByFeed(t.Context(), stop)
	same(t, "feeds by the token to stop", errors.Is(err, calls.ErrNotFound), true)
	for i, wrong := range []calls.Inbound{
		{Kind: calls.InboundUnsubscribe, Token: bounces},
		{Kind: calls.InboundBounce, Token: stop, Failure: calls.FailureAddress, Status: "5.1.1"},
		{Kind: calls.InboundBounce, Token: manage, Failure: calls.FailureAddress, Status: "5.1.1"},
	} {
		wrong.Fingerprint = sha256.Sum256([]byte{byte(i)})
		same(t, "receipt of a "+string(wrong.Kind), receive(t, db, &wrong, now), store.Receipt{Kept: true})
	}
	same(t, "state", reader(t, db).State, calls.SubscriberActive)
}

func TestRemovedSubscribersLeaveNoToken(t *testing.T) {
	t.Parallel()
	db := readyTown(t)
	manage := reader(t, db).Token
	must(db.Erase(t.Context(), "kultur@ludwigsburg.example"))(t)
	same(t, "opens", opens(t, db, manage), 0)
	ok(t, db.RemoveSubscriber(t.Context(), 2))
	var left int
	ok(t, outside(t, db.Path()).QueryRow(`SELECT COUNT(*) FROM tokens`).Scan(&left))
	same(t, "hashes left", left, 0)
}

// Who lost the key, or brought a backup to another machine without it, has lost nothing.
func TestAnotherKey(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(string) error{
		"lost":     os.Remove,
		"replaced": func(file string) error { return os.WriteFile(file, bytes.Repeat([]byte("k"), 32), 0o600) },
	} {
		db := readyTown(t)
		old, oldBounce := reader(t, db).Token, bounceToken(t, db)
		ok(t, db.Close())
		ok(t, change(db.KeyFile()))

		again := openAt(t, db.Path())
		same(t, name+": before it is asked for", reader(t, again).Token, "")
		ok(t, again.Unlock(t.Context()))
		fresh := reader(t, again).Token
		same(t, name+": the new token differs", fresh != old && fresh != "", true)
		same(t, name+": pages", []int64{opens(t, again, old), opens(t, again, fresh)}, []int64{1, 1})
		in := cameBack(t, again, name, "", calls.FailureMailbox)
		in.Token = oldBounce
		same(t, name+": an old bounce", receive(t, again, in, now).Subscriber, 1)
	}
}

// A key that is brought in while two processes work is taken over by both.
func TestAKeyIsReplacedAtWork(t *testing.T) {
	t.Parallel()
	one := readyTown(t)
	ok(t, os.Remove(one.KeyFile()))
	other := openAt(t, one.Path())
	ok(t, other.Unlock(t.Context()))
	m := ludwigsburg()
	m.Subscribers = []calls.Subscriber{{Email: "neu@ludwigsburg.example", Language: "de", Frequency: calls.Weekly}}
	importTowns(t, one, m)
	for _, db := range []*store.DB{one, other} {
		for _, s := range must(db.Subscribers(t.Context()))(t) {
			same(t, s.Email, opens(t, db, s.Token), s.ID)
		}
	}
}

func TestAKeyThatIsNone(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(string) error{
		"too short": func(file string) error { return os.WriteFile(file, []byte("short"), 0o600) },
		"too long":  func(file string) error { return os.WriteFile(file, make([]byte, 33), 0o600) },
		"a folder": func(file string) error {
			return errors.Join(os.Remove(file), os.Mkdir(file, 0o700))
		},
		"a pipe":           func(file string) error { return errors.Join(os.Remove(file), syscall.Mkfifo(file, 0o600)) },
		"a link to naught": func(file string) error { return errors.Join(os.Remove(file), os.Symlink(file+".elsewhere", file)) },
	} {
		db := readyTown(t)
		ok(t, db.Close())
		ok(t, spoil(db.KeyFile()))
		again := openAt(t, db.Path())
		err := again.Unlock(t.Context())
		if err == nil || !strings.Contains(err.Error(), db.KeyFile()) || !strings.Contains(err.Error(), "move it away") {
			t.Errorf("%s: %v; want an error with path and hint", name, err)
		}
		if _, err := again.Claim(t.Context(), nil, now, time.Minute); err == nil {
			t.Errorf("%s: a mail was claimed without a token for its envelope", name)
		}
		same(t, name+": what needs no token", len(find(t, again, typed("a"))), 1)
	}
}

// Reading, and writing what has no token, needs no key and makes none.
func TestReadingNeedsNoKey(t *testing.T) {
	t.Parallel()
	db := readyTown(t)
	copied := filepath.Join(t.TempDir(), "copy.db")
	must(db.Backup(t.Context(), copied, false))(t)
	for _, options := range [][]store.Option{nil, {store.AsItIs()}} {
		again := openAt(t, copied, options...)
		same(t, "readers", len(must(again.Subscribers(t.Context()))(t)), 2)
		same(t, "tokens", reader(t, again).Token, "")
	}
	save(t, openAt(t, copied), sweepOf(call("z", "Z")), now)
	if _, err := os.Stat(copied + ".key"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a key was made for nothing: %v", err)
	}
}

// Processes that start together agree on one key, in a file that is nobody else's.
func TestKeyIsMadeOnce(t *testing.T) {
	t.Parallel()
	db := readyTown(t)
	ok(t, os.Remove(db.KeyFile()))
	link := filepath.Join(t.TempDir(), "link.db")
	ok(t, os.Symlink(db.Path(), link))
	tokens := make([]string, 8)
	var group sync.WaitGroup
	for i := range tokens {
		group.Go(func() {
			one, err := store.Open(context.Background(), []string{db.Path(), link}[i%2])
			if err != nil {
				t.Error(err)
				return
			}
			defer one.Close()
			if err := one.Unlock(context.Background()); err != nil {
				t.Error(err)
				return
			}
			s, err := one.Subscriber(context.Background(), 1)
			if err != nil {
				t.Error(err)
				return
			}
			tokens[i] = s.Token
		})
	}
	group.Wait()
	for _, token := range tokens {
		same(t, "token", token, tokens[0])
	}
	info, err := os.Stat(db.KeyFile())
	ok(t, err)
	same(t, "mode and size", []any{info.Mode(), info.Size()}, []any{os.FileMode(0o600), int64(32)})
	left := must(filepath.Glob(db.KeyFile() + "*"))(t)
	same(t, "files", left, []string{db.KeyFile()})
}

func TestFeedsGetANewAddress(t *testing.T) {
	t.Parallel()
	db := readyTown(t)
	reads := func(db *store.DB, token string) int64 {
		s, err := db.SubscriberByFeed(t.Context(), token)
		if errors.Is(err, calls.ErrNotFound) {
			return 0
		}
		ok(t, err)
		return s.ID
	}
	first, other := must(db.FeedToken(t.Context(), 1))(t), must(db.FeedToken(t.Context(), 2))(t)
	same(t, "reads", []int64{reads(db, first), reads(db, other), reads(db, reader(t, db).Token), opens(t, db, first)}, []int64{1, 2, 0, 0})
	ok(t, db.RenewFeed(t.Context(), 1))
	second := must(db.FeedToken(t.Context(), 1))(t)
	same(t, "renewed", []int64{reads(db, first), reads(db, second), reads(db, other)}, []int64{0, 1, 2})
	same(t, "page", opens(t, db, reader(t, db).Token), 1)

	// Another key brings no ended address back, and both keys' addresses end together.
	ok(t, os.Remove(db.KeyFile()))
	again := openAt(t, db.Path())
	third := must(again.FeedToken(t.Context(), 1))(t)
	same(t, "with another key", []int64{reads(again, first), reads(again, second), reads(again, third)}, []int64{0, 1, 1})
	ok(t, again.RenewFeed(t.Context(), 1))
	same(t, "renewed again", []int64{reads(again, second), reads(again, third)}, []int64{0, 0})
	same(t, "nobody's", errors.Is(db.RenewFeed(t.Context(), 77), calls.ErrNotFound), true)
	_, err := db.FeedToken(t.Context(), 77)
	same(t, "nobody's", errors.Is(err, calls.ErrNotFound), true)
}

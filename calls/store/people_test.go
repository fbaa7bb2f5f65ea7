package store_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"fundwatch/calls"
	"fundwatch/calls/store"
)

// countingReader gives every byte the next value, so that keys and nonces are known and differ.
type countingReader struct{ n byte }

func (r *countingReader) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = r.n
		r.n++
	}
	return len(p), nil
}

func importTowns(t testing.TB, db *store.DB, ms ...calls.Municipality) store.Imported {
	t.Helper()
	imported, err := db.ImportMunicipalities(t.Context(), ms, now)
	if err != nil {
		t.Fatal(err)
	}
	return imported
}

func town(t testing.TB, db *store.DB, id string) calls.Municipality {
	t.Helper()
	m, err := db.Municipality(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return *m
}

func TestImportKeepsEverything(t *testing.T) {
	t.Parallel()
	db := open(t, store.WithRandom(&countingReader{}))
	same(t, "imported", importTowns(t, db, ludwigsburg()), store.Imported{New: 1})
	want := ludwigsburg()
	for i := range want.Subscribers {
		want.Subscribers[i].ID = int64(i + 1)
		want.Subscribers[i].Municipality = want.ID
		want.Subscribers[i].Created = now
	}
	want.Subscribers[0].State = calls.SubscriberActive
	want.Subscribers[0].Token = "mi7vw435pir4teo5dme7xxkska" // HMAC-SHA256 of "manage", a line feed and the nonce
	want.Subscribers[0].Stop = "nipe6wjb5q7xth2gv24ilgu3cu"  // the same of "stop"
	want.Subscribers[1].Token = "zbwthy4jlrfelwmrkpsc2lye5i"
	want.Subscribers[1].Stop = "cfrnyvlq2x53hbhtuogt5k52ru"
	same(t, "stored", town(t, db, want.ID), want)
	same(t, "all", must(db.Municipalities(t.Context()))(t), []calls.Municipality{want})
	same(t, "subscribers", must(db.Subscribers(t.Context()))(t), want.Subscribers)
	ids := must(db.SubscriberIDs(t.Context()))(t)
	same(t, "ids", ids, []int64{want.Subscribers[0].ID, want.Subscribers[1].ID})
	same(t, "some by id", must(db.SubscribersByID(t.Context(), []int64{999, ids[1]}))(t), want.Subscribers[1:])
	one := must(db.Subscriber(t.Context(), 2))(t)
	same(t, "subscriber", *one, want.Subscribers[1])
	same(t, "by token", *must(db.SubscriberByToken(t.Context(), one.Token))(t), *one)
	same(t, "by address", must(db.SubscribersByEmail(t.Context(), "EUROPA@ludwigsburg.example"))(t), want.Subscribers[1:])
}

func TestTokensAreRandom(t *testing.T) {
	t.Parallel()
	db := open(t)
	importTowns(t, db, ludwigsburg())
	s := must(db.Subscribers(t.Context()))(t)
	for _, one := range s {
		if !regexp.MustCompile(`^[a-z2-7]{26}$`).MatchString(one.Token) {
			t.Errorf("token %q, want 26 letters and digits", one.Token)
		}
	}
	if s[0].Token == s[1].Token {
		t.Error("two subscribers have one token")
	}
	broken := open(t, store.WithRandom(bytes.NewReader(nil)))
	if _, err := broken.ImportMunicipalities(t.Context(), []calls.Municipality{ludwigsburg()}, now); err == nil {
		t.Error("a subscriber was stored without randomness")
	}
}

func TestImportAgain(t *testing.T) {
	t.Parallel()
	db := open(t)
	importTowns(t, db, ludwigsburg())
	before := town(t, db, "ludwigsburg-de")
	same(t, "the same", importTowns(t, db, ludwigsburg()), store.Imported{Unchanged: 1})
	same(t, "after the same", town(t, db, "ludwigsburg-de"), before)

	ok(t, db.SetSubscriberState(t.Context(), before.Subscribers[0].ID, calls.SubscriberUnsubscribed, time.Time{}))
	ok(t, db.SetSubscriberState(t.Context(), before.Subscribers[1].ID, calls.SubscriberBounced, time.Time{}))
	changed := ludwigsburg()
	changed.Name, changed.Twins, changed.Population = "Ludwigsburg (Württemberg)", changed.Twins[:1], calls.Number{}
	changed.Subscribers = []calls.Subscriber{
		{Email: "KULTUR@ludwigsburg.example", Language: "fr", Frequency: calls.Monthly, State: calls.SubscriberActive},
		{Email: "neu@ludwigsburg.example", Language: "de", Frequency: calls.Weekly},
	}
	same(t, "imported", importTowns(t, db, changed), store.Imported{Changed: 1})
	got := town(t, db, "ludwigsburg-de")
	want := changed
	old := before.Subscribers
	want.Subscribers = []calls.Subscriber{
		{ID: old[0].ID, Token: old[0].Token, Stop: old[0].Stop, Municipality: want.ID, Email: "KULTUR@ludwigsburg.example", Language: "fr", Frequency: calls.Monthly, State: calls.SubscriberUnsubscribed},
		{ID: old[1].ID, Token: old[1].Token, Stop: old[1].Stop, Municipality: want.ID, Email: "europa@ludwigsburg.example", Language: "en", Frequency: calls.Monthly, State: calls.SubscriberBounced},
		{ID: old[1].ID + 1, Token: got.Subscribers[2].Token, Stop: got.Subscribers[2].Stop, Municipality: want.ID, Email: "neu@ludwigsburg.example", Language: "de", Frequency: calls.Weekly, State: calls.SubscriberActive},
	}
	for i := range want.Subscribers {
		want.Subscribers[i].Created = now
	}
	same(t, "stored", got, want)

	only := changed
	only.Subscribers = []calls.Subscriber{{Email: "neu@ludwigsburg.example", Name: "Neu", Language: "de", Frequency: calls.Weekly}}
	same(t, "a changed subscriber changes the town", importTowns(t, db, only), store.Imported{Changed: 1})
}

func TestImportIsAllOrNothing(t *testing.T) {
	t.Parallel()
	with := func(change func(*calls.Municipality)) calls.Municipality {
		m := ludwigsburg()
		m.ID = "bad"
		change(&m)
		return m
	}
	for name, bad := range map[string]calls.Municipality{
		"twice in one import":  with(func(m *calls.Municipality) { m.ID = "ludwigsburg-de" }),
		"no id":                with(func(m *calls.Municipality) { m.ID = "" }),
		"no name":              with(func(m *calls.Municipality) { m.Name = "" }),
		"long country":         with(func(m *calls.Municipality) { m.Country = "DEU" }),
		"unknown frequency":    with(func(m *calls.Municipality) { m.Subscribers[0].Frequency = "hourly" }),
		"unknown state":        with(func(m *calls.Municipality) { m.Subscribers[0].State = "dead" }),
		"no address":           with(func(m *calls.Municipality) { m.Subscribers[0].Email = "" }),
		"a pause of an active": with(func(m *calls.Municipality) { m.Subscribers[0].PausedUntil = now }),
	} {
		db := open(t)
		_, err := db.ImportMunicipalities(t.Context(), []calls.Municipality{ludwigsburg(), bad}, now)
		if err == nil {
			t.Errorf("%s: imported", name)
		} else if !strings.Contains(err.Error(), `"`+bad.ID+`"`) {
			t.Errorf("%s: error %q does not name the municipality", name, err)
		}
		same(t, name+": left behind", must(db.Municipalities(t.Context()))(t), nil)
		same(t, name+": subscribers left behind", must(db.Subscribers(t.Context()))(t), nil)
	}
}

func TestUnknownPeople(t *testing.T) {
	t.Parallel()
	db := open(t)
	importTowns(t, db, ludwigsburg())
	_, err := db.Municipality(t.Context(), "ludwigsburg")
	if !errors.Is(err, calls.ErrNotFound) || !strings.Contains(err.Error(), "did you mean ludwigsburg-de?") {
		t.Errorf("Municipality of a near id: %v, want ErrNotFound with the right one", err)
	}
	for name, err := range map[string]error{
		"RemoveMunicipality": db.RemoveMunicipality(t.Context(), "nowhere"),
		"SetSubscriberState": db.SetSubscriberState(t.Context(), 77, calls.SubscriberActive, time.Time{}),
		"RemoveSubscriber":   db.RemoveSubscriber(t.Context(), 77),
	} {
		if !errors.Is(err, calls.ErrNotFound) {
			t.Errorf("%s: %v, want ErrNotFound", name, err)
		}
	}
	_, err = db.Subscriber(t.Context(), 77)
	_, errToken := db.SubscriberByToken(t.Context(), "secret")
	if !errors.Is(err, calls.ErrNotFound) || !errors.Is(errToken, calls.ErrNotFound) || strings.Contains(errToken.Error(), "secret") {
		t.Errorf("Subscriber: %v, SubscriberByToken: %v; want ErrNotFound without the token", err, errToken)
	}
	if err := db.SetSubscriberState(t.Context(), 1, "asleep", time.Time{}); err == nil {
		t.Error("an unknown state was stored")
	}
}

func TestPause(t *testing.T) {
	t.Parallel()
	db := open(t)
	importTowns(t, db, ludwigsburg())
	ok(t, db.SetSubscriberState(t.Context(), 1, calls.SubscriberPaused, now.Add(day)))
	same(t, "paused until", must(db.Subscriber(t.Context(), 1))(t).PausedUntil, now.Add(day))
	ok(t, db.SetSubscriberState(t.Context(), 1, calls.SubscriberActive, time.Time{}))
	same(t, "no longer paused", must(db.Subscriber(t.Context(), 1))(t).PausedUntil, time.Time{})
}

func TestAnOptOutOutlivesItsRow(t *testing.T) {
	t.Parallel()
	email := ludwigsburg().Subscribers[0].Email
	for name, remove := range map[string]func(db *store.DB) error{
		"subscriber removed":   func(db *store.DB) error { return db.RemoveSubscriber(context.Background(), 1) },
		"municipality removed": func(db *store.DB) error { return db.RemoveMunicipality(context.Background(), "ludwigsburg-de") },
		"address erased": func(db *store.DB) error {
			done, err := db.Erase(context.Background(), strings.ToUpper(email))
			if done.Subscribers != 1 {
				return errors.New("nobody was erased")
			}
			return err
		},
	} {
		db := open(t)
		importTowns(t, db, ludwigsburg())
		ok(t, db.SetSubscriberState(t.Context(), 1, calls.SubscriberUnsubscribed, time.Time{}))
		ok(t, remove(db))
		same(t, name+": opted out", must(db.OptedOut(t.Context(), email))(t), true)
		importTowns(t, db, ludwigsburg())
		back := must(db.SubscribersByEmail(t.Context(), email))(t)[0]
		same(t, name+": state after an import", back.State, calls.SubscriberUnsubscribed)
		ok(t, db.SetSubscriberState(t.Context(), back.ID, calls.SubscriberActive, time.Time{}))
		same(t, name+": opted out after asking again", must(db.OptedOut(t.Context(), email))(t), false)
	}
}

func TestRemovalOfAnActiveSubscriberIsNoOptOut(t *testing.T) {
	t.Parallel()
	db := open(t)
	importTowns(t, db, ludwigsburg())
	ok(t, db.RemoveSubscriber(t.Context(), 1))
	same(t, "opted out", must(db.OptedOut(t.Context(), ludwigsburg().Subscribers[0].Email))(t), false)
}

func TestEraseLeavesNoTraceInTheFiles(t *testing.T) {
	t.Parallel()
	db := open(t)
	town := ludwigsburg()
	importTowns(t, db, town)
	save(t, db, sweepOf(call("a", "A")), now)
	enqueue(t, db, 1, "2026-W47", "a")
	must(db.Erase(t.Context(), town.Subscribers[0].Email))(t)
	for _, path := range []string{db.Path(), db.Path() + "-wal"} {
		b, err := os.ReadFile(path)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		for _, secret := range []string{town.Subscribers[0].Email, "Subject of subscriber 1"} {
			if bytes.Contains(b, []byte(secret)) {
				t.Errorf("%q is still in %s", secret, path)
			}
		}
	}
	same(t, "outbox", must(db.Outbox(t.Context()))(t), nil)
	same(t, "the other mailbox", len(must(db.Subscribers(t.Context()))(t)), 1)
}

// While another process reads, the log cannot be emptied: who erases is told, and the next upkeep does it.
func TestEraseTellsWhatLingers(t *testing.T) {
	t.Parallel()
	db := open(t)
	importTowns(t, db, ludwigsburg())
	email := ludwigsburg().Subscribers[0].Email
	tx, err := outside(t, db.Path()).Begin()
	ok(t, err)
	defer tx.Rollback()
	var n int
	ok(t, tx.QueryRow(`SELECT COUNT(*) FROM subscribers`).Scan(&n))
	same(t, "while somebody reads", must(db.Erase(t.Context(), email))(t), store.Erasure{Subscribers: 1, Lingers: true})
	same(t, "in the log", len(holding(t, db.Path(), email)) > 0, true)
	ok(t, tx.Rollback())
	must(db.Tidy(t.Context()))(t)
	same(t, "after upkeep", holding(t, db.Path(), email), nil)
	same(t, "again", must(db.Erase(t.Context(), email))(t), store.Erasure{})
}

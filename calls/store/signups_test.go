package store_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"fundwatch/calls"
	"fundwatch/calls/store"
)

func wish(secret byte, asked time.Time) *calls.SignUp {
	return &calls.SignUp{
		Municipality: calls.Municipality{
			ID: "sopot-pl", Name: "Sopot", Country: "PL", Twins: []calls.Twin{{Name: "Ashkelon", Country: "IL"}},
			Interests: calls.Interests{Topics: []string{"youth"}},
			Subscribers: []calls.Subscriber{{
				Email: "office@sopot.example", Language: "pl", Frequency: calls.Monthly,
			}},
		},
		Secret: [32]byte{secret}, Asked: asked, Expires: asked.Add(7 * day),
	}
}

func signUp(t *testing.T, db *store.DB, s *calls.SignUp) bool {
	t.Helper()
	queued, err := db.SignUp(t.Context(), s, func(to *calls.Subscriber) (calls.Delivery, error) {
		id := fmt.Sprint(s.Secret[0])
		return calls.Delivery{
			Key: calls.ConfirmationKey + id, Sender: "us@example.org", Recipient: to.Email, MessageID: id + "@example.org", Bytes: []byte("x"),
		}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return queued
}

func TestSignUp(t *testing.T) {
	t.Parallel()
	db := open(t)
	same(t, "queued", signUp(t, db, wish(1, now)), true)
	pending := must(db.SubscribersByEmail(t.Context(), "OFFICE@sopot.example"))(t)
	same(t, "state", pending[0].State, calls.SubscriberPending)
	// Its mail goes out although it gets no digests, and no digest takes its place.
	if err := db.Supersede(t.Context(), pending[0].ID, now); err != nil {
		t.Fatal(err)
	}
	mail := must(db.Claim(t.Context(), nil, now, time.Minute))(t)
	if mail == nil {
		t.Fatal("the mail is not due")
	}
	if mail.Withheld != "" || mail.Unchecked != nil {
		t.Errorf("the mail may not be sent: %s, %v", mail.Withheld, mail.Unchecked)
	}
	if _, err := db.SignedUp(t.Context(), [32]byte{9}, now); !errors.Is(err, calls.ErrNotFound) {
		t.Errorf("a forged token: %v", err)
	}
	if _, err := db.Confirm(t.Context(), [32]byte{1}, now.Add(7*day)); !errors.Is(err, calls.ErrExpired) {
		t.Errorf("a late confirmation: %v", err)
	}
	for range 2 {
		s := must(db.Confirm(t.Context(), [32]byte{1}, now.Add(day)))(t)
		same(t, "town", s.Municipality.Twins, []calls.Twin{{Name: "Ashkelon", Country: "IL"}})
	}
	m := town(t, db, "web-sopot-pl")
	same(t, "state", m.Subscribers[0].State, calls.SubscriberActive)
	same(t, "frequency", m.Subscribers[0].Frequency, calls.Monthly)
	same(t, "dropped", must(db.DropSignUps(t.Context(), now.Add(100*day)))(t), 0)
	same(t, "kept as consent", len(must(db.SignUps(t.Context(), pending[0].ID))(t)), 1)
}

func TestSignUpsThatNobodyConfirmsGo(t *testing.T) {
	t.Parallel()
	db := open(t)
	for n := range byte(5) {
		same(t, fmt.Sprint("queued ", n), signUp(t, db, wish(n+1, now)), n < 3) // the same town and mailbox
	}
	same(t, "towns", len(must(db.Municipalities(t.Context()))(t)), 1)
	same(t, "asked again a day later", signUp(t, db, wish(7, now.Add(day+time.Minute))), true)
	same(t, "too early", must(db.DropSignUps(t.Context(), now.Add(7*day)))(t), 0)
	same(t, "dropped", must(db.DropSignUps(t.Context(), now.Add(9*day)))(t), 1)
	same(t, "towns", len(must(db.Municipalities(t.Context()))(t)), 0)
	same(t, "mails", len(must(db.Outbox(t.Context()))(t)), 0)
}

// Who opted out is asked, and stays out until the owner confirms.
func TestSignUpOfAnOptedOutAddress(t *testing.T) {
	t.Parallel()
	db := open(t)
	must(db.Erase(t.Context(), "office@sopot.example"))(t)
	same(t, "queued", signUp(t, db, wish(1, now)), true)
	same(t, "state", town(t, db, "web-sopot-pl").Subscribers[0].State, calls.SubscriberUnsubscribed)
	forgotten := open(t)
	must(forgotten.Erase(t.Context(), "office@sopot.example"))(t)
	signUp(t, forgotten, wish(1, now))
	same(t, "forgotten again", must(forgotten.DropSignUps(t.Context(), now.Add(30*day)))(t), 1)
	same(t, "and still out", must(forgotten.OptedOut(t.Context(), "office@sopot.example"))(t), true)
	must(db.Confirm(t.Context(), [32]byte{1}, now))(t)
	same(t, "state", town(t, db, "web-sopot-pl").Subscribers[0].State, calls.SubscriberActive)
	same(t, "opted out", must(db.OptedOut(t.Context(), "office@sopot.example"))(t), false)
	must(db.Erase(t.Context(), "office@sopot.example"))(t)
	same(t, "towns", len(must(db.Municipalities(t.Context()))(t)), 0)
}

// A stranger who names a known town gets one of its own.
func TestSignUpChangesNoKnownTown(t *testing.T) {
	t.Parallel()
	db := open(t)
	known := wish(1, now).Municipality
	known.Interests, known.Twins = calls.Interests{Everything: true}, nil
	known.Subscribers = []calls.Subscriber{{Email: "staff@sopot.example", Language: "pl", Frequency: calls.Weekly}}
	importTowns(t, db, known)
	signUp(t, db, wish(1, now))
	must(db.Confirm(t.Context(), [32]byte{1}, now))(t)
	same(t, "known", town(t, db, "sopot-pl").Interests, known.Interests)
	same(t, "its own", town(t, db, "web-sopot-pl").Interests, calls.Interests{Topics: []string{"youth"}})

	own := wish(2, now)
	own.Municipality.Subscribers[0].Email = "staff@sopot.example"
	signUp(t, db, own)
	must(db.Confirm(t.Context(), [32]byte{2}, now))(t)
	same(t, "known", town(t, db, "sopot-pl").Interests, known.Interests)
	same(t, "frequency", town(t, db, "sopot-pl").Subscribers[0].Frequency, calls.Weekly) // it may have changed since somebody asked
}

// What a stranger says of itself stands in nobody else's letters, and takes no town of the staff over.
func TestStrangersAreNotBelieved(t *testing.T) {
	t.Parallel()
	db := open(t)
	signUp(t, db, wish(1, now))
	importTowns(t, db, twinnedTown("sopot-pl", "Sopot", "PL", "Southend (GB)"))
	same(t, "who lists Ashkelon", must(db.Listing(t.Context(), calls.Twin{Name: "Ashkelon", Country: "IL"}))(t), nil)
	links := must(db.TwinsOfTwins(t.Context(), []calls.Twin{{Name: "Sopot", Country: "PL"}}))(t)
	same(t, "twins of Sopot", writtenLinks(links), "Southend (GB) of Sopot (PL)")
	same(t, "mailboxes of the staff's Sopot", len(town(t, db, "sopot-pl").Subscribers), 0)
	must(db.DropSignUps(t.Context(), now.Add(30*day)))(t)
	same(t, "the staff's Sopot afterwards", town(t, db, "sopot-pl").Name, "Sopot")
}

// Only what still waits for a confirmation goes: not who has become active, and not the wish to be left alone.
func TestDroppedSignUpsForgetNobody(t *testing.T) {
	t.Parallel()
	const address = "office@sopot.example"
	for state, dropped := range map[calls.SubscriberState]int{calls.SubscriberActive: 0, calls.SubscriberUnsubscribed: 1} {
		db := open(t)
		signUp(t, db, wish(1, now))
		pending := must(db.SubscribersByEmail(t.Context(), address))(t)[0]
		ok(t, db.SetSubscriberState(t.Context(), pending.ID, state, time.Time{}))
		same(t, "dropped", must(db.DropSignUps(t.Context(), now.Add(30*day)))(t), dropped)
		same(t, "left", len(must(db.SubscribersByEmail(t.Context(), address))(t)), 1-dropped)
		again := wish(2, now).Municipality
		importTowns(t, db, again)
		for _, s := range must(db.SubscribersByEmail(t.Context(), address))(t) {
			same(t, "state", s.State, state)
		}
	}
}

// A change of what somebody saw a while ago is refused as a whole if it is no longer so.
func TestProfilesThatChangedMeanwhile(t *testing.T) {
	t.Parallel()
	db := open(t)
	importTowns(t, db, ludwigsburg())
	seen := town(t, db, "ludwigsburg-de")
	changed := seen
	changed.Twins = seen.Twins[:1]
	changed.Subscribers = []calls.Subscriber{seen.Subscribers[0]}
	changed.Subscribers[0].Language = "fr"
	staff := ludwigsburg()
	staff.Interests.Keywords = []string{"Wasserstoff"}
	importTowns(t, db, staff)
	err := db.ChangeProfile(t.Context(), &changed, &seen, now)
	same(t, "refused", errors.Is(err, calls.ErrChanged), true)
	after := town(t, db, "ludwigsburg-de")
	same(t, "language", after.Subscribers[0].Language, "de")
	same(t, "twins", len(after.Twins), 3)
	ok(t, db.ChangeProfile(t.Context(), &changed, &after, now))
	same(t, "twins", len(town(t, db, "ludwigsburg-de").Twins), 1)
}

package store_test

import (
	"errors"
	"fmt"
	"testing"

	"fundwatch/calls"
	"fundwatch/calls/store"
)

// invitation is a wish that an address may join a town.
func invitation(secret byte, town, email string) *calls.SignUp {
	return &calls.SignUp{
		Municipality: calls.Municipality{
			ID: town, Subscribers: []calls.Subscriber{{Email: email, Language: "fr", Frequency: calls.Weekly}},
		},
		Secret: [32]byte{secret}, Asked: now, Expires: now.Add(7 * day),
	}
}

func invite(t *testing.T, db *store.DB, s *calls.SignUp) bool {
	t.Helper()
	return must(db.Invite(t.Context(), s, func(to *calls.Subscriber) (calls.Delivery, error) {
		id := fmt.Sprint(s.Secret[0])
		return calls.Delivery{
			Key: calls.ConfirmationKey + id, Sender: "us@example.org", Recipient: to.Email, MessageID: id + "@example.org", Bytes: []byte("x"),
		}, nil
	}))(t)
}

// Another mailbox joins a town when its owner confirms, and changes nothing of it by that: neither of one that
// staff look after nor of one that came in by the pages.
func TestInvite(t *testing.T) {
	t.Parallel()
	db := open(t)
	importTowns(t, db, ludwigsburg())
	signUp(t, db, wish(1, now))
	must(db.Confirm(t.Context(), [32]byte{1}, now))(t)
	for i, id := range []string{"ludwigsburg-de", "web-sopot-pl"} {
		before, secret := town(t, db, id), byte(10+i)
		same(t, id+": queued", invite(t, db, invitation(secret, id, "mayor@town.example")), true)
		asked := town(t, db, id).Subscribers
		same(t, id+": asked", asked[len(asked)-1].State, calls.SubscriberPending)
		s := must(db.SignedUp(t.Context(), [32]byte{secret}, now))(t)
		same(t, id+": what would be confirmed", []any{s.Municipality.Twins, s.Municipality.Interests, s.Joins}, []any{before.Twins, before.Interests, true})
		for range 2 {
			must(db.Confirm(t.Context(), [32]byte{secret}, now))(t)
		}
		after := town(t, db, id)
		joined := after.Subscribers[len(after.Subscribers)-1]
		same(t, id+": joined", []any{joined.State, joined.Language, joined.Frequency}, []any{calls.SubscriberActive, "fr", calls.Weekly})
		after.Subscribers = after.Subscribers[:len(after.Subscribers)-1]
		same(t, id+": the rest", after, before)
		same(t, id+": dropped", must(db.DropSignUps(t.Context(), now.Add(100*day)))(t), 0)
	}
	_, err := db.Invite(t.Context(), invitation(20, "nowhere", "mayor@town.example"), nil)
	same(t, "to no town", errors.Is(err, calls.ErrNotFound), true)
}

// Who is asked again and again is not written to again and again, and one town does not write to the world.
func TestInviteHasLimits(t *testing.T) {
	t.Parallel()
	db := open(t)
	importTowns(t, db, ludwigsburg())
	for n := range byte(5) {
		same(t, fmt.Sprint("one address, time ", n), invite(t, db, invitation(n+1, "ludwigsburg-de", "mayor@town.example")), n < 3)
	}
	for n := range byte(9) {
		address := fmt.Sprintf("office%d@town.example", n)
		same(t, fmt.Sprint("another address ", n), invite(t, db, invitation(n+20, "ludwigsburg-de", address)), n < 7)
	}
	same(t, "mailboxes", len(town(t, db, "ludwigsburg-de").Subscribers), 2+1+7)
	later := invitation(50, "ludwigsburg-de", "office9@town.example")
	later.Asked, later.Expires = now.Add(day+1), now.Add(8*day)
	same(t, "a day later", invite(t, db, later), true)
}

// A mailbox that nobody confirms goes again, and takes none with it that others made.
func TestInvitationsThatNobodyConfirmsGo(t *testing.T) {
	t.Parallel()
	db := open(t)
	importTowns(t, db, ludwigsburg()) // its second mailbox is pending
	invite(t, db, invitation(1, "ludwigsburg-de", "mayor@town.example"))
	late := invitation(2, "ludwigsburg-de", "europa@ludwigsburg.example")
	late.Asked = now.Add(day)
	invite(t, db, late)
	same(t, "too early", must(db.DropSignUps(t.Context(), now.Add(6*day)))(t), 0)
	same(t, "dropped", must(db.DropSignUps(t.Context(), now.Add(9*day)))(t), 1)
	left := town(t, db, "ludwigsburg-de").Subscribers
	same(t, "left", []string{left[0].Email, left[1].Email}, []string{"kultur@ludwigsburg.example", "europa@ludwigsburg.example"})
	same(t, "how many", len(left), 2)
}

// Who opted out is asked, and stays out until the owner confirms.
func TestInvitationOfAnOptedOutAddress(t *testing.T) {
	t.Parallel()
	db := open(t)
	importTowns(t, db, ludwigsburg())
	must(db.Erase(t.Context(), "mayor@town.example"))(t)
	same(t, "queued", invite(t, db, invitation(1, "ludwigsburg-de", "mayor@town.example")), true)
	state := func() calls.SubscriberState { return town(t, db, "ludwigsburg-de").Subscribers[2].State }
	same(t, "state", state(), calls.SubscriberUnsubscribed)
	must(db.Confirm(t.Context(), [32]byte{1}, now))(t)
	same(t, "state", state(), calls.SubscriberActive)
	same(t, "opted out", must(db.OptedOut(t.Context(), "mayor@town.example"))(t), false)
}

// Whom staff name needs no answer to an invitation, and stays when that has expired.
func TestStaffNameAnInvitedMailbox(t *testing.T) {
	t.Parallel()
	db := open(t)
	importTowns(t, db, ludwigsburg())
	invite(t, db, invitation(1, "ludwigsburg-de", "mayor@town.example"))
	named := ludwigsburg()
	named.Subscribers = append(named.Subscribers, calls.Subscriber{Email: "mayor@town.example", Language: "de", Frequency: calls.Weekly})
	importTowns(t, db, named)
	same(t, "dropped", must(db.DropSignUps(t.Context(), now.Add(100*day)))(t), 0)
	mayor := must(db.SubscribersByEmail(t.Context(), "mayor@town.example"))(t)[0]
	same(t, "mayor", []any{mayor.State, mayor.Language}, []any{calls.SubscriberActive, "de"})
	_, err := db.Confirm(t.Context(), [32]byte{1}, now)
	same(t, "the link", errors.Is(err, calls.ErrNotFound), true)
}

// Whoever gets letters already keeps its settings, whatever was asked for in its name.
func TestAnInvitationChangesNoSettings(t *testing.T) {
	t.Parallel()
	db := open(t)
	signUp(t, db, wish(1, now))
	before := must(db.Confirm(t.Context(), [32]byte{1}, now))(t).Municipality
	invite(t, db, invitation(2, "web-sopot-pl", "office@sopot.example"))
	must(db.Confirm(t.Context(), [32]byte{2}, now))(t)
	other := wish(3, now)
	other.Municipality.Interests, other.Municipality.Subscribers[0].Language = calls.Interests{Topics: []string{"sport"}}, "mt"
	signUp(t, db, other)
	must(db.Confirm(t.Context(), [32]byte{3}, now))(t)
	after := town(t, db, "web-sopot-pl")
	same(t, "interests", after.Interests, before.Interests)
	same(t, "mailbox", []any{after.Subscribers[0].Language, after.Subscribers[0].Frequency}, []any{"pl", calls.Monthly})
}

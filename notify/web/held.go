package web

import (
	"context"
	"time"

	"fundwatch/calls"
)

// Records are what is kept on mailboxes. Lists are in the order of time; nil if there is nothing.
type Records interface {
	SubscribersByEmail(ctx context.Context, email string) ([]calls.Subscriber, error)
	Municipality(ctx context.Context, id string) (*calls.Municipality, error)
	SignUps(ctx context.Context, subscriber int64) ([]calls.SignUp, error)
	Mails(ctx context.Context, subscriber int64) ([]calls.Delivery, error)
	Told(ctx context.Context, subscriber int64) ([]calls.Notice, error)
	ExpectedTellings(ctx context.Context, subscriber int64) ([]calls.ExpectedNotice, error)
	Muted(ctx context.Context, subscriber int64) ([]calls.Mute, error)
	Returned(ctx context.Context, subscriber int64) ([]calls.Returned, error)
	WrittenFrom(ctx context.Context, email string) ([]calls.Returned, error)
}

// Held is all that is kept on one address, as its owner gets it. Lists are never nil; moments are RFC 3339, ""
// if there is none.
type Held struct {
	Address   string         `json:"address"`
	Mailboxes []HeldMailbox  `json:"mailboxes"`
	Written   []HeldReturned `json:"written"` // mails that wait for a person and say that they are from the address
}

// A HeldMailbox is what is kept on the address for one town.
type HeldMailbox struct {
	Town      string         `json:"town"`
	Country   string         `json:"country"`
	Twins     []string       `json:"twins"`
	Topics    []string       `json:"topics"`
	Keywords  []string       `json:"keywords"`
	Exclude   []string       `json:"exclude"`
	Name      string         `json:"name"`
	Language  string         `json:"language"`
	Frequency string         `json:"frequency"`
	State     string         `json:"state"`
	Since     string         `json:"since"`
	Until     string         `json:"paused_until"`
	Asked     []HeldConsent  `json:"asked"`
	Mails     []HeldMail     `json:"mails"`
	Told      []HeldNotice   `json:"told"`
	Expected  []HeldExpected `json:"expected"`
	Muted     []HeldMute     `json:"muted"`
	Returned  []HeldReturned `json:"returned"`
}

// A HeldConsent is a question whether to subscribe, and when it was answered.
type HeldConsent struct {
	Asked     string `json:"asked"`
	Confirmed string `json:"confirmed"`
}

// A HeldMail is one mail and what the mail server said to it.
type HeldMail struct {
	Subject string `json:"subject"`
	State   string `json:"state"`
	Made    string `json:"made"`
	Answer  string `json:"answer"`
}

// A HeldNotice is one thing that was told about a call.
type HeldNotice struct {
	Call string `json:"call"`
	Kind string `json:"kind"`
	Fact string `json:"fact"`
}

// A HeldExpected is a round that was told before there was a call, and the quarter of the year in which it was.
type HeldExpected struct {
	Round   string `json:"round"` // the identifier that it was to bear
	Quarter string `json:"quarter"`
}

// A HeldMute is a call that the mailbox wants, or wanted until Ended, to hear no more of.
type HeldMute struct {
	Call  string `json:"call"`
	Since string `json:"since"`
	Ended string `json:"ended"`
}

// A HeldReturned is a mail that came back, or was written to us.
type HeldReturned struct {
	At     string `json:"at"`
	Kind   string `json:"kind"`
	Status string `json:"status"`
	Answer string `json:"answer"`
}

// HeldOn returns all that is kept on an address; without mailboxes and written mails if nothing is.
func HeldOn(ctx context.Context, r Records, email string) (Held, error) {
	held := Held{Address: email, Mailboxes: []HeldMailbox{}, Written: []HeldReturned{}}
	all, err := r.SubscribersByEmail(ctx, email)
	if err != nil {
		return held, err
	}
	for i := range all {
		one, err := heldMailbox(ctx, r, &all[i])
		if err != nil {
			return held, err
		}
		held.Mailboxes = append(held.Mailboxes, one)
	}
	written, err := r.WrittenFrom(ctx, email)
	for i := range written {
		held.Written = append(held.Written, heldReturned(written[i]))
	}
	return held, err
}

func heldReturned(b calls.Returned) HeldReturned {
	return HeldReturned{stamp(b.At), string(b.Kind), b.Status, b.Answer}
}

func heldMailbox(ctx context.Context, r Records, to *calls.Subscriber) (HeldMailbox, error) {
	town, err := r.Municipality(ctx, to.Municipality)
	if err != nil {
		return HeldMailbox{}, err
	}
	one := HeldMailbox{
		Town: town.Name, Country: town.Country, Twins: lines(profileOf(town, to).Twins), Topics: town.Interests.Topics,
		Keywords: town.Interests.Keywords, Exclude: town.Interests.Exclude, Name: to.Name, Language: to.Language,
		Frequency: string(to.Frequency), State: string(to.State), Since: stamp(to.Created), Until: stamp(to.PausedUntil),
	}
	for _, list := range []*[]string{&one.Twins, &one.Topics, &one.Keywords, &one.Exclude} {
		*list = append([]string{}, *list...)
	}
	return one, one.addPast(ctx, r, to.ID)
}

// addPast adds what happened: consents, mails, what they told, and what came back.
func (one *HeldMailbox) addPast(ctx context.Context, r Records, subscriber int64) (err error) {
	if one.Asked, err = each(ctx, r.SignUps, subscriber, func(a calls.SignUp) HeldConsent {
		return HeldConsent{stamp(a.Asked), stamp(a.Confirmed)}
	}); err != nil {
		return err
	}
	if one.Mails, err = each(ctx, r.Mails, subscriber, func(d calls.Delivery) HeldMail {
		return HeldMail{d.Subject, string(d.State), stamp(d.Created), d.Answer}
	}); err != nil {
		return err
	}
	if one.Told, err = each(ctx, r.Told, subscriber, func(n calls.Notice) HeldNotice {
		return HeldNotice{n.Call.String(), string(n.Kind), n.Fact}
	}); err != nil {
		return err
	}
	if one.Expected, err = each(ctx, r.ExpectedTellings, subscriber, func(n calls.ExpectedNotice) HeldExpected {
		round := calls.Expected{Family: n.Family, Year: n.Year}
		return HeldExpected{round.Identifier(), n.Quarter}
	}); err != nil {
		return err
	}
	if one.Muted, err = each(ctx, r.Muted, subscriber, func(m calls.Mute) HeldMute {
		return HeldMute{m.Call.String(), stamp(m.Since), stamp(m.Ended)}
	}); err != nil {
		return err
	}
	one.Returned, err = each(ctx, r.Returned, subscriber, heldReturned)
	return err
}

// each reads a list and writes each item as it is told.
func each[T, V any](ctx context.Context, read func(context.Context, int64) ([]T, error), subscriber int64, tell func(T) V) ([]V, error) {
	items, err := read(ctx, subscriber)
	told := make([]V, 0, len(items))
	for _, item := range items {
		told = append(told, tell(item))
	}
	return told, err
}

// stamp writes a moment for programs; "" if there is none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

package calls

import "time"

// A Municipality is a town, its twins and what it is interested in.
type Municipality struct {
	ID          string // short, lower-case, unique: "ludwigsburg-de"
	Name        string
	Country     string // ISO 3166-1 alpha-2; Kosovo is XK
	LAU         string // Eurostat's code of the local administrative unit; "" if not given
	Population  Number
	Twins       []Twin
	Interests   Interests
	Subscribers []Subscriber
}

// A Twin is a partner town.
type Twin struct {
	Name    string
	Country string // ISO 3166-1 alpha-2; "" if unknown, and then it counts for nothing
}

// String returns the twin as files write it, "Sopot (PL)".
func (t Twin) String() string {
	if t.Country == "" {
		return t.Name
	}
	return t.Name + " (" + t.Country + ")"
}

// Interests say which calls a municipality wants to hear of: any topic, or any keyword; never one
// with an excluded word; only of the programmes named, if any are; only with grants big enough.
type Interests struct {
	Topics     []string // ids of topics
	Keywords   []string // any EU language; "phrase in quotes"; trailing * is a prefix
	Exclude    []string // same writing
	Programmes []string // short codes; empty means all
	MinGrant   int64    // euro that one project can get; 0 means any. Calls that state no amount pass
	Everything bool     // every call, whatever it is about
}

// A SubscriberState says whether a mailbox gets mail.
type SubscriberState string

// The states of a subscriber.
const (
	SubscriberPending      SubscriberState = "pending" // not confirmed yet
	SubscriberActive       SubscriberState = "active"
	SubscriberPaused       SubscriberState = "paused"
	SubscriberUnsubscribed SubscriberState = "unsubscribed"
	SubscriberBounced      SubscriberState = "bounced" // the mailbox does not exist
)

// A Frequency says how often a subscriber gets a digest.
type Frequency string

// The frequencies.
const (
	Weekly  Frequency = "weekly"
	Monthly Frequency = "monthly" // with the first weekly run of a month
)

// A Subscriber is one mailbox of a municipality.
type Subscriber struct {
	ID           int64 // given by the store
	Municipality string
	Email        string
	Name         string
	Language     string // one of the 24 official EU languages, such as "de"
	Frequency    Frequency
	State        SubscriberState
	PausedUntil  time.Time // zero means until told otherwise; only with SubscriberPaused
	Token        string    // unguessable; for links to its page; "" if the store was not asked for tokens
	Stop         string    // unguessable; in an address to which a mail stops its letters, and opens no page; "" likewise
	Created      time.Time // when the store first heard of it
}

// Receives reports whether the mailbox gets mail at now: it is active, or its pause is over.
func (s *Subscriber) Receives(now time.Time) bool {
	if s.State == SubscriberPaused {
		return !s.PausedUntil.IsZero() && !now.Before(s.PausedUntil)
	}
	return s.State == SubscriberActive
}

// A Mute says that a subscriber wants, or wanted until it ended, to hear no more of a call.
type Mute struct {
	Call  Key
	Since time.Time
	Ended time.Time // zero while it holds
}

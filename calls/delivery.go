package calls

import "time"

// A DeliveryState says where a mail is on its way.
type DeliveryState string

// The states of a mail. Sent, failed, bounced and suppressed are final until a person acts, or
// a mail that was sent comes back.
const (
	DeliveryQueued     DeliveryState = "queued"     // waits for its first or next attempt
	DeliverySending    DeliveryState = "sending"    // leased by a sender
	DeliverySent       DeliveryState = "sent"       // a server has taken it
	DeliveryUncertain  DeliveryState = "unknown"    // the connection broke after the final dot: taken or not
	DeliveryFailed     DeliveryState = "failed"     // given up after temporary failures; its calls return
	DeliveryBounced    DeliveryState = "bounced"    // refused for good
	DeliverySuppressed DeliveryState = "suppressed" // not sent: the subscriber is gone or the mail was dropped
)

// A Delivery is one mail in the outbox: frozen bytes and where they are on their way.
type Delivery struct {
	ID          int64
	Key         string // unique: "digest/<subscriber>/<period>"
	Subscriber  int64
	Sender      string // envelope sender; TokenMark stands in it until the mail is claimed
	Recipient   string // envelope recipient
	MessageID   string // without angle brackets
	Subject     string
	Bytes       []byte // the whole message, CRLF line ends
	State       DeliveryState
	Attempts    int
	NextAttempt time.Time
	Code        int    // last SMTP code; 0 if none came
	Answer      string // last SMTP answer or error, one line, without addresses
	Created     time.Time
	Ended       time.Time // zero while it is on its way
}

// TokenMark is what stands for the token of a subscriber in an address, in settings and in the outbox.
const TokenMark = "TOKEN"

// An Outcome is what became of one attempt to send.
type Outcome struct {
	State       DeliveryState // any but DeliverySending
	NextAttempt time.Time     // only with DeliveryQueued and DeliveryUncertain
	Code        int
	Answer      string
}

// A Tried is a mail and what became of one attempt to send it.
type Tried struct {
	ID int64
	Outcome
}

// A Claimed mail is one that was leased, and whether it is still to be sent.
type Claimed struct {
	Delivery
	Withheld string // why it is not to be sent after all, in English, without an address; "": it is

	// Unchecked is why the mail could not be read, or that not be found out; nil if all is well. Otherwise the
	// mail is to be put off: only its ID, Key, Subscriber, State and Attempts are filled in.
	Unchecked error
}

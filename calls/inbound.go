package calls

import "time"

// An InboundKind says what a mail to our own addresses means.
type InboundKind string

// The kinds of inbound mail.
const (
	InboundBounce      InboundKind = "bounce"      // a mail server says that it could not deliver
	InboundUnsubscribe InboundKind = "unsubscribe" // a reader wants no more mail
	InboundComplaint   InboundKind = "complaint"   // a reader called a mail spam
	InboundIgnored     InboundKind = "ignored"     // an auto-reply, a receipt, a delay: nothing to do
	InboundUnknown     InboundKind = "unknown"     // for a person to look at
)

// A Failure says whose trouble it is that a mail came back.
type Failure string

// The failures.
const (
	FailureAddress Failure = "address" // there is no such mailbox: sending on would only hurt
	FailureMailbox Failure = "mailbox" // it is full, or broken for now
	FailurePolicy  Failure = "policy"  // the receiver does not want mail from us: never the reader's fault
)

// An Inbound is what one mail to our own addresses says. Nothing in it has been believed yet: only a token
// or a Message-ID that we gave out makes it count.
type Inbound struct {
	Kind        InboundKind
	Fingerprint [32]byte // the same mail, handed in again, has the same one
	Token       string   // of the subscriber it speaks of, lower case; "" if it names none
	Period      string   // of the mail that it speaks of; "" if not known
	MessageID   string   // of the mail that came back, without angle brackets; "" if not known
	Failure     Failure  // only with InboundBounce
	Status      string   // as the server gave it, "5.1.1"; "" if it gave none
	Code        int      // SMTP code that the server quotes; 0 if none
	Recipients  []string // addresses that the report names, lower case; nil if none
	From        string   // address that a person's mail says it is from, which anybody can forge; "" if it says none
	Answer      string   // what was said, one line without addresses
}

// Returned is a mail to our own addresses as it is kept for its subscriber.
type Returned struct {
	At     time.Time
	Kind   InboundKind
	Status string // "5.1.1"; "" if it gave none
	Answer string // one line
}

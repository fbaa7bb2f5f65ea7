package calls

import (
	"errors"
	"time"
)

// A SignUp is what somebody asked for who wants a mailbox to get digests. Nothing of it counts until the
// owner of the mailbox has confirmed it.
type SignUp struct {
	Municipality Municipality // with the mailbox as its only subscriber
	Secret       [32]byte     // SHA-256 of the token in the link by which the owner confirms
	Asked        time.Time
	Expires      time.Time
	Confirmed    time.Time // zero until then
	Joins        bool      // another mailbox of the municipality asked: only language and frequency are confirmed
}

// ErrExpired says that the time to do something is over. Test with errors.Is.
var ErrExpired = errors.New("expired")

// ErrChanged says that what was to be changed is no longer what was seen. Test with errors.Is.
var ErrChanged = errors.New("changed meanwhile")

// ConfirmationKey begins the keys of mails that ask for a confirmation. They go to mailboxes that get no
// digests (yet).
const ConfirmationKey = "confirm/"

package calls

import "time"

// quietAfter is how long nothing was said until a reader is told that all is quiet, so that silence is not
// taken for a fault: eight weeks, but for the hours by which one run is later than another.
const quietAfter = 8*7*24*time.Hour - 12*time.Hour

// A LastMail is the newest mail that a subscriber got, or will get; zero if there was none.
type LastMail struct {
	At   time.Time
	Kind DigestKind
}

// NewQuiet returns the digest that says that all is quiet. It reports false unless the subscriber has heard
// nothing for eight weeks; once said, it is not said again before there was something to tell. While a
// source could not be read nobody knows whether all is quiet.
func NewQuiet(r DigestRequest, last LastMail) (Digest, bool) {
	since := last.At
	if since.IsZero() {
		since = r.Subscriber.Created
	}
	due := last.Kind != DigestQuiet && len(r.Stale) == 0 && !since.IsZero() && r.Now.Sub(since) >= quietAfter
	d := Digest{Kind: DigestQuiet, Subscriber: r.Subscriber, Municipality: r.Municipality, Period: r.Period}
	if due {
		d.Expected = r.expected()
	}
	return d, due
}

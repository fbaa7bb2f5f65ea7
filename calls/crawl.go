package calls

import (
	"errors"
	"time"
)

// A Sweep is what one crawl of one source brought home: worth storing even when it failed half-way,
// because what was found is true; only absence proves nothing then.
type Sweep struct {
	Source   string
	Started  time.Time
	Pages    int
	Found    []Call
	Bodies   Bodies // of the calls in Found, if they are too many to lie in memory; nil: each has its own
	Odd      []Odd
	Complete bool   // every page was read and agreed with the others: absence would mean something
	Verified string // how completeness was established, in English, for `status`
	Err      error  // why it is not complete; nil if it is

	// Programmes are the short codes that were asked for; empty: all. Absence of a call of another programme
	// means nothing.
	Programmes []string

	// Copies are the pages that the source sent this time and that are worth keeping, and Unchanged the addresses
	// of those whose copies it called current. Both are nil if Err is not.
	Copies    []Copy
	Unchanged []string

	// MostChanged is how many known calls may differ before the store holds the sweep and keeps all as it was
	// (see [ErrHeld]); 0: any number.
	MostChanged int
}

// Bodies are the long texts of the calls of a sweep, put aside until they are stored.
type Bodies interface {
	// Body returns the body of Found[i]. An error means that it is lost, and with it the sweep.
	Body(i int) (string, error)
	Close() error
}

// Close lets go of what the sweep has put aside. A sweep without such needs no Close.
func (s *Sweep) Close() error {
	if s.Bodies == nil {
		return nil
	}
	return s.Bodies.Close()
}

// A Copy is a page as a source last sent it, kept so that next time the source can be asked whether it has
// changed instead of sending it again. It has at least one of the two validators.
type Copy struct {
	Address      string            // that was asked for, and that answered
	Language     string            // in which it was asked for
	ETag         string            // as sent; "" if there was none
	LastModified string            // as sent; "" if there was none
	Header       map[string]string // what else of the header reading the page needs
	Body         []byte
	Fetched      time.Time
}

// ErrHeld says that a sweep differs so much from what is known that a person has to look before it
// counts. Test with errors.Is.
var ErrHeld = errors.New("held until a person has looked")

// A Run is one crawl as the database remembers it.
type Run struct {
	ID        int64
	Source    string
	Started   time.Time
	Ended     time.Time // zero while it runs, or if it was killed
	Pages     int
	Seen      int
	New       int
	Changed   int // seen before and different now
	Unchanged int
	Gone      int // listed last time, absent now; not withdrawn for that
	Odd       int
	Complete  bool
	Held      bool // waits for a person to look (see [ErrHeld]); asking again by itself would not help
	Verified  string
	Error     string // "" if none
}

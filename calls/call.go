package calls

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ErrNotFound says that nothing bears the asked-for name. Wrap it with the name; test with errors.Is.
var ErrNotFound = errors.New("not found")

// A Key identifies a call for ever: the source that published it and that source's own reference.
// Titles, URLs and identifiers change or repeat; a Key does neither.
type Key struct {
	Source    string // a source's name, such as "portal"; never empty, never contains a colon
	Reference string // the source's own reference, such as "51050034TOPICSen"; never empty
}

// String returns the key as people and files write it, "<source>:<reference>".
func (k Key) String() string { return k.Source + ":" + k.Reference }

// ParseKey reads what [Key.String] wrote. The error says what is missing.
func ParseKey(s string) (Key, error) {
	source, reference, ok := strings.Cut(s, ":")
	if !ok || source == "" || reference == "" {
		return Key{}, fmt.Errorf("key %q: want <source>:<reference>", s)
	}
	return Key{source, reference}, nil
}

// A Number is a whole number that a source may have left out: an amount in euro, a count, a
// population. The zero Number means "not stated", which is not the same as [Known](0).
type Number struct {
	N     int64
	Known bool
}

// Known returns n as a stated number.
func Known(n int64) Number { return Number{n, true} }

// String returns the digits, or "" if the number is not stated.
func (n Number) String() string {
	if !n.Known {
		return ""
	}
	return strconv.FormatInt(n.N, 10)
}

// ParseNumber reads what [Number.String] wrote: "" is not stated. The error quotes what is no number.
func ParseNumber(s string) (Number, error) {
	if s == "" {
		return Number{}, nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return Number{}, fmt.Errorf("number %q: want digits only", s)
	}
	return Known(n), nil
}

// MarshalJSON writes the number, or null if it is not stated.
func (n Number) MarshalJSON() ([]byte, error) {
	if !n.Known {
		return []byte("null"), nil
	}
	return strconv.AppendInt(nil, n.N, 10), nil
}

// UnmarshalJSON reads a whole number or null.
func (n *Number) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*n = Number{}
		return nil
	}
	v, err := strconv.ParseInt(string(b), 10, 64)
	if err != nil {
		return fmt.Errorf("number %s: want a whole number or null", b)
	}
	*n = Known(v)
	return nil
}

// A Listing is a further place where a call is listed.
type Listing struct {
	Source string // name of the source
	URL    string // of the call there; "" if it has none of its own
}

// A Kind says how a call is published, which decides what its dates and its title mean.
type Kind string

// The kinds of call.
const (
	KindTopic    Kind = "topic"           // a topic of the Funding & Tenders Portal (its type 1)
	KindExternal Kind = "external-action" // a call of an EU delegation, "prospect" (type 2)
	KindCascade  Kind = "cascade"         // a funded project passes money on (type 8)
)

// A Status says whether a call can be applied for. It is derived from dates by [Call.Status]:
// what a source states lags by days and is only a hint.
type Status string

// The states of a call. The empty Status means that a source stated none.
const (
	Forthcoming Status = "forthcoming" // announced, opens later
	Open        Status = "open"
	Closed      Status = "closed"
	Withdrawn   Status = "withdrawn" // left the source before its deadline
)

// Statuses lists every status in the order of a call's life.
func Statuses() []Status { return []Status{Forthcoming, Open, Closed, Withdrawn} }

// A DeadlineModel says what several deadlines of one call mean.
type DeadlineModel string

// The deadline models of the portal. The empty model means that none was stated.
const (
	SingleStage    DeadlineModel = "single-stage"
	TwoStage       DeadlineModel = "two-stage"        // newcomers need the first deadline
	MultipleCutOff DeadlineModel = "multiple cut-off" // the next one counts
)

// A Call is one funding opportunity as last seen. Text fields are plain text without control
// characters; an empty string means that the source gave none.
type Call struct {
	Key        Key
	Identifier string // for people, such as "CERV-2026-CITIZENS-TOWN-TT"; may repeat between calls
	Kind       Kind
	Title      string // never empty
	Summary    string // one paragraph
	Body       string // everything else worth searching: scope, conditions, whom it is for
	Umbrella   string // title of the larger call that this topic belongs to
	Keywords   []string
	Programme  string   // short code such as "CERV"; the source's own number if we know no code
	Divisions  []string // the source's numbers of the programme's parts
	ActionType string   // such as "CERV Lump Sum Grants"
	URL        string   // http or https
	Language   string   // BCP 47 tag of the texts

	StatedStatus Status    // what the source said; see [Call.Status]
	Opens        time.Time // start of the opening day in Brussels, as UTC; zero if not announced
	Deadlines    []Deadline
	Model        DeadlineModel
	Season       Season // when it takes applications, if no deadline is stated

	Budget   Number // euro for all grants of this call together
	GrantMin Number // euro for one grant
	GrantMax Number
	Grants   Number // how many grants are expected

	Topics []TopicHit // what the call is about; set when it is stored

	// Set by the store.
	Recorded  Status    // the status when the call was last looked at; [Diff] compares with it
	Withdrawn time.Time // when absence was established; zero while the call is listed
	FirstSeen time.Time
	LastSeen  time.Time
	Changed   time.Time // when the newest Change was recorded; zero if there was none after "new"
}

// PortalHost is where the EU's own portal shows its calls to people (checked 2026-11-22).
const PortalHost = "ec.europa.eu"

// Status returns the state of the call at now. Dates decide: a source's status lags by up to weeks.
// A stated "closed" is believed, a stated "open" is not once every deadline has passed.
func (c *Call) Status(now time.Time) Status {
	switch {
	case !c.Withdrawn.IsZero():
		return Withdrawn
	case c.StatedStatus == Closed, c.allDeadlinesPassed(now):
		return Closed
	case c.Opens.After(now):
		return Forthcoming
	case c.Opens.IsZero() && c.StatedStatus != "":
		return c.StatedStatus
	}
	return Open
}

func (c *Call) allDeadlinesPassed(now time.Time) bool {
	last, ok := c.LastDeadline()
	return ok && last.Passed(now)
}

// LastChange returns when the newest thing about the call was recorded that a reader would care about: its
// newest change, or its first sight if there was none. Zero for a call that was never stored.
func (c *Call) LastChange() time.Time {
	if c.Changed.After(c.FirstSeen) {
		return c.Changed
	}
	return c.FirstSeen
}

// LastDeadline returns the deadline after which nobody can apply. It reports false if none is stated.
func (c *Call) LastDeadline() (Deadline, bool) {
	if len(c.Deadlines) == 0 {
		return Deadline{}, false
	}
	return c.Deadlines[len(c.Deadlines)-1], true
}

// NextDeadline returns the first deadline that has not passed at now. It reports false if there is
// none, be it that none is stated or that all have passed.
func (c *Call) NextDeadline(now time.Time) (Deadline, bool) {
	for _, d := range c.Deadlines {
		if !d.Passed(now) {
			return d, true
		}
	}
	return Deadline{}, false
}

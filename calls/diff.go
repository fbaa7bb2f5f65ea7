package calls

import "time"

// A ChangeKind names a difference that a reader would care about.
type ChangeKind string

// The kinds of change. White space, markup and seconds never make one.
const (
	ChangeNew       ChangeKind = "new"      // seen for the first time; Old is "", New the status
	ChangeOpened    ChangeKind = "opened"   // forthcoming -> open, by date
	ChangeDeadline  ChangeKind = "deadline" // days, comma-separated; "" is none stated
	ChangeBudget    ChangeKind = "budget"   // euro; "" is not stated
	ChangeTitle     ChangeKind = "title"
	ChangeClosed    ChangeKind = "closed" // its last deadline passed, or the source closed it early
	ChangeReopened  ChangeKind = "reopened"
	ChangeWithdrawn ChangeKind = "withdrawn"
)

// A Change is one difference between two sightings of a call. Seq grows by one per change over all
// calls: it is the cursor from which matching goes on.
type Change struct {
	Seq  int64
	Call Key
	Kind ChangeKind
	Old  string
	New  string
	At   time.Time
}

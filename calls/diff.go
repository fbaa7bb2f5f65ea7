package calls

import (
	"slices"
	"strings"
	"time"
)

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

	Reason string // the source's own words on it, in the source's language; "" if it gave none
}

// Diff returns what a reader would care about between two sightings of one call, in the order of the
// kinds above. old is nil if the call was never seen; otherwise its Recorded status is what new's
// status at now is compared with, because dates alone open and close a call that nobody edited.
// Seq is left zero. The same call twice gives nothing.
func Diff(old, new *Call, now time.Time) []Change {
	status := new.Status(now)
	if old == nil {
		return []Change{{Call: new.Key, Kind: ChangeNew, New: string(status), At: now.UTC()}}
	}
	d := differ{call: new.Key, at: now.UTC()}
	if kind, ok := statusChange(old.Recorded, status); ok {
		d.add(kind, string(old.Recorded), string(status))
	}
	d.compare(old.Facts(now), new.Facts(now), now)
	return d.changes
}

type differ struct {
	call    Key
	at      time.Time
	changes []Change
}

func (d *differ) add(kind ChangeKind, old, new string) {
	d.changes = append(d.changes, Change{Call: d.call, Kind: kind, Old: old, New: new, At: d.at})
}

// compare adds what differs in the facts that a source edits: everything but the status.
func (d *differ) compare(old, new Told, now time.Time) {
	if deadlinesMoved(old.Deadlines, new.Deadlines, now) {
		d.add(ChangeDeadline, strings.Join(old.Deadlines, ","), strings.Join(new.Deadlines, ","))
	}
	if budgetChanged(old.Budget, new.Budget) {
		d.add(ChangeBudget, old.Budget.String(), new.Budget.String())
	}
	if titleChanged(old.Title, new.Title) {
		d.add(ChangeTitle, old.Title, new.Title)
	}
}

// statusChange names the step from one status to another. A step back from open to forthcoming is
// none: sources flip for a day (one call of 262 did, in five months of 2026) and the opening day says what is true.
func statusChange(old, new Status) (ChangeKind, bool) {
	switch {
	case old == new || old == "":
		return "", false
	case new == Withdrawn:
		return ChangeWithdrawn, true
	case old == Withdrawn, old == Closed && new != Closed:
		return ChangeReopened, true
	case new == Closed:
		return ChangeClosed, true
	case old == Forthcoming && new == Open:
		return ChangeOpened, true
	}
	return "", false
}

// deadlinesMoved reports whether the days that still lie ahead differ. Passed days do not count: sources
// drop them, and nobody can act on them. Nor does it count that today's has left the list, which sources
// do once its hour has come.
func deadlinesMoved(old, new []string, now time.Time) bool {
	before, after := ahead(old, now), ahead(new, now)
	if today := Day(now); len(before) > 1 && before[0] == today && !slices.Contains(after, today) {
		before = before[1:]
	}
	return !slices.Equal(before, after)
}

func ahead(days []string, now time.Time) []string {
	today := Day(now)
	var left []string
	for _, d := range days {
		if d >= today {
			left = append(left, d)
		}
	}
	return left
}

// budgetChanged reports a new amount. An amount that a source no longer states is no news.
func budgetChanged(old, new Number) bool { return new.Known && old != new }

// titleChanged reports a title that means something else: neither case, accents and punctuation nor a
// typing error of two letters count. A changed digit does.
func titleChanged(old, new string) bool {
	a, b := foldedWords(old), foldedWords(new)
	if a == b {
		return false
	}
	return digitsOf(a) != digitsOf(b) || editDistance(a, b) > 2
}

func foldedWords(s string) string {
	words := Words(s)
	texts := make([]string, len(words))
	for i, w := range words {
		texts[i] = w.Text
	}
	return strings.Join(texts, " ")
}

func digitsOf(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// editDistance returns how many single letters must be put in, left out or swapped for another to
// make b from a (Levenshtein).
func editDistance(a, b string) int {
	s, t := []rune(a), []rune(b)
	row := make([]int, len(t)+1)
	for j := range row {
		row[j] = j
	}
	for i, r := range s {
		diagonal := row[0]
		row[0] = i + 1
		for j, q := range t {
			cost := diagonal
			if r != q {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, diagonal+1)
		}
	}
	return row[len(t)]
}

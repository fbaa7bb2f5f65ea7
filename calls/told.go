package calls

import (
	"slices"
	"strings"
	"time"
)

// Told is what a reader has been told about a call: the facts whose later change is worth a line.
type Told struct {
	Title     string   `json:"title"`
	Status    Status   `json:"status"`
	Deadlines []string `json:"deadlines"` // days
	Budget    Number   `json:"budget"`
}

// Facts returns what a mail of this moment tells about the call.
func (c *Call) Facts(now time.Time) Told {
	return Told{Title: c.Title, Status: c.Status(now), Deadlines: Days(c.Deadlines), Budget: c.Budget}
}

// NetChanges returns how the call differs at now from what was told. It compares two states, not a
// log of events, so that there and back again is silence, and weeks without a mail lose nothing. A
// call that closed when the reader was told it would gives nothing; Seq is zero.
func (t *Told) NetChanges(c *Call, now time.Time) []Change {
	d := differ{call: c.Key, at: now.UTC()}
	facts := c.Facts(now)
	kind, ok := statusChange(t.Status, facts.Status)
	early := kind == ChangeClosed && anyAfter(t.Deadlines, now) // the reader counts on a day that is still to come
	if ok && (kind != ChangeClosed || early) {
		d.add(kind, string(t.Status), string(facts.Status))
	}
	switch facts.Status {
	case Withdrawn:
	case Closed: // of what else is different only the day that made it close is of use
		if early && len(facts.Deadlines) > 0 && !anyAfter(facts.Deadlines, now) {
			d.add(ChangeDeadline, strings.Join(t.Deadlines, ","), strings.Join(facts.Deadlines, ","))
		}
	default:
		d.compare(*t, facts, now)
	}
	return d.changes
}

// reopened reports whether the call closed on the day that the reader was told, of which nobody wrote, and was
// reopened after that: to the reader it was over.
func (t *Told) reopened(c *Call, recorded []Change, now time.Time) bool {
	if t.Status != Open && t.Status != Forthcoming || !canStillApply(c, now) || len(t.Deadlines) == 0 {
		return false
	}
	i := slices.IndexFunc(recorded, func(r Change) bool { return r.Kind == ChangeReopened })
	return i >= 0 && len(ahead(t.Deadlines, recorded[i].At)) == 0
}

// anyAfter reports whether one of the days is later than today.
func anyAfter(days []string, now time.Time) bool {
	today := Day(now)
	return slices.ContainsFunc(days, func(d string) bool { return d > today })
}

// noticeOf maps a change to the notice that tells it.
func noticeOf(kind ChangeKind) NoticeKind { return NoticeKind(kind) }

// The days before a deadline at which a reader is reminded, tightest first, each once per deadline. All
// but the last one are brought forward when the next digest would come too late for them: a weekly
// letter on Tuesdays tells a deadline of next week's Wednesday eight days before, not one.
var leads = []lead{{2, NoticeClosing2, false}, {7, NoticeClosing7, true}, {28, NoticeClosing28, true}, {56, NoticeClosing56, true}}

type lead struct {
	days    int
	kind    NoticeKind
	forward bool
}

// daysBetween returns how many days lie between two digests of one subscriber, at most.
func daysBetween(f Frequency) int {
	if f == Monthly {
		return 35 // from the first weekly run of one month to that of the next
	}
	return 7
}

// closingNotice returns the reminder that fits the call at now, for a reader who gets a digest every so
// many days: the tightest one, so that whoever first hears of a call five days before its end is not told
// about 28. It reports false if no deadline is near, or the call cannot be applied for.
func closingNotice(c *Call, now time.Time, every int) (kind NoticeKind, day string, ok bool) {
	return tightest(c, now, func(l lead, left int) bool {
		if l.forward {
			left -= every - 1
		}
		return left <= l.days
	})
}

// farNotice returns the reminder of a month or two that the next digest would bring: who reads of a call for
// the first time need not be reminded of it a week later. The last week's reminders are never saved.
func farNotice(c *Call, now time.Time, every int) (kind NoticeKind, day string, ok bool) {
	return tightest(c, now, func(l lead, left int) bool { return l.days >= 28 && left <= l.days+2*every-1 })
}

// tightest returns the first lead that is due with so many days left to the call's next deadline. It
// reports false if none is, or the call cannot be applied for.
func tightest(c *Call, now time.Time, due func(l lead, left int) bool) (kind NoticeKind, day string, ok bool) {
	next, ok := c.NextDeadline(now)
	if !ok || c.Status(now) != Open {
		return "", "", false
	}
	left := next.DaysLeft(now)
	i := slices.IndexFunc(leads, func(l lead) bool { return due(l, left) })
	if i < 0 {
		return "", "", false
	}
	return leads[i].kind, next.Day(), true
}

func hasNotice(notices []Notice, kind NoticeKind, fact string) bool {
	return slices.ContainsFunc(notices, func(n Notice) bool { return n.Kind == kind && n.Fact == fact })
}

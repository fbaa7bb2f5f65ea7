package calls

import "slices"

// openingLead is how many days before it opens a reader is told once more of a call that he knows. For who
// gets a letter a month it is as many days as lie between two: the next one would come too late.
const openingLead = 14

// opening returns the day on which a call opens, if that is soon.
func (t teller) opening(c *Call) (day string, soon bool) {
	if c.Status(t.now) != Forthcoming || c.Opens.IsZero() {
		return "", false
	}
	left := Deadline{At: c.Opens}.DaysLeft(t.now)
	return Day(c.Opens), left <= max(openingLead, t.every)
}

// onCard marks the opening day in the fact of a notice as one that a card of another section showed. The next
// letter need not repeat it; but since nobody said "soon", that the call has opened is told.
const onCard = "@card"

// mention adds to an item the notice of an opening that its card shows although it is told for something else.
func (t teller) mention(item Item, c *Candidate, kind NoticeKind) Item {
	day, soon := t.opening(&item.Call)
	if soon && kind != NoticeOpening && !t.announced(c, day) && !hasNotice(item.Notices, NoticeOpening, day+onCard) {
		item.Notices = append(item.Notices, Notice{item.Call.Key, NoticeOpening, day + onCard, item.Call.Facts(t.now)})
	}
	return item
}

// announced reports whether the reader was told that the call opens on that day, or would have been while it
// was muted.
func (t teller) announced(c *Candidate, day string) bool {
	if !c.Unmuted.IsZero() {
		then := t
		then.now = c.Unmuted
		if d, soon := then.opening(&c.Call); soon && d == day {
			return true
		}
	}
	return hasNotice(c.Notices, NoticeOpening, day) || hasNotice(c.Notices, NoticeOpening, day+onCard)
}

// changes returns what is different from what the reader was told, with the reasons that are known. A call
// that opened on the day of which he was told has done what he expects: that is no news. On another day it is.
func (t teller) changes(c *Candidate) []Change {
	if c.Told == nil {
		return nil
	}
	changes := c.Told.NetChanges(&c.Call, t.now)
	if c.Told.reopened(&c.Call, c.Recorded, t.now) {
		again := Change{Call: c.Call.Key, Kind: ChangeReopened, Old: string(Closed), New: string(c.Call.Status(t.now)), At: t.now.UTC()}
		changes = slices.Insert(changes, 0, again)
	}
	if hasNotice(c.Notices, NoticeOpening, Day(c.Call.Opens)) {
		changes = slices.DeleteFunc(changes, func(change Change) bool { return change.Kind == ChangeOpened })
	}
	return withReasons(changes, c.Recorded)
}

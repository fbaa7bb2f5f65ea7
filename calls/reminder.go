package calls

import (
	"slices"
	"time"
)

// ReminderPeriod returns the name of the day of t in the zone, "2026-09-23": a subscriber gets at most one
// reminder a day. It is no period of a letter: [FrequencyOf] does not know it.
func ReminderPeriod(t time.Time, zone *time.Location) string { return t.In(zone).Format(time.DateOnly) }

// NewReminder decides of which deadlines the subscriber must hear before the next letter; gap is how many
// days later reminders are sent again. It reports false if there is none. A reminder is told once, by
// whichever mail comes first: this one or a letter. What has changed about the call since is told along
// with it. A call that the reader does not know yet is told only if it may close before a letter comes;
// whoever never had a letter waits for the first, which holds all that is open.
func NewReminder(r DigestRequest, gap int) (Digest, bool) {
	d := Digest{Kind: DigestReminder, Subscriber: r.Subscriber, Municipality: r.Municipality, Period: r.Period, Stale: r.Stale}
	if r.First {
		return d, false
	}
	t := teller{period: r.Period, now: r.Now, every: 1, gap: max(gap, 1)}
	for i := range r.Candidates {
		c := &r.Candidates[i]
		if item, ok := t.remind(c, r.assess(&c.Call)); ok {
			d.Closing = append(d.Closing, item)
		}
	}
	slices.SortFunc(d.Closing, byDeadline(r.Now))
	return d, len(d.Closing) > 0
}

// remind reports whether a reminder of the call is due and was not told yet.
func (t teller) remind(c *Candidate, a *Assessment) (Item, bool) {
	kind, day, due := t.closing(&c.Call)
	if !due || c.Muted || t.reminded(c, kind, day) || !c.concerns(t.now, a) {
		return Item{}, false
	}
	item := Item{Call: c.Call, Match: c.Match, Assessment: a}
	if c.Told == nil {
		if kind != NoticeClosing2 && kind != NoticeClosing7 {
			return Item{}, false
		}
		return t.tell(item, c, NoticeNew, ""), true
	}
	item.Changes = t.changes(c)
	if len(item.Changes) > 0 {
		return t.tellChanges(item, c), true
	}
	return t.tell(item, c, kind, day), true
}

// reminded reports whether the reader had this reminder or a tighter one, or would have had it while the call
// was muted. A letter brings reminders forward: who was told "a month" 30 days ahead needs no "two months".
func (t teller) reminded(c *Candidate, kind NoticeKind, day string) bool {
	if !c.Unmuted.IsZero() {
		then := t
		then.now = c.Unmuted
		if k, d, due := then.closing(&c.Call); due && k == kind && d == day {
			return true
		}
	}
	for _, l := range leads { // tightest first
		if hasNotice(c.Notices, l.kind, day) {
			return true
		}
		if l.kind == kind {
			break
		}
	}
	return false
}

// closing returns the reminder that is due for the call: what a letter brings forward because the next one
// would come too late, or what falls due before the next reminders.
func (t teller) closing(c *Call) (kind NoticeKind, day string, ok bool) {
	if t.gap == 0 {
		return closingNotice(c, t.now, t.every)
	}
	return tightest(c, t.now, func(l lead, left int) bool { return left-(t.gap-1) <= l.days })
}

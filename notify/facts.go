package notify

import (
	"time"

	"fundwatch/calls"
)

// The facts of a call in words, alike in letters and on the terminal. What a source did not say is
// "not stated" in the reader's language.

// Deadline returns day, hour and days left: "Wednesday 23 September 2026, 17:00 Brussels time (in 23
// days)". An hour that the source did not state is not claimed.
func (l *Locale) Deadline(d calls.Deadline, now time.Time) string { return l.deadline(d, now).plain() }

// deadline is Deadline with its day marked as strong: it is what a reader looks for.
func (l *Locale) deadline(d calls.Deadline, now time.Time) phrase {
	data := map[string]phrase{
		"Date": {{text: l.Date(d.At), strong: true}}, "Time": say(l.Clock(d.At)), "Left": say(l.Left(d, now)),
	}
	switch d.Hour {
	case calls.HourStated:
		return l.phrase("deadline.stated", data)
	case calls.HourUsual:
		return l.phrase("deadline.usual", data)
	}
	return l.phrase("deadline.unsaid", data)
}

// Undated returns what to say of the deadline of a call that states none: "all year round", "around 1 October
// 2026", or "not stated".
func (l *Locale) Undated(c *calls.Call) string {
	if c.Season == calls.Rolling {
		return l.Text("deadline.rolling", nil)
	}
	if day, expected := c.Season.Around(); expected {
		return l.Text("deadline.around", Data{"Date": l.PlainDate(day)})
	}
	return l.Text("unstated", nil)
}

// HourNote returns what a calendar has to add to the hour of a deadline that is usual and not stated, else "".
func (l *Locale) HourNote(d calls.Deadline) string {
	if d.Hour != calls.HourUsual {
		return ""
	}
	return l.Text("calendar.usual", nil)
}

// Left returns how far away a deadline is: "today", "tomorrow", "in 23 days", or "over".
func (l *Locale) Left(d calls.Deadline, now time.Time) string {
	if d.Passed(now) {
		return l.Text("left.over", nil)
	}
	switch days := d.DaysLeft(now); days {
	case 0:
		return l.Text("left.today", nil)
	case 1:
		return l.Text("left.tomorrow", nil)
	default:
		return l.Count("left.days", int64(days))
	}
}

// Status returns the state of the call at now, with the opening day if one is known.
func (l *Locale) Status(c *calls.Call, now time.Time) string {
	switch c.Status(now) {
	case calls.Open:
		if c.Opens.IsZero() {
			return l.Text("status.open", nil)
		}
		return l.Text("status.since", Data{"Date": l.PlainDate(c.Opens)})
	case calls.Forthcoming:
		if _, expected := c.Season.Around(); expected && c.Opens.IsZero() {
			return l.Text("status.expected", nil)
		}
		if c.Opens.IsZero() {
			return l.Text("status.announced", nil)
		}
		return l.Text("status.opens", Data{"Date": l.Date(c.Opens)})
	case calls.Closed:
		return l.Text("status.closed", nil)
	case calls.Withdrawn:
		return l.Text("status.withdrawn", nil)
	}
	return l.Text("unstated", nil)
}

// Amount returns a stated number of euro, or "not stated".
func (l *Locale) Amount(n calls.Number) string {
	if !n.Known {
		return l.Text("unstated", nil)
	}
	return l.Money(n.N)
}

// Grant returns what one project can get: a range, one amount, "at least", "up to" or "not stated".
func (l *Locale) Grant(low, high calls.Number) string {
	switch {
	case low.Known && high.Known && low.N != high.N:
		return l.MoneyRange(low.N, high.N)
	case high.Known && !low.Known:
		return l.Text("amount.max", Data{"Money": l.Money(high.N)})
	case low.Known && !high.Known:
		return l.Text("amount.min", Data{"Money": l.Money(low.N)})
	}
	return l.Amount(high)
}

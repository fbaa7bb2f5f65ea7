package main

import (
	"bufio"
	"fmt"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"

	"fundwatch/calls"
)

// printCalendar prints the deadlines that are still to come as iCalendar.
func (f *findings) printCalendar() error {
	calendar := ics.NewCalendar()
	calendar.SetProductId("-//fundwatch//calls//EN")
	calendar.SetMethod(ics.MethodPublish)
	calendar.SetXWRCalName("Deadlines of EU calls")
	for i := range f.calls {
		c := &f.calls[i].Call
		for at, d := range c.Deadlines {
			if !d.Passed(f.now) {
				f.addDeadline(calendar, c, at)
			}
		}
	}
	w := bufio.NewWriter(f.app.screen.out)
	// The library breaks lines as Unix does unless it is told what the standard wants.
	if err := calendar.SerializeTo(w, ics.WithNewLineWindows); err != nil {
		return err
	}
	return w.Flush()
}

// addDeadline adds one deadline of a call. Its UID is the call and the place of the deadline among its
// deadlines, so that one that moves stays the same event; the sequence number is the minutes from the
// first sight of the call to its newest change, which can only rise.
func (f *findings) addDeadline(calendar *ics.Calendar, c *calls.Call, at int) {
	d := c.Deadlines[at]
	e := calendar.AddEvent(fmt.Sprintf("%s-%d@fundwatch", c.Key, at+1))
	e.SetDtStampTime(f.now)
	changed := c.FirstSeen
	if c.Changed.After(changed) {
		changed = c.Changed
	}
	e.SetLastModifiedAt(changed)
	e.SetSequence(int(changed.Sub(c.FirstSeen) / time.Minute))
	e.SetSummary(calendarText("Deadline: " + c.Title))
	lines := []string{identifierOf(c), deadlineText(d), moneyText(c)}
	if why, closed := c.ClosedToNewcomers(f.now); closed {
		lines = append(lines, "closed to newcomers: "+why)
	}
	e.SetDescription(calendarText(strings.Join(append(lines, c.URL), "\n")))
	if isWebAddress(c.URL) {
		e.SetURL(calendarText(c.URL))
	}
	if c.Programme != "" {
		e.AddCategory(calendarText(c.Programme))
	}
	e.SetTimeTransparency(ics.TransparencyTransparent)
	if c.Status(f.now) == calls.Withdrawn {
		e.SetStatus(ics.ObjectStatusCancelled)
	} else {
		e.SetStatus(ics.ObjectStatusConfirmed)
	}
	setMoment(e, d)
	if c.Status(f.now) != calls.Withdrawn {
		f.addAlarms(e, d, c.Title)
	}
}

// setMoment says when the deadline is: at an instant in UTC, or all through a day that has no hour.
func setMoment(e *ics.VEvent, d calls.Deadline) {
	if d.Hour != calls.HourUnsaid {
		e.SetStartAt(d.At)
		return
	}
	day := d.At.In(calls.Brussels())
	e.SetAllDayStartAt(day)
	e.SetAllDayEndAt(day.AddDate(0, 0, 1))
}

// addAlarms reminds two weeks and two days before; of a day without an hour, at nine in the morning. What
// would have rung already is left out: some calendars ring it at once.
func (f *findings) addAlarms(e *ics.VEvent, d calls.Deadline, title string) {
	for _, days := range []int{14, 2} {
		if !d.At.AddDate(0, 0, -days).After(f.now) {
			continue
		}
		trigger := fmt.Sprintf("-P%dD", days)
		if d.Hour == calls.HourUnsaid {
			trigger = fmt.Sprintf("-P%dDT15H", days-1)
		}
		alarm := e.AddAlarm()
		alarm.SetAction(ics.ActionDisplay)
		alarm.SetTrigger(trigger)
		alarm.SetDescription(calendarText(fmt.Sprintf("%d days left: %s", days, title)))
	}
}

// calendarText takes carriage returns and other control characters out of a text: the library escapes line
// feeds only, and a bare return could begin a line of its own.
func calendarText(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && r < 0x20 || r == 0x7f {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
}

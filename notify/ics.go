package notify

import (
	"slices"
	"strings"
	"time"

	"fundwatch/calls"
)

// calendarLimit keeps the calendar small beside the letter, whose HTML part may have 80 KB.
const calendarLimit = 40_000

// calendar returns the deadlines of the letter's calls as an iCalendar file, the nearest first; nil if there
// are none. What changed is told again, so that a calendar that has the event moves or cancels it.
func calendar(sections []section, now time.Time) []byte {
	var events []calls.Event
	for _, s := range sections {
		for _, c := range s.Cards {
			events = append(events, c.events...)
		}
	}
	if len(events) == 0 {
		return nil
	}
	slices.SortStableFunc(events, func(a, b calls.Event) int { return a.At.Compare(b.At) })
	return calls.Calendar(events, calendarLimit, now)
}

// events returns the deadlines of a card's call that are still to come, and those that are to be cancelled.
func (w *writer) events(item *calls.Item, shown *card) []calls.Event {
	c := &item.Call
	closed := slices.ContainsFunc(item.Changes, func(change calls.Change) bool { return change.Kind == calls.ChangeClosed })
	var events []calls.Event
	for i, e := range c.Events(deadlinesTold(item.Changes)) {
		e.Cancelled = e.Cancelled || closed // before its day: that stands in the reader's calendar
		if !e.Cancelled && !e.At.After(w.now) {
			continue
		}
		label := w.Text("label.deadline", nil)
		if c.Model == calls.TwoStage && len(c.Deadlines) == 2 && i < 2 {
			label = w.Text([]string{"label.stage1", "label.stage2"}[i], nil)
		}
		e.Summary = label + " " + shown.Title.Text
		e.URL = shown.Link.URL
		e.Description = strings.Join(w.eventNotes(c, i), "\n")
		events = append(events, e)
	}
	return events
}

// eventNotes says what the event itself does not: which call, and that its hour is not certain.
func (w *writer) eventNotes(c *calls.Call, i int) []string {
	var notes []string
	if identifier := cleanLine(c.Identifier, longestName); identifier != "" {
		notes = append(notes, identifier)
	}
	if i < len(c.Deadlines) {
		if note := w.HourNote(c.Deadlines[i]); note != "" {
			notes = append(notes, note)
		}
	}
	return notes
}

// deadlinesTold returns how many deadlines the reader knows of, if they changed; else 0.
func deadlinesTold(changes []calls.Change) int {
	for _, change := range changes {
		if change.Kind == calls.ChangeDeadline {
			return len(splitDays(change.Old))
		}
	}
	return 0
}

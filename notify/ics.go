package notify

import (
	"slices"
	"strings"

	"fundwatch/calls"
)

// calendarLimit keeps the calendar small beside the letter, whose HTML part may have 80 KB.
const calendarLimit = 40_000

// calendar returns the deadlines of the letter's calls as an iCalendar file, the nearest first; nil if there
// are none. What changed is told again, so that a calendar that has the event moves or cancels it.
func (w *writer) calendar(parts []part) []byte {
	var events []calls.Event
	for _, p := range parts {
		for i := range p.items {
			events = append(events, w.events(&p.items[i])...)
		}
	}
	if len(events) == 0 {
		return nil
	}
	slices.SortStableFunc(events, func(a, b calls.Event) int { return a.At.Compare(b.At) })
	return calls.Calendar(events, calendarLimit, w.now)
}

// events returns the deadlines of a call that are still to come, and those that are to be cancelled.
func (w *writer) events(item *calls.Item) []calls.Event {
	c := &item.Call
	url, _ := webAddress(c.URL)
	var events []calls.Event
	for i, e := range c.Events(deadlinesTold(item.Changes)) {
		if !e.Cancelled && !e.At.After(w.now) {
			continue
		}
		label := w.Text("label.deadline", nil)
		if c.Model == calls.TwoStage && len(c.Deadlines) == 2 && i < 2 {
			label = w.Text([]string{"label.stage1", "label.stage2"}[i], nil)
		}
		e.Summary = label + " " + cleanLine(c.Title, longestTitle)
		e.URL = url
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
	if i < len(c.Deadlines) && c.Deadlines[i].Hour == calls.HourUsual {
		notes = append(notes, w.Text("calendar.usual", nil))
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

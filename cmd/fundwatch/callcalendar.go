package main

import (
	"strings"

	"fundwatch/calls"
)

// printCalendar prints the deadlines that are still to come as iCalendar: the same events that letters bring,
// so that a reader's calendar knows them again.
func (f *findings) printCalendar() error {
	var events []calls.Event
	for i := range f.calls {
		c := &f.calls[i].Call
		for at, e := range c.Events(0) {
			if !c.Deadlines[at].Passed(f.now) {
				events = append(events, f.described(e, c, c.Deadlines[at]))
			}
		}
	}
	_, err := f.app.screen.out.Write(calls.Calendar(events, 0, f.now))
	return err
}

// described gives an event its words.
func (f *findings) described(e calls.Event, c *calls.Call, d calls.Deadline) calls.Event {
	lines := []string{identifierOf(c), deadlineText(d), moneyText(c)}
	if why, closed := c.ClosedToNewcomers(f.now); closed {
		lines = append(lines, "closed to newcomers: "+why)
	}
	e.Summary, e.Category = "Deadline: "+c.Title, c.Programme
	e.Description = strings.Join(append(lines, c.URL), "\n")
	if !isWebAddress(c.URL) {
		e.URL = ""
	}
	return e
}

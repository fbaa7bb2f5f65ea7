package web

import (
	"net/http"
	"net/url"
	"strings"

	"fundwatch/calls"
)

// perCalendar is how many calls a calendar holds.
const perCalendar = 200

// calendar answers with the deadlines of a search that are still to come, the nearest first.
func (s *Site) calendar(w http.ResponseWriter, r *http.Request) error {
	return s.follow(w, r, calls.SortDeadline, perCalendar, func(p *page, _ *filter, hits []calls.Hit) error {
		var events []calls.Event
		for i := range hits {
			events = append(events, p.deadlines(&hits[i].Call)...)
		}
		return p.writeCalendar(w, events)
	})
}

// callCalendar answers with the deadlines of one call that are still to come.
func (s *Site) callCalendar(w http.ResponseWriter, r *http.Request) error {
	c, err := s.Calls.Call(r.Context(), keyOf(r))
	if err != nil {
		return err
	}
	p := s.newPage(r, "call.title")
	return p.writeCalendar(w, p.deadlines(c))
}

func (p *page) writeCalendar(w http.ResponseWriter, events []calls.Event) error {
	w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
	w.Header().Set("Content-Disposition", `inline; filename="fundwatch.ics"`)
	w.Header().Set("Cache-Control", "public, max-age=900")
	w.Header().Set("Vary", "Accept-Language")
	_, _ = w.Write(calls.Calendar(events, 0, p.now)) // the reader may be gone
	return nil
}

// deadlines returns the deadlines of a call that are still to come: the same events that letters bring, so that
// a reader's calendar knows them again.
func (p *page) deadlines(c *calls.Call) []calls.Event {
	var events []calls.Event
	for i, e := range c.Events(0) {
		if c.Deadlines[i].Passed(p.now) {
			continue
		}
		e.Summary, e.Category = p.deadlineName(c, i)+": "+c.Title, c.Programme
		e.Description = strings.Trim(c.Identifier+"\n"+p.facts.HourNote(c.Deadlines[i]), "\n")
		if !webAddress(e.URL) {
			e.URL = p.absolute(CallPath(c.Key))
		}
		events = append(events, e)
	}
	return events
}

// deadlineName says what the deadline with this index means.
func (p *page) deadlineName(c *calls.Call, i int) string {
	switch {
	case c.Model == calls.TwoStage && i == 0:
		return p.T("label.stage1")
	case c.Model == calls.TwoStage:
		return p.T("label.stage2")
	case c.Model == calls.MultipleCutOff:
		return p.T("label.cutoff")
	}
	return p.T("label.deadline")
}

// webAddress reports whether a browser can be sent to an address.
func webAddress(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

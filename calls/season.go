package calls

import (
	"strings"
	"time"
)

// A Season says when a call without a stated deadline takes applications, if its source knows: [Rolling], or
// the day in Brussels around which a deadline is expected as in past years although nobody announced it,
// "2026-10-01". The empty Season means that nothing was said.
type Season string

// Rolling is the season of a call that is open all year round.
const Rolling Season = "rolling"

// SeasonAround returns the season of a call that is expected to close around the day of t in Brussels.
func SeasonAround(t time.Time) Season { return Season(Day(t)) }

// Around returns the beginning of the day around which a deadline is expected. It reports false if none is.
func (s Season) Around() (time.Time, bool) {
	t, err := time.ParseInLocation(time.DateOnly, string(s), brussels)
	return t, err == nil
}

// known reports whether the season is one.
func (s Season) known() bool {
	_, around := s.Around()
	return s == "" || s == Rolling || around
}

// ExpectedMark ends the title of a call that its source foresees and that nobody announced.
const ExpectedMark = " (expected)"

// foreseenBySources returns the titles, folded, of the calls that a source foresees by itself.
func foreseenBySources(seen []Call) map[string]bool {
	titles := map[string]bool{}
	for i := range seen {
		c := &seen[i]
		if _, around := c.Season.Around(); around && c.Withdrawn.IsZero() {
			titles[Fold(strings.TrimSuffix(c.Title, ExpectedMark))] = true
		}
	}
	return titles
}

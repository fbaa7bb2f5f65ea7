package calls

import (
	"fmt"
	"strings"
	"time"
)

// The years in which a date of a funding call can lie. Anything else is a typing error or a number
// that only looks like a date, such as 1970.
const (
	earliestYear = 2000
	latestYear   = 2060
)

// parseRawDate reads one of the three writings that [Raw] documents. dayOnly reports that no hour was
// written; t is then the start of that day in Brussels.
func parseRawDate(s string) (t time.Time, dayOnly bool, err error) {
	s = strings.TrimSpace(s)
	for _, w := range []struct {
		layout  string
		dayOnly bool
	}{{time.DateOnly, true}, {"2006-01-02T15:04", false}, {"2006-01-02T15:04:05", false}} {
		if t, err := time.ParseInLocation(w.layout, s, brussels); err == nil {
			return inRange(t, w.dayOnly, s)
		}
	}
	t, err = time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}, false, fmt.Errorf("date %q: want 2026-09-23, 2026-09-23T17:00 or RFC 3339", s)
	}
	return inRange(t, false, s)
}

func inRange(t time.Time, dayOnly bool, s string) (time.Time, bool, error) {
	if y := t.Year(); y < earliestYear || y > latestYear {
		return time.Time{}, false, fmt.Errorf("date %q: year outside %d to %d", s, earliestYear, latestYear)
	}
	return t.UTC(), dayOnly, nil
}

// parseDeadline reads a deadline. A day alone closes at usualHour ("17:00") if the source's calls
// usually do, else with the end of the day.
func parseDeadline(s, usualHour string) (Deadline, error) {
	t, dayOnly, err := parseRawDate(s)
	switch {
	case err != nil:
		return Deadline{}, err
	case !dayOnly:
		return Deadline{t, HourStated}, nil
	case usualHour == "":
		return Deadline{endOfDay(t), HourUnsaid}, nil
	}
	usual, err := time.Parse("15:04", usualHour)
	if err != nil {
		return Deadline{}, fmt.Errorf("usual closing hour %q: want 17:00", usualHour)
	}
	y, m, d := t.In(brussels).Date()
	at := time.Date(y, m, d, usual.Hour(), usual.Minute(), 0, 0, brussels)
	return Deadline{at.UTC(), HourUsual}, nil
}

// endOfDay returns the last second of t's day in Brussels: 23:59:59, so that the day stays that day.
func endOfDay(t time.Time) time.Time {
	y, m, d := t.In(brussels).Date()
	return time.Date(y, m, d, 23, 59, 59, 0, brussels).UTC()
}

// startOfOpening returns when a call opens: at the stated instant, or with the start of the day.
func startOfOpening(s string) (time.Time, error) {
	t, _, err := parseRawDate(s)
	return t, err
}

package calls

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A Span is a stretch of time. A zero bound is open.
type Span struct {
	From time.Time // at or after it
	To   time.Time // before it
}

// Meet returns what two spans have in common. It may be empty: To before From.
func (s Span) Meet(o Span) Span {
	if s.From.Before(o.From) {
		s.From = o.From
	}
	if s.To.IsZero() || !o.To.IsZero() && o.To.Before(s.To) {
		s.To = o.To
	}
	return s
}

// ParseSpan reads which days are meant, all of them in Brussels:
//
//	2027-01-31                a day
//	2027-01, 2027             a month, a year
//	30d, 8w                   the day that is so far ahead of now
//	<30d, <=D, >D, >=D        before that day, until its end, after it, from it on
//	2027-01-01..2027-01-31    both days and all between; one end may be left open
//
// The error quotes what is no such span and says what to write.
func ParseSpan(s string, now time.Time) (Span, error) {
	for _, sign := range []string{"<=", ">=", "<", ">"} {
		if day, ok := strings.CutPrefix(s, sign); ok {
			d, err := parseDays(day, now)
			return d.beside(sign), err
		}
	}
	first, last, ok := strings.Cut(s, "..")
	if !ok {
		return parseDays(s, now)
	}
	return parseRange(s, first, last, now)
}

func parseRange(s, first, last string, now time.Time) (span Span, err error) {
	if first == "" && last == "" {
		return span, fmt.Errorf("%q: want a day on one side of the points at least", s)
	}
	if first != "" {
		from, err := parseDays(first, now)
		if err != nil {
			return Span{}, err
		}
		span.From = from.From
	}
	if last != "" {
		to, err := parseDays(last, now)
		if err != nil {
			return Span{}, err
		}
		span.To = to.To
	}
	if !span.To.IsZero() && !span.From.Before(span.To) {
		return Span{}, fmt.Errorf("%q ends before it begins", s)
	}
	return span, nil
}

// beside returns what lies on one side of a span.
func (s Span) beside(sign string) Span {
	switch sign {
	case "<":
		return Span{To: s.From}
	case "<=":
		return Span{To: s.To}
	case ">":
		return Span{From: s.To}
	}
	return Span{From: s.From}
}

var errNoDays = errors.New("is no day: write 2027-01-31, 2027-01, 30d, <2027-01-31, >=2027-01-31 or 2027-01-01..2027-01-31")

// parseDays reads a day, a month, a year, or a day ahead of now.
func parseDays(s string, now time.Time) (Span, error) {
	if ahead, ok := daysAhead(s); ok {
		from := startOfDay(now).AddDate(0, 0, ahead)
		return Span{from, from.AddDate(0, 0, 1)}, nil
	}
	for _, unit := range []struct {
		layout              string
		years, months, days int
	}{{time.DateOnly, 0, 0, 1}, {"2006-01", 0, 1, 0}, {"2006", 1, 0, 0}} {
		from, err := time.ParseInLocation(unit.layout, s, brussels)
		if err == nil && from.Year() >= earliestYear && from.Year() <= latestYear {
			return Span{from, from.AddDate(unit.years, unit.months, unit.days)}, nil
		}
	}
	return Span{}, fmt.Errorf("%q %w", s, errNoDays)
}

// daysAhead reads "30d" and "8w".
func daysAhead(s string) (days int, ok bool) {
	const furthest = 9999
	for unit, length := range map[string]int{"d": 1, "w": 7} {
		digits, found := strings.CutSuffix(s, unit)
		if n, err := strconv.ParseUint(digits, 10, 16); found && err == nil && n <= furthest {
			return int(n) * length, true
		}
	}
	return 0, false
}

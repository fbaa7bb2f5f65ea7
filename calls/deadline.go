package calls

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // Brussels must be known on machines without a zone database
)

// brussels is a constant in disguise: the zone in which the EU's deadlines are written.
var brussels = func() *time.Location {
	l, err := time.LoadLocation("Europe/Brussels")
	if err != nil {
		panic("calls: embedded zone database lacks Europe/Brussels: " + err.Error())
	}
	return l
}()

// Brussels returns the zone in which days and closing hours of EU calls are meant.
func Brussels() *time.Location { return brussels }

// An Hour says how much a source told about the hour of a deadline.
type Hour string

// What is known of a deadline's hour.
const (
	HourStated Hour = "stated" // the source gave the hour
	HourUsual  Hour = "usual"  // the source gave a day; its calls usually close at this hour
	HourUnsaid Hour = "unsaid" // the source gave a day only: until the end of that day
)

// A Deadline is an instant until which one can apply.
type Deadline struct {
	At   time.Time // UTC
	Hour Hour
}

// Passed reports whether the deadline is over at now. At the deadline itself it is over.
func (d Deadline) Passed(now time.Time) bool { return !now.Before(d.At) }

// Day returns the day of the deadline in Brussels as "2026-09-23". Two deadlines of one day are
// equal for readers: sources jitter by seconds.
func (d Deadline) Day() string { return Day(d.At) }

// DaysLeft returns the number of midnights in Brussels between now and the deadline: 0 on its day,
// 1 on the day before, negative once its day is over.
func (d Deadline) DaysLeft(now time.Time) int {
	return int(math.Round(startOfDay(d.At).Sub(startOfDay(now)).Hours() / 24)) // 23 and 25 hour days round to one
}

// Day returns the day of t in Brussels as "2026-09-23", or "" for the zero time.
func Day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(brussels).Format(time.DateOnly)
}

func startOfDay(t time.Time) time.Time {
	y, m, d := t.In(brussels).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, brussels)
}

// Days returns the days of the deadlines in order, without repeats.
func Days(deadlines []Deadline) []string {
	days := make([]string, 0, len(deadlines))
	for _, d := range deadlines {
		days = append(days, d.Day())
	}
	return slices.Compact(days)
}

func sortDeadlines(deadlines []Deadline) []Deadline {
	slices.SortFunc(deadlines, func(a, b Deadline) int {
		return cmp.Or(a.At.Compare(b.At), strings.Compare(string(a.Hour), string(b.Hour)))
	})
	return slices.CompactFunc(deadlines, func(a, b Deadline) bool { return a.At.Equal(b.At) })
}

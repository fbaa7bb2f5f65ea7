package crawler

import (
	"strconv"
	"strings"
	"time"

	"fundwatch/calls"
)

// portalHour is when topics close if only a day is given. It stands in the texts of calls alone
// ("19/09/2024 17:00 (Brussels Time)" for Town Twinning 2024; captured answers, checked 2026-11-22).
const portalHour = "17:00"

const (
	rawDay  = time.DateOnly
	rawWall = "2006-01-02T15:04:05"
)

// A portalDate is a date as the portal wrote it: a day, or a clock face and the zone said with it.
type portalDate struct {
	t       time.Time // the clock face in the zone said with it
	dayOnly bool
}

// parsePortalDate reads every way of writing a date that was met in captured answers
// (checked 2026-11-22).
func parsePortalDate(text string) (portalDate, bool) {
	text = strings.TrimSuffix(strings.TrimSpace(text), " Europe/Brussels")
	for _, way := range []struct {
		layout  string
		dayOnly bool
	}{
		{"2006-01-02T15:04:05-0700", false}, // with or without .000
		{time.RFC3339, false},
		{"2006-01-02T15:04:05", false},
		{time.DateOnly, true},
		{"2006-01-02Z07:00", true},
	} {
		if t, err := time.Parse(way.layout, text); err == nil {
			return portalDate{t, way.dayOnly}, true
		}
	}
	return parseMillis(text)
}

// parseMillis reads milliseconds since 1970, of which a date of this century has 12 or 13 digits.
func parseMillis(text string) (portalDate, bool) {
	if len(text) < 12 || len(text) > 13 {
		return portalDate{}, false
	}
	ms, err := strconv.ParseUint(text, 10, 62)
	if err != nil {
		return portalDate{}, false
	}
	return portalDate{t: time.UnixMilli(int64(ms)).UTC()}, true
}

// A dateReading is how the dates of one kind of call are meant, which their writing does not say.
// Measured on captures of March to August 2026.
type dateReading func(portalDate) string

// readTopicDate reads a date of type 1. It is a day: midnight UTC is that day, and the midnight of
// Brussels, 22:00 or 23:00 UTC, the day that begins with it. An hour, which only copies in the older
// index have, is what a clock in Brussels shows.
func readTopicDate(d portalDate) string {
	if brussels := d.t.In(calls.Brussels()); !d.dayOnly && !atMidnight(d.t) && atMidnight(brussels) {
		return brussels.Format(rawDay)
	}
	return readWallDate(d)
}

// readWallDate reads a date of type 8. Its hours are what people in Brussels wrote, labelled as UTC:
// 17:00 and 23:59 are the commonest in summer and in winter alike, which real UTC would shift.
// Midnight was the default of a field that nobody filled in: a day.
func readWallDate(d portalDate) string {
	_, offset := d.t.Zone()
	switch {
	case d.dayOnly || atMidnight(d.t):
		return d.t.Format(rawDay)
	case offset != 0:
		return d.t.UTC().Format(time.RFC3339)
	}
	return strings.TrimSuffix(d.t.Format(rawWall), ":00")
}

// readInstant reads a date of type 2. Its hours are real UTC: the commonest is 10:00 in summer and
// 11:00 in winter, which is noon in Brussels.
func readInstant(d portalDate) string {
	if d.dayOnly {
		return d.t.Format(rawDay)
	}
	return d.t.UTC().Truncate(time.Second).Format(time.RFC3339)
}

func atMidnight(t time.Time) bool { return t.Hour() == 0 && t.Minute() == 0 && t.Second() == 0 }

// read turns a list of dates into the writings of [calls.Raw]. What is no date is passed on as it
// is: calls.Normalise will say so.
func (reading dateReading) read(texts list) []string {
	var dates []string
	for _, text := range texts {
		if strings.TrimSpace(text) == "" {
			continue
		}
		if d, ok := parsePortalDate(text); ok {
			text = reading(d)
		}
		dates = append(dates, text)
	}
	return dates
}

// day returns the day alone of a date in one of the writings of [calls.Raw].
func day(raw string) string {
	if len(raw) > len(rawDay) && raw[len(rawDay)] == 'T' && !strings.HasSuffix(raw, "Z") {
		return raw[:len(rawDay)]
	}
	if t, err := time.Parse(time.RFC3339, raw); err == nil {
		return calls.Day(t)
	}
	return raw
}

package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// scheduleEpoch is the day from which schedules are tried out. Any day does: a configuration must not
// be right today and wrong tomorrow, so the clock is not asked.
var scheduleEpoch = time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)

func (l *configLoader) checkSchedules() {
	zone, err := time.LoadLocation(l.config.Timezone)
	if err != nil {
		return // reported where it was given
	}
	if l.config.Timezone == "" {
		l.wrong("timezone", "the time zone is missing", "write it as in Europe/Brussels")
	}
	s := &l.config.Schedule
	for _, line := range []struct{ key, text string }{
		{"schedule.crawl", s.Crawl}, {"schedule.digest", s.Digest}, {"schedule.reminders", s.Reminders},
	} {
		if f := checkSchedule(line.text, zone); f != nil {
			l.wrong(line.key, f.message, f.hint)
			continue
		}
		if eitherDay(line.text) {
			l.doubtful(line.key, "a day of the month and a day of the week together mean: on either", "put * in one of them")
		}
	}
}

// checkSchedule says what is wrong with a cron line in a zone.
func checkSchedule(line string, zone *time.Location) *fault {
	const form = `minute hour day month weekday, such as "30 7 * * TUE"`
	if strings.TrimSpace(line) == "" {
		return &fault{"the schedule is missing", form}
	}
	if strings.Contains(line, "TZ=") {
		return &fault{"a schedule has no zone of its own", "set timezone"}
	}
	if strings.HasPrefix(line, "@every") {
		// Such a schedule counts from the start of the program: after a restart nothing would ever be due.
		return &fault{"@every has no fixed hours", form}
	}
	s, err := parseCron(line)
	if err != nil {
		return &fault{quoteShort(line) + " is no schedule", scheduleHint(line, err, form)}
	}
	spec, ok := s.(*cron.SpecSchedule)
	if !ok {
		return &fault{quoteShort(line) + " is no schedule", form}
	}
	spec.Location = zone
	if spec.Next(scheduleEpoch).IsZero() {
		return &fault{quoteShort(line) + " never comes", "there is no such day"}
	}
	return clockChangeFault(spec, zone)
}

// scheduleHint says more about a broken cron line. What cron says quotes the line, so it is only passed
// on where the line cannot hold anything else.
func scheduleHint(line string, err error, form string) string {
	const length = 5
	fields := strings.Fields(line)
	switch {
	case len(fields) == length && strings.Contains(fields[4], "7"):
		return "Sunday is 0 or SUN, not 7"
	case len(fields) == length && beforeNextKey(line) == line:
		return err.Error()
	}
	return form
}

// parseCron is cron.ParseStandard, which panics on some broken lines.
func parseCron(line string) (s cron.Schedule, err error) {
	defer func() {
		if recover() != nil {
			s, err = nil, fmt.Errorf("it cannot be read")
		}
	}()
	return cron.ParseStandard(line)
}

// clockChangeFault refuses a schedule in the hour that is skipped in spring and comes twice in autumn
// (02 to 03 in Brussels, 03 to 04 in Helsinki). A schedule for every hour may pass.
func clockChangeFault(spec *cron.SpecSchedule, zone *time.Location) *fault {
	hour, changes := changingHour(zone)
	if !changes || spec.Hour&(1<<hour) == 0 || everyHour(spec.Hour) {
		return nil
	}
	return &fault{
		fmt.Sprintf("an hour of this schedule lies between %02d:00 and %02d:00, where clocks are changed: it would be skipped in spring and run twice in autumn", hour, hour+1),
		"take another hour, such as 05",
	}
}

func everyHour(hours uint64) bool {
	const all = 1<<24 - 1
	return hours&all == all
}

// changingHour returns the local hour that is skipped when clocks go forward. It reports false for a
// zone that never changes its clocks.
func changingHour(zone *time.Location) (hour int, changes bool) {
	t := scheduleEpoch.In(zone)
	for range 2 { // two changes a year; one of them goes forward
		_, end := t.ZoneBounds()
		if end.IsZero() {
			return 0, false
		}
		_, before := end.Add(-time.Second).Zone()
		_, after := end.Zone()
		if after > before {
			return end.UTC().Add(time.Duration(before) * time.Second).Hour(), true
		}
		t = end
	}
	return 0, false
}

// eitherDay reports whether both fields of days are restricted, which cron joins by OR.
func eitherDay(line string) bool {
	fields := strings.Fields(line)
	return len(fields) == 5 && fields[2][0] != '*' && fields[2] != "?" && fields[4][0] != '*' && fields[4] != "?"
}

package main

import (
	"fmt"
	"time"

	"github.com/robfig/cron/v3"
)

// lastFiring returns the newest moment at or before now at which the schedule fires. It reports false
// if there was none in the last 400 days. cron itself only looks forward and never makes up for a
// missed run; the database does, by asking for this moment.
func lastFiring(s cron.Schedule, now time.Time) (time.Time, bool) {
	for _, back := range []time.Duration{time.Hour, 25 * time.Hour, 8 * 24 * time.Hour, 33 * 24 * time.Hour, 400 * 24 * time.Hour} {
		if last, ok := lastFiringSince(s, now.Add(-back), now); ok {
			return last, true
		}
	}
	return time.Time{}, false
}

func lastFiringSince(s cron.Schedule, from, now time.Time) (last time.Time, ok bool) {
	for t := s.Next(from); !t.IsZero() && !t.After(now); t = s.Next(t) {
		last, ok = t, true
	}
	return last, ok
}

// parseSchedule reads a cron line in the given zone.
func parseSchedule(line string, zone *time.Location) (cron.Schedule, error) {
	s, err := cron.ParseStandard(line)
	if err != nil {
		return nil, fmt.Errorf("schedule %q: %w", line, err)
	}
	if spec, ok := s.(*cron.SpecSchedule); ok {
		spec.Location = zone
	}
	return s, nil
}

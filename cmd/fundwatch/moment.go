package main

import "time"

// isDay reports whether a moment that [calls.ParseMoment] reads is a day without an hour.
func isDay(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

// stamp writes a moment for people, in a zone.
func stamp(t time.Time, zone *time.Location) string {
	return t.In(zone).Format("Mon 2 Jan 2006 15:04 MST")
}

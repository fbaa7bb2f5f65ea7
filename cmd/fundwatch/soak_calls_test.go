package main

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"fundwatch/calls"
	"fundwatch/crawler/portaltest"
)

// soakBegins is a Tuesday, so that the first letters go out on the first day.
var soakBegins = date(2026, 9, 1)

// soakCalls is what the portal lists on one day of a long soak: every other day a call is announced, opens a week
// later, and closes two months after that; every seventh of them moves its deadline by a week while it is open.
func soakCalls(day int) []portaltest.Record {
	const every, ahead, span, before = 2, 7, 60, 30 // days; of the calls that are there on the first day, the oldest opened so long before
	var listed []portaltest.Record
	for i, r := range portaltest.Many((day+ahead+before)/every + 1) {
		opens := i*every - before
		closes := opens + span
		if i%7 == 3 && day >= opens+span/2 {
			closes += 7
		}
		if closes <= day {
			continue
		}
		r.Metadata["startDate"] = []string{soakDate(opens)}
		r.Metadata["es_SortDate"] = r.Metadata["startDate"]
		r.Metadata["deadlineDate"] = []string{soakDate(closes)}
		r.Metadata["title"] = []string{fmt.Sprintf("%s, round %d", r.First("title"), i)}
		if opens > day {
			r.Metadata["status"], r.Metadata["sortStatus"] = []string{"31094501"}, []string{"2"}
		}
		for _, field := range []string{"actions", "budgetOverview", "latestInfos"} { // which tell other dates
			delete(r.Metadata, field)
		}
		listed = append(listed, r)
	}
	return listed
}

func soakDate(day int) string {
	return soakBegins.AddDate(0, 0, day).Format("2006-01-02T15:04:05.000-0700")
}

// soakMoments are the moments of one day at which the daemon looks: when a schedule fires, and every hour or,
// if that would take too long, every sixth.
func soakMoments(t *testing.T, cfg *Config, day int, hourly bool) []time.Time {
	t.Helper()
	var moments []time.Time
	tomorrow := soakBegins.AddDate(0, 0, day+1)
	for _, line := range []string{cfg.Schedule.Crawl, cfg.Schedule.Digest, cfg.Schedule.Reminders, lookEvery} {
		s, err := parseSchedule(line, calls.Brussels())
		if err != nil {
			t.Fatal(err)
		}
		for at := s.Next(soakBegins.AddDate(0, 0, day).Add(-time.Second)); at.Before(tomorrow); at = s.Next(at) {
			if hourly || line != lookEvery || at.Hour()%6 == 0 {
				moments = append(moments, at)
			}
		}
	}
	slices.SortFunc(moments, time.Time.Compare)
	return moments
}

package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fundwatch/crawler/portaltest"
)

// capturedFeedDays are the captured days of a daily feed of all open and forthcoming calls, in order.
// The first two are one day, a quarter of an hour apart: each lacks records that the other has.
var capturedFeedDays = []string{
	"2026-03-13a-1041", "2026-03-13b-1056", "2026-03-20", "2026-04-16", "2026-04-17", "2026-04-28", "2026-04-29",
	"2026-05-05", "2026-05-06", "2026-05-07", "2026-05-21", "2026-05-22", "2026-05-31",
}

// A feedGrant is one record of the feed, in its publisher's shape.
type feedGrant struct {
	ID, Identifier, Title, Summary, URL, CallIdentifier, CallTitle, Abstract, ActionType, DeadlineModel string
	StartDate, DeadlineDate                                                                             string
	Status, Kind                                                                                        struct{ ID string }
	FrameworkProgrammes, ProgrammeDivisions                                                             []struct{ ID string }
}

func capturedFeed(t *testing.T, day string) []portaltest.Record {
	t.Helper()
	return capturedFeedFile(t, day+"-municipal.json")
}

func capturedFeedFile(t *testing.T, name string) []portaltest.Record {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(captures(t), "feed", name))
	if err != nil {
		t.Fatal(err)
	}
	var feed struct{ Grants []feedGrant }
	if err := json.Unmarshal(data, &feed); err != nil {
		t.Fatal(err)
	}
	var records []portaltest.Record
	for _, g := range feed.Grants {
		records = append(records, g.record())
	}
	return records
}

// record puts a record back into the shape of the search API.
func (g *feedGrant) record() portaltest.Record {
	metadata := map[string][]string{"DATASOURCE": {"SEDIA"}, "language": {"en"}}
	for field, value := range map[string]string{
		"REFERENCE": g.ID, "type": g.Kind.ID, "status": g.Status.ID, "identifier": g.Identifier, "title": g.Title, "url": g.URL,
		"callIdentifier": g.CallIdentifier, "callTitle": g.CallTitle, "descriptionByte": g.Abstract, "typesOfAction": g.ActionType,
		"deadlineModel": g.DeadlineModel, "startDate": apiDate(g.StartDate), "deadlineDate": apiDate(g.DeadlineDate),
	} {
		if value != "" {
			metadata[field] = []string{value}
		}
	}
	if g.Kind.ID == "8" {
		number, _, _ := strings.Cut(g.ID, "COMPETITIVE")
		metadata["callccm2Id"] = []string{number}
	}
	for _, p := range g.FrameworkProgrammes {
		metadata["frameworkProgramme"] = append(metadata["frameworkProgramme"], p.ID)
	}
	return portaltest.Record{Reference: g.ID, Metadata: metadata}
}

// apiDate writes a date as the API does.
func apiDate(iso string) string { return strings.Replace(iso, "Z", "+0000", 1) }

// Thirteen captured moments of eleven weeks, crawled one after the other: what readers would be told of
// them is true, and told once.
func TestCapturedFeedIsToldOnce(t *testing.T) {
	t.Parallel()
	portal, environ := standIn(t, 1)
	environ = append(environ, envPair("CRAWLER_SHRINK_LIMIT", "1")) // weeks lie between two captures
	listed := map[string]map[string]bool{}
	days := capturedFeedDays
	if underRace {
		days = days[len(days)-4:] // CERV-2026-DATA moves in them
	}
	for _, day := range days {
		records := capturedFeed(t, day)
		listed[day] = map[string]bool{}
		for _, r := range records {
			listed[day][r.Reference] = true
		}
		portal.SetRecords(records)
		hour := "T05:15:00Z"
		if strings.Contains(day, "b-") {
			hour = "T05:30:00Z"
		}
		must(t, environ, "crawl", "--now", day[:len("2026-03-13")]+hour)
	}
	checkHistories(t, environ, listed)
}

func checkHistories(t *testing.T, environ []string, listed map[string]map[string]bool) {
	t.Helper()
	const now = "2026-05-31T06:00:00Z"
	var hits []callView
	if err := json.Unmarshal([]byte(must(t, environ, "search", "--json", "--status", "all", "--limit", "0", "--now", now)), &hits); err != nil {
		t.Fatal(err)
	}
	kinds := map[string]int{}
	for _, hit := range hits {
		var card callView
		if err := json.Unmarshal([]byte(must(t, environ, "show", hit.Key, "--json", "--now", now)), &card); err != nil {
			t.Fatal(err)
		}
		told := map[string]int{}
		for _, h := range card.History {
			told[string(h.Kind)]++
			kinds[string(h.Kind)]++
			if h.Kind == "withdrawn" && listedAfter(listed, strings.TrimPrefix(hit.Key, "portal:"), h.At) {
				t.Errorf("%s was withdrawn on %s, but is listed later", hit.Identifier, h.At)
			}
		}
		if told["new"] != 1 || told["opened"] > 1 {
			t.Errorf("%s is told as %v", hit.Identifier, told)
		}
		if hit.Identifier == "CERV-2026-DATA" {
			checkDataMoved(t, card)
		}
	}
	if len(hits) < 200 && !underRace || len(hits) < 100 {
		t.Errorf("only %d calls in %d captures", len(hits), len(listed))
	}
	t.Logf("%d calls; changes: %v", len(hits), kinds)
}

func listedAfter(listed map[string]map[string]bool, reference, at string) bool {
	for day, references := range listed {
		if references[reference] && day[:len("2026-03-13")] > at[:len("2026-03-13")] {
			return true
		}
	}
	return false
}

// The deadline of CERV-2026-DATA moved from 28 May to 25 June between 21 and 22 May.
func checkDataMoved(t *testing.T, card callView) {
	t.Helper()
	var moves []string
	for _, h := range card.History {
		if h.Kind == "deadline" {
			moves = append(moves, h.At[:len("2026-05-22")]+" "+h.Old+" > "+h.New)
		}
	}
	if got := strings.Join(moves, ", "); got != "2026-05-22 2026-05-28 > 2026-06-25" {
		t.Errorf("CERV-2026-DATA: %s", got)
	}
}

package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"fundwatch/calls"
	"fundwatch/calls/store"
)

// capturedTowns are towns with the interests of many, and how many calls in a hundred they bear at most.
var capturedTowns = []struct {
	municipality calls.Municipality
	most         float64
}{
	{calls.Municipality{ID: "typical", Interests: calls.Interests{Topics: []string{"town-twinning", "youth", "culture-heritage"}}}, 2.5},
	{calls.Municipality{ID: "green", Interests: calls.Interests{Topics: []string{"climate-action", "energy"}}}, 6},
}

// All that the portal listed on one day, crawled, classified and matched as it is in production: "a town
// wants perhaps two calls in a hundred". With -v the calls offered are listed, best first.
func TestCapturedListIsSifted(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		file, now string
		least     int // calls listed
		mostly    bool
	}{
		{"2026-03-13-full-unfiltered.json", "2026-03-13T11:00:00Z", 850, true},
		{"2026-05-31-municipal.json", "2026-05-31T06:00:00Z", 100, false}, // without research, with texts
	} {
		t.Run(c.file, func(t *testing.T) {
			t.Parallel()
			portal, environ := standIn(t, 1)
			portal.SetRecords(capturedFeedFile(t, c.file))
			must(t, environ, "crawl", "--now", c.now)
			listed := openCalls(t, environ, c.now)
			if len(listed) < c.least {
				t.Fatalf("%d calls, want %d at least", len(listed), c.least)
			}
			for _, town := range capturedTowns {
				offers := offered(t, listed, &town.municipality, c.now)
				share := 100 * float64(len(offers)) / float64(len(listed))
				t.Logf("%s: %d of %d calls, %.1f in a hundred\n%s", town.municipality.ID, len(offers), len(listed), share, strings.Join(offers, "\n"))
				if c.mostly && share > town.most || len(offers) == 0 {
					t.Errorf("%s is offered %.1f calls in a hundred, want more than none and at most %.1f", town.municipality.ID, share, town.most)
				}
			}
		})
	}
}

// openCalls returns what the crawl stored and is open or forthcoming.
func openCalls(t *testing.T, environ []string, now string) []calls.Hit {
	t.Helper()
	ctx := context.Background()
	db, err := store.Open(ctx, lookupEnv(environ, "XDG_DATA_HOME")+"/fundwatch/fundwatch.db")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	hits, err := db.Search(ctx, calls.Search{Statuses: []calls.Status{calls.Open, calls.Forthcoming}}, instant(t, now))
	if err != nil {
		t.Fatal(err)
	}
	return hits
}

func instant(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// offered returns one line for each call that a digest would offer, best first.
func offered(t *testing.T, listed []calls.Hit, m *calls.Municipality, now string) []string {
	t.Helper()
	topics, err := calls.LoadTopics()
	if err != nil {
		t.Fatal(err)
	}
	type offer struct {
		score float64
		line  string
	}
	var offers []offer
	for i := range listed {
		c := &listed[i].Call
		e := calls.Explain(topics, c, m)
		if _, closed := c.ClosedToNewcomers(instant(t, now)); e.Match == nil || closed {
			continue
		}
		r := e.Match.Reasons[0]
		offers = append(offers, offer{e.Match.Score, fmt.Sprintf("%.2f %s | %s | %s by %s: %s",
			e.Match.Score, c.Identifier, c.Title, r.Topic, r.Rule, r.Words)})
	}
	slices.SortFunc(offers, func(a, b offer) int {
		return cmp.Or(cmp.Compare(b.score, a.score), strings.Compare(a.line, b.line))
	})
	lines := make([]string, len(offers))
	for i, o := range offers {
		lines[i] = o.line
	}
	return lines
}

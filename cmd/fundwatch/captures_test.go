package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fundwatch/crawler/portaltest"
)

// Captures returns the folder of captured portal answers, or skips.
func captures(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("FUNDWATCH_CAPTURES")
	if dir == "" {
		t.Skip("FUNDWATCH_CAPTURES names no folder of captured portal answers")
	}
	return dir
}

func capturedDay(t *testing.T, day string) []portaltest.Record {
	t.Helper()
	var pages [][]byte
	for _, name := range []string{"page-1.json", "page-2.json"} {
		page, err := os.ReadFile(filepath.Join(captures(t), "reconstructed", day, name))
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, page)
	}
	records, err := portaltest.ReadPages(pages...)
	if err != nil {
		t.Fatal(err)
	}
	return records
}

// Three real days of the portal, three crawls, two weekly digests to a French town over SMTP.
func TestCapturedDays(t *testing.T) {
	t.Parallel()
	portal, environ := standIn(t, 1)
	server, err := newMailServer(t)
	if err != nil {
		t.Fatal(err)
	}
	environ = append(environ, server.settings()...)
	must(t, environ, "municipalities", "import", frenchTown(t))

	portal.SetRecords(capturedDay(t, "2026-04-15"))
	must(t, environ, "crawl", "--now", "2026-04-15T05:15:00Z")
	checkFound(t, environ, "2026-04-15T06:00:00Z", "CERV-2026-CITIZENS-TOWN-NT", "networks of towns")

	portal.SetRecords(capturedDay(t, "2026-05-05"))
	must(t, environ, "crawl", "--now", "2026-05-05T05:15:00Z")
	must(t, environ, "digest", "--now", "2026-05-05T07:30:00Z")
	if got := len(server.received()); got != 1 {
		t.Fatalf("got %d mails after the first digest, want 1", got)
	}

	portal.SetRecords(capturedDay(t, "2026-05-06"))
	must(t, environ, "crawl", "--now", "2026-05-06T05:15:00Z")
	if out := must(t, environ, "digest", "--now", "2026-05-06T07:30:00Z"); !strings.Contains(out, "already done") {
		t.Errorf("the next day's run: %s", out)
	}
	if got := len(server.received()); got != 1 {
		t.Errorf("got %d mails after the next day's run, want still 1", got)
	}
	checkOpenedOnce(t, environ)
	checkCascadeTitles(t, environ)
}

func frenchTown(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "town.yaml")
	town := `- id: montbeliard-fr
  name: Montbéliard
  country: FR
  twins: ["Ludwigsburg (DE)"]
  interests: {topics: [culture-heritage], keywords: [jumelage]}
  subscribers: [{email: jumelage@montbeliard.example, language: fr, frequency: weekly}]
`
	if err := os.WriteFile(file, []byte(town), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func checkFound(t *testing.T, environ []string, now, identifier string, words ...string) {
	t.Helper()
	out := must(t, environ, append([]string{"search", "--now", now}, words...)...)
	if first, _, _ := strings.Cut(out, "\n"); !strings.Contains(first, identifier) {
		t.Errorf("search %v: first is %q, want %s", words, first, identifier)
	}
}

// Town Twinning 2026 was listed as forthcoming on 5 May and opened on the 6th.
func checkOpenedOnce(t *testing.T, environ []string) {
	t.Helper()
	var card callView
	out := must(t, environ, "show", "CERV-2026-CITIZENS-TOWN-TT", "--json", "--now", "2026-05-06T08:00:00Z")
	if err := json.Unmarshal([]byte(out), &card); err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, h := range card.History {
		kinds = append(kinds, string(h.Kind)+":"+h.New)
	}
	if got := strings.Join(kinds, " "); got != "new:forthcoming opened:open" {
		t.Errorf("history of Town Twinning 2026: %s", got)
	}
	if card.BudgetEUR.N != 6_000_000 || card.Status != "open" || len(card.Deadlines) != 1 || card.Deadlines[0] != "2026-09-23T15:00:00Z" {
		t.Errorf("Town Twinning 2026: %s", out)
	}
}

// Cascade calls share the identifier of the call that pays for them, and carry titles of their own.
func checkCascadeTitles(t *testing.T, environ []string) {
	t.Helper()
	var hits []callView
	out := must(t, environ, "search", "--json", "--status", "all", "--limit", "0", "--now", "2026-05-06T08:00:00Z")
	if err := json.Unmarshal([]byte(out), &hits); err != nil {
		t.Fatal(err)
	}
	titles := map[string]bool{}
	for _, h := range hits {
		if h.Identifier == "CERV-2024-CITIZENS-VALUES" {
			titles[h.Title] = true
			if strings.Contains(h.Title, "call to intermediaries") {
				t.Errorf("%s carries the title of its parent: %s", h.Key, h.Title)
			}
		}
	}
	if len(titles) < 2 {
		t.Errorf("cascade calls of CERV-2024-CITIZENS-VALUES have the titles %v", titles)
	}
}

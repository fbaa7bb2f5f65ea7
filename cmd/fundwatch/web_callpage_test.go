package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"fundwatch/calls"
	"fundwatch/calls/store"
)

// listElsewhere stores that a source of its own lists a call of the portal, and returns the path of the call's page.
func listElsewhere(t *testing.T, db *store.DB, identifier, source, address string) string {
	t.Helper()
	found, err := db.FindCalls(t.Context(), identifier)
	if err != nil || len(found) != 1 {
		t.Fatalf("%s: %v, %v", identifier, found, err)
	}
	at := time.Date(2026, 8, 31, 5, 0, 0, 0, time.UTC)
	run, err := db.BeginRun(t.Context(), source, at)
	if err != nil {
		t.Fatal(err)
	}
	row := calls.Call{Key: calls.Key{Source: source, Reference: "1"}, Identifier: identifier, Title: "x", URL: address}
	noTopics := func(*calls.Call) []calls.TopicHit { return nil }
	if _, err := db.SaveSweep(t.Context(), run, calls.Sweep{Source: source, Pages: 1, Found: []calls.Call{row}, Complete: true}, noTopics, at); err != nil {
		t.Fatal(err)
	}
	return "/calls/" + found[0].Key.Source + "/" + found[0].Key.Reference
}

// The page of a call names who advises, in the reader's country if that is known, and who else lists the call.
func TestCallPageNamesAdvisersAndOtherSources(t *testing.T) {
	t.Parallel()
	_, environ := standIn(t, 1)
	must(t, environ, "crawl", "--now", "2026-08-25")
	p := servePages(t, environ)
	path := listElsewhere(t, p.db(), "CERV-2026-CITIZENS-TOWN-TT", "our-region", "https://region.example/call?a=1&b=2")
	listElsewhere(t, p.db(), "CERV-2026-CITIZENS-TOWN-TT", "without", "")
	listElsewhere(t, p.db(), "CERV-2026-CITIZENS-TOWN-TT", "zz-evil", "javascript:alert(1)")
	const germany, portal = `<a href="https://kontaktstelle-cerv.de" rel="noopener noreferrer">Kontaktstelle CERV</a>`, "/portal/screen/support/ncp"
	page := p.get(path+"?lang=de", http.StatusOK, "Nationale Kontaktstellen", "<strong>Deutschland</strong> – "+germany, "<strong>Schweden</strong>",
		portal, "<dt>Auch aufgeführt bei</dt>", `<a href="https://region.example/call?a=1&amp;b=2" rel="noopener noreferrer">our-region</a>, without`)
	if strings.Contains(page, "javascript:") {
		t.Error("a script of a source is alive")
	}
	asked := p.get(path+"?lang=de&town=Ludwigsburg&country=DE", http.StatusOK, germany, portal)
	if strings.Contains(asked, "<strong>Schweden</strong>") {
		t.Error("who asks for Germany is told of Sweden")
	}
	if asked := p.get(path+"?town=Valletta&country=MT", http.StatusOK, portal); strings.Contains(asked, germany) {
		t.Error("who asks for Malta is told of Germany")
	}
	other := p.get(strings.TrimSuffix(listElsewhere(t, p.db(), "LIFE-2026-SAP-CLIMA-CCA", "our-region", "https://region.example/2"), "/"), http.StatusOK)
	if strings.Contains(other, "National contact points") {
		t.Error("a programme of which nothing is known has contact points")
	}
}

package main

import (
	"encoding/json"
	"html"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every round that is expected has a page, which says that it is an estimate.
func TestPagesOfExpectedRounds(t *testing.T) {
	t.Parallel()
	_, environ := standIn(t, 1)
	must(t, environ, "crawl", "--now", "2026-08-25")
	var foreseen []struct{ Identifier, Title string }
	if err := json.Unmarshal([]byte(must(t, environ, "search", "--status", "expected", "--limit", "0", "--json", "--now", pagesNow)), &foreseen); err != nil || len(foreseen) < 5 {
		t.Fatalf("%d rounds are expected, %v", len(foreseen), err)
	}
	p := servePages(t, environ)
	list := p.get("/calls?status=expected&lang=de", http.StatusOK, `value="expected" selected`, "Die Termine sind geschätzt und nicht zugesagt")
	if strings.Contains(list, "/calls.atom") || strings.Contains(list, "/calls.ics") {
		t.Error("guesses are offered as a feed or a calendar")
	}
	for _, e := range foreseen {
		link := "/expected/" + e.Identifier + "?lang=de"
		if !strings.Contains(list, `href="`+link+`"`) {
			t.Errorf("%s is not in the list", e.Identifier)
		}
		page := p.get(link, http.StatusOK, "eine Schätzung", "erwartet; noch nicht angekündigt", "Veröffentlicht ist noch nichts", "Frühere")
		if strings.Contains(page, "Was sich geändert hat") {
			t.Errorf("%s has a history", e.Identifier)
		}
	}
	p.get("/calls?status=expected&q=jumelage&lang=en", http.StatusOK, "/expected/CERV-2027-CITIZENS-TOWN-NT?lang=en", "Calls 1 to ", "also finds calls on")
	p.get("/calls?status=expected&q=nonsenseword", http.StatusOK, "No call found")
	near := p.get("/calls?status=expected&q=climte&lang=en", http.StatusOK, "No call found")
	instead := regexp.MustCompile(`Did you mean: <a href="(/calls\?[^"]*)">`).FindStringSubmatch(near)
	if instead == nil {
		t.Fatalf("a misspelt word is not offered anew:\n%s", near)
	}
	p.get(html.UnescapeString(instead[1]), http.StatusOK, "Calls 1 to ", `value="expected" selected`)
	p.get("/calls.atom?status=expected", http.StatusUnprocessableEntity)
	p.get("/calls.ics?status=expected", http.StatusUnprocessableEntity)

	const earlier = "These are the rules of earlier rounds; those of the next one may differ."
	round := p.get("/expected/CERV-2027-CITIZENS-TOWN-NT?lang=en", http.StatusOK, "<h1 lang=\"en\">Networks of Towns 2027</h1>",
		"probably between 11 December 2026 and 20 December 2026", "A guess from the rounds of 2023, 2024, 2025, 2026. Nothing is published yet.",
		"Applicants, at least", "National contact points", "<b>2025</b>", earlier)
	if strings.Contains(round, `<b><a href="`) {
		t.Error("rounds that are not in the catalogue have links")
	}
	twinning := p.get("/expected/cerv-2027-citizens-town-tt?lang=en", http.StatusOK, "Town Twinning 2027")
	past := regexp.MustCompile(`<b><a href="(/calls/portal/[^"]+)">2026</a></b>`).FindStringSubmatch(twinning)
	if past == nil {
		t.Fatalf("the last round has no link:\n%s", twinning)
	}
	call := p.get(past[1], http.StatusOK, `<a href="/expected/CERV-2027-CITIZENS-TOWN-TT?lang=en">Next round, 2027: a guess</a>`, "<b>2026</b>") // no link to itself
	if strings.Contains(call, earlier) {
		t.Error("a published call is said to have the rules of an earlier one")
	}
	p.get("/expected/CERV-2027-CITIZENS-TOWN-NT?town=Ludwigsburg&country=DE&twins=Sopot+(PL)", http.StatusOK, `action="/expected/CERV-2027-CITIZENS-TOWN-NT#check"`, "expected; not announced yet", `<dd class="strong">No</dd>`)
}

// A link to an expected round leads to the call that has taken its place; other names lead nowhere.
func TestAnExpectedRoundHasCome(t *testing.T) {
	t.Parallel()
	_, environ := standIn(t, 1)
	must(t, environ, "crawl", "--now", "2026-08-25")
	p := servePages(t, environ)
	status, _, header := p.do(p.request("GET", "/expected/CERV-2026-CITIZENS-TOWN-TT?lang=fr", ""))
	if want := p.pageOf("CERV-2026-CITIZENS-TOWN-TT") + "?lang=fr"; status != http.StatusSeeOther || header.Get("Location") != want {
		t.Errorf("status %d, to %q, want %s", status, header.Get("Location"), want)
	}
	for _, none := range []string{"CERV", "CERV-2026", "CERV-2031-CITIZENS-TOWN-TT", "CERV-*-CITIZENS-TOWN-TT", "51050034TOPICSen", "%00", "..%2F", "2027"} {
		p.get("/expected/"+none, http.StatusNotFound)
	}
}

// A letter links to our page of a round whose last call is not known.
func TestLettersLinkToExpectedRounds(t *testing.T) {
	t.Parallel()
	_, environ := standIn(t, 1)
	environ = append(environ, envPair("WEB_LISTEN", "127.0.0.1:0"), envPair("WEB_BASE_URL", "https://fundwatch.example"))
	must(t, environ, "crawl", "--now", "2026-09-01")
	must(t, environ, "municipalities", "add", "Everywhere", "--country", "FR", "--everything", "--email", "a@a.example", "--now", "2026-08-25")
	dir := t.TempDir()
	must(t, environ, "digest", "--dry-run", dir, "--now", pagesNow)
	letters, err := filepath.Glob(filepath.Join(dir, "*.txt"))
	if err != nil || len(letters) != 1 {
		t.Fatalf("letters %v, %v", letters, err)
	}
	text, err := os.ReadFile(letters[0])
	if err != nil {
		t.Fatal(err)
	}
	links := regexp.MustCompile(`https://fundwatch\.example(/expected/\S+)`).FindAllStringSubmatch(string(text), -1)
	if len(links) == 0 {
		t.Fatalf("no round has a link to its page:\n%s", text)
	}
	p := servePages(t, environ)
	for _, link := range links {
		p.get(link[1], http.StatusOK, `<html lang="fr">`)
	}
}

package main

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"fundwatch/crawler/portaltest"
)

// withNetworks is standIn with the call for town twinning turned into one for networks of towns, which asks for
// more partners.
func withNetworks(t *testing.T) []string {
	t.Helper()
	portal, environ := standIn(t, 1)
	records := portaltest.Catalogue(1)
	for _, r := range records {
		for _, values := range r.Metadata {
			for i := range values {
				values[i] = strings.ReplaceAll(values[i], "CITIZENS-TOWN-TT", "CITIZENS-TOWN-NT")
			}
		}
	}
	portal.SetRecords(records)
	must(t, environ, "crawl", "--now", "2026-08-25")
	return environ
}

// pageOf returns the path of the page of the call with this identifier.
func (p *pagesServer) pageOf(identifier string) string {
	p.t.Helper()
	found, err := p.db().FindCalls(p.t.Context(), identifier)
	if err != nil || len(found) != 1 {
		p.t.Fatalf("%s is %d calls, %v", identifier, len(found), err)
	}
	return "/calls/" + url.PathEscape(found[0].Key.Source) + "/" + url.PathEscape(found[0].Key.Reference)
}

func checkQuery(town, country, twins string) string {
	return "?" + url.Values{"town": {town}, "country": {country}, "twins": {twins}, "lang": {"en"}}.Encode()
}

var tags = regexp.MustCompile(`<[^>]*>|\s+`)

// plainWords returns the text of a page in one line.
func plainWords(page string) string {
	return strings.Join(strings.Fields(tags.ReplaceAllString(page, " ")), " ")
}

func TestCheckOnTheCallPage(t *testing.T) {
	t.Parallel()
	environ := withNetworks(t)
	towns := filepath.Join(t.TempDir(), "towns.yaml")
	const listed = "- {id: loures-pt, name: Loures, country: PT, twins: [\"Sopot (PL)\"], interests: {topics: [town-twinning]}, " +
		"subscribers: [{email: clerk@loures.example, language: pt, frequency: weekly}]}\n" +
		"- {id: graz-at, name: Graz, country: AT, interests: {topics: [town-twinning]}, subscribers: [{email: clerk@graz.example, language: de, frequency: weekly}]}\n"
	if err := os.WriteFile(towns, []byte(listed), 0o600); err != nil {
		t.Fatal(err)
	}
	must(t, environ, "municipalities", "import", towns, "--now", "2026-08-25")
	p := servePages(t, environ)
	call := p.pageOf("CERV-2026-CITIZENS-TOWN-NT")
	tests := map[string]struct {
		path  string
		words []string
	}{
		"met": {checkQuery("Ludwigsburg", "DE", "Sopot (PL)\nNový Jičín (CZ)\nMontbéliard (FR)"),
			[]string{"Are the partners enough? Yes", "Sopot (PL) – counts", "Can the town apply itself? Yes"}},
		"one short": {checkQuery("Ludwigsburg", "DE", "Sopot (PL)\nMontbéliard (FR)\nLyon (FR)"),
			[]string{"Are the partners enough? One more is needed", "counts, but its country is counted already", "Loures (PT): a twin town of Sopot (PL)"}},
		"not met": {checkQuery("Ludwigsburg", "DE", ""),
			[]string{"Are the partners enough? No", "We know of no twin town"}},
		"outside": {checkQuery("Ludwigsburg", "DE", "Caerphilly (GB)"),
			[]string{"Caerphilly (GB) – does not count: its country does not take part"}},
		"unsure": {checkQuery("Ludwigsburg", "DE", "Bitola (MK)\nSopot (PL)\nMontbéliard (FR)"),
			[]string{"Bitola (MK) – not certain"}},
		"not eligible": {checkQuery("Caerphilly", "GB", "Ludwigsburg (DE)"),
			[]string{"Can the town apply itself? No", "Your country does not take part"}},
	}
	for name, test := range tests {
		page := plainWords(p.get(call+test.path, http.StatusOK))
		for _, w := range test.words {
			if !strings.Contains(page, w) {
				t.Errorf("%s: %q is not on the page:\n%s", name, w, page)
			}
		}
		if strings.Contains(page, "@") || strings.Contains(page, "Graz") {
			t.Errorf("%s: the page tells who is subscribed:\n%s", name, page)
		}
	}
	_, _, h := p.do(p.request("GET", call+tests["met"].path, ""))
	if h.Get("Cache-Control") != "no-store" {
		t.Errorf("the check of a town may be kept: %q", h.Get("Cache-Control"))
	}
	if text := p.log.String(); strings.Contains(text, "Ludwigsburg") || strings.Contains(text, "Sopot") {
		t.Errorf("the log holds what was asked:\n%s", text)
	}
}

// What strangers say of themselves on the web is suggested to nobody.
func TestCheckBelievesNoStranger(t *testing.T) {
	t.Parallel()
	environ := withNetworks(t)
	server, err := newMailServer(t)
	if err != nil {
		t.Fatal(err)
	}
	p := servePages(t, append(environ, server.settings()...))
	form := signUpForm()
	form.Set("country", "PT")
	form.Set("town", "Cidade Falsa")
	form.Set("twins", "Sopot (PL)\nLudwigsburg (DE)")
	p.post("/subscribe", form, http.StatusSeeOther)
	_, text := mailTo(t, server, "kultur@ludwigsburg.example", 1)
	p.post(regexp.MustCompile(`/confirm/[a-z2-7]{32}`).FindString(text), nil, http.StatusOK)
	page := p.get(p.pageOf("CERV-2026-CITIZENS-TOWN-NT")+checkQuery("Ludwigsburg", "DE", "Sopot (PL)"), http.StatusOK, "We know of no twin town")
	if strings.Contains(page, "Cidade Falsa") {
		t.Errorf("a stranger's town is suggested:\n%s", page)
	}
}

func TestWrongChecksComeBack(t *testing.T) {
	t.Parallel()
	environ := withNetworks(t)
	p := servePages(t, environ)
	call := p.pageOf("CERV-2026-CITIZENS-TOWN-NT")
	tests := map[string]struct{ path, field, want string }{
		"no town":      {checkQuery("", "DE", "Sopot (PL)"), "town", "Write the name of your town"},
		"no country":   {checkQuery("Ludwigsburg", "", "Sopot (PL)"), "country", "Choose the country"},
		"odd country":  {checkQuery("Ludwigsburg", "QQ", "Sopot (PL)"), "country", "Choose one of the list"},
		"bare twin":    {checkQuery("Ludwigsburg", "DE", "Sopot"), "twins", "“Sopot”: write the name and the country"},
		"hostile twin": {checkQuery("Ludwigsburg", "DE", "<script>alert(1)</script> Sopot (PL) (QQ)"), "twins", "&lt;script&gt;"},
		"many twins":   {checkQuery("Ludwigsburg", "DE", strings.Repeat("Sopot (PL)\n", 60)), "twins", "at most 50 lines"},
	}
	for name, test := range tests {
		page := p.get(call+test.path, http.StatusUnprocessableEntity, test.want, `href="#`+test.field+`"`, `id="`+test.field+`-error"`, `id="errors"`)
		if strings.Contains(page, "<script") {
			t.Errorf("%s: a script is alive", name)
		}
		if test.field != "town" && !strings.Contains(page, `value="Ludwigsburg"`) {
			t.Errorf("%s: what was typed is gone", name)
		}
	}
}

// The page tells the rule with its sources, the rounds as `show` does, and what is foreseen as a guess.
func TestCallPageTellsRuleAndRounds(t *testing.T) {
	t.Parallel()
	_, environ := standIn(t, 1)
	must(t, environ, "crawl", "--now", "2026-08-25")
	p := servePages(t, environ)
	page := plainWords(p.get(p.pageOf("CERV-2026-CITIZENS-TOWN-TT")+"?lang=en", http.StatusOK))
	for _, w := range []string{
		"Countries, at least 2 Cyprus funding portal on Town Twinning 2026; Eurodesk on Town Twinning 2024, checked on 22 November 2026",
		"Applicants, at least Not stated: sources differ",
		"2025 Opened: 9 April 2025; Deadline: 17 September 2025; Budget: EUR 5,000,000",
		"Next round, 2027: a guess", "A guess from the rounds of",
	} {
		if !strings.Contains(page, w) {
			t.Errorf("%q is not on the page:\n%s", w, page)
		}
	}
	shown := must(t, environ, "show", "CERV-2026-CITIZENS-TOWN-TT", "--now", pagesNow)
	for _, year := range []string{"2021", "2022", "2023", "2024", "2025", "2026"} {
		if !strings.Contains(shown, year+": opened") || !strings.Contains(page, year+" Opened:") {
			t.Errorf("the round of %s is missing on the page or in show:\n%s", year, shown)
		}
	}
	other := p.get("/calls?q=LIFE&status=all&lang=en", http.StatusOK)
	link := regexp.MustCompile(`href="(/calls/portal/[^"]+)"`).FindStringSubmatch(other)
	p.get(strings.ReplaceAll(link[1], "&amp;", "&"), http.StatusOK, "we know no rule for this call")
}

// The calendar of a call and of a search holds the events of `search --ics`, in the reader's language.
func TestCalendarsOnPages(t *testing.T) {
	t.Parallel()
	_, environ := standIn(t, 1)
	must(t, environ, "crawl", "--now", "2026-08-25")
	p := servePages(t, environ)
	identity := regexp.MustCompile(`(?m)^(UID|SEQUENCE|DTSTART)[:;].*$`)
	sorted := func(ics string) []string {
		all := identity.FindAllString(ics, -1)
		slices.Sort(all)
		return all
	}
	told := must(t, environ, "search", "topic:town-twinning", "--ics", "--limit", "0", "--now", pagesNow)
	ics := p.get("/calls.ics?topic=town-twinning&lang=fr", http.StatusOK, "SUMMARY:Date limite")
	if got, want := sorted(ics), sorted(told); len(want) == 0 || !slices.Equal(got, want) {
		t.Errorf("events of the page\n%v\nof the terminal\n%v", got, want)
	}
	call := p.pageOf("CERV-2026-CITIZENS-TOWN-TT")
	p.get(call+"?lang=fr", http.StatusOK, call+"/deadlines.ics?lang=fr")
	one := p.get(call+"/deadlines.ics?lang=fr", http.StatusOK, "SUMMARY:Date limite")
	told = must(t, environ, "search", "CERV-2026-CITIZENS-TOWN-TT", "--ics", "--now", pagesNow)
	if got, want := sorted(one), sorted(told); !slices.Equal(got, want) {
		t.Errorf("events of the call\n%v\nof the terminal\n%v", got, want)
	}
	p.get("/calls.ics?topic=nonsense&lang=en", http.StatusUnprocessableEntity, "not one of our topics")
	p.get("/calls/portal/none/deadlines.ics", http.StatusNotFound)
	_, _, h := p.do(p.request("GET", "/calls.ics", ""))
	if h.Get("Content-Type") != "text/calendar; charset=utf-8" {
		t.Errorf("a calendar is %q", h.Get("Content-Type"))
	}
}

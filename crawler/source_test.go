package crawler_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fundwatch/calls"
	"fundwatch/crawler"
)

// A website is a small site on loopback: answers by path and query, 404 for the rest. HOST in a body
// becomes its own address.
type website map[string]response

type response struct {
	body   string
	kind   string // content type; "" lets it be guessed from the body
	status int    // 200 if 0
	header map[string]string
}

func (w website) open(t testing.TB) string {
	t.Helper()
	var host string
	server := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		found, known := w[r.URL.RequestURI()]
		if !known {
			http.NotFound(out, r)
			return
		}
		for name, value := range found.header {
			out.Header().Set(name, strings.ReplaceAll(value, "HOST", host))
		}
		if found.kind != "" {
			out.Header().Set("Content-Type", found.kind)
		}
		if found.status != 0 {
			out.WriteHeader(found.status)
		}
		fmt.Fprint(out, strings.ReplaceAll(found.body, "HOST", host))
	}))
	t.Cleanup(server.Close)
	host = server.URL
	return host
}

func file(t testing.TB, name string) string {
	t.Helper()
	data, err := os.ReadFile("testdata/sources/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// builtin returns a built-in definition that reads from another host.
func builtin(t testing.TB, id, address string) crawler.SourceDef {
	t.Helper()
	defs, err := crawler.BuiltinSources()
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(defs, func(d crawler.SourceDef) bool { return d.ID == id })
	if at < 0 {
		t.Fatalf("there is no built-in source %q", id)
	}
	defs[at].URL = address
	return defs[at]
}

// define reads a definition as an operator writes it.
func define(t testing.TB, text string) crawler.SourceDef {
	t.Helper()
	def, err := crawler.ParseSource("test.yaml", []byte(text))
	if err != nil {
		t.Fatalf("the definition of the test is wrong: %v", err)
	}
	return def
}

func collect(t testing.TB, def crawler.SourceDef) calls.Sweep {
	t.Helper()
	return crawler.New(impatient(), still()).Source(t.Context(), def, programmes(t))
}

// told is what a test compares of a call.
type told struct{ Reference, Title, Programme, Status, Opens, Deadlines, URL string }

func tell(sweep calls.Sweep) []told {
	var all []told
	for _, c := range sweep.Found {
		var deadlines []string
		for _, d := range c.Deadlines {
			deadlines = append(deadlines, d.At.In(calls.Brussels()).Format("2006-01-02 15:04"))
		}
		all = append(all, told{c.Key.Reference, c.Title, c.Programme, string(c.StatedStatus), calls.Day(c.Opens), strings.Join(deadlines, ", "), c.URL})
	}
	return all
}

func problems(sweep calls.Sweep) string {
	var lines []string
	for _, odd := range sweep.Odd {
		lines = append(lines, odd.Reference+": "+odd.Problem)
	}
	return strings.Join(lines, "\n")
}

// The built-in definitions read pages of the documented shapes.
func TestBuiltinShapes(t *testing.T) {
	t.Parallel()
	page := func(name string) response {
		return response{body: file(t, name), kind: "text/html; charset=utf-8"}
	}
	detail := func(number string) response {
		return response{body: strings.ReplaceAll(file(t, "euroaccess-detail.html"), "CALL-NUMBER", number)}
	}
	counted := map[string]string{"X-WP-Total": "3", "X-WP-TotalPages": "2"}
	const posts = "/posts?per_page=2"
	for _, tc := range []struct {
		id       string
		path     string
		site     website
		want     []told
		odd      string // in the problems; "" for none
		verified string
	}{
		{
			id: "eui", path: "/calls",
			site: website{"/calls": page("eui.html")},
			want: []told{
				{"HOST/calls-proposals/fifth-call", "Fifth Call for Innovative Actions", "EUI", "open", "", "2026-12-15 23:59", "https://www.urban-initiative.eu/calls-proposals/fifth-call?utm_source=portico"},
				{"urban-panorama/peer-reviews", "Peer reviews for strategies", "EUI", "forthcoming", "", "", "HOST/urban-panorama/peer-reviews"},
				{"urban-panorama/prizes", "Prizes of an earlier year", "EUI", "closed", "", "2025-02-14 23:59", "HOST/urban-panorama/prizes"},
			},
			verified: "3 calls on 1 page",
		},
		{
			id: "eeas-north-macedonia", path: "/grants?s=229",
			site: website{
				"/grants?s=229":        {body: strings.ReplaceAll(file(t, "eeas-north-macedonia.html"), "?PAGER", "?s=229&page=1")},
				"/grants?s=229&page=1": {body: `<div class="card"><h5 class="card-title"><a href="/more">More for schools</a></h5></div>`},
			},
			want: []told{
				{"delegations/north-macedonia/local-democracy_en?s=229", "Local democracy in small municipalities", "", "", "", "2026-12-01 12:00", "HOST/delegations/north-macedonia/local-democracy_en?s=229"},
				{"ec.europa.eu/info/funding-tenders/opportunities/portal/screen/opportunities/topic-details/CERV-2027-CITIZENS-TOWN-TT", "Town Twinning 2027", "", "", "", "2027-09-22 17:00", "https://ec.europa.eu/info/funding-tenders/opportunities/portal/screen/opportunities/topic-details/CERV-2027-CITIZENS-TOWN-TT"},
				{"more", "More for schools", "", "", "", "", "HOST/more"},
			},
			verified: "3 calls on 2 pages",
		},
		{
			id: "euroaccess", path: "/en/calls",
			site: website{
				"/en/calls":            page("euroaccess.html"),
				"/en/calls/4711/short": detail("CE-2026-3"),
				"/en/calls/4712/music": detail("CREA-2027-COOP"),
			},
			want: []told{
				{"en/calls/4711/short", "Cooperation beyond borders, third round", "INTERREG", "", "", "2026-12-15 12:00", "HOST/en/calls/4711/short"},
				{"en/calls/4712/music", "Music moves in small towns", "CREA", "", "", "2027-05-07 17:00", "HOST/en/calls/4712/music"},
				{"en/calls/4713/wide", "A wide field", "A fund nobody listed", "", "", "", "HOST/en/calls/4713/wide"},
			},
			odd:      "en/calls/4713/wide: its own page HOST/en/calls/4713/wide: HTTP 404 Not Found",
			verified: "3 calls on 1 page, 2 pages of calls read",
		},
		{
			id: "webalkans", path: "/en/opportunities/",
			site: website{"/en/opportunities/": page("webalkans.html")},
			want: []told{
				{"en/opportunities/clean-rivers", "Clean rivers across two borders", "", "", "", "2026-11-30 23:59", "HOST/en/opportunities/clean-rivers/"},
				{"neighbourhood-enlargement.ec.europa.eu/young", "Towns for young people", "", "", "", "", "https://neighbourhood-enlargement.ec.europa.eu/young"},
			},
			verified: "2 calls on 1 page; 1 item passed over",
		},
		{
			id: "interreg-sudoe", path: posts,
			site: website{
				posts + "&page=1": {body: file(t, "interreg-sudoe-1.json"), kind: "application/json; charset=UTF-8", header: counted},
				posts + "&page=2": {body: file(t, "interreg-sudoe-2.json"), kind: "application/json; charset=UTF-8", header: counted},
			},
			want: []told{
				{"301", "Second call for “green towns”", "INTERREG", "", "", "2026-11-27 23:59", "HOST/en/second-call/"},
			},
			verified: "1 call on 2 pages; 2 items passed over",
		},
	} {
		t.Run(tc.id, func(t *testing.T) {
			t.Parallel()
			host := tc.site.open(t)
			def := builtin(t, tc.id, host+tc.path)
			if tc.id == "eui" {
				tc.want[0].Reference = strings.Replace(tc.want[0].Reference, "HOST", "urban-initiative.eu", 1)
			}
			for i := range tc.want {
				tc.want[i].URL = strings.Replace(tc.want[i].URL, "HOST", host, 1)
			}
			sweep := collect(t, def)
			if !sweep.Complete || sweep.Err != nil || sweep.Verified != tc.verified || sweep.Source != tc.id || !sweep.Started.Equal(started) {
				t.Errorf("got %q complete %v verified %q error %v, want complete, %q", sweep.Source, sweep.Complete, sweep.Verified, sweep.Err, tc.verified)
			}
			if diff := cmp.Diff(tc.want, tell(sweep)); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
			odd := strings.ReplaceAll(problems(sweep), host, "HOST")
			if !strings.Contains(odd, tc.odd) || (tc.odd == "" && odd != "") {
				t.Errorf("got odd %q, want %q", odd, tc.odd)
			}
		})
	}
}

func TestEuroAccessDetail(t *testing.T) {
	t.Parallel()
	host := website{
		"/en/calls":            {body: file(t, "euroaccess.html")},
		"/en/calls/4711/short": {body: strings.ReplaceAll(file(t, "euroaccess-detail.html"), "CALL-NUMBER", "CE-2026-3")},
	}.open(t)
	call := find(t, collect(t, builtin(t, "euroaccess", host+"/en/calls")), "en/calls/4711/short")
	if call.Identifier != "CE-2026-3" || !strings.HasPrefix(call.Summary, "Partners on both sides") || !strings.Contains(call.Body, "Programme of the call") {
		t.Errorf("got identifier %q, summary %q, body %q, want those of its own page", call.Identifier, call.Summary, call.Body)
	}
}

const frenchFeed = `
id: region
name: Region
kind: feed
url: HOST/feed
language: fr
programme: ESF
include: ['appel à projets']
fields:
  deadlines: {select: description, match: 'Date limite : (.+)', optional: true}
`

// Feeds hold news too, miss names and dates, and never say what is gone.
func TestFeed(t *testing.T) {
	t.Parallel()
	host := website{"/feed": {body: file(t, "feed.rss"), kind: "application/rss+xml"}}.open(t)
	def := define(t, strings.ReplaceAll(frenchFeed, "HOST", host))
	sweep := collect(t, def)
	want := []told{
		{"appel-12", "Appel à projets : jumelages & jeunesse", "ESF", "", "", "2026-10-30 12:00", host + "/appels/jumelages"},
		{"appels/culture", "Appel à projets : culture en fête", "ESF", "", "", "", host + "/appels/culture"},
		{"title-10b1404697b1b1fd", "Appel à projets sans adresse", "ESF", "", "", "", host + "/feed"},
	}
	if diff := cmp.Diff(want, tell(sweep)); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	if sweep.Complete || sweep.Err != nil || def.ListsAll() || !strings.Contains(sweep.Verified, "what is absent may still be open") {
		t.Errorf("got complete %v, error %v, verified %q, want a good sweep in which absence means nothing", sweep.Complete, sweep.Err, sweep.Verified)
	}
	if odd := problems(sweep); !strings.Contains(odd, `appels/culture: fields.deadlines: date "03/04/2027"`) {
		t.Errorf("got odd %q, want the date that could be two", odd)
	}
	if c := sweep.Found[0]; c.Language != "fr" || !slices.Contains(c.Keywords, "Jeunesse") || c.Summary != "La région aide les communes jumelées." {
		t.Errorf("got language %q, keywords %q, summary %q", c.Language, c.Keywords, c.Summary)
	}
}

// A reference is the same in the next crawl, whatever happens to titles, order and marks of campaigns.
func TestReferencesAreStable(t *testing.T) {
	t.Parallel()
	page := func(title, mark string) website {
		return website{"/list": {body: `<p class=c><a href="/b/2">Two</a></p><p class=c><a href="/a/1?x=2&` + mark + `#top">` + title + `</a></p>`}}
	}
	var keys [][]string
	for _, site := range []website{page("One", "utm_campaign=1"), page("One, renamed", "fbclid=2")} {
		var found []string
		for _, c := range collect(t, simple(t, site.open(t))).Found {
			found = append(found, c.Key.Reference)
		}
		keys = append(keys, found)
	}
	want := []string{"b/2", "a/1?x=2"}
	if !slices.Equal(keys[0], want) || !slices.Equal(keys[1], want) {
		t.Errorf("got references %q, want twice %q", keys, want)
	}
}

// simple is the smallest definition of a list of links.
func simple(t testing.TB, host string) crawler.SourceDef {
	t.Helper()
	return define(t, strings.ReplaceAll("{id: simple, name: Simple, kind: html, url: HOST/list, item: p.c, fields: {title: a, link: a}}", "HOST", host))
}

func TestCalendars(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		id, now string
		want    []told
	}{
		{"visegrad", "2026-11-22T08:00:00Z", []told{
			{"visegrad-2027-02-01", "Visegrad Grants, Visegrad+ Grants and Strategic Grants, February round", "VISEGRAD", "", "2027-01-02", "2027-02-01 12:00", ""},
			{"visegrad-2027-06-01", "Visegrad Grants, Visegrad+ Grants and Strategic Grants, June round", "VISEGRAD", "", "2027-05-02", "2027-06-01 12:00", ""},
			{"visegrad-2027-10-01", "Visegrad Grants, Visegrad+ Grants and Strategic Grants, October round", "VISEGRAD", "", "2027-09-01", "2027-10-01 12:00", ""},
		}},
		{"erasmus-agencies", "2026-02-12T10:59:00Z", []told{
			{"erasmus-agencies-youth-1-2026", "Erasmus+ mobility of young people and youth workers, first round", "ERASMUS", "", "2025-11-12", "2026-02-12 12:00", ""},
			{"erasmus-agencies-youth-1-expected", "Erasmus+ mobility of young people and youth workers, first round (expected)", "ERASMUS", "forthcoming", "", "", ""},
			{"erasmus-agencies-sport-staff-2026", "Erasmus+ mobility of sport staff", "ERASMUS", "", "2025-11-12", "2026-02-12 12:00", ""},
			{"erasmus-agencies-sport-staff-expected", "Erasmus+ mobility of sport staff (expected)", "ERASMUS", "forthcoming", "", "", ""},
			{"erasmus-agencies-education-2026", "Erasmus+ mobility in schools, vocational training and adult education", "ERASMUS", "", "2025-11-12", "2026-02-19 12:00", ""},
			{"erasmus-agencies-education-expected", "Erasmus+ mobility in schools, vocational training and adult education (expected)", "ERASMUS", "forthcoming", "", "", ""},
			{"erasmus-agencies-small-scale-expected", "Erasmus+ small-scale partnerships (expected)", "ERASMUS", "forthcoming", "", "", ""},
			{"erasmus-agencies-cooperation-expected", "Erasmus+ cooperation partnerships (expected)", "ERASMUS", "forthcoming", "", "", ""},
			{"erasmus-agencies-youth-2-expected", "Erasmus+ mobility of young people and youth workers, second round (expected)", "ERASMUS", "forthcoming", "", "", ""},
		}},
		{"fonds-citoyen", "2026-11-22T08:00:00Z", []told{
			{"fonds-citoyen-rolling", "Franco-German Citizens' Fund", "FONDSCITOYEN", "open", "", "", ""},
		}},
		{"eui-city-to-city", "2026-11-22T08:00:00Z", []told{
			{"eui-city-to-city-rolling", "City-to-City Exchanges", "EUI", "open", "", "", ""},
		}},
		{"europe-prize", "2026-11-22T08:00:00Z", []told{
			{"europe-prize-prize-expected", "Europe Prize (expected)", "COE", "forthcoming", "", "", ""},
		}},
	} {
		t.Run(tc.id, func(t *testing.T) {
			t.Parallel()
			sweep := calendarAt(t, builtin(t, tc.id, "https://funder.example/page"), tc.now)
			for i := range tc.want {
				tc.want[i].URL = "https://funder.example/page"
			}
			if diff := cmp.Diff(tc.want, tell(sweep)); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
			if !sweep.Complete || sweep.Pages != 0 || len(sweep.Odd) != 0 || !strings.Contains(sweep.Verified, "checked on 2026-11-22") {
				t.Errorf("got complete %v, %d pages, verified %q, odd %v", sweep.Complete, sweep.Pages, sweep.Verified, sweep.Odd)
			}
			for _, c := range sweep.Found {
				if !strings.Contains(c.Summary, "checked on 2026-11-22; the funder's page decides.") {
					t.Errorf("%s: the summary %q does not say where its date comes from", c.Key, c.Summary)
				}
			}
		})
	}
}

func calendarAt(t testing.TB, def crawler.SourceDef, now string) calls.Sweep {
	t.Helper()
	at, err := time.Parse(time.RFC3339, now)
	if err != nil {
		t.Fatal(err)
	}
	edge := still()
	edge.Now = func() time.Time { return at }
	return crawler.New(impatient(), edge).Source(t.Context(), def, programmes(t))
}

// A round is told until its hour, and then the one of the next year.
func TestCalendarTurns(t *testing.T) {
	t.Parallel()
	def := builtin(t, "visegrad", "https://funder.example/")
	for now, want := range map[string]string{
		"2027-02-01T10:59:59Z": "visegrad-2027-02-01", // 11:59:59 in Brussels
		"2027-02-01T11:00:00Z": "visegrad-2028-02-01",
		"2026-12-31T23:30:00Z": "visegrad-2027-02-01", // already 2027 in Brussels
	} {
		sweep := calendarAt(t, def, now)
		if got := sweep.Found[0].Key.Reference; got != want {
			t.Errorf("at %s: got %s first, want %s", now, got, want)
		}
	}
	expected := builtin(t, "europe-prize", "https://funder.example/")
	before, after := calendarAt(t, expected, "2027-01-10T00:00:00Z").Found[0], calendarAt(t, expected, "2027-01-20T00:00:00Z").Found[0]
	if changes := calls.Diff(&before, &after, started); len(changes) != 0 {
		t.Errorf("when an expected day passes, readers are told %v, want nothing", changes)
	}
	if !strings.Contains(before.Summary, "15 January 2027") || !strings.Contains(after.Summary, "15 January 2028") {
		t.Errorf("got summaries %q and %q", before.Summary, after.Summary)
	}
}

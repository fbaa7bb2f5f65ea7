package main

import (
	"encoding/json"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// shownIn returns the identifiers of the calls or expected rounds that a page lists.
func shownIn(page string) []string {
	var all []string
	for _, found := range regexp.MustCompile(`(?:<p class="identifier">|href="/expected/)([^<"?]+)`).FindAllStringSubmatch(page, -1) {
		all = append(all, found[1])
	}
	slices.Sort(all)
	return all
}

// Conditions among the words mean on the pages what they mean in the terminal, beside the fields of the form, too.
func TestPagesUnderstandConditionsAmongTheWords(t *testing.T) {
	t.Parallel()
	_, environ := standIn(t, 1)
	must(t, environ, "crawl", "--now", "2026-08-25")
	p := servePages(t, environ)
	for _, test := range []struct {
		words, fields string
		args          []string // the same in the terminal
	}{
		{"status:open programme:CERV", "", nil},
		{"deadline:..60d", "", nil},
		{"topic:town-twinning -programme:LIFE status:all", "", nil},
		{"town source:portal", "", nil},
		{"town -source:portal status:all", "", nil},
		{"country:US", "", nil},
		{"country:FR status:all", "", nil},
		{"new:2w", "", nil},
		{"new:2026-08-30", "", nil},
		{"min-grant:1000000", "", nil},
		{"status:expected programme:CERV", "", nil},
		{"status:expected country:US", "", nil},
		{"programme:LIFE", "&programme=CERV", []string{"--programme", "CERV"}},
		{"status:closed", "&status=open", []string{"--status", "open"}},
		{"status:closed", "&status=current", nil}, // what the form says unasked
		{"deadline:..2026-12", "&deadline-after=2026-10-01", []string{"--deadline-after", "2026-10-01"}},
		{"min-grant:5", "&min-grant=1+000+000", []string{"--min-grant", "1000000"}},
	} {
		args := append([]string{"search", "--limit", "20", "--json", "--now", pagesNow}, test.args...)
		out, errText, code := run1(t, environ, append(args, "--", test.words)...)
		var found []struct{ Identifier string }
		if err := json.Unmarshal([]byte(out), &found); err != nil || code == exitMisused {
			t.Fatalf("%q: %v, exit code %d: %s", args, err, code, errText)
		}
		var want []string
		for _, one := range found {
			if one.Identifier != "" {
				want = append(want, one.Identifier)
			}
		}
		slices.Sort(want)
		page := p.get("/calls?q="+url.QueryEscape(test.words)+test.fields, http.StatusOK)
		if got := shownIn(page); !slices.Equal(got, want) {
			t.Errorf("%s%s: the page lists\n%q, the terminal\n%q", test.words, test.fields, got, want)
		}
	}
	first, second := shownIn(p.get("/calls?q=country:FR", http.StatusOK)), shownIn(p.get("/calls?q=country:FR&page=2", http.StatusOK))
	if len(second) == 0 || slices.ContainsFunc(second, func(one string) bool { return slices.Contains(first, one) }) {
		t.Errorf("the second page lists\n%q, the first\n%q", second, first)
	}
}

// What is wrong with a condition is said in the reader's language, where the words stand, and feeds refuse it.
func TestPagesRefuseWrongConditions(t *testing.T) {
	t.Parallel()
	_, environ := standIn(t, 1)
	must(t, environ, "crawl", "--now", "2026-08-25")
	p := servePages(t, environ)
	for words, want := range map[string]string{
		"status:opne":              "“status:opne” is not understood here. Write for example status:open.",
		"deadline:soon":            "“deadline:soon” is not understood here. Write for example deadline:2027-01-31.",
		"-country:FR":              "“-country:FR” is not understood here.",
		"country:XX":               "“country:XX” is not understood here.",
		"source:nowhere":           "“source:nowhere” is not understood here.",
		"new:yesterday":            "“new:yesterday” is not understood here.",
		"min-grant:lots":           "“min-grant:lots” is not understood here.",
		"programme:CREV":           "“CREV” is not a programme that we know.",
		"topic:yuoth":              "“yuoth” is not one of our topics.",
		"for:ludwigsburg-de":       "“for:ludwigsburg-de” is not understood here.", // whose interests are not public
		"status:open -status:open": "These conditions exclude each other.",
		"status:expected new:7d":   "These conditions exclude each other.",
	} {
		q := "?lang=en&q=" + url.QueryEscape(words)
		p.get("/calls"+q, http.StatusUnprocessableEntity, `<li><a href="#q">`+want, `id="q-error"`)
		p.get("/calls.atom"+q, http.StatusUnprocessableEntity, want)
		p.get("/calls.ics"+q, http.StatusUnprocessableEntity, want)
	}
	p.get("/calls?lang=de&q=status:opne", http.StatusUnprocessableEntity, "„status:opne“ wird hier nicht verstanden.")
	p.get("/calls.atom?q=status:expected", http.StatusUnprocessableEntity)
	p.get("/calls?q=%22status:opne%22", http.StatusOK) // in quotes it is a phrase
}

// Feeds and calendars of a search hold to the conditions among its words, and what is offered instead keeps them.
func TestFeedsHoldToConditionsAmongTheWords(t *testing.T) {
	t.Parallel()
	_, environ := standIn(t, 1)
	must(t, environ, "crawl", "--now", "2026-08-25")
	p := servePages(t, environ)
	for _, path := range []string{"/calls.atom", "/calls.ics"} {
		all, cerv := p.get(path+"?q=status:open", http.StatusOK), p.get(path+"?q=status:open+programme:CERV", http.StatusOK)
		entry := regexp.MustCompile(`<entry>|BEGIN:VEVENT`)
		if many, few := len(entry.FindAllString(all, -1)), len(entry.FindAllString(cerv, -1)); few == 0 || few >= many {
			t.Errorf("%s: %d of %d are of one programme", path, few, many)
		}
	}
	page := p.get("/calls?q=status:open+programme:CERV", http.StatusOK)
	link := regexp.MustCompile(`<a href="(/calls\.atom\?[^"]*)">`).FindStringSubmatch(page)
	if link == nil {
		t.Fatalf("the page offers no feed:\n%s", page)
	}
	p.get(html.UnescapeString(link[1]), http.StatusOK, "EU funding calls: status:open programme:CERV", "Call Town Twinning 2026")
	slip := p.get("/calls?lang=en&q=status:open+climte", http.StatusOK)
	instead := regexp.MustCompile(`Did you mean: <a href="(/calls\?[^"]*)">`).FindStringSubmatch(slip)
	if instead == nil || !strings.Contains(instead[1], "status%3Aopen") {
		t.Errorf("offered instead is %q, without the condition", instead)
	}
}

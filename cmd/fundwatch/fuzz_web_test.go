package main

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	ics "github.com/arran4/golang-ical"
	"github.com/mmcdole/gofeed"
	"golang.org/x/net/html"

	"fundwatch/calls"
	"fundwatch/calls/store"
	"fundwatch/notify/web"
)

// Whatever a stranger writes into an address or a form, the pages answer in order: no fault of ours, no broken
// text, no markup that came in from outside.
func FuzzPages(f *testing.F) {
	dir := f.TempDir()
	benchDatabase(f, dir, benchCalls(50)).Close()
	site := siteOn(f, filepath.Join(dir, "bench.db")).Handler()
	const mark = "<script"
	for _, query := range []string{
		"", "q=jumelage&lang=fr&page=2", "q=%22town+twinning%22+-youth+OR+a*&status=all&sort=deadline&exact=1",
		"deadline-after=2026-13-45&min-grant=1e9&topic=youth&programme=CERV", "lang=xx&page=99999999999999999999",
		"town=Sopot&country=PL&twins=Namur+(BE)%0AX+(ZZ)", "town=%00%ff&country=&twins=" + strings.Repeat("a%0A", 80),
		"country=FR&town=Lod%C3%A8ve&topics=town-twinning&words=velo*&language=fr&email=a%40b.example&consent=yes",
		"q=<script>alert(1)</script>", "q=%F0%9F%87%AA%E2%80%AE", "action=pause&until=2026-02-30", "List-Unsubscribe=One-Click",
	} {
		for door := range uint8(len(doors)) {
			f.Add(door, query)
		}
	}
	f.Fuzz(func(t *testing.T, door uint8, query string) {
		d := doors[int(door)%len(doors)]
		r := httptest.NewRequestWithContext(t.Context(), d.method, d.path, nil)
		if d.method == http.MethodPost {
			r = httptest.NewRequestWithContext(t.Context(), d.method, d.path, strings.NewReader(query))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		} else {
			r.URL.RawQuery = query
		}
		w := httptest.NewRecorder()
		site.ServeHTTP(w, r)
		body := w.Body.String()
		if w.Code >= 500 || !utf8.ValidString(body) || strings.Contains(body, mark) {
			t.Errorf("%s %s with %q: status %d\n%s", d.method, d.path, query, w.Code, body)
		}
	})
}

// Whatever a source calls a call: its page, the list and what programs fetch of them have our markup and no other, link
// into the web and nowhere else, and can be read.
func FuzzCallPage(f *testing.F) {
	for _, text := range []string{
		`<img src=x onerror=alert(1)>"'><script>alert(1)</script>`, "a\r\nX-Evil: 1\r\n\r\n", "\u202e\u0085\x1b[31m", "caf\xe9", "{{.Town}}", strings.Repeat("\U0001f1ea", 400), "", "--><!--", "&lt;b&gt;",
	} {
		f.Add(text, "https://example.org/"+text, "en")
		f.Add("Town Twinning", "javascript:alert(1)//"+text, text)
	}
	dir := f.TempDir()
	db := benchDatabase(f, dir, benchCalls(3))
	pages := siteOn(f, filepath.Join(dir, "bench.db")).Handler()
	programmes, err := calls.LoadProgrammes()
	if err != nil {
		f.Fatal(err)
	}
	seen := func(text, address, lang string) (calls.Call, bool) {
		name := fmt.Sprintf("n%x", sha256.Sum256([]byte(text+"\x00"+address+"\x00"+lang)))
		c, _, ok := calls.Normalise(calls.Raw{
			Source: "feed", Reference: name, Title: text, Identifier: text, Summary: text,
			Body: name + " " + text, Umbrella: text, Programme: text, ActionType: text, URL: address, Language: lang, Deadlines: []string{"2026-10-24T17:00", "2026-10-25"},
		}, programmes, fixedClock())
		return c, ok
	}
	plain, _ := seen("Town Twinning", "https://example.org/a", "fr")
	ours := markupOf(f, pages, plain, db)
	f.Fuzz(func(t *testing.T, text, address, lang string) {
		c, ok := seen(text, address, lang)
		if !ok {
			return
		}
		for tag := range markupOf(t, pages, c, db) {
			if !ours[tag] {
				t.Errorf("<%s> came from outside", tag)
			}
		}
	})
}

// markupOf keeps a call, looks at it in every way that the pages have, and returns their elements and attributes as "a href".
func markupOf(t testing.TB, pages http.Handler, c calls.Call, db *store.DB) map[string]bool {
	t.Helper()
	run, err := db.BeginRun(t.Context(), c.Key.Source, fixedClock())
	if err != nil {
		t.Fatal(err)
	}
	sweep := calls.Sweep{Source: c.Key.Source, Started: fixedClock(), Found: []calls.Call{c}}
	if _, err := db.SaveSweep(t.Context(), run, sweep, func(*calls.Call) []calls.TopicHit { return c.Topics }, fixedClock()); err != nil {
		t.Fatal(err)
	}
	tags := map[string]bool{}
	only := "?status=all&exact=1&q=" + c.Key.Reference // which its text holds
	for _, path := range []string{web.CallPath(c.Key), "/calls" + only, web.CallPath(c.Key) + "/deadlines.ics", "/calls.atom" + only, "/calls.ics" + only} {
		w := httptest.NewRecorder()
		pages.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		body := w.Body.String()
		if w.Code != http.StatusOK || !utf8.ValidString(body) || !strings.Contains(strings.ReplaceAll(body, "\r\n ", ""), c.Key.Reference) {
			t.Fatalf("%s: status %d\n%s", path, w.Code, body)
		}
		switch kind, _, _ := strings.Cut(w.Header().Get("Content-Type"), ";"); kind {
		case "text/html":
			collectMarkup(t, body, tags)
		case "text/calendar":
			if _, err := ics.ParseCalendar(strings.NewReader(body)); err != nil {
				t.Errorf("%s: %v\n%s", path, err, body)
			}
		case "application/atom+xml":
			if _, err := gofeed.NewParser().ParseString(body); err != nil {
				t.Errorf("%s: %v\n%s", path, err, body)
			}
		}
	}
	return tags
}

func collectMarkup(t testing.TB, body string, tags map[string]bool) {
	t.Helper()
	tokens := html.NewTokenizer(strings.NewReader(body))
	for kind := tokens.Next(); kind != html.ErrorToken; kind = tokens.Next() {
		token := tokens.Token()
		switch kind {
		case html.StartTagToken, html.SelfClosingTagToken:
			tags[token.Data] = true
		case html.CommentToken:
			tags["!--"] = true
		}
		for _, a := range token.Attr {
			tags[token.Data+" "+a.Key] = true
			if u, err := url.Parse(a.Val); a.Key == "href" && (err != nil || !slices.Contains([]string{"", "http", "https"}, u.Scheme)) {
				t.Errorf("a link goes to %q", a.Val)
			}
		}
	}
}

// doors are the places at which strangers' words come in.
var doors = []struct{ method, path string }{
	{http.MethodGet, "/calls"}, {http.MethodGet, "/calls.atom"}, {http.MethodGet, "/calls.ics"},
	{http.MethodGet, "/calls/portal/1"}, {http.MethodGet, "/calls/portal/1/deadlines.ics"}, {http.MethodGet, "/subscribe"},
	{http.MethodGet, "/expected/CERV-2027-CITIZENS-TOWN-NT"},
	{http.MethodPost, "/subscribe"}, {http.MethodPost, "/u/aaaaaaaaaaaaaaaaaaaaaaaaaa"},
	{http.MethodPost, "/u/aaaaaaaaaaaaaaaaaaaaaaaaaa/settings"}, {http.MethodGet, "/f/aaaaaaaaaaaaaaaaaaaaaaaaaa/calls.atom"},
}

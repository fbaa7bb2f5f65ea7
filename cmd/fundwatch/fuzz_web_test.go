package main

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
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

// doors are the places at which strangers' words come in.
var doors = []struct{ method, path string }{
	{http.MethodGet, "/calls"}, {http.MethodGet, "/calls.atom"}, {http.MethodGet, "/calls.ics"},
	{http.MethodGet, "/calls/portal/1"}, {http.MethodGet, "/calls/portal/1/deadlines.ics"}, {http.MethodGet, "/subscribe"},
	{http.MethodGet, "/expected/CERV-2027-CITIZENS-TOWN-NT"},
	{http.MethodPost, "/subscribe"}, {http.MethodPost, "/u/aaaaaaaaaaaaaaaaaaaaaaaaaa"},
	{http.MethodPost, "/u/aaaaaaaaaaaaaaaaaaaaaaaaaa/settings"}, {http.MethodGet, "/f/aaaaaaaaaaaaaaaaaaaaaaaaaa/calls.atom"},
}

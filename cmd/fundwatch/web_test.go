package main

import (
	"context"
	"encoding/xml"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"fundwatch/calls"
	"fundwatch/calls/store"
	"fundwatch/crawler/portaltest"
)

// A pagesServer is the real program, serving web pages.
type pagesServer struct {
	t    *testing.T
	url  string
	path string // of the database
	log  *lockedBuffer
}

const pagesNow = "2026-09-01T09:00:00Z"

// servePages runs `serve` with web pages on a free port until the test ends, and wants it to end well. It
// does nothing else: every stage was done before.
func servePages(t *testing.T, environ []string) *pagesServer {
	t.Helper()
	cmd := exec.Command(os.Args[0], "serve", "-v", "--now", pagesNow)
	cmd.Env = append(append([]string{}, environ...), runAsProgram+"=1",
		envPair("WEB_LISTEN", "127.0.0.1:0"), envPair("WEB_BASE_URL", "https://fundwatch.example"))
	p := &pagesServer{t: t, log: &lockedBuffer{}, path: lookupEnv(environ, "XDG_DATA_HOME") + "/fundwatch/fundwatch.db"}
	cmd.Stderr = p.log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGTERM) //nolint:errcheck // Wait tells
		if err := cmd.Wait(); err != nil {
			t.Errorf("serve ended with %v:\n%s", err, p.log.String())
		}
	})
	said := regexp.MustCompile(`web pages on (http://\S+),`)
	for end := time.Now().Add(patience); p.url == "" && time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if found := said.FindStringSubmatch(p.log.String()); found != nil {
			p.url = found[1]
		}
	}
	if p.url == "" {
		t.Fatalf("no pages within %s:\n%s", patience, p.log.String())
	}
	return p
}

func (p *pagesServer) do(r *http.Request) (status int, body string, header http.Header) {
	p.t.Helper()
	client := &http.Client{
		Timeout:       patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	defer client.CloseIdleConnections()
	answer, err := client.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return answer.StatusCode, string(text), answer.Header
}

func (p *pagesServer) request(method, path, body string) *http.Request {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.t.Context(), method, p.url+path, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return r
}

// get wants a page with this status, and the words on it.
func (p *pagesServer) get(path string, status int, words ...string) string {
	p.t.Helper()
	got, body, _ := p.do(p.request("GET", path, ""))
	p.expect("GET "+path, got, status, body, words)
	return body
}

func (p *pagesServer) post(path string, form url.Values, status int, words ...string) string {
	p.t.Helper()
	got, body, _ := p.do(p.request("POST", path, form.Encode()))
	p.expect("POST "+path, got, status, body, words)
	return body
}

func (p *pagesServer) expect(what string, got, want int, body string, words []string) {
	p.t.Helper()
	if got != want {
		p.t.Errorf("%s: status %d, want %d:\n%s", what, got, want, body)
	}
	for _, w := range words {
		if !strings.Contains(body, w) {
			p.t.Errorf("%s: %q is not on the page:\n%s", what, w, body)
		}
	}
}

func (p *pagesServer) db() *store.DB {
	p.t.Helper()
	db, err := store.Open(context.Background(), p.path)
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { db.Close() })
	if err := db.Unlock(context.Background()); err != nil {
		p.t.Fatal(err)
	}
	return db
}

func TestPagesShowCalls(t *testing.T) {
	t.Parallel()
	_, environ := standIn(t, 1)
	must(t, environ, "crawl", "--now", "2026-08-25")
	p := servePages(t, environ)
	p.get("/", http.StatusOK, `<html lang="en">`, "EU funding for towns")
	list := p.get("/calls?q=jumelage", http.StatusOK, "CERV-2026-CITIZENS-TOWN-TT", "also finds calls on")
	if strings.Contains(list, "<script") {
		t.Error("the list holds a script")
	}
	p.get("/calls?q=jumelage&exact=1", http.StatusOK, "No call found")
	p.get("/calls?lang=de&q=St%C3%A4dtepartnerschaft", http.StatusOK, "„Städtepartnerschaft“ findet auch")
	p.get("/calls?q=twining", http.StatusOK)
	p.get("/calls?topic=nonsense&deadline-after=tomorrow&min-grant=x", http.StatusUnprocessableEntity,
		"“nonsense” is not one of our topics", `href="#deadline-after"`, `id="deadline-after-error"`, `value="tomorrow"`, "whole number")
	path := regexp.MustCompile(`href="(/calls/portal/[^"]+)"`).FindStringSubmatch(list)
	if path == nil {
		t.Fatal("the list links to no call")
	}
	p.get(path[1], http.StatusOK, "<h2>What has changed</h2>", "First seen", "Brussels time")
	for _, gone := range []string{"/calls/portal/none", "/nothing", "/static/other.css", "/calls/portal", "/calls/%00/%ff"} {
		p.get(gone, http.StatusNotFound, "There is no such page")
	}
	second := p.get("/calls?status=all&page=2", http.StatusOK)
	if !strings.Contains(second, `rel="prev"`) && !strings.Contains(second, "No call found") {
		t.Error("the second page does not lead back")
	}
	p.get("/healthz", http.StatusOK, "ok")
	p.get("/readyz", http.StatusOK, "ok")
	p.get("/metrics", http.StatusOK, `fundwatch_calls{status="open"} `, `fundwatch_http_requests_total{route="GET /calls",code="200"}`)
	forwarded := p.request("GET", "/metrics", "")
	forwarded.Header.Set("X-Forwarded-For", "203.0.113.9")
	if status, _, _ := p.do(forwarded); status != http.StatusNotFound {
		t.Errorf("metrics through a proxy: status %d, want 404", status)
	}
}

// Pages of one search hold every call once.
func TestPagesOfASearchAreDisjoint(t *testing.T) {
	t.Parallel()
	portal, environ := standIn(t, 1)
	portal.SetRecords(portaltest.Many(45))
	must(t, environ, "crawl", "--now", "2026-08-25")
	want := strings.Count(must(t, environ, "search", "--status", "all", "--limit", "0", "--now", pagesNow), "\n")
	p := servePages(t, environ)
	link := regexp.MustCompile(`<h3><a href="(/calls/[^"]+)"`)
	seen := map[string]int{}
	for _, path := range []string{"/calls?status=all", "/calls?status=all&page=2", "/calls?status=all&page=3"} {
		for _, m := range link.FindAllStringSubmatch(p.get(path, http.StatusOK), -1) {
			seen[m[1]]++
		}
	}
	if len(seen) != want || want < 45 {
		t.Errorf("three pages hold %d calls, want %d", len(seen), want)
	}
	for path, n := range seen {
		if n != 1 {
			t.Errorf("%s stands on %d pages", path, n)
		}
	}
}

func TestEveryAnswerIsGuarded(t *testing.T) {
	t.Parallel()
	_, environ := standIn(t, 1)
	must(t, environ, "crawl", "--now", "2026-08-25")
	p := servePages(t, environ)
	for _, path := range []string{"/", "/calls", "/calls.atom", "/nothing", "/subscribe", "/u/forged", "/healthz"} {
		_, _, h := p.do(p.request("GET", path, ""))
		for name, want := range map[string]string{
			"Content-Security-Policy":   "default-src 'none'",
			"Referrer-Policy":           "no-referrer",
			"X-Content-Type-Options":    "nosniff",
			"Strict-Transport-Security": "max-age=",
		} {
			if !strings.HasPrefix(h.Get(name), want) {
				t.Errorf("%s: %s is %q, want %q", path, name, h.Get(name), want)
			}
		}
		if !strings.Contains(h.Get("Content-Security-Policy"), "frame-ancestors 'none'") || h.Get("Set-Cookie") != "" {
			t.Errorf("%s: can be framed, or sets a cookie: %v", path, h)
		}
	}
}

// Whatever a source says is text.
func TestHostileCallsAreText(t *testing.T) {
	t.Parallel()
	_, environ := standIn(t, 1)
	must(t, environ, "crawl", "--now", "2026-08-25")
	p := servePages(t, environ)
	const attack = `"><img src=x onerror=alert(1)><script>alert(2)</script>` + "\u202e]]>&amp;{{.Title}}"
	db := p.db()
	at := time.Date(2026, 8, 31, 5, 0, 0, 0, time.UTC)
	run, err := db.BeginRun(t.Context(), "evil", at)
	if err != nil {
		t.Fatal(err)
	}
	c := calls.Call{
		Key: calls.Key{Source: "evil", Reference: `../"x'/<b>?a=1#z`}, Identifier: "EVIL-" + attack, Kind: calls.KindTopic,
		Title: "Evil " + attack, Summary: attack, Body: attack + "\n" + attack, Umbrella: attack, ActionType: attack,
		Programme: attack, URL: "javascript:alert(3)", Language: `en" onload="alert(4)`, Opens: at,
	}
	noTopics := func(*calls.Call) []calls.TopicHit { return nil }
	if _, err := db.SaveSweep(t.Context(), run, calls.Sweep{Source: "evil", Pages: 1, Found: []calls.Call{c}, Complete: true}, noTopics, at); err != nil {
		t.Fatal(err)
	}
	list := p.get("/calls?q=evil", http.StatusOK)
	link := regexp.MustCompile(`<h3><a href="(/calls/evil/[^"]+)"`).FindStringSubmatch(list)
	if link == nil {
		t.Fatalf("the list does not link to the call:\n%s", list)
	}
	query := "/calls?" + url.Values{"q": {attack}, "topic": {attack}, "status": {attack}, "lang": {attack}}.Encode()
	for what, page := range map[string]string{
		"list": list, "call": p.get(link[1], http.StatusOK, "Evil"), "search": p.get(query, http.StatusUnprocessableEntity),
		"feed": p.get("/calls.atom?q=evil", http.StatusOK),
	} {
		for _, live := range []string{"<img", "<script", `href="javascript:`, ` onload="`, "</title><"} {
			if strings.Contains(page, live) {
				t.Errorf("%s: %q is alive:\n%s", what, live, page)
			}
		}
		var any struct{}
		if err := xml.Unmarshal([]byte(page), &any); what == "feed" && err != nil {
			t.Errorf("the feed is no XML: %v", err)
		}
	}
}

// A client that sends nothing, and one that sends too much, hold nothing up.
func TestLimitsOfRequests(t *testing.T) {
	t.Parallel()
	_, environ := standIn(t, 1)
	must(t, environ, "crawl", "--now", "2026-08-25")
	p := servePages(t, environ)
	long := p.request("GET", "/", "")
	long.Header.Set("X-Long", strings.Repeat("x", 64<<10))
	if status, _, _ := p.do(long); status != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("a header of 64 KB: status %d, want 431", status)
	}
	if status, _, _ := p.do(p.request("DELETE", "/calls", "")); status < 400 {
		t.Errorf("DELETE: status %d, want a refusal", status)
	}
}

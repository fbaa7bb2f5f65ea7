package crawler_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fundwatch/crawler"
)

const (
	linkedList  = "{id: s, name: S, kind: html, url: HOST/1, item: p.c, fields: {title: a, link: a, deadlines: {select: time, optional: true}}, pager: {next: a.next}}"
	numbered    = "{id: s, name: S, kind: html, url: HOST/list, item: p.c, fields: {title: a, link: a}, pager: {page: 'page={n}', first: 0}}"
	missingEnd  = "{id: s, name: S, kind: html, url: HOST/list, item: p.c, fields: {title: a, link: a}, pager: {page: 'page={n}', end: missing}}"
	jsonList    = "{id: s, name: S, kind: json, url: HOST/api, item: 'data.calls', fields: {title: name, link: url}}"
	jsonTotal   = "{id: s, name: S, kind: json, url: HOST/api, item: '[*].rows[*]', fields: {title: name, reference: no}, pager: {page: '/api/{n}', total: '[0].total'}}"
	wordpress   = "{id: s, name: S, kind: json, url: HOST/posts, item: '[*]', fields: {title: title.rendered, reference: id}, pager: {page: 'page={n}', pages_header: X-WP-TotalPages, total_header: X-WP-Total}}"
	anyFeed     = "{id: s, name: S, kind: feed, url: HOST/feed}"
	withDetail  = "{id: s, name: S, kind: html, url: HOST/1, item: p.c, fields: {title: a, link: a}, detail: {deadlines: time}}"
	everyDated  = "{id: s, name: S, kind: html, url: HOST/1, item: p.c, fields: {title: a, link: a, deadlines: time@datetime}}"
	threeTitles = `<p class=c><a href=/a>A</a></p><p class=c><a href=/b>B</a></p><p class=c><a href=/c>C</a></p>`
)

func item(name, after string) string {
	return fmt.Sprintf(`<p class=c><a href="/%s">%s</a>%s</p>`, name, name, after)
}

// A fault leaves an incomplete sweep that names place and cause, and keeps what was read.
func TestSourceFaults(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		def   string
		site  website
		want  string // in the error
		found int
	}{
		{"missing page", linkedList, website{}, "page 1, HOST/1: HTTP 404 Not Found", 0},
		{"server error on page 2", linkedList, website{"/1": {body: item("a", "") + `<a class=next href=/2>`}, "/2": {status: 500, body: "out of order"}},
			`page 2, HOST/2: HTTP 500 Internal Server Error after 3 attempts: it said "out of order"`, 1},
		{"nothing selected", linkedList, website{"/1": {body: "<h1>Sign in</h1>"}}, `page 1, HOST/1: selector "p.c" finds nothing: the page changed its shape or is empty`, 0},
		{"nothing selected on page 2", linkedList, website{"/1": {body: item("a", "") + `<a class=next href=/2>`}, "/2": {body: "<p>"}},
			`page 2, HOST/2: selector "p.c" finds nothing`, 1},
		{"empty body", linkedList, website{"/1": {body: " \n", kind: "text/html"}}, "page 1, HOST/1: no web page: the answer is empty", 0},
		{"PDF", linkedList, website{"/1": {body: "%PDF-1.7", kind: "application/pdf"}}, `no web page: it is "application/pdf"`, 0},
		{"cut body", linkedList, website{"/1": {body: threeTitles, header: map[string]string{"Content-Length": "5000"}}}, "page 1, HOST/1: the answer was cut", 0},
		{"too large", linkedList, website{"/1": {body: strings.Repeat("<p>", 1<<20)}}, "page 1, HOST/1: body too large: more than 1048576 bytes", 0},
		{"too deep", linkedList, website{"/1": {body: strings.Repeat("<div>", 100_000)}}, "page 1, HOST/1: no web page: html: open stack of elements exceeds", 0},
		{"pager to itself", linkedList, website{"/1": {body: item("a", "") + `<a class=next href=/1>`}}, "page 1: the pager goes round: page 1 leads back to page 1", 1},
		{"pager in a circle", linkedList, website{"/1": {body: item("a", "") + `<a class=next href=/2>`}, "/2": {body: item("b", "") + `<a class=next href=/1#x>`}},
			"page 2: the pager goes round: page 2 leads back to page 1", 2},
		{"pager elsewhere", linkedList, website{"/1": {body: item("a", "") + `<a class=next href=https://elsewhere.example/2>`}},
			`page 1: the link to the next page leads to "https://elsewhere.example/2", which is not on this site`, 1},
		{"pager is a script", linkedList, website{"/1": {body: item("a", "") + `<a class=next href="javascript:more()">`}}, `leads to "javascript:more()", which is not on this site`, 1},
		{"page number ignored", numbered, website{"/list?page=0": {body: threeTitles}, "/list?page=1": {body: threeTitles}},
			"page 2: the pager goes round: page 2 holds nothing but what earlier pages held", 3},
		{"missing page without leave", numbered, website{"/list?page=0": {body: threeTitles}}, "page 2, HOST/list?page=1: HTTP 404 Not Found", 3},
		{"items for ever", linkedList, website{"/1": {body: strings.Repeat("<p class=c>x</p>", 5001)}}, "page 1: more than 5000 items: this is no list of calls", 0},
		{"page for ever", linkedList, endless(), "page 51: beyond the limit of 50 pages", 50},
		{"facts of all items missing", everyDated, website{"/1": {body: threeTitles}},
			`HOST/1: fields.deadlines: selector "time @datetime" finds nothing in any of 3 items: the page changed its shape`, 0},
		{"markup for JSON", jsonList, website{"/api": {body: "<!DOCTYPE html><title>Sorry</title>"}}, `page 1, HOST/api: no JSON: it is markup: "<!DOCTYPE html>`, 0},
		{"half a JSON", jsonList, website{"/api": {body: `{"data": {"calls": [{"name": "A"`}}, "page 1, HOST/api: broken JSON: unexpected EOF", 0},
		{"two JSONs", jsonList, website{"/api": {body: `{"data": {"calls": []}} {}`}}, "broken JSON: something follows its end", 0},
		{"no list", jsonList, website{"/api": {body: `{"data": {"items": []}}`}}, `path "data.calls" leads to nothing: the answer changed its shape`, 0},
		{"list is none", jsonList, website{"/api": {body: `{"data": {"calls": {"a": 1}}}`}}, `path "data.calls" leads to no list: the answer changed its shape`, 0},
		{"list is empty", jsonList, website{"/api": {body: `{"data": {"calls": []}}`}}, `path "data.calls" finds nothing: the page changed its shape or is empty`, 0},
		{"less than the total", jsonTotal, website{"/api/1": {body: `[{"total": 3, "rows": [{"name": "A", "no": 1}, {"name": "B", "no": 2}]}]`}, "/api/2": {body: `[{"total": 3, "rows": []}]`}},
			"page 2: 2 items were read where the source has 3", 2},
		{"total changes", jsonTotal, website{"/api/1": {body: `[{"total": 3, "rows": [{"name": "A", "no": 1}]}]`}, "/api/2": {body: `[{"total": 4, "rows": [{"name": "B", "no": 2}]}]`}},
			"page 2: the list changed while it was read: it had 3 items", 2},
		{"total is no number", jsonTotal, website{"/api/1": {body: `[{"total": "many", "rows": []}]`}}, `the number of items is "many"`, 0},
		{"counting header missing", wordpress, website{"/posts?page=1": {body: `[{"id": 1, "title": {"rendered": "A"}}]`}}, `header X-WP-TotalPages is "", want a number`, 0},
		{"counting header wrong", wordpress, website{"/posts?page=1": {body: `[{"id": 1, "title": {"rendered": "A"}}]`, header: map[string]string{"X-WP-TotalPages": "1", "X-WP-Total": "2"}}},
			"page 1: 1 items were read where the source has 2", 1},
		{"markup for a feed", anyFeed, website{"/feed": {body: "<!DOCTYPE html><title>Sorry</title>"}}, "page 1, HOST/feed: no feed: failed to detect feed type", 0},
		{"half a feed", anyFeed, website{"/feed": {body: file(t, "feed.rss")[:700]}}, "page 1, HOST/feed: no feed: ", 0},
		{"empty feed", anyFeed, website{"/feed": {body: `<rss version="2.0"><channel><title>x</title></channel></rss>`}}, "the feed's list of items finds nothing", 0},
		{"unknown letters", anyFeed, website{"/feed": {body: `<?xml version="1.0" encoding="klingon"?><rss/>`, kind: "text/xml"}}, `its letters are written as "klingon", which is unknown`, 0},
		{"deep feed", anyFeed, website{"/feed": {body: "<rss><channel>" + strings.Repeat("<a>", 100_000)}}, "no feed: its elements lie more than 500 deep", 0},
		{"feed with nothing for an entry", anyFeed, website{"/feed": {body: `{"version": "https://jsonfeed.org/version/1.1", "items": [{"title": "x"}, null]}`}}, "no feed: panic while reading: ", 0},
		{"deep feed behind quotation marks", anyFeed, website{"/feed": {body: "<rss><channel><item><title>x</title>" + strings.Repeat(`<a b="/>">`, 1000)}}, "more than 500 deep", 0},
		{"deep feed behind instructions", anyFeed, website{"/feed": {body: "<rss><channel><item><title>x</title>" + strings.Repeat(`<a><?p </a></a>?>`, 1000)}}, "more than 500 deep", 0},
		{"deep feed behind letters that are dropped", anyFeed, website{"/feed": {body: "<rss><channel><item><title>x</title>" + strings.Repeat("<a><\x01!-- </a> -->", 1000)}}, "more than 500 deep", 0},
		{"pages of calls", withDetail, website{"/1": {body: threeTitles + item("d", "") + item("e", "")}, "/a": {body: "<time>2026-12-01</time>"},
			"/b": {status: 503}, "/c": {status: 503}, "/d": {status: 503}, "/e": {body: "<time>2026-12-05</time>"}}, "HOST/b: HTTP 503 Service Unavailable after 3 attempts\nHOST/c: ", 1},
		{"shape of the pages of calls", withDetail, website{"/1": {body: threeTitles}, "/a": {body: "x"}, "/b": {body: "x"}, "/c": {body: "x"}},
			`detail.deadlines: selector "time" finds nothing in any of 3 items: the page changed its shape`, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			host := tc.site.open(t)
			cfg := impatient()
			cfg.MaxBody = 1 << 20
			def := define(t, strings.ReplaceAll(tc.def, "HOST", host))
			sweep := crawler.New(cfg, still()).Source(t.Context(), def, programmes(t))
			if sweep.Complete || sweep.Verified != "" {
				t.Errorf("got a complete sweep, verified %q, want an incomplete one", sweep.Verified)
			}
			if sweep.Err == nil || !strings.Contains(strings.ReplaceAll(sweep.Err.Error(), host, "HOST"), tc.want) {
				t.Errorf("got error %v\nwant one with %s", sweep.Err, tc.want)
			}
			if len(sweep.Found) != tc.found {
				t.Errorf("got %d calls, want %d", len(sweep.Found), tc.found)
			}
		})
	}
}

func endless() website {
	w := website{}
	for n := 1; n < 60; n++ {
		w[fmt.Sprintf("/%d", n)] = response{body: item(fmt.Sprintf("call-%d", n), "") + fmt.Sprintf("<a class=next href=/%d>", n+1)}
	}
	return w
}

// What only looks like a fault is none.
func TestSourceGoodEnds(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name     string
		def      string
		site     website
		verified string
	}{
		{"no next page", linkedList, website{"/1": {body: threeTitles}}, "3 calls on 1 page"},
		{"next is a place on the page", linkedList, website{"/1": {body: threeTitles + "<a class=next href=#>"}}, "3 calls on 1 page"},
		{"empty page after the last", numbered, website{"/list?page=0": {body: threeTitles}, "/list?page=1": {body: "<p>"}}, "3 calls on 2 pages"},
		{"missing page after the last", missingEnd, website{"/list?page=1": {body: threeTitles}}, "3 calls on 1 page"},
		{"row that moved to the next page", linkedList, website{"/1": {body: threeTitles + "<a class=next href=/2>"}, "/2": {body: item("c", "") + item("d", "")}}, "4 calls on 2 pages; 1 repeated"},
		{"redirect on the same host", linkedList, website{"/1": {status: 301, header: map[string]string{"Location": "/new/"}}, "/new/": {body: threeTitles}}, "3 calls on 1 page"},
		{"may be empty", strings.Replace(linkedList, "item:", "may_be_empty: true, item:", 1), website{"/1": {body: "<h1>None today</h1>"}}, "0 calls on 1 page"},
		{"page of a call is gone", withDetail, website{"/1": {body: threeTitles}, "/a": {body: "<time>2026-12-01</time>"}, "/b": {body: "<time>2026-12-02</time>"}}, "3 calls on 1 page, 2 pages of calls read"},
		{"total says the end", jsonTotal, website{"/api/1": {body: `[{"total": 2, "rows": [{"name": "A", "no": 1}, {"name": "B", "no": 2}]}]`}}, "2 calls on 1 page"},
		{"byte order mark", jsonList, website{"/api": {body: "\ufeff" + `{"data": {"calls": [{"name": "A", "url": "/a"}]}}`}}, "1 call on 1 page"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			sweep := collect(t, define(t, strings.ReplaceAll(tc.def, "HOST", tc.site.open(t))))
			if !sweep.Complete || sweep.Err != nil || sweep.Verified != tc.verified {
				t.Errorf("got complete %v, verified %q, error %v, want complete, %q", sweep.Complete, sweep.Verified, sweep.Err, tc.verified)
			}
		})
	}
}

// What is wrong with one item costs that item, or one field of it.
func TestSourceOdd(t *testing.T) {
	t.Parallel()
	const rules = "{id: s, name: S, kind: html, url: HOST/1, hosts: [partner.example], item: p.c, fields: {title: a, link: a, deadlines: time, status: {select: b, words: {Offen: open, 'Geschl*': closed}}}}"
	good := item("good", "<time>1.12.2026</time><b>OFFEN</b>")
	for _, tc := range []struct {
		name, item string
		odd        string
		want       told
	}{
		{"good", item("x", "<time>15. Dezember 2026</time><b>Geschlossen</b>"), "", told{"x", "x", "", "closed", "", "2026-12-15 23:59", "HOST/x"}},
		{"ambiguous date", item("x", "<time>03/04/2027</time><b>offen</b>"), `x: fields.deadlines: date "03/04/2027"`, told{"x", "x", "", "open", "", "", "HOST/x"}},
		{"no date", item("x", "<b>offen</b>"), `x: fields.deadlines: selector "time" finds nothing`, told{"x", "x", "", "open", "", "", "HOST/x"}},
		{"unknown word", item("x", "<time>1.12.2026</time><b>vielleicht</b>"), `x: fields.status: "vielleicht" is none of the words Geschl*, Offen`, told{"x", "x", "", "", "", "2026-12-01 23:59", "HOST/x"}},
		{"no title", `<p class=c><a href=/x></a><time>1.12.2026</time><b>offen</b></p>`, `x: neither title nor identifier`, told{}},
		{"script for a link", `<p class=c><a href="javascript:alert(1)">x</a><time>1.12.2026</time><b>offen</b></p>`, `link: "javascript:alert(1)" is no plain web address: left out`, told{"title-2d711642b726b044", "x", "", "open", "", "2026-12-01 23:59", "HOST/1"}},
		{"link to a stranger", `<p class=c><a href="https://partner.example.evil.example/">x</a><time>1.12.2026</time><b>offen</b></p>`, `link: "partner.example.evil.example" is not among the hosts`, told{"partner.example.evil.example", "x", "", "open", "", "2026-12-01 23:59", "HOST/1"}},
		{"link to a friend", `<p class=c><a href="https://www.partner.example/y">x</a><time>1.12.2026</time><b>offen</b></p>`, "", told{"partner.example/y", "x", "", "open", "", "2026-12-01 23:59", "https://www.partner.example/y"}},
		{"link with a password", `<p class=c><a href="https://a:b@partner.example/y">x</a><time>1.12.2026</time><b>offen</b></p>`, `is no plain web address: left out`, told{"title-2d711642b726b044", "x", "", "open", "", "2026-12-01 23:59", "HOST/1"}},
		{"two calls, one address", `<p class=c><a href="/good">other</a><time>1.12.2026</time><b>offen</b></p>`, `good: two calls have this reference, "good" and "other": the first is kept`, told{}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			host := website{"/1": {body: good + tc.item}}.open(t)
			def := define(t, strings.ReplaceAll(rules, "HOST", host))
			def.Language = "de"
			sweep := collect(t, def)
			got := told{}
			if all := tell(sweep); len(all) > 1 {
				got = all[1]
			}
			got.URL = strings.Replace(got.URL, host, "HOST", 1)
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("call (-want +got):\n%s", diff)
			}
			odd := problems(sweep)
			if !strings.Contains(odd, tc.odd) || tc.odd == "" && odd != "" {
				t.Errorf("got odd %q, want %q", odd, tc.odd)
			}
			if !sweep.Complete {
				t.Errorf("got error %v, want a complete sweep", sweep.Err)
			}
		})
	}
}

// Letters are decoded once, by what the server says or else by what the page says.
func TestSourceLetters(t *testing.T) {
	t.Parallel()
	const want = "Łódź, Győr, Žilina"
	const central = "\xa3\xf3d\xbc, Gy\xf5r, \xaeilina" // iso-8859-2
	const windows = "\xa3\xf3d\x9f, Gy\xf5r, \x8eilina" // windows-1250
	list := func(title, meta string) string {
		return `<html><head>` + meta + `</head><p class=c><a href=/a>` + title + `</a></p>`
	}
	rss := func(title, declared string) string {
		return `<?xml version="1.0"` + declared + `?><rss version="2.0"><channel><item><title>` + title + `</title></item></channel></rss>`
	}
	for _, tc := range []struct {
		name, def, path string
		page            response
	}{
		{"header says UTF-8", linkedList, "/1", response{body: list(want, ""), kind: "text/html; charset=utf-8"}},
		{"nothing says UTF-8", linkedList, "/1", response{body: list(want, ""), kind: "text/html"}},
		{"header says windows-1250", linkedList, "/1", response{body: list(windows, ""), kind: "text/html; charset=windows-1250"}},
		{"meta says windows-1250", linkedList, "/1", response{body: list(windows, `<meta charset="windows-1250">`), kind: "text/html"}},
		{"meta says iso-8859-2", linkedList, "/1", response{body: list(central, `<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-2">`), kind: "text/html"}},
		{"header and meta say iso-8859-2", linkedList, "/1", response{body: list(central, `<meta charset=iso-8859-2>`), kind: "text/html; charset=ISO-8859-2"}},
		{"page of a call", "{id: s, name: S, kind: html, url: HOST/1, item: p.c, fields: {title: a, link: a}, detail: {title: h1}}", "/a",
			response{body: `<meta charset="windows-1250"><h1>` + windows, kind: "text/html"}},
		{"feed declares", anyFeed, "/feed", response{body: rss(windows, ` encoding="windows-1250"`), kind: "application/rss+xml"}},
		{"header and feed declare", anyFeed, "/feed", response{body: rss(windows, ` encoding="windows-1250"`), kind: "application/rss+xml; charset=windows-1250"}},
		{"header overrules the feed", anyFeed, "/feed", response{body: rss(central, ` encoding='UTF-8' standalone="yes"`), kind: "text/xml; charset=iso-8859-2"}},
		{"feed in UTF-8 with a mark", anyFeed, "/feed", response{body: "\ufeff" + rss(want, ` encoding="utf-8"`), kind: "text/xml; charset=utf-8"}},
		{"feed in UTF-16", anyFeed, "/feed", response{body: utf16(rss(want, ` encoding="utf-16"`)), kind: "text/xml"}},
		{"JSON", jsonList, "/api", response{body: `{"data": {"calls": [{"name": "` + want + `", "url": "/a"}]}}`, kind: "application/json; charset=utf-8"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			site := website{"/1": {body: list("x", "")}, tc.path: tc.page}
			sweep := collect(t, define(t, strings.ReplaceAll(tc.def, "HOST", site.open(t))))
			if len(sweep.Found) != 1 || sweep.Found[0].Title != want {
				t.Errorf("got %v, error %v, want one call %q", tell(sweep), sweep.Err, want)
			}
		})
	}
}

// utf16 writes text as UTF-16, low byte first, with the mark that says so.
func utf16(text string) string {
	var b strings.Builder
	for _, r := range "\ufeff" + text {
		b.WriteByte(byte(r))
		b.WriteByte(byte(r >> 8))
	}
	return b.String()
}

func TestSourceHostile(t *testing.T) {
	t.Parallel()
	const bomb = `<script>alert(1)</script><img src=x onerror=alert(1)>Towns &amp;amp; twins &lt;script&gt;x&lt;/script&gt;` + "\x1b[31m\u202e\u200b\x07"
	host := website{
		"/1":    {body: `<p class=c><a href="/a">` + bomb + strings.Repeat("long ", 10_000) + `</a></p>`},
		"/api":  {body: `{"data": {"calls": [{"name": "<script>alert(1)</script>Towns &amp; twins\u001b[31m\u202e", "url": "/a"}]}}`},
		"/feed": {body: `<rss version="2.0"><channel><item><title><![CDATA[` + bomb + `]]></title><link>javascript:alert(1)</link></item></channel></rss>`},
	}.open(t)
	for _, text := range []string{linkedList, jsonList, anyFeed} {
		sweep := collect(t, define(t, strings.ReplaceAll(text, "HOST", host)))
		if len(sweep.Found) != 1 {
			t.Fatalf("got %d calls, error %v, want 1", len(sweep.Found), sweep.Err)
		}
		c := sweep.Found[0]
		if !strings.HasPrefix(c.Title, "Towns & twins") || strings.ContainsAny(c.Title, "<\x1b\u202e\u200b\x07\n") || len(c.Title) > 4<<10 || !strings.HasPrefix(c.URL, "http://127.0.0.1") {
			t.Errorf("got title %.80q and link %q, want harmless ones", c.Title, c.URL)
		}
	}
}

// Neither robots.txt nor a redirect can be passed by.
func TestSourceManners(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("the crawler followed a redirect to another host")
	}))
	t.Cleanup(elsewhere.Close)
	foreign := strings.Replace(elsewhere.URL, "127.0.0.1", "localhost", 1)
	for _, tc := range []struct {
		name string
		site website
		want error
	}{
		{"forbidden", website{"/robots.txt": {body: "User-agent: *\nDisallow: /1"}, "/1": {body: threeTitles}}, crawler.ErrRobots},
		{"sent elsewhere", website{"/1": {status: 302, header: map[string]string{"Location": foreign}}}, crawler.ErrRedirect},
		{"sent to a forbidden place", website{"/robots.txt": {body: "User-agent: *\nDisallow: /2"}, "/1": {status: 302, header: map[string]string{"Location": "/2"}}}, crawler.ErrRobots},
		{"sent round", website{"/1": {status: 302, header: map[string]string{"Location": "/1"}}}, crawler.ErrRedirect},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			sweep := collect(t, define(t, strings.ReplaceAll(linkedList, "HOST", tc.site.open(t))))
			if !errors.Is(sweep.Err, tc.want) || len(sweep.Found) != 0 {
				t.Errorf("got error %v, %d calls, want %v and none", sweep.Err, len(sweep.Found), tc.want)
			}
		})
	}
}

// A page of a call that sends its reader elsewhere is no failure: it will do so tomorrow too.
func TestSourceDetailElsewhere(t *testing.T) {
	t.Parallel()
	host := website{"/1": {body: item("a", "")}, "/a": {status: 302, header: map[string]string{"Location": "https://elsewhere.example/"}}}.open(t)
	sweep := collect(t, define(t, strings.ReplaceAll(withDetail, "HOST", host)))
	if !sweep.Complete || len(sweep.Found) != 1 || !strings.Contains(problems(sweep), `redirect refused: to "https://elsewhere.example/"`) {
		t.Errorf("got complete %v, %d calls, odd %q, want one call that is odd", sweep.Complete, len(sweep.Found), problems(sweep))
	}
}

// Whoever stops a sweep waits for nothing, and half-read calls are not told as whole ones.
func TestSourceInterrupted(t *testing.T) {
	t.Parallel()
	cause := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	site := http.NewServeMux()
	site.HandleFunc("/1", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, threeTitles) })
	site.HandleFunc("/a", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<time>2026-12-01</time>") })
	site.HandleFunc("/b", func(_ http.ResponseWriter, r *http.Request) { cancel(cause); <-r.Context().Done() })
	server := httptest.NewServer(site)
	defer server.Close()
	patient := impatient()
	patient.Timeout = time.Hour
	begun := time.Now()
	sweep := crawler.New(patient, still()).Source(ctx, define(t, strings.ReplaceAll(withDetail, "HOST", server.URL)), programmes(t))
	if !errors.Is(sweep.Err, cause) || sweep.Complete || len(sweep.Found) != 1 {
		t.Errorf("got error %v, complete %v, %d calls, want %v and the one that was whole", sweep.Err, sweep.Complete, len(sweep.Found), cause)
	}
	if took := time.Since(begun); took > time.Minute {
		t.Errorf("the sweep went on for %s", took)
	}
}

// A panic below costs the page, not the program; a wrong definition costs the sweep.
func TestSourceSurvives(t *testing.T) {
	t.Parallel()
	edge := still()
	edge.Transport = panicking{}
	def := define(t, strings.ReplaceAll(linkedList, "HOST", "https://town.example"))
	sweep := crawler.New(impatient(), edge).Source(t.Context(), def, programmes(t))
	if sweep.Err == nil || !strings.Contains(sweep.Err.Error(), "page 1, https://town.example/1: panic while asking: out of order") {
		t.Errorf("got error %v, want the panic", sweep.Err)
	}
	sweep = crawler.New(impatient(), edge).Source(t.Context(), crawler.SourceDef{ID: "s", Kind: "ftp"}, programmes(t))
	if sweep.Err == nil || !strings.Contains(sweep.Err.Error(), `definition: name: the name for people is missing`) || sweep.Source != "s" {
		t.Errorf("got source %q, error %v, want what is wrong with the definition", sweep.Source, sweep.Err)
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	site := endless()
	site["/robots.txt"] = response{body: "User-agent: *\nDisallow: /never\nCrawl-delay: 0"}
	host := site.open(t)
	var seen []string
	edge := still()
	edge.Progress = func(p crawler.Progress) { seen = append(seen, p.Note) }
	c := crawler.New(impatient(), edge)
	report := c.Check(t.Context(), define(t, strings.ReplaceAll(linkedList, "HOST", host)), programmes(t))
	if report.Err != nil || report.Robots != "allowed" || report.Pages != 2 || report.Found != 2 || len(report.First) != 2 || report.Took <= 0 || report.Bytes == 0 {
		t.Errorf("got %+v, want two pages with a call each", report)
	}
	want := []crawler.FieldReport{
		{Field: "fields.title", Rule: `selector "a"`, Of: 2},
		{Field: "fields.link", Rule: `selector "a @href"`, Of: 2},
		{Field: "fields.deadlines", Rule: `selector "time"`, Missing: 2, Of: 2, Optional: true},
	}
	if diff := cmp.Diff(want, report.Fields); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
	if len(seen) != 2 {
		t.Errorf("got progress %q, want two pages", seen)
	}
	for path, want := range map[string]string{"/never": "forbidden by robots.txt", "/missing": "not known"} {
		report = c.Check(t.Context(), define(t, strings.ReplaceAll(linkedList, "HOST/1", host+path)), programmes(t))
		if report.Err == nil || !strings.Contains(report.Robots, want) {
			t.Errorf("%s: got robots %q, error %v, want %q", path, report.Robots, report.Err, want)
		}
	}
	report = c.Check(t.Context(), builtin(t, "visegrad", "https://funder.example/"), programmes(t))
	if report.Robots != "" || report.Found != 3 || report.Err != nil {
		t.Errorf("calendar: got %+v, want three rounds without network", report)
	}
}

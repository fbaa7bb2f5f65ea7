package crawler

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"math"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"fundwatch/calls"
)

// Whatever stands in budgetOverview: amounts are numbers that are read again, or not stated, and never below zero.
func FuzzBudgetOverview(f *testing.F) {
	for _, seed := range []string{
		`{"budgetTopicActionMap":{"1":[{"action":"X-1 - Grant","minContribution":10,"maxContribution":[20],"expectedGrants":"3","budgetYearMap":{"2026":"1000"}}]}}`,
		`{"budgetTopicActionMap":{"1":[{"action":"X-1","budgetYearMap":{"a":1e300,"b":-5,"c":"1e400","d":null}}]}}`,
		`{"budgetTopicActionMap":{"1":[{"action":"X-1","budgetYearMap":{"a":"NaN","b":"Inf","c":0.5}}]}}`, `[]`, `{"budgetTopicActionMap":null}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		m, err := readOverview(text, "X-1")
		if err != nil {
			return
		}
		for _, amount := range []string{m.budget, m.grantMin, m.grantMax, m.grants} {
			if n, err := strconv.ParseFloat(amount, 64); amount != "" && (err != nil || !(n > 0) || math.IsInf(n, 0)) {
				t.Errorf("%q gives the amount %q: %v", text, amount, err)
			}
		}
	})
}

// Every date of the portal is read into a writing that is understood further on, or not at all.
func FuzzPortalDate(f *testing.F) {
	for _, seed := range []string{
		"2026-09-23T00:00:00.000+0000", "2026-09-23T22:00:00Z", "2026-09-23", "2026-09-23+02:00", "1790200800000", "2026-09-23T17:00:00 Europe/Brussels", "0000-01-01", "9999-12-31T23:59:59.999-2359",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if d, ok := parsePortalDate(text); ok && d.t.UTC().Year() > 9998 {
			return // further on, such a year is odd
		}
		for _, reading := range []dateReading{readTopicDate, readWallDate, readInstant} {
			for _, read := range reading.read(list{text}) {
				if read == text {
					continue // what cannot be read is handed on as it is, and is odd there
				}
				understood := slices.ContainsFunc([]string{rawDay, rawWall, "2006-01-02T15:04", time.RFC3339}, func(layout string) bool {
					_, err := time.Parse(layout, read)
					return err == nil
				})
				if !understood {
					t.Errorf("%q is read as %q", text, read)
				}
			}
		}
	})
}

// A host's wish to be left alone is a time of no less than nothing.
func FuzzRetryAfter(f *testing.F) {
	f.Add("120", "")
	f.Add("Tue, 01 Sep 2026 05:30:00 GMT", "Tue, 01 Sep 2026 05:00:00 GMT")
	f.Add("Tue, 01 Sep 2026 05:30:00 GMT", "Tue, 01 Sep 2027 05:00:00 GMT")
	f.Add("-1", "x")
	f.Add("Fri, 31 Dec 9999 23:59:59 GMT", "Mon, 01 Jan 0001 00:00:00 GMT")
	f.Fuzz(func(t *testing.T, after, date string) {
		if wait := retryAfter(http.Header{"Retry-After": {after}, "Date": {date}}); wait < 0 {
			t.Errorf("%q at %q: %s", after, date, wait)
		}
	})
}

// Any file is rules that can be asked, or none with a reason; one that names nobody forbids nothing.
func FuzzRobots(f *testing.F) {
	for _, seed := range []string{
		"User-agent: *\nDisallow: /private\nCrawl-delay: 2\n", "Disallow: /\n", "User-agent: fundwatch\nDisallow: *.pdf$\nAllow: /a\n",
		"User-agent: *\nCrawl-delay: soon\nDisallow: /x", "\xef\xbb\xbfUser-agent: *\rDisallow: /\x00", "Sitemap: x",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		rules := readRobots(&answer{status: http.StatusOK, body: body})
		if (rules.data == nil) != (rules.err != nil) {
			t.Fatalf("rules %v, error %v", rules.data, rules.err)
		}
		if rules.data != nil {
			rules.data.TestAgent("/calls?page=2", "fundwatch/1.0")
		}
	})
}

// A path that is read finds nothing, or parts of the value, in whatever it is held against.
func FuzzJSONPath(f *testing.F) {
	for _, seed := range []string{"data.calls[*].title", ".", "[0][*].a", "a[-1]", "a..b", "[99999999999999999999]"} {
		f.Add(seed, `{"data":{"calls":[{"title":"x"},[1,{"a":null}]]},"a":[[]]}`)
	}
	f.Fuzz(func(t *testing.T, path, text string) {
		value, err := decodeJSON([]byte(text))
		if err != nil {
			return
		}
		if steps, err := parseJSONPath(path); err == nil {
			steps.find(value)
		}
	})
}

// A feed in whatever letters becomes text that says nothing of letters any more, and entries or a reason without one.
func FuzzFeed(f *testing.F) {
	const rss = `<rss version="2.0"><channel><item><title>Caf\u00e9 &amp; <![CDATA[<b>]]></title><link>/a</link><pubDate>Mon, 01 Sep 2026 10:00:00 +0200</pubDate></item></channel></rss>`
	for _, seed := range [][2]string{
		{rss, "text/xml"}, {`<?xml version="1.0" encoding="iso-8859-2"?>` + rss, ""}, {"\xff\xfe<\x00r\x00s\x00s\x00>\x00", ""}, {rss, `text/xml; charset="utf-16be"`},
		{`<feed xmlns="http://www.w3.org/2005/Atom"><entry><title type="html">x</title><updated>0000-00-00</updated></entry></feed>`, "application/atom+xml"},
		{`{"version": "https://jsonfeed.org/version/1.1", "items": [{"title": "x", "date_published": "soon"}, null]}`, "application/feed+json"},
		{`<?xml version="1.0"?><?xml encoding="utf-16le"?>` + rss, ""}, {`<!DOCTYPE x [<!ENTITY a "&a;&a;">]>` + rss, "text/xml; charset=klingon"},
		{"<rss><channel>" + strings.Repeat(`<a b="/>">`, deepestFeed+5), ""},
	} {
		f.Add([]byte(seed[0]), seed[1])
	}
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		text, err := feedText(body, contentType)
		if err == nil && (!utf8.Valid(text) || xmlDeclaration.Match(text) && !bytes.HasPrefix(bytes.TrimSpace(body), []byte("<?xml"))) {
			t.Errorf("%q as %q is read as %q", body, contentType, text)
		}
		page, err := new(sourcePlan).feedItems(&fetched{body: body, contentType: contentType})
		if err != nil {
			if !errors.Is(err, errNotFeed) || page != nil {
				t.Errorf("page %v, error %v", page, err)
			}
			return
		}
		for _, item := range page.items {
			for _, rule := range []string{"title", "link", "guid", "description", "content", "published", "updated", "categories"} {
				for _, found := range item.find(&rulePlan{Rule: Rule{Select: rule}}) {
					if !utf8.ValidString(found) {
						t.Errorf("%s %q", rule, found)
					}
				}
			}
		}
	})
}

// Of a body no more is taken than the limit, and what is taken is what the server sent; half of it is never the whole.
func FuzzReadAnswer(f *testing.F) {
	zipped := func(text string) []byte {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		_, _ = w.Write([]byte(text)) // a buffer takes everything
		_ = w.Close()
		return b.Bytes()
	}
	f.Add([]byte("plain"), "", int64(5), uint16(5), false)
	f.Add([]byte("plain"), "identity", int64(9), uint16(4), true)
	f.Add(zipped(strings.Repeat("a", 5000)), "gzip", int64(-1), uint16(4999), false)
	f.Add(zipped("whole")[:12], "x-gzip", int64(12), uint16(100), false)
	f.Add(append(zipped("one"), zipped("two")...), "GZIP ", int64(0), uint16(6), true)
	f.Add([]byte{}, "gzip", int64(0), uint16(0), false)
	f.Add([]byte("x"), "br", int64(1), uint16(1), false)
	f.Fuzz(func(t *testing.T, body []byte, encoding string, promised int64, limit uint16, cut bool) {
		header := http.Header{"Content-Encoding": {encoding}, "Content-Length": {"1"}, "X-Kept": {"yes"}}
		got, err := readAnswer(&http.Response{StatusCode: http.StatusOK, Header: header, Body: io.NopCloser(bytes.NewReader(body)), ContentLength: promised},
			limits{bytes: int64(limit), cut: cut})
		if err != nil {
			return
		}
		if len(got.body) > int(limit) || got.header.Get("Content-Encoding") != "" || got.header.Get("X-Kept") == "" {
			t.Errorf("%d bytes of at most %d, header %v", len(got.body), limit, got.header)
		}
		want, whole := body, int64(len(body)) >= promised
		if zip, err := gzip.NewReader(bytes.NewReader(body)); err == nil && strings.Contains(strings.ToLower(encoding), "gzip") {
			if want, err = io.ReadAll(zip); err != nil && !cut {
				t.Errorf("a broken body is taken for a whole one: %v", err)
			}
		}
		if !bytes.HasPrefix(want, got.body) || !cut && (len(want) != len(got.body) || !whole) {
			t.Errorf("%q is read as %q", want, got.body)
		}
	})
}

// A host is public in whichever way its address is written, and no address written in a page leads into a private network.
func FuzzGuard(f *testing.F) {
	for _, host := range []string{
		"127.0.0.1", "10.1.2.3", "8.8.8.8", "[::1]", "[::ffff:169.254.169.254]", "[64:ff9b::a00:1]", "[fe80::1%25eth0]", "[2001:4860:4860::8888]", "0x7f.1", "2130706433",
		"127.0.0.1.", "a:b@8.8.8.8", "[::]", "192.0.2.1:99999", "\u2460\u2461\u2466.0.0.1",
	} {
		f.Add("http", host)
	}
	f.Add("ftp", "8.8.8.8")
	f.Fuzz(func(t *testing.T, scheme, host string) {
		u, err := url.Parse(scheme + "://" + host + "/")
		if err != nil || checkURL(t.Context(), u) != nil {
			return
		}
		if u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.Hostname() == "" {
			t.Errorf("%s may be asked", u)
		}
		addr, err := netip.ParseAddr(u.Hostname())
		if err != nil {
			return // a name: it is judged when it was looked up
		}
		if standard := net.IP(addr.AsSlice()); standard.IsPrivate() || standard.IsLoopback() || standard.IsUnspecified() || standard.IsLinkLocalUnicast() || standard.IsMulticast() {
			t.Errorf("%s may be asked", addr)
		}
		if four := addr.Unmap(); four.Is4() {
			last := four.As4()
			inSix := translated.Addr().As16()
			copy(inSix[12:], last[:])
			for _, other := range []netip.Addr{four, netip.AddrFrom16(four.As16()), netip.AddrFrom16(inSix)} {
				if !public(other) {
					t.Errorf("%s may be asked, and as %s it may not", addr, other)
				}
			}
		}
	})
}

// News are on what was asked for, and not older; their text is one short clean line.
func FuzzPortalNews(f *testing.F) {
	record := func(kind, identifier, start, text string) string {
		return `{"results":[{"reference":"1TOPICSen","metadata":{"type":["` + kind + `"],"identifier":["` + identifier + `"],"startDate":["` + start + `"],"description":["` + text + `"]}}],"totalResults":1}`
	}
	f.Add(record("6", "CERV-2026-X", "2026-09-01T10:00:00.000+0000", "<p>The <b>deadline</b> moves</p>"), "CERV-2026-X")
	f.Add(record("6", "CERV-2026-X", "2026-08-01", "old"), "CERV-2026-X")
	f.Add(record("1", "A", "2026-09-01T10:00:00Z", "a topic"), "A")
	f.Add(record("6", "", "9999-12-31T23:59:59Z", strings.Repeat("\u202e\u00e9 ", 600)), "")
	since := time.Date(2026, 8, 20, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, body, identifier string) {
		page, err := ParsePortalPage([]byte(body))
		if err != nil {
			return
		}
		before := time.Time{}
		for _, n := range newsOf(&page, []string{identifier}, since) {
			if n.Identifier != identifier || n.At.Before(since) || !before.IsZero() && n.At.After(before) {
				t.Errorf("asked for %q since %s, got %+v after %s", identifier, since, n, before)
			}
			if n.Text == "" || calls.CleanLine(n.Text, 0) != n.Text || utf8.RuneCountInString(n.Text) > longestNews {
				t.Errorf("text %q", n.Text)
			}
			before = n.At
		}
	})
}

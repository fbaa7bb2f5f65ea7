package crawler

import (
	"math"
	"net/http"
	"slices"
	"strconv"
	"testing"
	"time"
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

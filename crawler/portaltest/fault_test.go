package portaltest_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"fundwatch/crawler/portaltest"
)

// A seen is one page of a sweep, as a crawler sees it.
type seen struct {
	total      int
	references []string
}

// sweep asks for three pages of 100 topics each, by identifier.
func sweep(t *testing.T, s http.Handler) []seen {
	t.Helper()
	var pages []seen
	for _, number := range []string{"1", "2", "3"} {
		_, got := read(t, s, search(t, "?apiKey=SEDIA&text=***&pageSize=100&pageNumber="+number,
			asJSON("query", topics), asJSON("sort", byCode)))
		pages = append(pages, seen{got.TotalResults, strings.Fields(got.references())})
	}
	return pages
}

func TestFaultsOfRows(t *testing.T) {
	t.Parallel()
	healthy := sweep(t, portaltest.New(portaltest.Many(250)))
	lost := healthy[0].references[7]
	tests := map[string]struct {
		fault  portaltest.Fault
		rows   [3]int
		totals [3]int
		unique int // distinct records of all three pages
	}{
		"none":                 {nil, [3]int{100, 100, 50}, [3]int{250, 250, 250}, 250},
		"repeated row":         {portaltest.RepeatRow(), [3]int{100, 100, 50}, [3]int{250, 250, 250}, 249},
		"short page":           {portaltest.OnPage(1, portaltest.ShortPage()), [3]int{99, 100, 50}, [3]int{250, 250, 250}, 249},
		"changing total":       {portaltest.ChangingTotal(), [3]int{100, 100, 50}, [3]int{250, 251, 252}, 250},
		"growing total":        {portaltest.GrowingTotal(), [3]int{100, 100, 100}, [3]int{250, 300, 400}, 250},
		"empty":                {portaltest.Empty(), [3]int{}, [3]int{}, 0},
		"empty once":           {portaltest.OnRequest(2, portaltest.Empty()), [3]int{100, 0, 50}, [3]int{250, 0, 250}, 150},
		"missing":              {portaltest.Missing(lost), [3]int{100, 100, 49}, [3]int{249, 249, 249}, 249},
		"stuck page":           {portaltest.StuckPage(), [3]int{100, 100, 100}, [3]int{250, 250, 250}, 100},
		"of another type":      {portaltest.OnType("8", portaltest.Empty()), [3]int{100, 100, 50}, [3]int{250, 250, 250}, 250},
		"of this type":         {portaltest.OnType("1", portaltest.Empty()), [3]int{}, [3]int{}, 0},
		"two conditions":       {portaltest.OnType("1", portaltest.OnRequest(3, portaltest.ShortPage())), [3]int{100, 100, 49}, [3]int{250, 250, 250}, 249},
		"two faults":           {portaltest.All(portaltest.RepeatRow(), portaltest.ChangingTotal()), [3]int{100, 100, 50}, [3]int{250, 251, 252}, 249},
		"none among the two":   {portaltest.All(nil, portaltest.OnPage(2, nil)), [3]int{100, 100, 50}, [3]int{250, 250, 250}, 250},
		"noise is no change":   {portaltest.Noise(), [3]int{100, 100, 50}, [3]int{250, 250, 250}, 250},
		"query ignored":        {portaltest.IgnoreQuery(), [3]int{100, 100, 50}, [3]int{250, 250, 250}, 250},
		"titles are no change": {portaltest.Hostile(), [3]int{100, 100, 50}, [3]int{250, 250, 250}, 250},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := portaltest.New(portaltest.Many(250))
			s.Fail(test.fault)
			unique := map[string]bool{}
			for i, page := range sweep(t, s) {
				if len(page.references) != test.rows[i] || page.total != test.totals[i] {
					t.Errorf("page %d: got %d rows of %d, want %d of %d",
						i+1, len(page.references), page.total, test.rows[i], test.totals[i])
				}
				for _, reference := range page.references {
					unique[reference] = true
				}
			}
			if len(unique) != test.unique {
				t.Errorf("got %d distinct records, want %d", len(unique), test.unique)
			}
			s.Heal()
			if again := sweep(t, s); !slices.EqualFunc(again, healthy, func(a, b seen) bool {
				return a.total == b.total && slices.Equal(a.references, b.references)
			}) {
				t.Error("the healed server does not answer as a healthy one")
			}
		})
	}
}

func TestIgnoredQueryShowsWhatWasNotAskedFor(t *testing.T) {
	t.Parallel()
	s := portaltest.New(portaltest.Catalogue(1))
	s.Fail(portaltest.IgnoreQuery())
	found := map[string]bool{}
	for _, number := range []string{"1", "2"} {
		_, got := read(t, s, search(t, "?apiKey=SEDIA&text=***&pageSize=100&pageNumber="+number,
			asJSON("query", topics), asJSON("languages", `["en"]`), asJSON("sort", byCode)))
		for _, result := range got.Results {
			found["type "+result.Metadata["type"][0]], found[result.Language] = true, true
			found["status "+strings.Join(result.Metadata["status"], "")] = true
		}
	}
	for _, want := range []string{"type 0", "type 2", "type 6", "type 8", "de", "fr", "status 31094503"} {
		if !found[want] {
			t.Errorf("got no record with %s, want the whole index", want)
		}
	}
}

func TestFaultsOfOneRecord(t *testing.T) {
	t.Parallel()
	first := func(t *testing.T, fault portaltest.Fault) (raw map[string]json.RawMessage, metadata map[string][]string) {
		s := portaltest.New(few())
		s.Fail(fault)
		_, body := answer(s, search(t, everything, asJSON("sort", byCode), asJSON("languages", `["en"]`)))
		var page struct {
			Results []map[string]json.RawMessage `json:"results"`
		}
		if err := json.Unmarshal(body, &page); err != nil {
			t.Fatal(err)
		}
		raw = page.Results[0]
		if text, ok := raw["metadata"]; ok {
			if err := json.Unmarshal(text, &metadata); err != nil {
				t.Fatal(err)
			}
		}
		return raw, metadata
	}
	t.Run("bare", func(t *testing.T) {
		t.Parallel()
		raw, metadata := first(t, portaltest.Bare(""))
		if metadata != nil || string(raw["identifier"]) != `["CODE-1en"]` {
			t.Errorf("got metadata %v and identifier %s, want none and the list at the top", metadata, raw["identifier"])
		}
	})
	t.Run("bare, another one", func(t *testing.T) {
		t.Parallel()
		if raw, _ := first(t, portaltest.Bare("8en")); raw["metadata"] == nil {
			t.Error("got the first row bare, want only 8en")
		}
	})
	t.Run("broken budget", func(t *testing.T) {
		t.Parallel()
		_, metadata := first(t, portaltest.BrokenBudget("1en"))
		if json.Valid([]byte(metadata["budgetOverview"][0])) {
			t.Errorf("got valid JSON %s, want a broken text", metadata["budgetOverview"])
		}
	})
	t.Run("titled", func(t *testing.T) {
		t.Parallel()
		raw, metadata := first(t, portaltest.Titled("1en", "A\r\nB"))
		if metadata["title"][0] != "A\r\nB" || string(raw["summary"]) != `"A\r\nB"` {
			t.Errorf("got title %q, summary %s", metadata["title"], raw["summary"])
		}
	})
}

func TestHostileTitlesReachTheReader(t *testing.T) {
	t.Parallel()
	s := portaltest.New(portaltest.Many(20))
	s.Fail(portaltest.Hostile())
	_, got := read(t, s, search(t, everything, asJSON("sort", byCode)))
	titles := portaltest.HostileTitles()
	for i, result := range got.Results {
		if want := titles[i%len(titles)]; result.Metadata["title"][0] != want {
			t.Errorf("row %d: got title %.40q, want %.40q", i, result.Metadata["title"][0], want)
		}
	}
}

func TestNoiseMovesOnlySeconds(t *testing.T) {
	t.Parallel()
	s := portaltest.New(portaltest.Catalogue(1))
	external := asJSON("query", `{"term":{"type":"2"}}`)
	deadline := func() string {
		_, got := read(t, s, search(t, everything, external, asJSON("sort", `{"field":"callIdentifier","order":"DESC"}`)))
		return got.Results[0].Metadata["deadlineDate"][0]
	}
	s.Fail(portaltest.Noise())
	first, second := deadline(), deadline()
	if first == second || first[:16] != second[:16] {
		t.Errorf("got deadlines %s and %s, want other seconds of the same minute", first, second)
	}
}

// serve starts a real server, and a client that gives up after a while and follows no redirect.
func serve(t *testing.T, fault portaltest.Fault, patience time.Duration) (ask func() (*http.Response, []byte, error)) {
	t.Helper()
	s := portaltest.New(few())
	s.Fail(fault)
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	client := server.Client()
	client.Timeout = patience
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return func() (*http.Response, []byte, error) {
		request := form(t, server.URL+portaltest.Path+everything, asJSON("query", topics))
		request.RequestURI = "" // what httptest makes is a server's request
		response, err := client.Do(request)
		if err != nil {
			return nil, nil, err
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		return response, body, err
	}
}

func TestFaultsOnTheWire(t *testing.T) {
	t.Parallel()
	healthy := func() int {
		_, body := answer(portaltest.New(few()), search(t, everything, asJSON("query", topics)))
		return len(body)
	}()
	tests := map[string]struct {
		fault  portaltest.Fault
		status int
		valid  bool // JSON
		length int  // 0: not looked at
		err    error
		header map[string]string
		holds  string
	}{
		"none":            {nil, 200, true, healthy, nil, map[string]string{"Content-Type": "application/json;charset=UTF-8"}, `"totalResults":3`},
		"HTML":            {portaltest.HTML(), 200, false, 0, nil, map[string]string{"Content-Type": "text/html; charset=utf-8"}, "<html>"},
		"server error":    {portaltest.ServerError(), 500, true, 0, nil, nil, `"type":"throwable"`},
		"throwable":       {portaltest.Throwable(), 200, true, 0, nil, nil, `"type":"throwable"`},
		"too many":        {portaltest.TooManyRequests("7"), 429, true, 0, nil, map[string]string{"Retry-After": "7"}, ""},
		"too many, mute":  {portaltest.TooManyRequests(""), 429, true, 0, nil, map[string]string{"Retry-After": ""}, ""},
		"foreign":         {portaltest.ForeignRedirect("https://example.org/x"), 307, false, 0, nil, map[string]string{"Location": "https://example.org/x"}, ""},
		"cut body":        {portaltest.CutBody(), 200, false, healthy / 2, io.ErrUnexpectedEOF, nil, ""},
		"truncated":       {portaltest.TruncatedJSON(), 200, false, healthy / 2, nil, nil, ""},
		"huge":            {portaltest.Huge(3 << 20), 200, true, 3<<20 + healthy, nil, nil, `"totalResults":3`},
		"slow":            {portaltest.Slow(time.Millisecond), 200, true, healthy, nil, nil, ""},
		"hang to the end": {portaltest.Hang(time.Millisecond), 504, true, 0, nil, nil, "timeout"},
		"not now":         {portaltest.OnRequest(2, portaltest.HTML()), 200, true, healthy, nil, nil, ""},
		"HTML, cut":       {portaltest.All(portaltest.HTML(), portaltest.CutBody()), 200, false, 0, io.ErrUnexpectedEOF, nil, "<!DOCTYPE"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			response, body, err := serve(t, test.fault, 30*time.Second)()
			if !errors.Is(err, test.err) {
				t.Fatalf("got error %v, want %v", err, test.err)
			}
			if response.StatusCode != test.status || json.Valid(body) != test.valid {
				t.Errorf("got status %d, JSON %v, want %d, %v", response.StatusCode, json.Valid(body), test.status, test.valid)
			}
			if test.length != 0 && len(body) != test.length {
				t.Errorf("got %d bytes, want %d", len(body), test.length)
			}
			if !strings.Contains(string(body), test.holds) {
				t.Errorf("got body %.200q, want one with %q", body, test.holds)
			}
			for key, want := range test.header {
				if got := response.Header.Get(key); got != want {
					t.Errorf("got %s %q, want %q", key, got, want)
				}
			}
		})
	}
}

func TestHangEndsWhenTheClientGoes(t *testing.T) {
	t.Parallel()
	_, _, err := serve(t, portaltest.Hang(time.Hour), 50*time.Millisecond)()
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got error %v, want the client's own deadline", err)
	}
	// The server's Close, at the end of the test, waits for every request: it would hang if Hang did.
}

func TestFaultCountsFromWhenItIsSet(t *testing.T) {
	t.Parallel()
	s := portaltest.New(few())
	for range 3 {
		read(t, s, search(t, everything))
	}
	s.Fail(portaltest.OnRequest(1, portaltest.ServerError()))
	if status, _ := read(t, s, search(t, everything)); status != 500 {
		t.Errorf("first request after Fail: got status %d, want 500", status)
	}
	if status, _ := read(t, s, search(t, everything)); status != 200 {
		t.Errorf("second request after Fail: got status %d, want 200", status)
	}
}

package crawler_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"fundwatch/calls"
	"fundwatch/crawler"
	"fundwatch/crawler/portaltest"
)

// A fault of the portal leaves an incomplete sweep that names place and cause, and keeps the rest.
func TestPortalFaults(t *testing.T) {
	t.Parallel()
	const topics, others = 250, 9 // the crowd, and the catalogue's calls of types 2 and 8
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("the crawler followed a redirect to another host")
	}))
	t.Cleanup(elsewhere.Close)
	// A fault of the topics leaves the other types alone; a number of calls below all says which.
	for _, tc := range []struct {
		name  string
		fault portaltest.Fault
		want  string // in the error
		found int
	}{
		{"server error", onTopics(2, portaltest.ServerError()), `type 1 (topics): page 2: HTTP 500 Internal Server Error after 3 attempts: it said "{\"type\":\"throwable\"`, 100 + others},
		{"patience asked for an hour", onTopics(2, portaltest.TooManyRequests("3600")), "type 1 (topics): page 2: HTTP 429 Too Many Requests after 1 attempt, asking to wait 1h0m0s", 100},
		{"web page", onTopics(2, portaltest.HTML()), "type 1 (topics): page 2: no search answer of the portal: it is markup", 100 + others},
		{"error in a 200", onTopics(1, portaltest.Throwable()), `type 1 (topics): page 1: no search answer of the portal: it is an error message, "throwable"`, others},
		{"cut body", onTopics(3, portaltest.CutBody()), "type 1 (topics): page 3: the answer was cut", 200 + others},
		{"half a JSON", onTopics(3, portaltest.TruncatedJSON()), "type 1 (topics): page 3: no search answer of the portal: broken JSON: it ends where", 200 + others},
		{"query ignored", portaltest.IgnoreQuery(), "type 1 (topics): page 1: the answer ignores the question", -1},
		{"query ignored once", portaltest.OnType("8", portaltest.IgnoreQuery()), "type 8 (cascade calls): page 1: the answer ignores the question", -1},
		{"page number ignored", onTopics(2, portaltest.StuckPage()), "type 1 (topics): page 2: it is page 1, asked for 2", 100 + others},
		{"web page for all", portaltest.HTML(), "type 1 (topics), type 2 (external actions), type 8 (cascade calls): page 1: no search answer of the portal: it is markup", 0},
		{"nothing at all", portaltest.Empty(), "type 1 (topics): the portal lists no topic at all, which cannot be", 0},
		{"far too much", onTopics(1, portaltest.Huge(16<<20)), "type 1 (topics): page 1: body too large", others},
		{"sent elsewhere", onTopics(1, portaltest.ForeignRedirect(elsewhere.URL)), "type 1 (topics): page 1: redirect refused", others},
		{"sent elsewhere on its host", onTopics(1, portaltest.ForeignRedirect("/elsewhere")), "type 1 (topics): page 1: redirect refused", others},
		{"total changes", portaltest.OnType("1", portaltest.ChangingTotal()), "type 1 (topics): page 2: the list changed while it was read: the total went from 250 to 251 (read 4 times)", 250 + others},
		{"short page", onTopics(2, portaltest.ShortPage()), "type 1 (topics): page 2: 99 records where 100 belong (total 250)", 199 + others},
		{"grows for ever", portaltest.OnType("1", portaltest.GrowingTotal()), "type 1 (topics): page 2: the list changed while it was read", 250 + others},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			records := slices.DeleteFunc(portaltest.Catalogue(1), func(r portaltest.Record) bool { return r.Type() == "1" })
			server := portaltest.New(append(records, portaltest.Many(topics)...))
			server.Fail(tc.fault)
			cfg := impatient()
			cfg.MaxBody = 8 << 20
			sweep := crawl(t, serve(t, server), cfg)
			if sweep.Complete || sweep.Verified != "" {
				t.Errorf("got a complete sweep, verified %q, want an incomplete one", sweep.Verified)
			}
			if sweep.Err == nil || !strings.Contains(sweep.Err.Error(), tc.want) {
				t.Errorf("got error %v\nwant one with %s", sweep.Err, tc.want)
			}
			if tc.found >= 0 && len(sweep.Found) != tc.found {
				t.Errorf("got %d calls, want %d", len(sweep.Found), tc.found)
			}
			for _, c := range sweep.Found {
				if c.StatedStatus == calls.Closed || c.Language != "en" {
					t.Errorf("the sweep took what it had not asked for: %s %s %s", c.Key, c.StatedStatus, c.Language)
				}
			}
		})
	}
}

// A page that never comes is given up after its time, and only that page: on a clock of the test's
// own, since a busy machine can be as silent as a dead server.
func TestPortalSilence(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := portaltest.New(portaltest.Many(250))
		server.Fail(onTopics(3, portaltest.Hang(time.Minute)))
		edge := still()
		edge.Transport = withoutNetwork{server}
		src := crawler.PortalSource{Name: "portal", URL: "https://portal.example" + portaltest.Path, Languages: []string{"en"}}
		cfg := impatient()
		cfg.Timeout = 5 * time.Second
		sweep := crawler.New(cfg, edge).Portal(t.Context(), src, programmes(t))
		const want = "type 1 (topics): page 3: no whole answer within 5s (3 attempts)"
		if sweep.Complete || sweep.Err == nil || sweep.Err.Error() != want || len(sweep.Found) != 200 {
			t.Errorf("got complete: %v, error %v, %d calls, want incomplete, %s, 200", sweep.Complete, sweep.Err, len(sweep.Found), want)
		}
	})
}

// withoutNetwork asks a handler directly: what waits on a socket waits for no clock of a test.
type withoutNetwork struct{ handler http.Handler }

func (w withoutNetwork) RoundTrip(r *http.Request) (*http.Response, error) {
	answer := httptest.NewRecorder()
	w.handler.ServeHTTP(answer, r)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	return answer.Result(), nil
}

func onTopics(page int, f portaltest.Fault) portaltest.Fault {
	return portaltest.OnType("1", portaltest.OnPage(page, f))
}

// What passes by itself costs nothing but time.
func TestPortalRecovers(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name     string
		fault    portaltest.Fault
		verified string // how, beyond one reading
	}{
		{"one server error", portaltest.OnRequest(2, portaltest.ServerError()), ""},
		{"one request for patience", portaltest.OnRequest(1, portaltest.TooManyRequests("1")), ""},
		{"one cut body", portaltest.OnRequest(3, portaltest.CutBody()), ""},
		{"two errors in a row", portaltest.All(portaltest.OnRequest(1, portaltest.CutBody()), portaltest.OnRequest(2, portaltest.ServerError())), ""},
		{"one change of the total", portaltest.OnRequest(2, portaltest.ChangingTotal()), ""},
		{"one repeat, a row lost", portaltest.OnRequest(2, portaltest.RepeatRow()), "; type 1: 2 readings united"},
		{"a row lost in each reading", onTopics(2, portaltest.RepeatRow()), "; type 1: 2 readings united"},
		{"noise", portaltest.Noise(), ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			server := portaltest.New(portaltest.Many(150))
			server.Fail(tc.fault)
			sweep := crawl(t, serve(t, server), impatient())
			if !sweep.Complete || sweep.Err != nil || len(sweep.Found) != 150 {
				t.Errorf("got complete: %v, error %v, %d calls, want complete with 150", sweep.Complete, sweep.Err, len(sweep.Found))
			}
			if want := "types 1, 2, 8: 150 of 150 records, each page as asked" + tc.verified; sweep.Verified != want {
				t.Errorf("got verified %q, want %q", sweep.Verified, want)
			}
		})
	}
}

func TestPortalPageLimit(t *testing.T) {
	t.Parallel()
	cfg := impatient()
	cfg.MaxPages = 2
	server := portaltest.New(portaltest.Many(250))
	sweep := crawl(t, serve(t, server), cfg)
	const want = "type 1 (topics): page 3: beyond the limit of 2 pages for a list of 250 records"
	if sweep.Complete || sweep.Err == nil || sweep.Err.Error() != want || len(sweep.Found) != 200 {
		t.Errorf("got complete: %v, error %v, %d calls, want incomplete, %s, 200", sweep.Complete, sweep.Err, len(sweep.Found), want)
	}
	if server.Requests() != 4 { // two pages of topics, and one each of the other types
		t.Errorf("got %d requests, want 4", server.Requests())
	}
}

// One bad record costs itself, or one field of itself, and never the sweep.
func TestPortalBadRecords(t *testing.T) {
	t.Parallel()
	const town = "51050034TOPICSen"
	for _, tc := range []struct {
		name  string
		fault portaltest.Fault
		odd   string // in the problem of the one odd record; "" for none
		check func(*testing.T, calls.Call)
	}{
		{"no metadata", portaltest.Bare(town), "", func(t *testing.T, c calls.Call) {
			if c.Title != "Call Town Twinning 2026" || len(c.Deadlines) != 1 {
				t.Errorf("got title %q and %d deadlines, want all as usual", c.Title, len(c.Deadlines))
			}
		}},
		{"broken budget", portaltest.BrokenBudget(town), "budget overview: ", func(t *testing.T, c calls.Call) {
			if c.Budget.Known || len(c.Deadlines) != 1 {
				t.Errorf("got budget %v and %d deadlines, want no budget, one deadline", c.Budget, len(c.Deadlines))
			}
		}},
		{"no title", portaltest.Titled(town, " "), "no title", func(t *testing.T, c calls.Call) {
			if c.Title != "CERV-2026-CITIZENS-TOWN-TT" {
				t.Errorf("got title %q, want its identifier", c.Title)
			}
		}},
		{"markup in the title", portaltest.Titled(town, "<img src=x onerror=alert(1)>Towns &amp;amp; &lt;i&gt;twins&lt;/i&gt;\x1b[31m\u202e"), "", func(t *testing.T, c calls.Call) {
			if c.Title != "Towns & twins" {
				t.Errorf("got title %q, want Towns & twins", c.Title)
			}
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			server := portaltest.New(portaltest.Catalogue(1))
			server.Fail(tc.fault)
			sweep := crawl(t, serve(t, server), impatient())
			if !sweep.Complete || len(sweep.Found) != 82 {
				t.Errorf("got complete: %v, error %v, %d calls, want complete with 82", sweep.Complete, sweep.Err, len(sweep.Found))
			}
			tc.check(t, find(t, sweep, town))
			switch {
			case tc.odd == "" && len(sweep.Odd) != 0:
				t.Errorf("got odd %v, want none", sweep.Odd)
			case tc.odd != "" && (len(sweep.Odd) != 1 || sweep.Odd[0].Reference != town || !strings.Contains(sweep.Odd[0].Problem, tc.odd)):
				t.Errorf("got odd %v, want one of %s with %q", sweep.Odd, town, tc.odd)
			}
		})
	}
}

func TestPortalHostileTitles(t *testing.T) {
	t.Parallel()
	server := portaltest.New(portaltest.Catalogue(1))
	server.Fail(portaltest.Hostile())
	sweep := crawl(t, serve(t, server), impatient())
	if !sweep.Complete {
		t.Errorf("got error %v, want a complete sweep", sweep.Err)
	}
	for _, c := range sweep.Found {
		if c.Title == "" || strings.ContainsAny(c.Title, "\x00\x07\x1b\r\n\u202e\u200b\ufeff") || strings.Contains(c.Title, "<script") || len(c.Title) > 4<<10 {
			t.Errorf("got title %q, want a harmless line", c.Title)
		}
	}
}

// A panic below costs the page, not the program.
func TestPortalSurvivesPanic(t *testing.T) {
	t.Parallel()
	edge := still()
	edge.Transport = panicking{}
	src := crawler.PortalSource{Name: "portal", URL: "https://portal.example/search"}
	sweep := crawler.New(impatient(), edge).Portal(t.Context(), src, programmes(t))
	if sweep.Complete || sweep.Err == nil || !strings.Contains(sweep.Err.Error(), "type 8 (cascade calls): page 1: panic while asking: out of order") {
		t.Errorf("got complete: %v, error %v, want every type to have failed", sweep.Complete, sweep.Err)
	}
}

type panicking struct{}

func (panicking) RoundTrip(*http.Request) (*http.Response, error) { panic("out of order") }

// A server that sends nothing but broken records fills no memory with complaints.
func TestPortalOddIsBounded(t *testing.T) {
	t.Parallel()
	records := portaltest.Many(1200)
	for i := range records {
		records[i].Metadata["deadlineModel"] = []string{"no such model"}
	}
	sweep := crawl(t, serve(t, portaltest.New(records)), impatient())
	if last := sweep.Odd[len(sweep.Odd)-1]; len(sweep.Odd) != 1001 || last.Problem != "200 more are not listed" {
		t.Errorf("got %d odd records, the last %v, want 1001 with a last one that counts the rest", len(sweep.Odd), last)
	}
	if !sweep.Complete || len(sweep.Found) != 1200 {
		t.Errorf("got complete: %v, error %v, %d calls, want complete with 1200", sweep.Complete, sweep.Err, len(sweep.Found))
	}
}

package crawler_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fundwatch/calls"
	"fundwatch/crawler"
	"fundwatch/crawler/portaltest"
)

func TestPortalCompleteSweep(t *testing.T) {
	t.Parallel()
	sweep := crawl(t, serve(t, portaltest.New(portaltest.Catalogue(1))), impatient())
	if sweep.Err != nil || !sweep.Complete || len(sweep.Odd) != 0 {
		t.Errorf("got complete: %v, error %v, odd %v, want a complete sweep", sweep.Complete, sweep.Err, sweep.Odd)
	}
	if want := "types 1, 2, 8: 82 of 82 records, each page as asked"; sweep.Verified != want {
		t.Errorf("got verified %q, want %q", sweep.Verified, want)
	}
	if sweep.Source != "portal" || !sweep.Started.Equal(started) || sweep.Pages != 3 || len(sweep.Found) != 82 {
		t.Errorf("got source %q, started %s, %d pages, %d calls, want portal, %s, 3, 82",
			sweep.Source, sweep.Started, sweep.Pages, len(sweep.Found), started)
	}
}

func TestPortalTownTwinning(t *testing.T) {
	t.Parallel()
	sweep := crawl(t, serve(t, portaltest.New(portaltest.Catalogue(1))), impatient())
	got := find(t, sweep, "51050034TOPICSen")
	want := calls.Call{
		Key:          calls.Key{Source: "portal", Reference: "51050034TOPICSen"},
		Identifier:   "CERV-2026-CITIZENS-TOWN-TT",
		Kind:         calls.KindTopic,
		Title:        "Call Town Twinning 2026",
		Umbrella:     "Call for proposals for Town Twinning",
		Programme:    "CERV",
		ActionType:   "CERV Lump Sum Grants",
		URL:          "https://ec.europa.eu/info/funding-tenders/opportunities/portal/screen/opportunities/topic-details/CERV-2026-CITIZENS-TOWN-TT",
		Language:     "en",
		StatedStatus: calls.Open,
		Opens:        time.Date(2026, 5, 5, 22, 0, 0, 0, time.UTC),
		Deadlines:    []calls.Deadline{{At: time.Date(2026, 9, 23, 15, 0, 0, 0, time.UTC), Hour: calls.HourUsual}},
		Model:        calls.SingleStage,
		Budget:       calls.Known(6_000_000),
		GrantMin:     calls.Known(8455),
		GrantMax:     calls.Known(50745),
		FirstSeen:    started,
		LastSeen:     started,
	}
	if got.Summary == "" || !strings.Contains(got.Body, got.Summary) {
		t.Errorf("the summary %q is no part of the body", got.Summary)
	}
	if slices.Contains(got.Keywords, got.Identifier) {
		t.Errorf("keywords %q hold the identifier", got.Keywords)
	}
	got.Summary, got.Body, got.Keywords, got.Divisions = "", "", nil, nil
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Town Twinning 2026 (-want +got):\n%s", diff)
	}
}

func TestPortalPrefersLanguages(t *testing.T) {
	t.Parallel()
	english, german := record(t, "51050034TOPICSen"), record(t, "51050034TOPICSen")
	german.Reference, german.Metadata["language"] = "51050034TOPICSde", []string{"de"}
	src := serve(t, portaltest.New([]portaltest.Record{english, german}))
	for want, languages := range map[string][]string{"en": {"EN", "de"}, "de": {"de", "en"}} {
		src.Languages = languages
		sweep := crawl(t, src, impatient())
		if len(sweep.Found) != 1 || sweep.Found[0].Language != want {
			t.Errorf("languages %q: got %v, want one call in %s", languages, sweep.Found, want)
		}
	}
}

func TestPortalProgrammes(t *testing.T) {
	t.Parallel()
	src := serve(t, portaltest.New(portaltest.Catalogue(1)))
	for _, tc := range []struct {
		name       string
		programmes []string
		only       []string
		err        string
	}{
		{"one by its code", []string{"CERV"}, []string{"CERV"}, ""},
		{"small letters", []string{" cerv "}, []string{"CERV"}, ""},
		{"one by its number", []string{"43251589"}, []string{"CERV"}, ""},
		{"two", []string{"CERV", "LIFE"}, []string{"CERV", "LIFE"}, ""},
		{"one without calls", []string{"99999999"}, nil, ""},
		{"misspelt", []string{"CERW"}, nil, `programme "CERW" is unknown`},
		{"published elsewhere", []string{"INTERREG"}, nil, `programme "INTERREG" is not in the portal`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			src := src
			src.Programmes = tc.programmes
			sweep := crawl(t, src, impatient())
			if (sweep.Err != nil) != (tc.err != "") || (sweep.Err != nil && !strings.Contains(sweep.Err.Error(), tc.err)) || sweep.Complete != (tc.err == "") {
				t.Errorf("got complete: %v, error %v, want %q", sweep.Complete, sweep.Err, tc.err)
			}
			var got []string
			for _, c := range sweep.Found {
				if !slices.Contains(got, c.Programme) {
					got = append(got, c.Programme)
				}
			}
			slices.Sort(got)
			if !slices.Equal(got, tc.only) {
				t.Errorf("got programmes %q, want %q", got, tc.only)
			}
		})
	}
}

func TestPortalObeysRobots(t *testing.T) {
	t.Parallel()
	server := portaltest.New(portaltest.Catalogue(1))
	server.SetRobots("User-agent: fundwatch\nDisallow: /search-api/\n")
	sweep := crawl(t, serve(t, server), impatient())
	if !errors.Is(sweep.Err, crawler.ErrRobots) || server.Requests() != 0 {
		t.Errorf("got error %v after %d requests, want an ErrRobots after none", sweep.Err, server.Requests())
	}
}

func TestPortalAsksOnlyItsOwnPrivateAddress(t *testing.T) {
	t.Parallel()
	src := serve(t, portaltest.New(nil))
	src.URL = strings.Replace(src.URL, "127.0.0.1", "localhost.example.invalid", 1)
	sweep := crawl(t, src, crawler.Config{Timeout: 5 * time.Second})
	if sweep.Err == nil || sweep.Complete {
		t.Error("got a sweep of a host that does not exist")
	}
	src.URL = "ftp://portal.example/"
	if sweep := crawl(t, src, impatient()); sweep.Err == nil || !strings.Contains(sweep.Err.Error(), "only http and https") {
		t.Errorf("got error %v, want one about the scheme", sweep.Err)
	}
}

func TestPortalCancelled(t *testing.T) {
	t.Parallel()
	server := portaltest.New(portaltest.Many(250))
	server.Fail(portaltest.OnRequest(2, portaltest.Hang(time.Minute)))
	stop := errors.New("the operator pressed a key")
	ctx, cancel := context.WithCancelCause(t.Context())
	edge := still()
	edge.Progress = func(crawler.Progress) { time.AfterFunc(20*time.Millisecond, func() { cancel(stop) }) }
	patient := impatient()
	patient.Timeout = time.Hour
	start := time.Now()
	sweep := crawler.New(patient, edge).Portal(ctx, serve(t, server), programmes(t))
	if took := time.Since(start); took > 30*time.Second {
		t.Errorf("came back after %s, want at once", took)
	}
	if !errors.Is(sweep.Err, stop) || sweep.Complete || len(sweep.Found) != 100 {
		t.Errorf("got error %v, complete: %v, %d calls, want %v, incomplete, the first page", sweep.Err, sweep.Complete, len(sweep.Found), stop)
	}
	if want := "type 1 (topics): page 2: interrupted: the operator pressed a key"; sweep.Err == nil || sweep.Err.Error() != want {
		t.Errorf("got error %v, want %q", sweep.Err, want)
	}
}

func TestPortalTellsProgress(t *testing.T) {
	t.Parallel()
	var got []crawler.Progress
	edge := still()
	edge.Progress = func(p crawler.Progress) { got = append(got, p) }
	records := slices.DeleteFunc(portaltest.Catalogue(1), func(r portaltest.Record) bool { return r.Type() == "1" })
	src := serve(t, portaltest.New(append(records, portaltest.Many(150)...)))
	crawler.New(impatient(), edge).Portal(t.Context(), src, programmes(t))
	want := []crawler.Progress{
		{Source: "portal", Done: 100, Total: 150, Note: "topics, page 1 of 2"},
		{Source: "portal", Done: 150, Total: 150, Note: "topics, page 2 of 2"},
		{Source: "portal", Done: 152, Total: 152, Note: "external actions, page 1 of 1"},
		{Source: "portal", Done: 159, Total: 159, Note: "cascade calls, page 1 of 1"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("progress (-want +got):\n%s", diff)
	}
}

// One crawler may read several sources at once, and one after another without end.
func TestPortalConcurrently(t *testing.T) {
	t.Parallel()
	src := serve(t, portaltest.New(portaltest.Many(120)))
	c := crawler.New(impatient(), still())
	p := programmes(t)
	sweeps := make(chan calls.Sweep)
	for range 4 {
		go func() { sweeps <- c.Portal(t.Context(), src, p) }()
	}
	for range 4 {
		if sweep := <-sweeps; !sweep.Complete || len(sweep.Found) != 120 {
			t.Errorf("got complete: %v, error %v, %d calls, want complete with 120", sweep.Complete, sweep.Err, len(sweep.Found))
		}
	}
}

// No setting of colly may creep in from the environment.
func TestPortalIgnoresCollyEnvironment(t *testing.T) {
	for key, value := range map[string]string{
		"MAX_BODY_SIZE": "10", "ALLOWED_DOMAINS": "elsewhere.example", "MAX_REQUESTS": "1", "CACHE_DIR": t.TempDir(),
		"PARSE_HTTP_ERROR_RESPONSE": "no", "USER_AGENT": "Mozilla/5.0", "IGNORE_ROBOTSTXT": "no", "DETECT_CHARSET": "yes",
	} {
		t.Setenv("COLLY_"+key, value)
	}
	agents := map[string]bool{}
	portal := portaltest.New(portaltest.Many(150))
	sweep := crawl(t, serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		agents[r.UserAgent()] = true
		portal.ServeHTTP(w, r)
	})), impatient())
	if !sweep.Complete || len(sweep.Found) != 150 {
		t.Errorf("got complete: %v, error %v, %d calls, want complete with 150", sweep.Complete, sweep.Err, len(sweep.Found))
	}
	if diff := cmp.Diff(map[string]bool{"fundwatch/1.0 (+mailto:someone@example.org)": true}, agents); diff != "" {
		t.Errorf("user agents (-want +got):\n%s", diff)
	}
}

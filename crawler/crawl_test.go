package crawler_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"fundwatch/calls"
	"fundwatch/crawler"
	"fundwatch/crawler/portaltest"
)

var started = time.Date(2026, time.September, 1, 3, 15, 0, 0, time.UTC)

// impatient is a crawler's configuration for tests: it does not pause and soon stops asking again. For one answer it
// waits longer than a busy machine holds up a healthy server.
func impatient() crawler.Config {
	return crawler.Config{UserAgent: "fundwatch/1.0 (+mailto:someone@example.org)", Timeout: time.Minute, Retries: 2}
}

// still is a world in which the clock stands and waiting takes no time.
func still() crawler.Edge {
	return crawler.Edge{
		Now:   func() time.Time { return started },
		Sleep: func(ctx context.Context, _ time.Duration) error { return context.Cause(ctx) },
	}
}

func programmes(t testing.TB) *calls.Programmes {
	t.Helper()
	p, err := calls.LoadProgrammes()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// serve puts a handler on loopback and returns the source that it is.
func serve(t testing.TB, h http.Handler) crawler.PortalSource {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return crawler.PortalSource{Name: "portal", URL: server.URL + portaltest.Path, Languages: []string{"en"}}
}

// crawl reads the whole portal once.
func crawl(t testing.TB, src crawler.PortalSource, cfg crawler.Config) calls.Sweep {
	t.Helper()
	return crawler.New(cfg, still()).Portal(t.Context(), src, programmes(t))
}

// find returns the call with that reference, or fails.
func find(t testing.TB, sweep calls.Sweep, reference string) calls.Call {
	t.Helper()
	for _, c := range sweep.Found {
		if c.Key.Reference == reference {
			return c
		}
	}
	t.Fatalf("the sweep has no call %q among %d", reference, len(sweep.Found))
	return calls.Call{}
}

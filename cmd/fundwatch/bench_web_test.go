package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"fundwatch/notify/web"
)

// Pages of 10,000 calls of 2 KB over loopback, one request after the other.
func BenchmarkPages(b *testing.B) {
	dir := b.TempDir()
	benchDatabase(b, dir, benchCalls(10_000))
	base := benchSite(b, filepath.Join(dir, "bench.db"))
	for name, path := range map[string]string{
		"call": "/calls/portal/4711", "list": "/calls", "search": "/calls?q=bridge+market&lang=fr", "widened": "/calls?q=jumelage",
		"country": "/calls?q=country:NO", "country, last page": "/calls?q=country:NO&status=all&page=500",
		"expected": "/calls?status=expected", "round": "/expected/CERV-2027-CITIZENS-TOWN-NT",
	} {
		b.Run(name, func(b *testing.B) {
			times := make([]time.Duration, 0, b.N)
			for b.Loop() {
				start := time.Now()
				answer, err := http.Get(base + path)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := io.Copy(io.Discard, answer.Body); err != nil || answer.StatusCode != http.StatusOK {
					b.Fatalf("status %d, %v", answer.StatusCode, err)
				}
				answer.Body.Close()
				times = append(times, time.Since(start))
			}
			slices.Sort(times)
			b.ReportMetric(float64(times[len(times)*99/100])/1e6, "p99-ms")
		})
	}
}

// benchSite serves the pages of a database on a free port until the benchmark ends, and returns their address.
func benchSite(b *testing.B, database string) string {
	b.Helper()
	site := siteOn(b, database)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- site.Serve(ctx, listener) }()
	b.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		cancel()
		if err := <-ended; err != nil {
			b.Error(err)
		}
	})
	return "http://" + listener.Addr().String()
}

// siteOn puts the pages on a database together, until the test ends.
func siteOn(t testing.TB, database string) *web.Site {
	t.Helper()
	environ := []string{"HOME=" + t.TempDir(), envPair("WEB_LISTEN", "127.0.0.1:0"), envPair("WEB_BASE_URL", "http://127.0.0.1")}
	l := &launcher{surroundings{environ: environ, out: io.Discard, err: io.Discard, now: fixedClock}, &globals{db: database, logFormat: "text"}}
	a, err := l.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.close() })
	site, err := (&daemon{app: a}).site()
	if err != nil {
		t.Fatal(err)
	}
	return site
}

package crawler

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// In a bubble of synctest time passes only when everybody waits, so that pacing can be tested to the
// nanosecond and without waiting.
func TestPace(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		delay  time.Duration
		robots string
		want   time.Duration // between two pages
	}{
		{"as configured", time.Second, "", time.Second},
		{"as the host asks", time.Second, "User-agent: *\nCrawl-delay: 10", 10 * time.Second},
		{"not faster than configured", 2 * time.Second, "User-agent: *\nCrawl-delay: 1", 2 * time.Second},
		{"not slower than bearable", time.Second, "User-agent: *\nCrawl-delay: 86400", longestDelay},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var at []time.Time
				c := New(Config{Delay: tc.delay}, Edge{Transport: web(func(r *http.Request) (*http.Response, error) {
					if r.URL.Path == "/robots.txt" {
						return reply(200, tc.robots), nil
					}
					at = append(at, time.Now())
					return reply(200, ""), nil
				})})
				for range 3 {
					if _, _, err := get(t.Context(), c, anywhere); err != nil {
						t.Fatal(err)
					}
				}
				for i := 1; i < len(at); i++ {
					if got := at[i].Sub(at[i-1]); got != tc.want {
						t.Errorf("page %d came %s after the one before, want %s", i+1, got, tc.want)
					}
				}
			})
		})
	}
}

func TestHostsDoNotWaitForEachOther(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := New(Config{Delay: time.Minute}, Edge{Transport: withoutRobots(func(*http.Request) (*http.Response, error) {
			return reply(200, ""), nil
		})})
		start := time.Now()
		var all sync.WaitGroup
		for i := range 5 {
			all.Go(func() {
				if _, _, err := get(t.Context(), c, "https://host"+strconv.Itoa(i)+".example/"); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if took := time.Since(start); took != time.Minute { // robots.txt, a pause, the page
			t.Errorf("five hosts took %s, want 1m0s", took)
		}
	})
}

// Waiting for one's turn does not count as waiting for the answer.
func TestTimeoutStartsWithTheTurn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := New(Config{Delay: time.Hour, Timeout: time.Second}, Edge{Transport: web(func(r *http.Request) (*http.Response, error) {
			if r.URL.Path == "/slow" {
				<-r.Context().Done()
				return nil, r.Context().Err()
			}
			return reply(200, ""), nil
		})})
		if _, _, err := get(t.Context(), c, "https://portal.example/"); err != nil {
			t.Errorf("after an hour in the queue: got %v, want no error", err)
		}
		_, _, err := get(t.Context(), c, "https://portal.example/slow")
		checkErr(t, err, "no whole answer within 1s")
	})
}

func TestCancellationEndsEveryWait(t *testing.T) {
	t.Parallel()
	hang := func(r *http.Request) (*http.Response, error) {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	for _, tc := range []struct {
		name string
		web  web
	}{
		{"for robots.txt", hang},
		{"for one's turn", func(*http.Request) (*http.Response, error) { return reply(200, ""), nil }},
		{"for the answer", withoutRobots(hang)},
		{"for another attempt", withoutRobots(func(*http.Request) (*http.Response, error) {
			return reply(503, "", "Retry-After", "100"), nil
		})},
		{"for a body that does not come", withoutRobots(func(r *http.Request) (*http.Response, error) {
			res := reply(200, "")
			res.ContentLength, res.Body = -1, io.NopCloser(readerUntil(r.Context()))
			return res, nil
		})},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c := New(Config{Delay: time.Hour, Timeout: 48 * time.Hour, Retries: 9}, Edge{Transport: tc.web})
				ctx, cancel := context.WithTimeout(t.Context(), 90*time.Minute) // past the first turn
				defer cancel()
				start := time.Now()
				for err := error(nil); err == nil; {
					_, _, err = get(ctx, c, anywhere)
				}
				if took := time.Since(start); took != 90*time.Minute {
					t.Errorf("came back after %s, want when it was cancelled", took)
				}
			})
		})
	}
}

// readerUntil returns a body that never says anything.
func readerUntil(ctx context.Context) io.Reader { return silence{ctx} }

type silence struct{ ctx context.Context }

func (s silence) Read([]byte) (int, error) {
	<-s.ctx.Done()
	return 0, s.ctx.Err()
}

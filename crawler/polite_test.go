package crawler

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// A web is the outside world of a test: a round tripper without sockets.
type web func(*http.Request) (*http.Response, error)

func (w web) RoundTrip(r *http.Request) (*http.Response, error) { return w(r) }

// reply makes an answer as a transport hands it over.
func reply(status int, body string, header ...string) *http.Response {
	h := http.Header{}
	for i := 0; i < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}
}

// withoutRobots serves pages from a host that has no robots.txt.
func withoutRobots(page web) web {
	return func(r *http.Request) (*http.Response, error) {
		if r.URL.Path == "/robots.txt" {
			return reply(404, ""), nil
		}
		return page(r)
	}
}

// A watch remembers the waits that a crawler wanted, and waits none of them.
type watch struct {
	mu    sync.Mutex
	waits []time.Duration
}

func (w *watch) sleep(ctx context.Context, d time.Duration) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.waits = append(w.waits, d)
	return context.Cause(ctx)
}

// get fetches a page through the polite transport.
func get(ctx context.Context, c *Crawler, address string) (status int, body string, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return 0, "", err
	}
	res, err := c.out.RoundTrip(req)
	if err != nil {
		return 0, "", err
	}
	defer res.Body.Close()
	all, err := io.ReadAll(res.Body)
	return res.StatusCode, string(all), err
}

const anywhere = "https://portal.example/search?q=1"

// checkErr wants an error that holds the text, or none if the text is empty.
func checkErr(t *testing.T, err error, want string) {
	t.Helper()
	if want == "" && err != nil {
		t.Errorf("got error %v, want none", err)
	}
	if want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
		t.Errorf("got error %v, want one with %q", err, want)
	}
}

func TestRetries(t *testing.T) {
	t.Parallel()
	const date = "Tue, 01 Sep 2026 05:00:00 GMT"
	broken := errors.New("connection reset by peer")
	for _, tc := range []struct {
		name    string
		answers []any // *http.Response or error, in turn
		waits   []time.Duration
		status  int
		err     string
	}{
		{"well at once", []any{reply(200, "")}, nil, 200, ""},
		{"not found is an answer", []any{reply(404, "")}, nil, 404, ""},
		{"unchanged is an answer", []any{reply(304, "")}, nil, 304, ""},
		{"down, then up", []any{reply(503, ""), reply(500, ""), reply(200, "")}, []time.Duration{750 * time.Millisecond, 1500 * time.Millisecond}, 200, ""},
		{"connection broken, then well", []any{broken, reply(200, "")}, []time.Duration{750 * time.Millisecond}, 200, ""},
		{"cut, then whole", []any{cut(), reply(200, "")}, []time.Duration{750 * time.Millisecond}, 200, ""},
		{
			"down for good", []any{reply(500, ""), reply(502, ""), reply(503, ""), reply(503, " It is\ndown. ")},
			[]time.Duration{750 * time.Millisecond, 1500 * time.Millisecond, 3 * time.Second}, 0,
			`HTTP 503 Service Unavailable after 4 attempts: it said "It is down."`,
		},
		{"connection broken for good", []any{broken, broken, broken, broken}, []time.Duration{750 * time.Millisecond, 1500 * time.Millisecond, 3 * time.Second}, 0, "connection reset by peer (4 attempts)"},
		{"asks for seconds", []any{reply(429, "", "Retry-After", "7"), reply(200, "")}, []time.Duration{7 * time.Second}, 200, ""},
		{"asks for less than we wait", []any{reply(429, "", "Retry-After", "0"), reply(200, "")}, []time.Duration{750 * time.Millisecond}, 200, ""},
		{"asks with a date", []any{reply(503, "", "Retry-After", "Tue, 01 Sep 2026 05:00:09 GMT", "Date", date), reply(200, "")}, []time.Duration{9 * time.Second}, 200, ""},
		{"asks with a date gone by", []any{reply(503, "", "Retry-After", date, "Date", "Tue, 01 Sep 2026 06:00:00 GMT"), reply(200, "")}, []time.Duration{750 * time.Millisecond}, 200, ""},
		{"asks with nonsense", []any{reply(503, "", "Retry-After", "soon"), reply(200, "")}, []time.Duration{750 * time.Millisecond}, 200, ""},
		{"asks for an hour", []any{reply(429, "", "Retry-After", "3600")}, nil, 0, "HTTP 429 Too Many Requests after 1 attempt, asking to wait 1h0m0s"},
		{"packed in an unknown way", []any{reply(200, "x", "Content-Encoding", "br")}, nil, 0, `unknown content encoding "br"`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := new(watch)
			c := New(Config{Retries: 3}, Edge{Sleep: w.sleep, Rand: func() float64 { return 0.5 }, Transport: withoutRobots(func(*http.Request) (*http.Response, error) {
				if len(tc.answers) == 0 {
					t.Error("asked once more than expected")
					return reply(200, ""), nil
				}
				next := tc.answers[0]
				tc.answers = tc.answers[1:]
				if err, ok := next.(error); ok {
					return nil, err
				}
				return next.(*http.Response), nil
			})})
			status, _, err := get(t.Context(), c, anywhere)
			checkErr(t, err, tc.err)
			if status != tc.status || len(tc.answers) > 0 {
				t.Errorf("got status %d with %d answers left, want %d with none", status, len(tc.answers), tc.status)
			}
			if fmt.Sprint(w.waits) != fmt.Sprint(tc.waits) {
				t.Errorf("got waits %v, want %v", w.waits, tc.waits)
			}
		})
	}
}

// cut makes an answer that promises more than it holds.
func cut() *http.Response {
	res := reply(200, "half")
	res.ContentLength = 8
	return res
}

func TestHostThatAsksForLongSilenceIsLeftAlone(t *testing.T) {
	t.Parallel()
	asked := 0
	c := New(Config{Retries: 3}, Edge{Sleep: new(watch).sleep, Transport: withoutRobots(func(*http.Request) (*http.Response, error) {
		asked++
		return reply(429, "", "Retry-After", "3600"), nil
	})})
	for range 3 {
		_, _, err := get(t.Context(), c, anywhere)
		if err == nil {
			t.Fatal("got an answer, want an error")
		}
	}
	if asked != 1 {
		t.Errorf("asked %d times, want once", asked)
	}
}

func TestQuestionIsSentAgainWhole(t *testing.T) {
	t.Parallel()
	var bodies []string
	c := New(Config{Retries: 1}, Edge{Sleep: new(watch).sleep, Transport: withoutRobots(func(r *http.Request) (*http.Response, error) {
		body, err := io.ReadAll(r.Body)
		bodies = append(bodies, string(body))
		return reply(503, ""), err
	})})
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, anywhere, strings.NewReader("question"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.out.RoundTrip(req); err == nil {
		t.Error("got no error, want 503")
	}
	if want := []string{"question", "question"}; fmt.Sprint(bodies) != fmt.Sprint(want) {
		t.Errorf("got bodies %q, want %q", bodies, want)
	}
}

func packed(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(text)) // a buffer takes everything
	_ = w.Close()
	return b.String()
}

func TestBodies(t *testing.T) {
	t.Parallel()
	const limit = 1000
	bomb := packed(strings.Repeat(" ", 1<<20))
	for _, tc := range []struct {
		name     string
		body     string
		encoding string
		promised int // Content-Length; -1: not said
		want     int // bytes
		err      string
	}{
		{"plain", "hello", "", 5, 5, ""},
		{"length unknown", "hello", "", -1, 5, ""},
		{"empty", "", "", 0, 0, ""},
		{"exactly the limit", strings.Repeat("a", limit), "", limit, limit, ""},
		{"one too many", strings.Repeat("a", limit+1), "", limit + 1, 0, ErrTooLarge.Error()},
		{"one too many, length unknown", strings.Repeat("a", limit+1), "", -1, 0, ErrTooLarge.Error()},
		{"promises far too much", "hello", "", 1 << 40, 0, "cut"},
		{"cut", "hello", "", 9, 0, "the answer was cut: 5 of 9 bytes"},
		{"packed", packed("hello"), "gzip", len(packed("hello")), 5, ""},
		{"packed and empty", "", "gzip", 0, 0, ""},
		{"packed and cut", packed("hello")[:20], "gzip", -1, 0, "cut"},
		{"packed and cut, length known", packed("hello")[:20], "gzip", 40, 0, "cut"},
		{"said to be packed, and is not", "hello, world", "gzip", -1, 0, "gzip: invalid header"},
		{"small outside, large inside", bomb, "gzip", len(bomb), 0, ErrTooLarge.Error()},
		{"many empty packages", strings.Repeat(packed(""), 2000), "gzip", -1, 0, "cut"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c := New(Config{MaxBody: limit}, Edge{Transport: withoutRobots(func(*http.Request) (*http.Response, error) {
				res := reply(200, tc.body, "Content-Encoding", tc.encoding)
				res.ContentLength = int64(tc.promised)
				return res, nil
			})})
			_, body, err := get(t.Context(), c, anywhere)
			checkErr(t, err, tc.err)
			if len(body) != tc.want {
				t.Errorf("got %d bytes, want %d", len(body), tc.want)
			}
		})
	}
}

func TestRedirectsStayAtHome(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		to      string
		refused bool
	}{
		{"/other", false},
		{"https://portal.example/other", false},
		{"https://elsewhere.example/", true},
		{"http://portal.example/other", true}, // no longer secret
		{"http://169.254.169.254/latest/meta-data", true},
	} {
		t.Run(tc.to, func(t *testing.T) {
			t.Parallel()
			c := New(Config{}, Edge{Transport: withoutRobots(func(*http.Request) (*http.Response, error) {
				return reply(302, "", "Location", tc.to), nil
			})})
			status, _, err := get(t.Context(), c, anywhere)
			if refused := errors.Is(err, ErrRedirect); refused != tc.refused || (!refused && status != 302) {
				t.Errorf("got status %d, error %v, want refused: %v", status, err, tc.refused)
			}
		})
	}
}

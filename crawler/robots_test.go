package crawler

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestRobots(t *testing.T) {
	t.Parallel()
	long := "User-agent: *\nDisallow: /search\n" + strings.Repeat("# talk\n", robotsSize/7) + "Allow: /search\n"
	for _, tc := range []struct {
		name    string
		status  int
		text    string
		allowed bool
	}{
		{"none", 404, "", true},
		{"not for us to see", 403, "", true},
		{"server down", 503, "", false},
		{"server asks for patience", 429, "", false},
		{"neither", 304, "", false},
		{"empty", 200, "", true},
		{"everybody out", 200, "User-agent: *\nDisallow: /", false},
		{"another path", 200, "User-agent: *\nDisallow: /private", true},
		{"the path with its query", 200, "User-agent: *\nDisallow: /search?q=", false},
		{"we by name", 200, "User-agent: fundwatch\nDisallow: /search\n\nUser-agent: *\nAllow: /", false},
		{"others by name", 200, "User-agent: otherbot\nDisallow: /", true},
		{"all but us", 200, "User-agent: *\nDisallow: /\n\nUser-agent: FundWatch\nAllow: /", true},
		{"longest rule wins", 200, "User-agent: *\nDisallow: /\nAllow: /search", true},
		{"byte order mark", 200, "\xef\xbb\xbfUser-agent: *\nDisallow: /", false},
		{"Windows line ends", 200, "User-agent: *\r\nDisallow: /\r\n", false},
		{"rule before any agent", 200, "Disallow: /\nUser-agent: *\nDisallow: /private", true},
		{"delay that is no number", 200, "User-agent: *\nCrawl-delay: soon\nDisallow: /search", false},
		{"a page instead", 200, "<!DOCTYPE html><html><body>Welcome: here</body></html>", true},
		{"what lies beyond 500 KiB", 200, long, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			pages := 0
			c := New(Config{UserAgent: "fundwatch/1.0 (+mailto:someone@example.org)"}, Edge{Sleep: new(watch).sleep, Transport: web(func(r *http.Request) (*http.Response, error) {
				if r.URL.String() == "https://portal.example/robots.txt" {
					return reply(tc.status, tc.text), nil
				}
				pages++
				return reply(200, "page"), nil
			})})
			_, _, err := get(t.Context(), c, anywhere)
			if allowed := err == nil; allowed != tc.allowed || pages != boolean(tc.allowed) {
				t.Errorf("got error %v and %d pages fetched, want allowed: %v", err, pages, tc.allowed)
			}
			if err != nil && !errors.Is(err, ErrRobots) {
				t.Errorf("got %v, want an ErrRobots", err)
			}
		})
	}
}

func TestRobotsAreRemembered(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 9, 1, 5, 0, 0, 0, time.UTC)
	asked, status := 0, 200
	c := New(Config{}, Edge{Now: func() time.Time { return now }, Transport: web(func(r *http.Request) (*http.Response, error) {
		if r.URL.Path == "/robots.txt" {
			asked++
			return reply(status, "User-agent: *\nDisallow: /private"), nil
		}
		return reply(200, ""), nil
	})})
	for _, step := range []struct {
		name    string
		later   time.Duration
		status  int
		asked   int
		allowed bool
	}{
		{"first", 0, 200, 1, true},
		{"within a day", 24*time.Hour - time.Second, 200, 1, true},
		{"a day later, server down", time.Second, 503, 2, false},
		{"soon after, still believed to be down", time.Minute, 200, 2, false},
		{"minutes later, up again", robotsRetryLife, 200, 3, true},
	} {
		now, status = now.Add(step.later), step.status
		_, _, err := get(t.Context(), c, anywhere)
		if asked != step.asked || (err == nil) != step.allowed {
			t.Errorf("%s: got robots.txt asked %d times and error %v, want %d times, allowed: %v", step.name, asked, err, step.asked, step.allowed)
		}
	}
}

func TestRobotsMoved(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, to, want string }{
		{"elsewhere on the host", "/rules", ""},
		{"to another host", "https://rules.example/robots.txt", ""},
		{"in a circle", "/robots.txt", "more than 5 redirects"},
		{"to a private address", "http://10.0.0.1/robots.txt", ErrNotPublic.Error()},
		{"to a file", "file:///etc/passwd", "only http and https"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c := New(Config{}, Edge{Transport: web(func(r *http.Request) (*http.Response, error) {
				if r.URL.String() == "https://portal.example/robots.txt" {
					return reply(301, "", "Location", tc.to), nil
				}
				return reply(200, ""), nil
			})})
			_, _, err := get(t.Context(), c, anywhere)
			checkErr(t, err, tc.want)
		})
	}
}

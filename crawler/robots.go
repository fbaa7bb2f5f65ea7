package crawler

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/temoto/robotstxt"
)

const (
	robotsLife      = 24 * time.Hour  // RFC 9309, 2.4: not longer
	robotsRetryLife = 5 * time.Minute // of "the server could not say": long enough for the rest of a run
	robotsSize      = 500 << 10       // RFC 9309, 2.5: what lies beyond may be ignored
	robotsHops      = 5               // RFC 9309, 2.3.1.2
	longestDelay    = 30 * time.Second
)

// ErrRobots says that robots.txt forbids the address, or that the server could not say what it
// forbids, which counts as forbidden (RFC 9309, 2.3.1.4). Test with errors.Is.
var ErrRobots = errors.New("forbidden by robots.txt")

// robotsRules is what one host allows, until a moment.
type robotsRules struct {
	data  *robotstxt.RobotsData // nil: nothing may be fetched, because of err
	err   error
	until time.Time
}

// obeyRobots returns an error that wraps [ErrRobots] if the host does not want req to be sent. The
// rules are fetched first if they are unknown or too old.
func (p *polite) obeyRobots(ctx context.Context, h *host, u *url.URL) error {
	if err := h.lock(ctx); err != nil {
		return err
	}
	defer h.unlock()
	if now := p.now(); h.rules == nil || !now.Before(h.rules.until) {
		rules := p.fetchRobots(ctx, h, u)
		if ctx.Err() != nil {
			return context.Cause(ctx) // being interrupted says nothing about the host
		}
		rules.until = now.Add(robotsLife)
		if rules.data == nil {
			rules.until = now.Add(robotsRetryLife)
		}
		h.rules = rules
		h.slowDownTo(max(p.cfg.Delay, crawlDelay(rules.data, p.cfg.UserAgent)))
	}
	return h.rules.check(u, p.cfg.UserAgent)
}

func (r *robotsRules) check(u *url.URL, agent string) error {
	if r.data == nil {
		if network := net.Error(nil); errors.As(r.err, &network) {
			return fmt.Errorf("%s cannot be reached: %w", u.Host, r.err)
		}
		return fmt.Errorf("%s: %w: it could not be read: %w", u.Host, ErrRobots, r.err)
	}
	if !r.data.TestAgent(u.RequestURI(), agent) {
		return fmt.Errorf("%s%s: %w", u.Host, u.EscapedPath(), ErrRobots)
	}
	return nil
}

// crawlDelay returns the pause that the host asks for, at most longestDelay.
func crawlDelay(data *robotstxt.RobotsData, agent string) time.Duration {
	if data == nil {
		return 0
	}
	return min(data.FindGroup(agent).CrawlDelay, longestDelay)
}

// fetchRobots never fails: what went wrong is part of the rules.
func (p *polite) fetchRobots(ctx context.Context, h *host, u *url.URL) *robotsRules {
	at := &url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/robots.txt"}
	for range robotsHops + 1 {
		res, err := p.getRobots(ctx, h, at)
		if err != nil {
			return &robotsRules{err: err}
		}
		next, moved := redirectTarget(at, res)
		if !moved {
			return readRobots(res)
		}
		if err := checkURL(ctx, next); err != nil {
			return &robotsRules{err: fmt.Errorf("redirected: %w", err)}
		}
		at, h = next, p.host(next)
	}
	return &robotsRules{err: fmt.Errorf("more than %d redirects", robotsHops)}
}

func (p *polite) getRobots(ctx context.Context, h *host, at *url.URL) (*answer, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", p.cfg.UserAgent)
	return p.persist(h, req, limits{bytes: robotsSize, cut: true})
}

// readRobots believes a 2xx, and takes any 4xx for "there are no rules" (RFC 9309, 2.3.1.3). Other
// answers are none.
func readRobots(a *answer) *robotsRules {
	switch {
	case a.status >= 200 && a.status < 300:
		data, err := robotstxt.FromBytes(soundRobots(a.body))
		if err != nil {
			return &robotsRules{err: err}
		}
		return &robotsRules{data: data}
	case a.status >= 400 && a.status < 500:
		data, err := robotstxt.FromStatusAndBytes(a.status, nil)
		return &robotsRules{data: data, err: err}
	}
	return &robotsRules{err: fmt.Errorf("it answered %d", a.status)}
}

// soundRobots drops the lines for which the parser would give up the whole file: rules before the
// first user agent, and delays that are no number of seconds.
func soundRobots(body []byte) []byte {
	var sound bytes.Buffer
	named := false
	lines := bufio.NewScanner(bytes.NewReader(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))))
	lines.Buffer(nil, robotsSize+1)
	for lines.Scan() {
		line, _, _ := strings.Cut(lines.Text(), "#")
		key, value, _ := strings.Cut(line, ":")
		key, value = strings.ToLower(strings.TrimSpace(key)), strings.TrimSpace(value)
		named = named || key == "user-agent"
		if named && soundRule(key, value) {
			fmt.Fprintf(&sound, "%s: %s\n", key, value)
		}
	}
	return sound.Bytes()
}

func soundRule(key, value string) bool {
	switch key {
	case "user-agent", "allow", "disallow":
		return true
	case "crawl-delay":
		seconds, err := strconv.ParseFloat(value, 64)
		return err == nil && seconds >= 0 && seconds < 1e6
	}
	return false
}

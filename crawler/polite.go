package crawler

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// ErrRedirect says that a server sent the crawler somewhere it will not go. Test with errors.Is.
var ErrRedirect = errors.New("redirect refused")

// polite is the one way out of this package. It is an http.RoundTripper, so that colly cannot help
// but use it, and is safe for use by several sources at once.
type polite struct {
	cfg   Config
	base  http.RoundTripper
	now   func() time.Time
	sleep func(context.Context, time.Duration) error
	rand  func() float64
	log   *slog.Logger

	mu    sync.Mutex
	hosts map[string]*host
}

// A host is what is known of one server: how often it may be asked, and what it forbids.
type host struct {
	queue *rate.Limiter
	busy  chan struct{} // holds one token while somebody reads the rules; a mutex could not be interrupted

	rules *robotsRules // under busy; nil: not asked yet

	mu    sync.Mutex
	quiet time.Time // the host asked for silence until then
}

// RoundTrip sends req as politely as the package comment says and returns the answer with its whole
// body already read. 429 and 5xx that outlast all attempts are a [StatusError], other statuses are
// answers. The request's own context ends every kind of waiting.
func (p *polite) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	if err := checkURL(ctx, req.URL); err != nil {
		return nil, err
	}
	h := p.host(req.URL)
	if err := p.obeyRobots(ctx, h, req.URL); err != nil {
		return nil, err
	}
	a, err := p.persist(h, req, limits{bytes: p.cfg.MaxBody})
	if err != nil {
		return nil, err
	}
	if next, moved := redirectTarget(req.URL, a); moved && !sameHost(req.URL, next) {
		return nil, fmt.Errorf("%w: to %q", ErrRedirect, next.Redacted())
	}
	return a.response(req), nil
}

// CloseIdleConnections drops connections that nobody uses. http.Client looks for this method.
func (p *polite) CloseIdleConnections() {
	if c, ok := p.base.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// host returns what is known of the server of u; scheme and port make it another one.
func (p *polite) host(u *url.URL) *host {
	name := u.Scheme + "://" + hostPort(u)
	p.mu.Lock()
	defer p.mu.Unlock()
	h, known := p.hosts[name]
	if !known {
		h = &host{queue: rate.NewLimiter(every(p.cfg.Delay), 1), busy: make(chan struct{}, 1)}
		p.hosts[name] = h
	}
	return h
}

func (h *host) lock(ctx context.Context) error {
	select {
	case h.busy <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (h *host) unlock() { <-h.busy }

func (h *host) slowDownTo(delay time.Duration) { h.queue.SetLimit(every(delay)) }

func every(delay time.Duration) rate.Limit {
	if delay <= 0 {
		return rate.Inf
	}
	return rate.Every(delay)
}

// hush keeps everybody away from the host for a while. It reads the machine's own clock, as
// all pacing does: the clock of a run may stand still, but servers feel real seconds.
func (h *host) hush(wait time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if until := time.Now().Add(wait); until.After(h.quiet) {
		h.quiet = until
	}
}

func (h *host) quietFor() time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	return time.Until(h.quiet)
}

// turn waits until the host may be asked again.
func (p *polite) turn(ctx context.Context, h *host) error {
	if wait := h.quietFor(); wait > longestWait {
		return fmt.Errorf("%w for another %s", errQuiet, wait.Round(time.Second))
	} else if err := p.wait(ctx, wait); err != nil {
		return err
	}
	place := h.queue.Reserve()
	if err := p.wait(ctx, place.Delay()); err != nil {
		place.Cancel()
		return err
	}
	return nil
}

// wait lets time pass, or returns why it could not.
func (p *polite) wait(ctx context.Context, d time.Duration) error {
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case d <= 0:
		return nil
	}
	return p.sleep(ctx, d)
}

// attempt asks once and reads the whole answer. Its time starts when its turn has come.
func (p *polite) attempt(h *host, req *http.Request, l limits) (*answer, error) {
	ctx := req.Context()
	if err := p.turn(ctx, h); err != nil {
		return nil, err
	}
	timed, cancel := context.WithTimeoutCause(ctx, p.cfg.Timeout, errSlow)
	defer cancel()
	fresh := req.Clone(timed)
	if req.GetBody != nil {
		body, err := req.GetBody()
		if err != nil {
			return nil, fmt.Errorf("read the request again: %w", err)
		}
		fresh.Body = body
	}
	fresh.Header.Set("Accept-Encoding", "gzip") // said by us, so that nobody below unpacks it
	res, err := p.base.RoundTrip(fresh)
	if err != nil {
		return nil, causeOf(ctx, timed, err, p.cfg.Timeout)
	}
	defer res.Body.Close()
	a, err := readAnswer(res, l)
	if err != nil {
		return nil, causeOf(ctx, timed, err, p.cfg.Timeout)
	}
	return a, nil
}

// causeOf says why a request ended: the caller's context, our patience, or what the network said.
func causeOf(ctx, timed context.Context, err error, patience time.Duration) error {
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.Is(context.Cause(timed), errSlow):
		return fmt.Errorf("%w within %s", errSlow, patience)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("the answer was cut: %w", err)
	}
	return err
}

// redirectTarget returns where an answer sends its reader. It reports false if it sends nowhere.
func redirectTarget(from *url.URL, a *answer) (*url.URL, bool) {
	switch a.status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
	default:
		return nil, false
	}
	to, err := from.Parse(a.header.Get("Location"))
	return to, err == nil && a.header.Get("Location") != ""
}

// sameHost reports whether a redirect stays at home: the same name, and not back to plain http.
func sameHost(from, to *url.URL) bool {
	return strings.EqualFold(from.Hostname(), to.Hostname()) && (from.Scheme == to.Scheme || to.Scheme == "https")
}

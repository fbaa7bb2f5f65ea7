package crawler

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	firstWait   = time.Second     // before the second attempt; doubled for each further one
	longestWait = 2 * time.Minute // of any single wait; a host that asks for more is left alone
	longestSaid = 200             // bytes of a server's words in an error
)

var (
	errSlow  = errors.New("no whole answer")
	errQuiet = errors.New("the host asked to be left alone")
)

// A StatusError is a 429 or 5xx that outlasted every attempt.
type StatusError struct {
	Status   int    // such as 503
	Attempts int    // how often the server was asked, at least 1
	Said     string // the beginning of the body on one line; "" if it was empty

	// Wait is how long the server asked to be left alone; 0 if it did not say.
	Wait time.Duration
}

// Error returns the status, the number of attempts, the wait asked for and what the server said.
func (e *StatusError) Error() string {
	text := fmt.Sprintf("HTTP %d %s after %s", e.Status, http.StatusText(e.Status), plural(e.Attempts, "attempt"))
	if e.Wait > 0 {
		text += fmt.Sprintf(", asking to wait %s", e.Wait)
	}
	if e.Said != "" {
		text += fmt.Sprintf(": it said %q", e.Said)
	}
	return text
}

func plural(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + one + "s"
}

// persist asks until there is an answer, the attempts are used up, or trying again is senseless.
func (p *polite) persist(h *host, req *http.Request, l limits) (*answer, error) {
	ctx := req.Context()
	for attempt := 1; ; attempt++ {
		a, err := p.attempt(h, req, l)
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if err == nil && !unwell(a.status) {
			return a, nil
		}
		asked := p.heed(h, a)
		if attempt > p.cfg.Retries || asked > longestWait || senseless(err) {
			return nil, surrender(a, err, attempt)
		}
		wait := max(asked, p.backOff(attempt))
		p.log.Info("trying again", "host", req.URL.Host, "attempt", attempt, "wait", wait, "err", surrender(a, err, attempt))
		if err := p.wait(ctx, wait); err != nil {
			return nil, err
		}
	}
}

// unwell reports whether a status means "later": too many requests, or the server's own trouble.
func unwell(status int) bool { return status == http.StatusTooManyRequests || status >= 500 }

// senseless reports whether the same request would fail the same way again.
func senseless(err error) bool {
	var certificate *tls.CertificateVerificationError
	return errors.Is(err, ErrNotPublic) || errors.Is(err, ErrTooLarge) || errors.Is(err, errEncoding) ||
		errors.Is(err, errQuiet) || errors.As(err, &certificate)
}

func surrender(a *answer, err error, attempts int) error {
	if err == nil {
		return &StatusError{a.status, attempts, said(a.body), retryAfter(a.header)}
	}
	if attempts == 1 {
		return err
	}
	return fmt.Errorf("%w (%s)", err, plural(attempts, "attempt"))
}

// said returns the beginning of a body for an error, on one line.
func said(body []byte) string {
	text := string(body[:min(len(body), longestSaid)])
	return strings.Join(strings.Fields(strings.ToValidUTF8(text, "")), " ")
}

// backOff returns how long to wait after the given attempt: doubled each time, and somewhere in the
// upper half of that, so that many crawlers do not come back in step.
func (p *polite) backOff(attempt int) time.Duration {
	wait := min(firstWait<<min(attempt-1, 16), longestWait)
	return wait/2 + time.Duration(p.rand()*float64(wait/2))
}

// heed returns how long the host asked to be left alone. Whoever asked waits that long before the
// next attempt; if it is longer than anybody waits, nobody asks the host again until it is over.
func (p *polite) heed(h *host, a *answer) time.Duration {
	if a == nil {
		return 0
	}
	wait := retryAfter(a.header)
	if wait > longestWait {
		h.hush(wait)
	}
	return wait
}

// retryAfter reads the header in both its forms; 0 if it is absent or senseless. A date is held
// against the server's own clock, which may differ from ours, if it tells it.
func retryAfter(header http.Header) time.Duration {
	text := strings.TrimSpace(header.Get("Retry-After"))
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	until, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	now, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		now = time.Now()
	}
	return max(0, until.Sub(now))
}

// sleepFor waits, or returns why it did not wait to the end.
func sleepFor(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

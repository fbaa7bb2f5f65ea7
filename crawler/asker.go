package crawler

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/gocolly/colly/v2"
)

// An asker puts questions to one API through one colly collector, made fresh for one run: a
// collector remembers every address for ever and refuses the second visit.
type asker struct {
	collector *colly.Collector
	got       *colly.Response // set by the callback, taken by post
}

// newAsker returns an asker for the API at the configured address. Manners, limits and retries are
// those of c.out; whatever colly would do about them is switched off here.
func (c *Crawler) newAsker(ctx context.Context, configured *url.URL) *asker {
	a := &asker{collector: colly.NewCollector(colly.StdlibContext(withHome(ctx, configured)))}
	plain(a.collector, c.cfg.UserAgent)
	a.collector.WithTransport(c.out)
	a.collector.SetRequestTimeout(0) // it would count the time spent waiting for one's turn
	a.collector.SetRedirectHandler(func(req *http.Request, _ []*http.Request) error {
		return fmt.Errorf("%w: to %q", ErrRedirect, req.URL.Redacted()) // a POST would arrive as a GET without its question
	})
	a.collector.OnResponse(func(r *colly.Response) { a.got = r })
	return a
}

// plain sets every field that colly also sets from COLLY_* environment variables, after it did.
func plain(c *colly.Collector, agent string) {
	c.UserAgent = agent
	c.IgnoreRobotsTxt = true // polite obeys it; colly takes a 503 for permission
	c.MaxBodySize = 0        // polite refuses; colly cuts in silence, and before unpacking
	c.ParseHTTPErrorResponse = true
	c.AllowURLRevisit = true
	c.AllowedDomains, c.DisallowedDomains = nil, nil
	c.CacheDir = ""
	c.DetectCharset = false
	c.MaxDepth, c.MaxRequests = 0, 0
	c.TraceHTTP = false
	c.DisableCookies()
}

// post sends a body and returns that of the answer, if its status is 200. A panic inside a
// callback becomes an error.
func (a *asker) post(address, contentType string, body []byte) (answered []byte, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic while asking: %v", cause)
		}
	}()
	a.got = nil
	header := http.Header{"Content-Type": {contentType}, "Accept": {"application/json"}} // fresh: colly keeps it
	if err := a.collector.Request(http.MethodPost, address, bytes.NewReader(body), nil, header); err != nil {
		return nil, withoutAddress(err)
	}
	switch {
	case a.got == nil:
		return nil, errors.New("no answer")
	case a.got.StatusCode != http.StatusOK:
		return nil, &StatusError{Status: a.got.StatusCode, Attempts: 1, Said: said(a.got.Body)}
	}
	return a.got.Body, nil
}

// withoutAddress drops the address that http.Client puts before every cause: whoever reads the
// error knows which source it is about, and the long query would hide the rest.
func withoutAddress(err error) error {
	var where *url.Error
	if errors.As(err, &where) {
		return where.Err
	}
	return err
}

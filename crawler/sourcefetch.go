package crawler

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/gocolly/colly/v2"
)

// mostHops bounds how often one answer may send its reader on.
const mostHops = 5

// A getter fetches pages of one source through one colly collector, made fresh for one run like an
// [asker]. Redirects are followed on the same host only, and through the same manners.
type getter struct {
	collector *colly.Collector
	language  string
	copies    *copyBook
	got       *colly.Response // set by a callback, taken by get
	kind      string          // content type of the answer, kept from colly
}

// fetched is one answer.
type fetched struct {
	status      int
	address     *url.URL // after redirects
	header      http.Header
	contentType string
	body        []byte // as it was sent: no letter is decoded yet
}

func (c *Crawler) newGetter(ctx context.Context, p *sourcePlan, copies *copyBook) *getter {
	g := &getter{collector: colly.NewCollector(colly.StdlibContext(withHome(ctx, p.base))), language: p.def.Language, copies: copies}
	plain(g.collector, c.cfg.UserAgent)
	g.collector.WithTransport(c.out)
	g.collector.SetRequestTimeout(0) // it would count the time spent waiting for one's turn
	g.collector.SetRedirectHandler(func(_ *http.Request, via []*http.Request) error {
		if len(via) > mostHops {
			return fmt.Errorf("%w: more than %d in a row", ErrRedirect, mostHops)
		}
		return nil // polite refuses those to other hosts
	})
	g.collector.OnResponseHeaders(func(r *colly.Response) {
		g.kind = r.Headers.Get("Content-Type")
		r.Headers.Del("Content-Type") // colly would decode the letters by it, and the parsers once more
	})
	g.collector.OnResponse(func(r *colly.Response) { g.got = r })
	return g
}

// get fetches one page, or finds that the copy of it is still right. Other statuses than 200 are a
// [StatusError].
func (g *getter) get(address, accept string) (*fetched, error) {
	known, ok := g.copies.of(address)
	if ok {
		f, err := g.ask(address, accept, func(h http.Header) { g.copies.ask(h, known) })
		if err == nil && f.status == http.StatusNotModified && f.address.String() == address {
			return g.copies.reuse(known, f), nil
		}
		if err != nil || f.status != http.StatusNotModified {
			return g.kept(address, f, err)
		}
		// It called another page unchanged, of which nothing is known here.
	}
	f, err := g.ask(address, accept, func(http.Header) {})
	return g.kept(address, f, err)
}

// kept returns a page with status 200 after noting it for the next time.
func (g *getter) kept(address string, f *fetched, err error) (*fetched, error) {
	switch {
	case err != nil:
		return nil, err
	case f.status != http.StatusOK:
		return nil, &StatusError{Status: f.status, Attempts: 1, Said: said(f.body)}
	}
	g.copies.keep(address, f)
	return f, nil
}

// ask sends one request and returns whatever came. A panic inside a callback becomes an error.
func (g *getter) ask(address, accept string, condition func(http.Header)) (f *fetched, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic while asking: %v", cause)
		}
	}()
	g.got = nil
	header := http.Header{"Accept": {accept}} // fresh: colly keeps it
	if g.language != "" {
		header.Set("Accept-Language", g.language)
	}
	condition(header)
	if err := g.collector.Request(http.MethodGet, address, nil, nil, header); err != nil {
		return nil, withoutAddress(err)
	}
	if g.got == nil {
		return nil, errors.New("no answer")
	}
	return &fetched{g.got.StatusCode, g.got.Request.URL, *g.got.Headers, g.kind, g.got.Body}, nil
}

// accepted returns what a source of this kind is asked for.
func accepted(kind SourceKind) string {
	switch kind {
	case SourceJSON:
		return "application/json"
	case SourceFeed:
		return "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
	}
	return "text/html, application/xhtml+xml;q=0.9"
}

// final reports whether an answer says that there is no such page and will not be one soon: asking
// tomorrow would bring the same.
func final(err error) bool {
	var status *StatusError
	if errors.As(err, &status) {
		return status.Status >= 400 && status.Status < 500 &&
			status.Status != http.StatusTooManyRequests && status.Status != http.StatusRequestTimeout
	}
	return errors.Is(err, ErrRedirect) || errors.Is(err, ErrTooLarge) || errors.Is(err, errNotPage)
}

// allows reports whether calls of the source may link to the host of u.
func (p *sourcePlan) allows(u *url.URL) bool {
	name := strings.ToLower(u.Hostname())
	for _, host := range p.hosts {
		if name == host || strings.HasSuffix(name, "."+host) {
			return true
		}
	}
	return false
}

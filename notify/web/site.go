package web

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"path"
	"strings"
	"time"

	"fundwatch/calls"
)

//go:embed templates/*.tmpl static/style.css locale/*.json
var files embed.FS

// A Catalogue knows the calls.
type Catalogue interface {
	Search(ctx context.Context, q calls.Search, now time.Time) ([]calls.Hit, error)
	Call(ctx context.Context, key calls.Key) (*calls.Call, error) // wraps calls.ErrNotFound
	History(ctx context.Context, key calls.Key) ([]calls.Change, error)
	Listings(ctx context.Context, key calls.Key) ([]calls.Listing, error)
	FindCalls(ctx context.Context, name string) ([]calls.Call, error) // wraps calls.ErrNotFound
	NearestWords(ctx context.Context, word string) (near []string, known bool, err error)
}

// Facts write what is known of a call in one language.
type Facts interface {
	Language() string // may be another one than was asked for
	Deadline(d calls.Deadline, now time.Time) string
	Undated(c *calls.Call) string
	ExpectedLead() string
	ExpectedStatus() string
	ExpectedOpening(e *calls.Expected, now time.Time) string
	ExpectedDeadline(e *calls.Expected) string
	HourNote(d calls.Deadline) string // "" if the hour is stated, or none is
	Status(c *calls.Call, now time.Time) string
	Amount(n calls.Number) string
	Grant(low, high calls.Number) string
	Assessment(a *calls.Assessment) string // sentences, to the town
	PlainDate(t time.Time) string
	Clock(t time.Time) string
}

// Settings are what an operator says about the pages.
type Settings struct {
	BaseURL string         // how readers reach them, "https://fundwatch.example" or with a path
	Sender  string         // who writes the mails, as readers know it
	Trusted []netip.Prefix // proxies whose X-Forwarded-For is believed
}

// Parts are what a [Site] is put together from. All are needed.
type Parts struct {
	Calls       Catalogue
	Register    Register
	Topics      *calls.Topics
	Programmes  *calls.Programmes
	Countries   *calls.Countries
	Rules       *calls.Rulebook
	Family      func(context.Context, *calls.Call) (Family, error)
	Foreseen    func(context.Context, calls.Search) ([]calls.Expected, error)            // rounds that fit, soonest first
	Round       func(ctx context.Context, identifier string) (*calls.Prospect, error)    // wraps calls.ErrNotFound
	Check       func(context.Context, *calls.Call, *calls.Municipality) (Checkup, error) // of a town that a stranger typed
	Sources     func(context.Context) ([]string, error)                                  // names of all that there are
	CountryName func(language, code string) string                                       // in that language; "" if it has none there
	CutCountry  func(text string) (name, code string, ok bool)                           // parts "Sopot (PL)"
	TownID      func(name, country string) string                                        // the id of a new municipality
	Facts       func(language string) (Facts, error)
	Letter      func(Letter) (calls.Delivery, error) // freezes a mail
	Queued      func()                               // a mail was put into the outbox; must not wait
	Ready       func(context.Context) error          // whether the database answers
	Samples     func(context.Context) ([]Sample, error)
	Concerning  func(context.Context, *calls.Subscriber) ([]calls.Call, error) // what its letters tell of, nearest deadline first
	Now         func() time.Time
	Random      io.Reader // of tokens
	Log         *slog.Logger
}

// A Site answers requests. Make one with [New]; it is safe for concurrent use.
type Site struct {
	Parts
	settings  Settings
	base      *url.URL
	texts     map[string]texts // by language
	facts     map[string]Facts // by language of the pages
	pages     templates
	style     asset
	requests  *requestCounts
	signUps   *limiter // by network
	lookups   *limiter // wrong tokens, by network
	countries map[string][]countryGroup
}

// New returns the site. The error says which setting or embedded file is wrong.
func New(s Settings, p Parts) (*Site, error) {
	base, err := url.Parse(s.BaseURL)
	if err != nil || base.Host == "" {
		return nil, fmt.Errorf("web: base address %q: want one such as https://fundwatch.example", s.BaseURL)
	}
	base.Path = strings.TrimRight(base.Path, "/")
	site := &Site{Parts: p, settings: s, base: base, requests: newRequestCounts(), facts: map[string]Facts{}}
	site.signUps = newLimiter(signUpsPerHour, time.Hour)
	site.lookups = newLimiter(wrongTokensPerHour, time.Hour)
	if site.texts, err = readTexts(files); err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	for lang := range site.texts {
		facts, err := p.Facts(lang)
		if err != nil {
			return nil, fmt.Errorf("web: facts in %s: %w", lang, err)
		}
		site.facts[lang] = facts
	}
	if site.pages, err = readTemplates(files); err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	site.style, err = readAsset(files, "static/style.css")
	site.countries = site.countryLists()
	return site, err
}

// Handler returns the site with all its guards.
func (s *Site) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, route := range []struct {
		pattern string
		serve   func(http.ResponseWriter, *http.Request) error
	}{
		{"GET /{$}", s.home},
		{"GET /calls", s.list},
		{"GET /calls.atom", s.atom},
		{"GET /calls.ics", s.calendar},
		{"GET /calls/{source}/{reference}", s.call},
		{"GET /calls/{source}/{reference}/deadlines.ics", s.callCalendar},
		{"GET /expected/{identifier}", s.round},
		{"GET /static/{name}", s.static},
		{"GET /favicon.ico", noIcon},
		{"GET /subscribe", s.subscribeForm},
		{"POST /subscribe", s.subscribe},
		{"GET /subscribe/sent", s.sent},
		{"GET /confirm/{token}", s.confirm},
		{"POST /confirm/{token}", s.confirm},
		{"GET /u/{token}", s.manage},
		{"POST /u/{token}", s.act},
		{"GET /u/{token}/settings", s.showSettings},
		{"POST /u/{token}/settings", s.change},
		{"GET /u/{token}/data", s.export},
		{"GET /u/{token}/erase", s.erasure},
		{"POST /u/{token}/erase", s.erasure},
		{"GET /u/{token}/mute/{source}/{reference}", s.mute},
		{"POST /u/{token}/mute/{source}/{reference}", s.mute},
		{"POST /u/{token}/invite", s.invite},
		{"POST /u/{token}/feeds", s.renewFeeds},
		{"GET /f/{token}/calls.atom", s.ownAtom},
		{"GET /f/{token}/deadlines.ics", s.ownCalendar},
		{"GET /healthz", s.healthy},
		{"GET /readyz", s.ready},
		{"GET /metrics", s.metrics},
		{"/", func(http.ResponseWriter, *http.Request) error { return errNoPage }},
	} {
		mux.Handle(route.pattern, s.guard(route.pattern, route.serve))
	}
	return s.below(mux)
}

// below takes the path of the base address off a request, whether or not the proxy has done so. An address with
// empty or dotted parts is led to the one that it means: left to the mux, that would lie outside the base address.
func (s *Site) below(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if meant := s.meant(r.URL); meant != "" {
			s.setHeaders(w.Header())
			http.Redirect(w, r, meant, http.StatusPermanentRedirect)
			return
		}
		if rest, is := s.cutBase(r.URL.EscapedPath()); is && s.base.Path != "" {
			r = cloneAt(r, rest)
		}
		h.ServeHTTP(w, r)
	})
}

// cloneAt returns the request for another escaped path, which stays spelt as it is: what is %2F ends no part of it.
func cloneAt(r *http.Request, escaped string) *http.Request {
	at := *r.URL
	at.RawPath = escaped
	at.Path, _ = url.PathUnescape(escaped) // part of a path that was parsed
	clone := *r
	clone.URL = &at
	return &clone
}

// cutBase takes the path of the base address off an escaped path, however its letters are escaped there. What is left
// begins with a slash.
func (s *Site) cutBase(escaped string) (rest string, is bool) {
	if !strings.HasPrefix(escaped, "/") {
		return "", false // OPTIONS *
	}
	end := 0
	for range strings.Count(s.base.EscapedPath(), "/") {
		next := strings.IndexByte(escaped[end+1:], '/')
		if next < 0 {
			return "", false
		}
		end += 1 + next
	}
	began, err := url.PathUnescape(escaped[:end])
	return escaped[end:], err == nil && began == s.base.Path
}

// meant returns where a request that is spelt oddly should have gone, "" if it is spelt well.
func (s *Site) meant(asked *url.URL) string {
	spelt := asked.EscapedPath()
	if !strings.HasPrefix(spelt, "/") {
		return "" // OPTIONS *
	}
	clean := path.Clean(spelt)
	if rest, is := s.cutBase(clean + "/"); is && rest == "/" || strings.HasSuffix(spelt, "/") && clean != "/" {
		clean += "/"
	}
	if clean == spelt {
		return ""
	}
	if _, is := s.cutBase(clean); !is {
		clean = s.link(clean)
	}
	return (&url.URL{Opaque: clean, RawQuery: asked.RawQuery}).String()
}

// link returns the path of a page as a browser has to ask for it.
func (s *Site) link(path string) string { return s.base.EscapedPath() + path }

// errNoPage says that an address leads nowhere.
var errNoPage = fmt.Errorf("page %w", calls.ErrNotFound)

// fail answers a request that came to nothing, in the reader's language. What went wrong inside is logged
// without the address of the page, which may hold a token.
func (s *Site) fail(w http.ResponseWriter, r *http.Request, route string, err error) {
	status, key := http.StatusInternalServerError, "error"
	var known problem
	var tooLarge *http.MaxBytesError
	switch {
	case errors.Is(err, context.Canceled):
		return // nobody waits for the answer
	case errors.As(err, &known):
		status, key = known.status, known.key
	case errors.As(err, &tooLarge):
		status, key = http.StatusRequestEntityTooLarge, "toolarge"
	case errors.Is(err, calls.ErrNotFound):
		status, key = http.StatusNotFound, "notfound"
	default:
		s.Log.Error("page failed", "route", route, "err", err)
	}
	p := s.newPage(r, key+".title")
	p.Private = true
	if err := s.render(w, p, status, "message", p.T(key+".text")); err != nil {
		s.Log.Error("page failed", "route", route, "err", err)
	}
}

// A problem is an error that a reader is told in words of its own: key.title and key.text.
type problem struct {
	status int
	key    string
}

func (p problem) Error() string { return p.key }

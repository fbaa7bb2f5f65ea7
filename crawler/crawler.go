package crawler

import (
	"cmp"
	"context"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"time"

	"fundwatch/calls"
)

// A Config holds the manners and limits of a [Crawler]. Zero values mean the defaults named here,
// except for Delay and Retries, which are taken as they are.
type Config struct {
	// UserAgent names the crawler and whom to write to. The product comes first,
	// "fundwatch/1.0 (+mailto:...)": robots.txt groups are found by their being its beginning.
	UserAgent string        // "fundwatch" if empty
	Timeout   time.Duration // for one attempt, from its turn to the last byte; 90 s if 0
	Delay     time.Duration // between two requests to one host; robots.txt may ask for more
	MaxBody   int64         // bytes of one body after decompression; 32 MiB if 0
	MaxPages  int           // of one list; 50 if 0
	Retries   int           // further attempts after a first one that failed; 0: none
}

// An Edge is the world as a [Crawler] meets it. The zero Edge is the real one; tests and
// demonstrations replace parts of it.
type Edge struct {
	// Transport sends requests; nil: the network, except for private and special addresses that no
	// configured URL names. A transport that is given has to guard itself.
	Transport http.RoundTripper

	Now   func() time.Time                           // the clock of a run; nil: time.Now
	Sleep func(context.Context, time.Duration) error // waits, or returns the context's cause; nil: really
	Rand  func() float64                             // in [0,1), spreads retries; nil: math/rand/v2

	// Copies returns the copy that was kept of a page of a source, see [calls.Sweep]; nil: there are none.
	Copies func(source, address string) (calls.Copy, bool)

	Log      *slog.Logger   // nil: silence
	Progress func(Progress) // called after each page, by the goroutine that crawls; nil: nobody looks
}

// A Progress says how far a sweep has come.
type Progress struct {
	Source string
	Done   int    // records read
	Total  int    // records stated by the source so far; rises when a further list is begun
	Note   string // what is being read, in English
}

// A Crawler fetches sources. It remembers per host how often it may ask and what robots.txt says,
// and is safe for concurrent use by several sources.
type Crawler struct {
	cfg      Config
	out      *polite
	now      func() time.Time
	log      *slog.Logger
	copies   func(source, address string) (calls.Copy, bool) // nil: there are none
	progress func(Progress)
}

// New returns a crawler with the manners of cfg in the world of edge.
func New(cfg Config, edge Edge) *Crawler {
	cfg.UserAgent = cmp.Or(cfg.UserAgent, "fundwatch")
	cfg.Timeout = cmp.Or(cfg.Timeout, 90*time.Second)
	cfg.MaxBody = cmp.Or(cfg.MaxBody, 32<<20)
	cfg.MaxPages = cmp.Or(cfg.MaxPages, 50)
	c := &Crawler{cfg: cfg, now: edge.Now, log: edge.Log, progress: edge.Progress, copies: edge.Copies}
	if c.now == nil {
		c.now = time.Now
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	if c.progress == nil {
		c.progress = func(Progress) {}
	}
	c.out = c.newPolite(edge)
	return c
}

func (c *Crawler) newPolite(edge Edge) *polite {
	p := &polite{
		cfg: c.cfg, base: edge.Transport, now: c.now, sleep: edge.Sleep, rand: edge.Rand, log: c.log,
		hosts: map[string]*host{},
	}
	if p.base == nil {
		p.base = guardedTransport()
	}
	if p.sleep == nil {
		p.sleep = sleepFor
	}
	if p.rand == nil {
		p.rand = rand.Float64
	}
	return p
}

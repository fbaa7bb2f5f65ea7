package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/mail"
	"net/netip"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"fundwatch/calls"
	"fundwatch/calls/store"
	"fundwatch/notify"
	"fundwatch/notify/web"
)

// pagesURL returns the address of the web pages for links in mails, "" if none are served.
func (a *app) pagesURL() string {
	if a.cfg.Web.Listen == "" {
		return ""
	}
	return a.cfg.Web.BaseURL
}

// listenHint says what to do where the pages cannot be served; "" if that is not known.
func listenHint(err error) string {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return "; ports below 1024 are not for everybody: listen on another, such as 127.0.0.1:8080, and let a web server in front of it have 443"
	case errors.Is(err, syscall.EADDRINUSE):
		return "; another program has this port: choose another one"
	}
	return ""
}

// startPages serves the web pages, if any are configured, until stop is called, which waits for requests
// in hand.
func (d *daemon) startPages(ctx context.Context, says io.Writer) (stop func(), err error) {
	if d.cfg.Web.Listen == "" {
		return func() {}, nil
	}
	if err := d.db.Unlock(ctx); err != nil { // not only when the first reader needs a link
		return nil, err
	}
	site, err := d.site()
	if err != nil {
		return nil, err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", d.cfg.Web.Listen)
	if err != nil {
		return nil, fmt.Errorf("web pages: web.listen: %w%s", err, listenHint(err))
	}
	fmt.Fprintf(says, "web pages on http://%s, for readers at %s\n", listener.Addr(), d.cfg.Web.BaseURL)
	ctx, cancel := context.WithCancel(ctx)
	var both sync.WaitGroup
	both.Go(func() { d.sendQueued(ctx) })
	both.Go(func() {
		if err := site.Serve(ctx, listener); err != nil {
			d.log.Error("web pages ended", "err", err)
		}
	})
	return func() { cancel(); both.Wait() }, nil
}

// site puts the pages together.
func (d *daemon) site() (*web.Site, error) {
	topics, err := d.topics()
	if err != nil {
		return nil, err
	}
	countries, err := calls.LoadCountries()
	if err != nil {
		return nil, err
	}
	rules, err := d.rules()
	if err != nil {
		return nil, err
	}
	settings := web.Settings{BaseURL: d.cfg.Web.BaseURL, Sender: senderName(d.cfg.Mail.From)}
	for _, text := range d.cfg.Web.TrustedProxies {
		prefix, err := parseNetwork(text)
		if err != nil {
			return nil, err
		}
		settings.Trusted = append(settings.Trusted, prefix)
	}
	composer, err := d.composer()
	if err != nil {
		return nil, err
	}
	return web.New(settings, web.Parts{
		Calls: pagesCatalogue{d.db}, Register: pagesRegister{d.db, d.cfg.Mail.Files.Dir}, Topics: topics, Programmes: d.programmes, Countries: countries,
		Rules: rules, Family: d.family, Foreseen: d.foreseenBy, Round: d.prospect, Check: d.checkStranger,
		Sources:     d.knownSources,
		CountryName: countryName,
		CutCountry:  cutCountry,
		TownID:      newTownID,
		Letter: func(l web.Letter) (calls.Delivery, error) {
			return composer.ComposeNote(notify.Note(l), d.now())
		},
		Queued:  d.sendSoon,
		Facts:   func(lang string) (web.Facts, error) { return notify.NewLocale(lang) },
		Ready:   func(ctx context.Context) error { _, err := d.db.CountOutbox(ctx); return err },
		Samples: d.samples, Concerning: d.concerning,
		Now: d.now, Random: rand.Reader, Log: d.log,
	})
}

// family returns the rounds of a call as its page tells them.
func (a *app) family(ctx context.Context, c *calls.Call) (web.Family, error) {
	h, err := a.roundsOf(ctx, c)
	return web.Family{Rounds: h.rounds, Keys: h.keys, Next: h.next}, err
}

// A pagesCatalogue is the calls as the pages see them: searches are those of a crowd.
type pagesCatalogue struct{ *store.DB }

// Search implements web.Catalogue.
func (c pagesCatalogue) Search(ctx context.Context, q calls.Search, now time.Time) ([]calls.Hit, error) {
	return c.Browse(ctx, q, now)
}

// A pagesRegister is the database as the pages see it.
type pagesRegister struct {
	*store.DB
	mails string // folder of mails that were written as files; "" if there is none
}

// Erase removes every trace of an address but a hash, and reports whether a trace is left until upkeep.
func (r pagesRegister) Erase(ctx context.Context, email string) (bool, error) {
	if _, err := forgetFiles(r.mails, email); err != nil {
		return false, err
	}
	done, err := r.DB.Erase(ctx, email)
	return done.Lingers, err
}

// Told returns what a subscriber was told by mails that arrived or are on their way.
func (r pagesRegister) Told(ctx context.Context, subscriber int64) ([]calls.Notice, error) {
	tellings, err := r.Tellings(ctx, subscriber)
	var told []calls.Notice
	for _, t := range tellings {
		if t.Counts {
			told = append(told, t.Notice)
		}
	}
	return told, err
}

// concerning returns what the letters of a subscriber tell of: its candidates, judged as a digest judges them.
func (a *app) concerning(ctx context.Context, s *calls.Subscriber) ([]calls.Call, error) {
	town, err := a.db.Municipality(ctx, s.Municipality)
	if err != nil {
		return nil, err
	}
	candidates, err := a.db.Candidates(ctx, s.ID, a.now())
	if err != nil {
		return nil, err
	}
	rules, err := a.rules()
	if err != nil {
		return nil, err
	}
	partners, err := a.partners(ctx, town)
	return calls.Concerning(calls.DigestRequest{
		Subscriber: *s, Municipality: *town, Candidates: candidates, Now: a.now(), Rules: rules, Partners: partners,
	}), err
}

// newTownID returns the id of a town also where its name holds nothing that can be written in ASCII.
func newTownID(name, country string) string {
	if id := townID(name, country); id != "" {
		return id
	}
	return "town-" + strings.ToLower(country)
}

// sendSoon has the outbox looked at now, unless that is being done: who has just subscribed waits at the
// screen for the mail.
func (d *daemon) sendSoon() {
	select {
	case d.queued <- struct{}{}:
	default:
	}
}

// sendQueued sends what the pages have put into the outbox, until ctx ends.
func (d *daemon) sendQueued(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-d.queued:
			d.deliver(ctx)
		}
	}
}

// countryName returns the name of a country in a language, "" if it has none there.
func countryName(lang, code string) string {
	tag, err := language.Parse(lang)
	if err != nil {
		return ""
	}
	if code == "MK" {
		return northMacedonia[lang]
	}
	region, err := language.ParseRegion(code)
	names := display.Regions(tag)
	if err != nil || names == nil {
		return ""
	}
	return names.Name(region)
}

// northMacedonia is the name that the country has borne since 2019, which the tables of x/text do not know.
// Source: Interinstitutional Style Guide, annex A5, checked 2026-11-23.
var northMacedonia = map[string]string{
	"bg": "Северна Македония", "cs": "Severní Makedonie", "da": "Nordmakedonien", "de": "Nordmazedonien", "el": "Βόρεια Μακεδονία",
	"en": "North Macedonia", "es": "Macedonia del Norte", "et": "Põhja-Makedoonia", "fi": "Pohjois-Makedonia",
	"fr": "Macédoine du Nord", "ga": "an Mhacadóin Thuaidh", "hr": "Sjeverna Makedonija", "hu": "Észak-Macedónia",
	"it": "Macedonia del Nord", "lt": "Šiaurės Makedonija", "lv": "Ziemeļmaķedonija", "mt": "il-Maċedonja ta’ Fuq",
	"nl": "Noord-Macedonië", "pl": "Macedonia Północna", "pt": "Macedónia do Norte", "ro": "Macedonia de Nord",
	"sk": "Severné Macedónsko", "sl": "Severna Makedonija", "sv": "Nordmakedonien",
}

// parseNetwork reads an address or a network: 127.0.0.1, 10.0.0.0/8.
func parseNetwork(text string) (netip.Prefix, error) {
	if prefix, err := netip.ParsePrefix(text); err == nil {
		return prefix.Masked(), nil
	}
	address, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Prefix{}, fmt.Errorf("%q is neither an address nor a network", text)
	}
	return netip.PrefixFrom(address, address.BitLen()), nil
}

// checkNetwork accepts what parseNetwork reads.
func checkNetwork(text string) (string, *fault) {
	if _, err := parseNetwork(text); err != nil {
		return "", &fault{err.Error(), "write 127.0.0.1 or 10.0.0.0/8"}
	}
	return text, nil
}

// senderName returns how readers know who writes: the name beside the address of mail.from, or fundwatch.
func senderName(from string) string {
	parsed, err := mail.ParseAddress(from)
	if err != nil || parsed.Name == "" {
		return "fundwatch"
	}
	return parsed.Name
}

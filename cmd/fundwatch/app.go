package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"sync"
	"time"

	"fundwatch/calls"
	"fundwatch/calls/store"
	"fundwatch/crawler"
	"fundwatch/notify"
)

// An app is the program put together: the database, the configuration, the clock of this run. What a
// command may not need (topics, the composer, a connection) is made when it is first asked for.
type app struct {
	cfg        *Config
	db         *store.DB
	zone       *time.Location
	screen     *screen
	log        *slog.Logger
	now        func() time.Time // the clock of this run; stands still with --now
	wholeDay   bool             // --now names a day without an hour: its beginning is meant, and all of it is known
	wallClock  func() time.Time // the real clock, for leases
	topics     func() (*calls.Topics, error)
	rules      func() (*calls.Rulebook, error)
	rounds     func() (*calls.Rounds, error)
	composer   func() (*notify.Composer, error)
	programmes *calls.Programmes
	progress   func(crawler.Progress) // nil: nobody watches
	wait       func(context.Context, time.Duration) error
}

// create puts the program together, making the database if there is none. Only what fills one may: for all
// others a database that is not there is a misspelt name.
func (l *launcher) create(ctx context.Context) (*app, error) {
	a, err := l.assemble()
	if err != nil {
		return nil, err
	}
	if err := writable(a.databasePlaces()...); err != nil {
		return nil, err
	}
	return a, a.openDatabase(ctx)
}

// open puts the program together on a database that is there.
func (l *launcher) open(ctx context.Context, options ...store.Option) (*app, error) {
	a, err := l.assemble()
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(a.cfg.Database); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no database at %s yet: 'fundwatch crawl' or 'fundwatch municipalities import' makes one, 'fundwatch demo' one to look around in", a.cfg.Database)
	}
	return a, a.openDatabase(ctx, options...)
}

func (a *app) openDatabase(ctx context.Context, options ...store.Option) (err error) {
	a.db, err = store.Open(ctx, a.cfg.Database, options...)
	return err
}

func (l *launcher) assemble() (*app, error) {
	now, err := l.clock()
	if err != nil {
		return nil, err
	}
	log, err := l.logger()
	if err != nil {
		return nil, err
	}
	cfg, err := l.loadConfig()
	if err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(cfg.Timezone)
	if err != nil {
		return nil, misusef("timezone %q: %w", cfg.Timezone, err)
	}
	programmes, err := calls.LoadProgrammes()
	if err != nil {
		return nil, err
	}
	a := &app{
		cfg: cfg, zone: zone, log: log, now: now, wholeDay: isDay(l.globals.now), wallClock: l.surroundings.now,
		screen: newScreen(l.surroundings, l.noColor), programmes: programmes,
		topics: sync.OnceValues(calls.LoadTopics), rules: sync.OnceValues(calls.LoadRulebook), rounds: sync.OnceValues(calls.LoadRounds),
		wait: l.surroundings.wait,
	}
	a.composer = sync.OnceValues(a.newComposer) // it reads 24 languages, and the daemon looks every hour
	return a, nil
}

func (a *app) close() {
	if a.db == nil {
		return
	}
	if err := a.db.Close(); err != nil {
		a.log.Warn("database not closed", "err", err)
	}
}

// viewer returns what turns calls into views; it reads the topic data for their labels in a language.
func (a *app) viewer(language string) (viewer, error) {
	topics, err := a.topics()
	if err != nil {
		return viewer{}, err
	}
	label := func(id string) string { return topics.Label(id, language) }
	return viewer{programmes: a.programmes, label: label, now: a.now()}, nil
}

// sourceNames returns the enabled sources, the portal first.
func (a *app) sourceNames() ([]string, error) {
	var names []string
	if a.cfg.Sources.Portal.Enabled {
		names = append(names, portalSource)
	}
	defs, err := a.cfg.Sources.all()
	for i := range defs {
		if defs[i].Enabled {
			names = append(names, defs[i].ID)
		}
	}
	return names, err
}

// crawlRetries is how often a request is tried again: with the crawler's back-off about a minute, after
// which the next scheduled crawl is the better retry.
const crawlRetries = 4

func (a *app) crawler() *crawler.Crawler { return a.crawlerTrying(crawlRetries) }

// crawlerTrying returns a crawler that tries a failed request again so many times.
func (a *app) crawlerTrying(retries int) *crawler.Crawler {
	agent := "fundwatch/1.0"
	if a.cfg.Crawler.Contact != "" {
		agent += " (+mailto:" + a.cfg.Crawler.Contact + ")"
	}
	return crawler.New(crawler.Config{
		UserAgent: agent,
		Timeout:   a.cfg.Crawler.Timeout,
		Delay:     a.cfg.Crawler.Delay,
		Retries:   retries,
	}, crawler.Edge{Now: a.now, Sleep: a.wait, Log: a.log, Progress: a.progress, Copies: a.copyOf})
}

// copyOf returns the copy of a page that the database holds. Without one, or without a database, the page is
// fetched as if for the first time.
func (a *app) copyOf(source, address string) (calls.Copy, bool) {
	if a.db == nil {
		return calls.Copy{}, false
	}
	c, err := a.db.Copy(context.Background(), source, address)
	if err != nil && !errors.Is(err, calls.ErrNotFound) {
		a.log.Warn("copy of a page not read", "source", source, "err", err)
	}
	return c, err == nil
}

func (a *app) newComposer() (*notify.Composer, error) {
	topics, err := a.topics()
	if err != nil {
		return nil, err
	}
	return notify.NewComposer(a.mailSettings(), topics, a.programmes)
}

func (a *app) mailSettings() notify.Settings {
	return notify.Settings{
		From:              a.cfg.Mail.From,
		ReplyTo:           a.cfg.Mail.ReplyTo,
		UnsubscribeMailto: a.cfg.Mail.UnsubscribeMailto,
		BounceAddress:     a.cfg.Mail.BounceAddress,
		Signing:           a.cfg.Mail.DKIM.signing(),
		BaseURL:           a.pagesURL(),
	}
}

// inbox returns what reads the mails to our own addresses.
func (a *app) inbox() (*notify.Inbox, error) { return notify.NewInbox(a.mailSettings()) }

// transport returns what carries mail away: an SMTP server, or a folder of files.
func (a *app) transport() (notify.Sender, error) {
	if a.cfg.Mail.Transport == TransportFiles {
		return notify.NewFiles(a.cfg.Mail.Files.Dir)
	}
	return notify.NewSMTP(a.smtpConfig())
}

func (a *app) smtpConfig() notify.SMTPConfig {
	smtp := a.cfg.Mail.SMTP
	return notify.SMTPConfig{
		Host: smtp.Host, Port: smtp.Port, TLS: smtp.TLS, Username: smtp.Username, Password: smtp.Password,
		Connections: smtp.Connections,
	}
}

func (a *app) ratePerMinute() int {
	if a.cfg.Mail.Transport == TransportFiles {
		return 0
	}
	return a.cfg.Mail.SMTP.RatePerMinute
}

// newVocabulary returns the words that a municipalities file may use.
func newVocabulary() (Vocabulary, error) {
	topics, err := calls.LoadTopics()
	if err != nil {
		return Vocabulary{}, err
	}
	countries, err := calls.LoadCountries()
	if err != nil {
		return Vocabulary{}, err
	}
	programmes, err := calls.LoadProgrammes()
	if err != nil {
		return Vocabulary{}, err
	}
	return Vocabulary{Topics: topics, Countries: countries, Programmes: programmes}, nil
}

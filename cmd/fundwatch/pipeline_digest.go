package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"fundwatch/calls"
	"fundwatch/crawler"
	"fundwatch/notify"
)

// A digestReport counts what composing did.
type digestReport struct {
	Period                                string
	Queued, AlreadyDone, Nothing, Waiting int // Waiting: pending, paused, bounced or unsubscribed
}

// mailGC lets composing, which makes a megabyte of garbage a letter and keeps none of it, spend less time on
// collecting it: a quarter more letters a second for some megabytes (measured 2026-11-23). Sending is the like.
const mailGC = 400

// digest composes what every active subscriber should learn in the period of the given moment and puts
// it in the outbox. Whoever has a digest of that period, or had nothing to learn, is left alone. One
// subscriber whose digest fails never stops the next.
func (a *app) digest(ctx context.Context, o digestOptions) (digestReport, error) {
	report := digestReport{Period: o.period(calls.Weekly)}
	err := a.exclusively(ctx, "digest", func(ctx context.Context) error {
		defer debug.SetGCPercent(debug.SetGCPercent(mailGC))
		composer, err := a.composer()
		if err != nil {
			return err
		}
		if o.stale, err = a.staleSources(ctx); err != nil {
			return err
		}
		if err := a.db.Unlock(ctx); err != nil {
			return err
		}
		if o.outlook, err = a.outlook(ctx); err != nil {
			return err
		}
		ids, err := a.db.SubscriberIDs(ctx)
		if err != nil {
			return err
		}
		if err := a.holdStorm(ctx, ids, o); err != nil {
			return err
		}
		var failures []error
		for some := range slices.Chunk(ids, subscribersAtOnce) {
			failed, err := a.digestSome(ctx, composer, some, o, &report)
			if err != nil {
				return err
			}
			failures = append(failures, failed...)
		}
		return partly(errors.Join(failures...))
	})
	a.log.Info("composed", "period", report.Period, "queued", report.Queued, "already_done", report.AlreadyDone, "nothing", report.Nothing)
	return report, err
}

// subscribersAtOnce is how many are held in memory while their letters are made.
const subscribersAtOnce = 500

// digestSome composes for the subscribers with these ids and returns whose digests failed, and why. The error is one that
// ends the run.
func (a *app) digestSome(ctx context.Context, composer *notify.Composer, ids []int64, o digestOptions, report *digestReport) ([]error, error) {
	subscribers, err := a.db.SubscribersByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	var failures []error
	for i := range subscribers {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if !o.wants(&subscribers[i]) {
			continue
		}
		if err := a.digestOne(ctx, composer, &subscribers[i], o, report); err != nil {
			failures = append(failures, fmt.Errorf("digest for subscriber %d: %w", subscribers[i].ID, err))
		}
	}
	return failures, nil
}

// errNeverCollected says that a digest now could only say "nothing new", which nobody knows.
var errNeverCollected = errors.New("no source was ever collected completely, so nobody knows what is new: 'fundwatch crawl' first")

// staleSources returns the enabled sources that were last read in full some days ago, by their names.
// Calendars are made from data and miss nothing.
func (a *app) staleSources(ctx context.Context) ([]calls.StaleSource, error) {
	complete, err := a.db.LastComplete(ctx)
	if err != nil {
		return nil, err
	}
	if len(complete) == 0 {
		return nil, errNeverCollected
	}
	defs, err := a.cfg.Sources.all()
	if err != nil {
		return nil, err
	}
	portal := crawler.SourceDef{ID: portalSource, Name: portalName, Enabled: a.cfg.Sources.Portal.Enabled}
	var stale []calls.StaleSource
	for _, d := range append([]crawler.SourceDef{portal}, defs...) {
		last, read := complete[d.ID]
		if d.Enabled && d.Kind != crawler.SourceCalendar && read && a.now().Sub(last) > staleAfter {
			stale = append(stale, calls.StaleSource{ID: d.ID, Source: cmp.Or(d.Name, d.ID), Since: last})
		}
	}
	return stale, nil
}

// portalName is how the portal calls itself.
const portalName = "EU Funding & Tenders Portal"

// DigestOptions say for which period and whom digests are made.
type digestOptions struct {
	At           time.Time // the moment whose period it is
	Zone         *time.Location
	Period       string // overrides the period of At; only for subscribers of that frequency
	Municipality string // only this one; "" is all

	// Scheduled says that At is when the schedule fired. Then a period is settled also by having nothing to
	// say, and who subscribed after At waits for the next firing. A digest made by hand settles a period by a
	// mail only: a crawl or a corrected profile five minutes later may have something to say.
	Scheduled bool

	Force bool // also if they hold far more than usual

	// Reminders asks for reminders of close deadlines in place of letters, and Gap says how many days later
	// they are sent again. Who has not had the letter of the moment Letter is left to it; the zero time: of none.
	Reminders bool
	Gap       int
	Letter    time.Time

	stale   []calls.StaleSource
	outlook *calls.Outlook

	// Composed, if not nil, sees every mail after it was queued.
	Composed func(*calls.Subscriber, string, notify.Mail) error
}

func (o digestOptions) period(f calls.Frequency) string {
	switch {
	case o.Period != "":
		return o.Period
	case o.Reminders:
		return calls.ReminderPeriod(o.At, o.Zone)
	}
	return calls.PeriodKey(f, o.At, o.Zone)
}

func (o digestOptions) wants(s *calls.Subscriber) bool {
	if o.Municipality != "" && s.Municipality != o.Municipality || o.Scheduled && s.Created.After(o.At) {
		return false
	}
	return o.Period == "" || calls.FrequencyOf(o.Period) == s.Frequency
}

func (a *app) digestOne(ctx context.Context, composer *notify.Composer, s *calls.Subscriber, o digestOptions, report *digestReport) error {
	if !s.Receives(a.now()) {
		report.Waiting++
		return nil
	}
	period := o.period(s.Frequency)
	if done, err := a.db.DigestDone(ctx, s.ID, period); err != nil || done {
		report.AlreadyDone += count(done)
		return err
	}
	if later, err := a.leftToLetter(ctx, s, o); err != nil || later {
		report.Nothing += count(later)
		return err
	}
	if err := a.supersede(ctx, s, o); err != nil {
		return err
	}
	digest, any, err := a.prepare(ctx, s, period, o)
	if err != nil {
		return err
	}
	if !any {
		report.Nothing++
		if !o.Scheduled || o.Reminders {
			return nil
		}
		return a.db.SkipDigest(ctx, s.ID, period, a.now())
	}
	mail, err := composer.Compose(&digest, a.now())
	if err != nil {
		return fmt.Errorf("compose: %w", err)
	}
	queued, err := a.db.Enqueue(ctx, &digest, &mail.Delivery, a.now())
	report.Queued += count(queued)
	report.AlreadyDone += count(err == nil && !queued)
	if err == nil && queued && o.Composed != nil {
		return o.Composed(s, period, mail)
	}
	return err
}

// prepare decides what a subscriber should learn now. It changes nothing.
func (a *app) prepare(ctx context.Context, s *calls.Subscriber, period string, o digestOptions) (calls.Digest, bool, error) {
	municipality, err := a.db.Municipality(ctx, s.Municipality)
	if err != nil {
		return calls.Digest{}, false, err
	}
	told, err := a.db.EverTold(ctx, s.ID)
	if err != nil {
		return calls.Digest{}, false, err
	}
	candidates, err := a.db.Candidates(ctx, s.ID, a.now())
	if err != nil {
		return calls.Digest{}, false, err
	}
	rules, err := a.rules()
	if err != nil {
		return calls.Digest{}, false, err
	}
	partners, err := a.partners(ctx, municipality)
	if err != nil {
		return calls.Digest{}, false, err
	}
	request := calls.DigestRequest{
		Subscriber: *s, Municipality: *municipality, Period: period,
		First: !told, Candidates: candidates, Stale: o.stale, Now: a.now(), Rules: rules, Partners: partners,
	}
	if err := a.lookAhead(ctx, &request, o); err != nil {
		return calls.Digest{}, false, err
	}
	digest, any, err := a.decide(ctx, request, o)
	if err != nil || !any {
		return digest, false, err
	}
	topics, err := a.topics()
	if err != nil {
		return calls.Digest{}, false, err
	}
	digest.Explain(topics)
	return digest, true, nil
}

// decide makes a reminder or a letter of what there is to tell or, after long silence, the word that all is
// quiet.
func (a *app) decide(ctx context.Context, request calls.DigestRequest, o digestOptions) (calls.Digest, bool, error) {
	if o.Reminders {
		digest, any := calls.NewReminder(request, o.Gap)
		return digest, any, nil
	}
	if digest, any := calls.NewDigest(request); any {
		return digest, any, nil
	}
	last, err := a.db.LastMail(ctx, request.Subscriber.ID)
	digest, any := calls.NewQuiet(request, last)
	return digest, any && err == nil, err
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

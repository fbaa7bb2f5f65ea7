package main

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"fundwatch/calls"
	"fundwatch/calls/store"
	"fundwatch/notify"
)

// The stages. Each reads its work from the database and leaves its result there, so that any of them
// can be killed and started again. Cron, the commands and the tests call these same methods.

// A crawlReport is what one crawl of one source did.
type crawlReport struct {
	Run calls.Run
	Odd []calls.Odd
	Err error // why the sweep is not complete; nil if it is
	Dry bool  // it was not held against what is known: what is new, changed or gone was not asked
}

// crawl collects one source after the other. A source that fails keeps its old calls, is recorded as
// failed, and does not stop the others; the error joins the causes.
//
// A sweep that lost or changed more than crawler.shrink_limit of what is known is held, unless accept says
// that a person has looked: neither "everything is gone" nor "everything changed" goes out by itself.
func (a *app) crawl(ctx context.Context, sources []string, accept bool) ([]crawlReport, error) {
	var reports []crawlReport
	err := a.exclusively(ctx, "crawl", func(ctx context.Context) error {
		topics, err := a.topics()
		if err != nil {
			return err
		}
		if _, err := a.db.Reclassify(ctx, topics.Version(), topics.Classify); err != nil {
			return fmt.Errorf("classify stored calls: %w", err)
		}
		var failures []error
		for _, source := range sources {
			report, err := a.crawlSource(ctx, source, topics, accept)
			if err != nil {
				return err // the database failed or we were stopped: no other source would fare better
			}
			reports = append(reports, report)
			if report.Err != nil {
				failures = append(failures, fmt.Errorf("source %s: %w", source, report.Err))
			}
		}
		return partly(errors.Join(failures...))
	})
	return reports, err
}

// partly returns err as a partial failure; nil stays nil.
func partly(err error) error {
	if err == nil {
		return nil
	}
	return partlyError{err}
}

func (a *app) crawlSource(ctx context.Context, source string, topics *calls.Topics, accept bool) (crawlReport, error) {
	run, err := a.db.BeginRun(ctx, source, a.now())
	if err != nil {
		return crawlReport{}, fmt.Errorf("crawl %s: %w", source, err)
	}
	sweep := a.sweep(ctx, source)
	defer sweep.Close() //nolint:errcheck // what it put aside is stored, or of no use
	saved, err := a.saveSweep(ctx, run, &sweep, topics, accept)
	switch {
	case errors.Is(err, calls.ErrHeld):
		held := unstored(&sweep)
		held.ID, held.Error, held.Held = run, err.Error(), true
		return crawlReport{Run: held, Odd: sweep.Odd, Err: err}, a.db.FailRun(ctx, run, err, a.now())
	case err != nil:
		// Ended although we may be about to stop, so that `status` does not show a crawl that runs for ever.
		err = errors.Join(err, a.db.FailRun(context.WithoutCancel(ctx), run, err, a.now()))
		return crawlReport{}, fmt.Errorf("crawl %s: %w", source, err)
	}
	if source == portalSource {
		a.explainRun(ctx, source)
	}
	a.log.Info("crawled", "source", source, "run", saved.ID, "seen", saved.Seen, "new", saved.New,
		"changed", saved.Changed, "odd", saved.Odd, "complete", saved.Complete)
	return crawlReport{Run: saved, Odd: sweep.Odd, Err: sweep.Err}, nil
}

// saveSweep stores what a crawl brought home, unless it was stopped on the way. The error wraps
// [calls.ErrHeld] if a person has to look first; whatever the error, nothing was stored.
func (a *app) saveSweep(ctx context.Context, run int64, sweep *calls.Sweep, topics *calls.Topics, accept bool) (calls.Run, error) {
	if err := ctx.Err(); err != nil {
		return calls.Run{}, fmt.Errorf("stopped before it was complete: %w", err)
	}
	if !accept {
		if err := a.hold(ctx, sweep); err != nil {
			return calls.Run{}, fmt.Errorf("compare with what is known: %w", err)
		}
	}
	saved, err := a.db.SaveSweep(ctx, run, *sweep, topics.Classify, a.now())
	if errors.Is(err, calls.ErrHeld) {
		err = fmt.Errorf("%w%s", err, acceptHint)
	}
	return saved, err
}

// match finds, for every call that changed since last time and every municipality whose interests
// did, who is concerned. Result and cursor are saved together, so that nothing is matched twice and
// nothing is missed. A list lacks what was closed when it was written: where --now names a day to come, that is
// not yet what is closed then, or today's letters would never tell of it.
func (a *app) match(ctx context.Context) (store.Matched, error) {
	var done store.Matched
	at := a.now()
	if today := a.wallClock(); today.Before(at) {
		at = today
	}
	// Looked at before anybody is kept out: the daemon looks every minute, and staff seldom have to come again.
	work, err := a.db.Unmatched(ctx, at)
	if err != nil || len(work.Calls)+len(work.Municipalities) == 0 {
		return done, err
	}
	err = a.exclusively(ctx, "match", func(ctx context.Context) error {
		topics, err := a.topics()
		if err != nil {
			return err
		}
		if done, err = a.db.Match(ctx, topics, at); err != nil {
			return err
		}
		a.log.Info("matched", "calls", done.Calls, "municipalities", done.Municipalities, "matches", done.Matches)
		return nil
	})
	return done, err
}

// send delivers what waits in the outbox.
func (a *app) send(ctx context.Context) (notify.Tally, error) {
	var tally notify.Tally
	err := a.exclusively(ctx, "send", func(ctx context.Context) error {
		if err := a.db.Reclaim(ctx, a.now()); err != nil {
			return fmt.Errorf("recover the outbox: %w", err)
		}
		transport, err := a.transport()
		if err != nil {
			return err
		}
		defer debug.SetGCPercent(debug.SetGCPercent(mailGC))
		tally, err = notify.Deliver(ctx, a.db, transport, a.deliverOptions())
		if tally != (notify.Tally{}) {
			err = errors.Join(err, a.db.Settle(context.WithoutCancel(ctx)))
		}
		return errors.Join(err, transport.Close())
	})
	a.log.Info("sent", "sent", tally.Sent, "retry", tally.Retry, "failed", tally.Failed, "bounced", tally.Bounced)
	return tally, err
}

package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"fundwatch/calls"
	"fundwatch/calls/store"
	"fundwatch/crawler"
)

// newsAge is how old the portal's news on a topic may be to explain a change that was just seen.
const newsAge = 21 * 24 * time.Hour

// explainRun attaches the portal's own words to the changes of this crawl. A reason is a courtesy: if the
// portal does not answer, the changes stand without one.
func (a *app) explainRun(ctx context.Context, source string) {
	changes, err := a.db.Unexplained(ctx, source, a.now())
	if err == nil && len(changes) > 0 {
		err = a.explainChanges(ctx, source, changes)
	}
	if err != nil {
		a.log.Warn("changes not explained", "source", source, "err", err)
	}
}

func (a *app) explainChanges(ctx context.Context, source string, changes []store.Unexplained) error {
	var identifiers []string
	for _, u := range changes {
		if !slices.Contains(identifiers, u.Identifier) {
			identifiers = append(identifiers, u.Identifier)
		}
	}
	portal := crawler.PortalSource{Name: source, URL: a.cfg.Sources.Portal.URL}
	news, err := a.crawler().PortalNews(ctx, portal, identifiers, a.now().Add(-newsAge))
	if err != nil {
		return err
	}
	var explained []calls.Change
	for _, u := range changes {
		if i := slices.IndexFunc(news, func(n crawler.News) bool { return n.Identifier == u.Identifier }); i >= 0 {
			u.Change.Reason = news[i].Text
			explained = append(explained, u.Change)
		}
	}
	return a.db.Explain(ctx, explained)
}

// fewCalls is how few known calls say nothing about a share of them.
const fewCalls = 20

const acceptHint = ". If it is right, 'fundwatch crawl --accept' takes it as it is"

// hold keeps absence from counting in a sweep that shrank too much, and sets how much may change.
func (a *app) hold(ctx context.Context, sweep *calls.Sweep) error {
	listed, err := a.db.Listed(ctx, sweep.Source, sweep.Programmes, a.now())
	if err != nil || listed < fewCalls {
		return err
	}
	limit := a.cfg.Crawler.ShrinkLimit
	sweep.MostChanged = max(fewCalls, int(limit*float64(listed)))
	if found := stillOn(sweep.Found, a.now()); sweep.Complete && float64(found) < (1-limit)*float64(listed) {
		sweep.Complete, sweep.Verified = false, ""
		sweep.Err = fmt.Errorf("%w: only %d open or forthcoming calls where %d should be%s", calls.ErrHeld, found, listed, acceptHint)
	}
	return nil
}

// stillOn returns how many of the calls are open or forthcoming.
func stillOn(list []calls.Call, now time.Time) int {
	n := 0
	for i := range list {
		status := list[i].Status(now)
		n += count(status == calls.Open || status == calls.Forthcoming)
	}
	return n
}

// unstored describes a sweep of which nothing was stored.
func unstored(sweep *calls.Sweep) calls.Run {
	return calls.Run{Source: sweep.Source, Started: sweep.Started, Pages: sweep.Pages, Seen: len(sweep.Found), Odd: len(sweep.Odd)}
}

// sweep fetches without storing.
func (a *app) sweep(ctx context.Context, source string) calls.Sweep {
	if portal := a.cfg.Sources.Portal; source == portalSource {
		sweep := a.crawler().Portal(ctx, crawler.PortalSource{
			Name: source, URL: portal.URL, Programmes: portal.Programmes, Languages: portal.Languages,
		}, a.programmes)
		for _, p := range portal.Programmes {
			sweep.Programmes = append(sweep.Programmes, a.programmes.Code(p))
		}
		return sweep
	}
	def, err := a.definition(source)
	if err != nil {
		return calls.Sweep{Source: source, Started: a.now(), Err: err}
	}
	return a.crawler().Source(ctx, def, a.programmes)
}

// definition returns the definition of a source that is not the portal.
func (a *app) definition(source string) (crawler.SourceDef, error) {
	defs, err := a.cfg.Sources.all()
	if err != nil {
		return crawler.SourceDef{}, err
	}
	i := slices.IndexFunc(defs, func(d crawler.SourceDef) bool { return d.ID == source })
	if i < 0 {
		return crawler.SourceDef{}, fmt.Errorf("source %q: %w", source, calls.ErrNotFound)
	}
	return defs[i], nil
}

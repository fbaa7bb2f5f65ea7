package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"fundwatch/calls"
)

// A finding is a call that was found, with what was asked for about it.
type finding struct {
	calls.Hit
	match   *calls.Match   // why it concerns the municipality it was looked for; nil without one
	verdict string         // whether that may apply, see verdictLine; "" without one
	useless bool           // neither it nor a twin of it can win the call: digests leave it out
	changes []calls.Change // since the time that was asked for, oldest first; nil without one
}

// Findings are what a search found, with what it takes to print them.
type findings struct {
	searchRequest
	app      *app
	town     *calls.Municipality // nil: for nobody in particular
	calls    []finding
	foreseen []calls.Expected // with the status expected, in place of calls
	feedID   string           // the same for the same command line, for feeds
}

func (f *findings) count() int { return len(f.calls) + len(f.foreseen) }

// findCalls does a whole search but the printing. The caller closes the app of the findings.
func (l *launcher) findCalls(ctx context.Context, words []string, f *searchFlags, out format) (*findings, error) {
	now, err := l.clock()
	if err != nil {
		return nil, err
	}
	r, err := f.request(words, now())
	if err != nil {
		return nil, err
	}
	if r.Expected && !out.tellsExpected() {
		return nil, misusef("%s: what is foreseen is known as ranges only; print it as a table, --json or --csv", out.name)
	}
	a, err := l.open(ctx)
	if err != nil {
		return nil, err
	}
	found := &findings{searchRequest: r, app: a, feedID: feedName(words, f)}
	if err := found.fill(ctx); err != nil {
		a.close()
		return nil, err
	}
	return found, nil
}

func (f *findings) fill(ctx context.Context) (err error) {
	if err := f.resolve(ctx); err != nil {
		return err
	}
	if err := f.widen(); err != nil {
		return err
	}
	if f.Expected {
		if f.foreseen, err = f.app.searchExpected(ctx, f.Find, f.town); err != nil {
			return err
		}
		return f.keepForeseenOpenTo()
	}
	if err := f.search(ctx); err != nil {
		return err
	}
	if limit := f.Find.Limit; limit > 0 && len(f.calls) > limit {
		f.calls = f.calls[:limit]
		f.remarks = append(f.remarks, fmt.Sprintf("The first %d. More with --limit 0.", limit))
	}
	return nil
}

// resolve checks what only the database knows: sources and the municipality.
func (f *findings) resolve(ctx context.Context) error {
	if len(f.Sources) > 0 {
		known, err := f.app.knownSources(ctx)
		if err != nil {
			return err
		}
		if err := f.AddSources(known); err != nil {
			return misused(err)
		}
	}
	if f.Municipality == "" {
		return nil
	}
	var err error
	if f.town, err = f.app.db.Municipality(ctx, f.Municipality); err != nil {
		return misusef("--for: %w", err)
	}
	return nil
}

// knownSources returns the names of all sources that are configured, or that calls were collected from.
func (a *app) knownSources(ctx context.Context) ([]string, error) {
	names, err := a.configuredSources()
	if err != nil {
		return nil, err
	}
	runs, err := a.db.LastRuns(ctx)
	for source := range runs {
		names = append(names, source)
	}
	slices.Sort(names)
	return slices.Compact(names), err
}

// configuredSources returns the names of all sources that are configured, enabled or not.
func (a *app) configuredSources() ([]string, error) {
	names := []string{portalSource}
	defs, err := a.cfg.Sources.all()
	for i := range defs {
		names = append(names, defs[i].ID)
	}
	return names, err
}

// widen lets words find what they mean. Without words the topic data is not read.
func (f *findings) widen() error {
	if f.exact || len(f.Find.Clauses) == 0 {
		return nil
	}
	topics, err := f.app.topics()
	if err != nil {
		return err
	}
	wide, widened := topics.Widen(f.Find.Clauses)
	f.Find.Clauses = wide
	for _, w := range widened {
		f.remarks = append(f.remarks, fmt.Sprintf("%q also finds calls on %s; --exact leaves them out",
			calls.AsWritten(f.typed, w.Words), strings.Join(w.Topics, ", ")))
	}
	return nil
}

// search finds the calls, and what was asked for about them.
func (f *findings) search(ctx context.Context) error {
	hits, err := f.hits(ctx)
	if err != nil {
		return fmt.Errorf("search: %w", err)
	}
	f.calls = make([]finding, 0, len(hits))
	for i := range hits {
		f.calls = append(f.calls, finding{Hit: hits[i]})
	}
	if err := f.keepOpenTo(); err != nil {
		return err
	}
	if err := f.addChanges(ctx); err != nil || f.town == nil {
		return err
	}
	if err := f.keepConcerning(); err != nil {
		return err
	}
	return f.addVerdicts(ctx)
}

// hits asks for one call more than is wanted, to know whether there are more.
func (f *findings) hits(ctx context.Context) ([]calls.Hit, error) {
	q := f.Find
	switch {
	case len(f.Countries) > 0:
		q.Limit = 0 // rules are no columns
	case q.Limit > 0:
		q.Limit++
	}
	if f.town == nil {
		return f.app.db.Search(ctx, q, f.now)
	}
	topics, err := f.app.topics()
	if err != nil {
		return nil, err
	}
	hits, settled, err := f.app.db.SearchMatched(ctx, q, f.town.ID, topics.Version(), f.now, f.app.wallClock())
	if err != nil || settled {
		return hits, err
	}
	q.Limit = 0 // what was matched does not tell: every call is looked at, see keepConcerning
	if q.Sort == calls.SortBest {
		q.Sort = calls.SortDeadline // the order of those that suit equally well
	}
	return f.app.db.Search(ctx, q, f.now)
}

// addVerdicts says of each call whether the municipality and its twins may apply.
func (f *findings) addVerdicts(ctx context.Context) error {
	rules, err := f.app.rules()
	if err != nil {
		return err
	}
	partners, err := f.app.partners(ctx, f.town)
	if err != nil {
		return err
	}
	for i := range f.calls {
		c := &f.calls[i]
		a := rules.Assess(&c.Call, f.town, partners)
		c.verdict, c.useless = verdictLine(&a), a.Hopeless()
	}
	return nil
}

// addChanges adds what changed since the time that was asked for.
func (f *findings) addChanges(ctx context.Context) error {
	if !f.asksForChanges() {
		return nil
	}
	changes, err := f.app.db.ChangesSince(ctx, f.Find.ChangedSince)
	for i := range f.calls {
		f.calls[i].changes = changes[f.calls[i].Call.Key]
	}
	return err
}

func (f *findings) asksForChanges() bool { return !f.Find.ChangedSince.IsZero() }

// changesText tells changes in English, oldest first.
func changesText(changes []calls.Change) string {
	var lines []string
	for _, h := range changes {
		lines = append(lines, changeLine(h))
	}
	return strings.Join(lines, "; ")
}

// keepOpenTo keeps the calls in which bodies of one of the countries can take part, or of which no rule
// says that they cannot.
func (f *findings) keepOpenTo() error {
	open, err := f.openTo()
	f.calls = slices.DeleteFunc(f.calls, func(c finding) bool { return !open(&c.Call) })
	return err
}

// keepForeseenOpenTo does the same for rounds that are foreseen, by the rule of their last one.
func (f *findings) keepForeseenOpenTo() error {
	open, err := f.openTo()
	f.foreseen = slices.DeleteFunc(f.foreseen, func(e calls.Expected) bool {
		return !open(e.LastRound())
	})
	return err
}

// openTo returns what tells whether a call is open to one of the countries. Without any the rules are not read.
func (f *findings) openTo() (func(*calls.Call) bool, error) {
	if len(f.Countries) == 0 {
		return func(*calls.Call) bool { return true }, nil
	}
	rules, err := f.app.rules()
	if err != nil {
		return func(*calls.Call) bool { return true }, err
	}
	return func(c *calls.Call) bool { return rules.OpenToOne(c, f.Countries) }, nil
}

// keepConcerning keeps the calls that concern the municipality, by the matcher that its digests are made
// with, and gives them its score and its reasons.
func (f *findings) keepConcerning() error {
	topics, err := f.app.topics()
	if err != nil {
		return err
	}
	concerning := f.calls[:0]
	for _, c := range f.calls {
		if e := calls.Explain(topics, &c.Call, f.town); e.Match != nil {
			c.match, c.Score = e.Match, e.Match.Score
			concerning = append(concerning, c)
		}
	}
	f.calls = concerning
	if f.Find.Sort == calls.SortBest {
		slices.SortStableFunc(f.calls, func(a, b finding) int { return cmp.Compare(b.Score, a.Score) })
	}
	return nil
}

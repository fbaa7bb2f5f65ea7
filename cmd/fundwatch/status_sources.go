package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"fundwatch/calls"
)

// A health says in a word how a source is.
type health string

// The healths of a source. All but healthWell need a person.
const (
	healthWell    health = "well"
	healthFailing health = "failing" // its last crawl failed
	healthHeld    health = "held"    // its last crawl waits for a person to look
	healthStale   health = "stale"   // not collected for some days
	healthFuture  health = "future"  // collected in the future: the clock is or was wrong
	healthNever   health = "never"   // never collected
)

// A sourceView is one enabled source: its health, and its last crawl that ended. Of one that was never
// collected the times are null.
type sourceView struct {
	runView
	Health       health  `json:"health"`
	LastComplete *string `json:"last_complete"`
	Failures     int     `json:"failures_in_a_row"`

	run       int64
	startedAt time.Time
}

// staleAfter is how old the last complete crawl may be before somebody should look.
const staleAfter = 3 * 24 * time.Hour

func (a *app) lookAtSources(ctx context.Context, v *statusView) error {
	runs, err := a.db.LastRuns(ctx)
	if err != nil {
		return err
	}
	complete, err := a.db.LastComplete(ctx)
	if err != nil {
		return err
	}
	failures, err := a.db.FailuresInARow(ctx)
	if err != nil {
		return err
	}
	names, err := a.sourceNames()
	if err != nil {
		return err
	}
	for _, name := range names {
		r, ran := runs[name]
		r.Source = name
		s := sourceView{
			runView: newRunView(&r), Health: healthOf(&r, ran, a.now(), a.latest()), run: r.ID, startedAt: r.Started,
			LastComplete: moment(complete[name]), Failures: failures[name],
		}
		v.Sources = append(v.Sources, s)
	}
	idle := idleSources(v.Sources)
	v.idle(idle)
	for i := range v.Sources {
		if s := &v.Sources[i]; s.Health != healthWell && !slices.Contains(idle, s) {
			v.needs("source "+s.Source, s.hint(), "%s", s.problem(complete[s.Source]))
		}
	}
	return nil
}

// idleSources returns those that nobody has crawled lately, if there are several: then the trouble is ours, not
// that of each source.
func idleSources(all []sourceView) []*sourceView {
	var idle []*sourceView
	for i := range all {
		if s := &all[i]; s.Health == healthNever || s.Health == healthStale {
			idle = append(idle, s)
		}
	}
	if len(idle) < 2 {
		return nil
	}
	return idle
}

// idle says of sources that nobody crawls them.
func (v *statusView) idle(sources []*sourceView) {
	if len(sources) == 0 {
		return
	}
	names := make([]string, len(sources))
	var last time.Time
	for i, s := range sources {
		names[i] = s.Source
		if s.startedAt.After(last) {
			last = s.startedAt
		}
	}
	since := "have never been collected"
	if !last.IsZero() {
		since = "have not been collected since " + calls.Day(last)
	}
	v.needs("sources", "is 'fundwatch serve' running? 'fundwatch crawl' collects now", "%s %s: %s",
		plural(len(sources), "source"), since, strings.Join(names, ", "))
}

// latest returns the last moment that does not lie in the future: clocks of one network differ a little, and
// who asks about a day that is named without an hour also asks about what was done on it.
func (a *app) latest() time.Time {
	if a.wholeDay {
		return a.now().In(calls.Brussels()).AddDate(0, 0, 1)
	}
	return a.now().Add(time.Hour)
}

// healthOf judges a source by its last run that ended.
func healthOf(r *calls.Run, ran bool, now, latest time.Time) health {
	switch {
	case !ran:
		return healthNever
	case r.Held:
		return healthHeld
	case r.Error != "":
		return healthFailing
	case r.Started.After(latest):
		return healthFuture
	case now.Sub(r.Started) > staleAfter:
		return healthStale
	}
	return healthWell
}

// problem says what is wrong with a source that is not well.
func (s *sourceView) problem(complete time.Time) string {
	switch s.Health {
	case healthNever:
		return s.Source + " was never collected"
	case healthFuture:
		return fmt.Sprintf("%s was collected in the future, on %s: the clock is or was wrong", s.Source, calls.Day(s.startedAt))
	case healthStale:
		return fmt.Sprintf("%s was last collected on %s", s.Source, calls.Day(s.startedAt))
	}
	return fmt.Sprintf("%s failed %s (last complete: %s): %s", s.Source, times(s.Failures), orNever(complete), *s.Error)
}

// hint says what to do about it.
func (s *sourceView) hint() string {
	command := func(words ...string) string { return "'fundwatch " + strings.Join(words, " ") + "'" }
	crawl := command("crawl", s.Source)
	switch s.Health {
	case healthNever:
		return crawl
	case healthHeld:
		return "look at " + command("crawl", s.Source, "--dry-run") + "; if it is right, " + command("crawl", s.Source, "--accept")
	case healthFuture:
		return "check the clock ('fundwatch doctor'), then " + crawl
	case healthStale:
		return "is 'fundwatch serve' running? " + crawl
	}
	try := command("sources", "check", s.Source)
	if s.Source == portalSource {
		try = command("crawl", s.Source, "--dry-run")
	}
	return "'fundwatch doctor' looks at network and disk, " + try + " at what it answers; " + crawl + " tries again"
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times in a row", n)
}

func orNever(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return calls.Day(t)
}

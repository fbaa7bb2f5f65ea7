package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"fundwatch/calls"
	"fundwatch/crawler"
)

func newSources(l *launcher) *cobra.Command {
	list := &cobra.Command{
		Use: "list", Short: "List sources, what they are known from, and their last crawl", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return l.listSources(cmd.Context()) },
	}
	check := &cobra.Command{
		Use:   "check SOURCE...",
		Short: "Fetch and parse without storing, and say what is missing",
		Long: `Reads the first pages of a source, enabled or not, and shows the first calls, which fields were not
found, what robots.txt says and how long it took. Nothing is stored: it is the tool to write a
definition with.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return l.checkSources(cmd.Context(), args) },
	}
	return group("sources", "Look at where calls are collected", list, check)
}

func (l *launcher) listSources(ctx context.Context) error {
	a, err := l.open(ctx)
	if err != nil {
		return err
	}
	defer a.close()
	runs, err := a.db.LastRuns(ctx)
	if err != nil {
		return err
	}
	defs, err := a.cfg.Sources.all()
	if err != nil {
		return err
	}
	portal := crawler.SourceDef{ID: portalSource, Kind: "api", Enabled: a.cfg.Sources.Portal.Enabled, URL: a.cfg.Sources.Portal.URL}
	t := table{screen: a.screen, columns: []column{
		{title: "source", least: 10}, {title: "kind"}, {title: "last"}, {title: "seen", right: true}, {title: "state", least: 16},
		{title: "address", least: 20, drop: 110},
	}}
	for _, d := range append([]crawler.SourceDef{portal}, defs...) {
		last, seen := cell{}, ""
		r, ok := runs[d.ID]
		if ok {
			last = cell{whole: rfc3339(r.Started), short: r.Started.In(a.zone).Format("2 Jan 15:04")}
			seen = fmt.Sprint(r.Seen)
		}
		state, st := sourceState(d, r, ok)
		t.add(cell{whole: d.ID, style: bold}, cell{whole: string(d.Kind)}, last, cell{whole: seen}, cell{whole: state, style: st}, cell{whole: d.URL, style: faint})
	}
	return t.print()
}

// sourceState says in a few words how a source is, and for one that is off, why.
func sourceState(d crawler.SourceDef, r calls.Run, ran bool) (string, style) {
	switch {
	case !d.Enabled && d.Note != "":
		return "off: " + d.Note, faint
	case !d.Enabled:
		return "off", faint
	case !ran:
		return "never collected", yellow
	case r.Error != "":
		return "failed: " + r.Error, red
	case r.Complete:
		return "complete", green
	}
	return "newest items only", green // a feed: what leaves it is not gone
}

func (l *launcher) checkSources(ctx context.Context, names []string) error {
	a, err := l.assemble()
	if err != nil {
		return err
	}
	var failed error
	for _, name := range names {
		if name == portalSource {
			return misusef("the portal needs no definition: 'fundwatch crawl portal --dry-run' tries it")
		}
		def, err := a.definition(name)
		if err != nil {
			return err
		}
		report := a.crawler().Check(ctx, def, a.programmes)
		a.printCheck(a.screen.out, def, report)
		if report.Err != nil {
			failed = partlyError{fmt.Errorf("source %s: %w", name, report.Err)}
		}
	}
	return failed
}

func (a *app) printCheck(w io.Writer, def crawler.SourceDef, r crawler.Report) {
	fmt.Fprintf(w, "%s (%s): %d calls on %d pages and %d pages of calls, %d items passed by, %d bytes in %s\n",
		a.screen.paint(bold, def.ID), def.Kind, r.Found, r.Pages, r.Details, r.Passed, r.Bytes, r.Took.Round(time.Millisecond))
	if r.Robots != "" {
		fmt.Fprintf(w, "  robots.txt: %s\n", r.Robots)
	}
	if pages := r.Pages + r.Details; pages > 0 {
		fmt.Fprintf(w, "  ETag or Last-Modified: on %d of %d pages\n", r.Marked, pages)
	}
	if def.Note != "" {
		fmt.Fprintf(w, "  note: %s\n", def.Note)
	}
	for _, f := range r.Fields {
		if f.Missing > 0 {
			fmt.Fprintf(w, "  %s (%s) found nothing in %d of %d items\n", f.Field, f.Rule, f.Missing, f.Of)
		}
	}
	for i := range r.First {
		c := &r.First[i]
		deadline := "no deadline stated"
		if last, ok := c.LastDeadline(); ok {
			deadline = deadlineLine(last, a.now())
		}
		fmt.Fprintf(w, "  - %s\n    %s; %s; %s\n    %s\n", c.Title, c.Status(a.now()), deadline, c.Key, orNotStated(c.URL))
	}
	a.printOdd(r.Odd)
}

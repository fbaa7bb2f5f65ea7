package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
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
		Use:   "check [SOURCE...]",
		Short: "Fetch and parse without storing, and say what is missing",
		Long: `Reads the first pages of the sources named, enabled or not, or of all that are enabled, and shows the
first calls, which fields were not found, what robots.txt says and how long it took. Nothing is stored:
it is the tool to write a definition with.`,
		ValidArgsFunction: l.completeSources,
		RunE:              func(cmd *cobra.Command, args []string) error { return l.checkSources(cmd.Context(), args) },
	}
	return group("sources", "Look at where calls are collected", list, check)
}

func (l *launcher) listSources(ctx context.Context) error {
	a, runs, err := l.lastRuns(ctx)
	if err != nil {
		return err
	}
	defer a.close()
	defs, err := a.cfg.Sources.all()
	if err != nil {
		return err
	}
	portal := crawler.SourceDef{ID: portalSource, Kind: "api", Enabled: a.cfg.Sources.Portal.Enabled, URL: a.cfg.Sources.Portal.URL}
	t := table{screen: a.screen, columns: []column{
		{title: "source", least: 20}, {title: "kind", drop: 70}, {title: "last"}, {title: "seen", right: true}, {title: "state", least: 16},
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

// lastRuns puts the program together and returns the last run of each source; nil if there is no database yet: who
// chooses sources does so before the first crawl. The caller closes it.
func (l *launcher) lastRuns(ctx context.Context) (*app, map[string]calls.Run, error) {
	a, err := l.assemble()
	if err != nil {
		return nil, nil, err
	}
	if _, err := os.Stat(a.cfg.Database); errors.Is(err, fs.ErrNotExist) {
		return a, nil, nil
	}
	if err := a.openDatabase(ctx); err != nil {
		return nil, nil, err
	}
	runs, err := a.db.LastRuns(ctx)
	if err != nil {
		a.close()
	}
	return a, runs, err
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
	if names, err = a.checkable(names); err != nil {
		return err
	}
	var failures []error
	for _, name := range names {
		def, err := a.definition(name)
		if err != nil {
			return err
		}
		report := a.crawler().Check(ctx, def, a.programmes)
		a.printCheck(a.screen.out, def, report)
		if report.Err != nil {
			failures = append(failures, fmt.Errorf("source %s: %w", name, report.Err))
		}
	}
	return partly(errors.Join(failures...))
}

// checkable returns the sources to check: those named, or all that are enabled and have a definition.
func (a *app) checkable(names []string) ([]string, error) {
	if slices.Contains(names, portalSource) {
		return nil, misusef("the portal needs no definition: 'fundwatch crawl portal --dry-run' tries it")
	}
	if len(names) > 0 {
		return names, nil
	}
	enabled, err := a.sourceNames()
	return slices.DeleteFunc(enabled, func(name string) bool { return name == portalSource }), err
}

func (a *app) printCheck(w io.Writer, def crawler.SourceDef, r crawler.Report) {
	fmt.Fprintf(w, "%s (%s): %s\n", a.screen.paint(bold, def.ID), def.Kind, checkLine(r))
	if r.Robots != "" {
		fmt.Fprintf(w, "  robots.txt: %s\n", r.Robots)
	}
	if pages := r.Pages + r.Details; pages > 0 {
		fmt.Fprintf(w, "  ETag or Last-Modified: on %d of %s\n", r.Marked, plural(pages, "page"))
	}
	if def.Note != "" {
		fmt.Fprintf(w, "  note: %s\n", def.Note)
	}
	for _, f := range r.Fields {
		if f.Missing > 0 {
			fmt.Fprintf(w, "  %s (%s) found nothing in %d of %s%s\n", f.Field, f.Rule, f.Missing, plural(f.Of, "item"), optionalNote(f.Optional))
		}
	}
	for i := range r.First {
		c := &r.First[i]
		deadline := "deadline: " + undatedText(c)
		if last, ok := c.LastDeadline(); ok {
			deadline = deadlineLine(last, a.now())
		}
		fmt.Fprintf(w, "  - %s\n    %s; %s; %s\n    %s\n", c.Title, c.Status(a.now()), deadline, c.Key, orNotStated(c.URL))
	}
	a.printOdd(r.Odd)
}

// checkLine counts what a check brought.
func checkLine(r crawler.Report) string {
	line := plural(r.Found, "call")
	if r.Pages > 0 {
		line += " on " + plural(r.Pages, "page")
	}
	if r.Details > 0 {
		line += " and " + plural(r.Details, "page") + " of their own"
	}
	if r.Passed > 0 {
		line += ", " + plural(r.Passed, "item") + " passed by"
	}
	if r.Bytes > 0 {
		line += fmt.Sprintf(", %d bytes in %s", r.Bytes, r.Took.Round(time.Millisecond))
	}
	return line
}

func optionalNote(optional bool) string {
	if optional {
		return ", which may be"
	}
	return ""
}

// plural counts things in English: "1 page", "3 pages".
func plural(n int, thing string) string {
	return countOf(n, thing, thing+"s")
}

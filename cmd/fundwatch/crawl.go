package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"fundwatch/calls"
	"fundwatch/crawler"
)

func newCrawl(l *launcher) *cobra.Command {
	var dryRun, accept, asJSON bool
	cmd := &cobra.Command{
		Use:   "crawl [SOURCE...]",
		Short: "Collect calls now",
		Long: `Collects every source, or only those named, and matches what is new or changed.

Calls are never deleted: a source that fails, or answers something else than it was asked, keeps
its old calls. The exit code is then 1, and the reason is printed and kept for 'fundwatch status'.`,
		ValidArgsFunction: l.completeSources,
		RunE: func(cmd *cobra.Command, args []string) error {
			return l.crawl(cmd.Context(), args, dryRun, accept, asJSON)
		},
	}
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "fetch and parse, store nothing")
	cmd.Flags().BoolVar(&accept, "accept", false, "take a sweep that was held: you have looked, and the source is right")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func (l *launcher) crawl(ctx context.Context, sources []string, dryRun, accept, asJSON bool) error {
	open := l.create
	if dryRun {
		open = func(context.Context) (*app, error) { return l.assemble() }
	}
	a, err := open(ctx)
	if err != nil {
		return err
	}
	defer a.close()
	if sources, err = a.chosenSources(sources); err != nil {
		return err
	}
	a.showProgress(l.err)
	if dryRun {
		return a.dryCrawl(ctx, sources, asJSON)
	}
	reports, crawlErr := a.crawl(ctx, sources, accept)
	if err := a.printCrawls(reports, asJSON); err != nil {
		return err
	}
	if ctx.Err() != nil || len(reports) == 0 {
		return crawlErr
	}
	if _, err := a.match(ctx); err != nil {
		return err
	}
	return crawlErr
}

// chosenSources returns the enabled sources, or those named, refusing unknown and disabled ones.
func (a *app) chosenSources(named []string) ([]string, error) {
	known, err := a.sourceNames()
	if err != nil {
		return nil, err
	}
	if len(named) == 0 {
		if len(known) == 0 {
			return nil, misusef("no source is enabled: set sources.portal.enabled in the configuration")
		}
		return known, nil
	}
	for _, name := range named {
		if !slices.Contains(known, name) {
			return nil, misusef("source %q is unknown or disabled: there is %s", name, orNone(known))
		}
	}
	return named, nil
}

func orNone(list []string) string {
	if len(list) == 0 {
		return "none"
	}
	return strings.Join(list, ", ")
}

func (a *app) dryCrawl(ctx context.Context, sources []string, asJSON bool) error {
	var reports []crawlReport
	var failures []error
	for _, source := range sources {
		sweep := a.sweep(ctx, source)
		sweep.Close() //nolint:errcheck // nobody wants the texts
		run := unstored(&sweep)
		run.Complete, run.Verified = sweep.Complete, sweep.Verified
		reports = append(reports, crawlReport{Run: run, Odd: sweep.Odd, Err: sweep.Err, Dry: true})
		if sweep.Err != nil {
			failures = append(failures, fmt.Errorf("source %s: %w", source, sweep.Err))
		}
	}
	if err := a.printCrawls(reports, asJSON); err != nil {
		return err
	}
	return partly(errors.Join(failures...))
}

// A crawlView is a crawl report as programs read it. What a dry run does not ask is null.
type crawlView struct {
	Source    string   `json:"source"`
	Seen      int      `json:"seen"`
	New       *int     `json:"new"`
	Changed   *int     `json:"changed"`
	Unchanged *int     `json:"unchanged"`
	Gone      *int     `json:"gone"`
	Odd       int      `json:"odd"`
	Pages     int      `json:"pages"`
	Complete  bool     `json:"complete"`
	Verified  *string  `json:"verified"`
	Error     *string  `json:"error"`
	Problems  []string `json:"problems"`
}

func (a *app) printCrawls(reports []crawlReport, asJSON bool) error {
	if asJSON {
		views := make([]crawlView, 0, len(reports))
		for _, r := range reports {
			views = append(views, viewCrawl(r))
		}
		return writeJSON(a.screen.out, views)
	}
	for _, r := range reports {
		fmt.Fprintf(a.screen.out, "%s: %s\n", r.Run.Source, r.counts())
		if r.Run.Verified != "" {
			fmt.Fprintf(a.screen.out, "  %s\n", r.Run.Verified)
		}
		a.printOdd(r.Odd)
	}
	return nil
}

// counts says what a crawl of one source found.
func (r crawlReport) counts() string {
	run, failed := r.Run, ""
	if r.Err != nil {
		failed = "failed, "
	}
	if r.Dry {
		return fmt.Sprintf("%s%d seen, %d odd; nothing is stored, and what is new or changed is not told apart", failed, run.Seen, run.Odd)
	}
	return fmt.Sprintf("%s%d seen: %d new, %d changed, %d unchanged, %d gone, %d odd",
		failed, run.Seen, run.New, run.Changed, run.Unchanged, run.Gone, run.Odd)
}

// mostOdd is how many odd records a crawl prints; all of them are kept for `status`.
const mostOdd = 5

func (a *app) printOdd(odd []calls.Odd) {
	for _, o := range odd[:min(len(odd), mostOdd)] {
		fmt.Fprintf(a.screen.out, "  odd: %s: %s\n", orNotStated(o.Reference), o.Problem)
	}
	if more := len(odd) - mostOdd; more > 0 {
		fmt.Fprintf(a.screen.out, "  and %d more odd records: 'fundwatch status --odd' lists them\n", more)
	}
}

func viewCrawl(r crawlReport) crawlView {
	v := crawlView{
		Source: r.Run.Source, Seen: r.Run.Seen, Odd: r.Run.Odd, Pages: r.Run.Pages, Complete: r.Run.Complete,
		Verified: stated(r.Run.Verified), Problems: []string{},
	}
	if !r.Dry {
		v.New, v.Changed, v.Unchanged, v.Gone = &r.Run.New, &r.Run.Changed, &r.Run.Unchanged, &r.Run.Gone
	}
	if r.Err != nil {
		v.Error = stated(plainError(r.Err))
	}
	for _, o := range r.Odd {
		v.Problems = append(v.Problems, strings.TrimPrefix(o.Reference+": "+o.Problem, ": "))
	}
	return v
}

// showProgress draws a bar on stderr while a crawl runs, if results go to a terminal.
func (a *app) showProgress(w io.Writer) {
	if !a.screen.tty {
		return
	}
	var bar *progressbar.ProgressBar
	a.progress = func(p crawler.Progress) {
		if bar == nil {
			bar = progressbar.NewOptions(p.Total, progressbar.OptionSetWriter(w), progressbar.OptionSetWidth(24),
				progressbar.OptionShowCount(), progressbar.OptionSetDescription(p.Source), progressbar.OptionClearOnFinish())
		}
		bar.ChangeMax(max(p.Total, 1))
		bar.Set(p.Done) //nolint:errcheck // a bar that cannot be drawn is no reason to stop
		if p.Done >= p.Total {
			bar.Clear() //nolint:errcheck // see above
		}
	}
}

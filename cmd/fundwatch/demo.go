package main

import (
	"context"
	_ "embed" // the three towns
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"fundwatch/calls"
	"fundwatch/crawler/portaltest"
	"fundwatch/notify"
)

//go:embed demo/towns.yaml
var demoTowns []byte

// demoMark is a file that says that a folder was made by the demo and may be made anew.
const demoMark = "made-by-fundwatch-demo"

// The two Tuesdays of the demo: between them a deadline moves, one call opens and one appears.
var demoDays = []string{"2026-09-01T07:30:00+02:00", "2026-09-08T07:30:00+02:00"}

func newDemo(l *launcher) *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "See the whole job, offline, in a few seconds",
		Long: `Plays two weeks of September 2026: a stand-in for the portal on this machine, three real twinned
towns, a crawl and a digest each week. It leaves the database and the mails in a folder to play
with. Nothing leaves this machine.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return l.demo(cmd.Context(), dir) },
	}
	cmd.Flags().StringVar(&dir, "dir", "fundwatch-demo", "the `DIR` to leave everything in")
	return cmd
}

func (l *launcher) demo(ctx context.Context, dir string) error {
	if err := emptyDemoDir(dir); err != nil {
		return err
	}
	portal := portaltest.New(portaltest.Catalogue(1))
	address, stop, err := serveLoopback(portal)
	if err != nil {
		return err
	}
	defer stop()
	started := time.Now()
	for week, day := range demoDays {
		portal.SetRecords(portaltest.Catalogue(week + 1))
		if err := l.demoWeek(ctx, dir, "http://"+address+portaltest.Path, day); err != nil {
			return fmt.Errorf("demo, %s: %w", day[:10], err)
		}
	}
	fmt.Fprintf(l.out, "Done in %.1f seconds.\n", time.Since(started).Seconds())
	l.printTour(dir)
	return nil
}

// emptyDemoDir makes the folder, or removes what an earlier demo left in it. A folder with other things
// in it is left alone.
func emptyDemoDir(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return misuseError{err}
	}
	mark := filepath.Join(dir, demoMark)
	if _, err := os.Stat(mark); len(entries) > 0 && err != nil {
		return misusef("%s is not empty and was not made by the demo: choose another with --dir", dir)
	}
	for _, name := range []string{"fundwatch.db", "fundwatch.db-wal", "fundwatch.db-shm", "mails", "outbox"} {
		if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return misuseError{err}
	}
	return os.WriteFile(mark, []byte("fundwatch demo removes its database and its mails here when it runs again.\n"), 0o600)
}

// serveLoopback serves h on a free port of this machine until stop is called.
func serveLoopback(h http.Handler) (address string, stop func(), err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, fmt.Errorf("stand-in portal: %w", err)
	}
	server := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second}
	done := make(chan struct{})
	go func() {
		defer close(done)
		server.Serve(listener) //nolint:errcheck // it ends by Close
	}()
	return listener.Addr().String(), func() { server.Close(); <-done }, nil //nolint:errcheck // nothing to lose
}

// demoWeek is one Tuesday: import (which changes nothing the second time), crawl, match, digest, send.
func (l *launcher) demoWeek(ctx context.Context, dir, portal, day string) error {
	a, err := l.demoApp(ctx, dir, portal, day)
	if err != nil {
		return err
	}
	defer a.close()
	fmt.Fprintf(l.out, "%s\n", a.screen.paint(bold, a.now().In(a.zone).Format("Monday 2 January 2006")))
	if err := importDemoTowns(ctx, a); err != nil {
		return err
	}
	if err := a.demoCrawl(ctx); err != nil {
		return err
	}
	if err := a.printWeekChanges(ctx); err != nil {
		return err
	}
	if _, err := a.match(ctx); err != nil {
		return err
	}
	return a.demoDigests(ctx, dir)
}

// demoApp is the program with a configuration of its own and a clock that stands at the given day.
func (l *launcher) demoApp(ctx context.Context, dir, portal, day string) (*app, error) {
	quiet := *l
	globals := *l.globals
	quiet.globals = &globals
	quiet.globals.db, quiet.globals.now, quiet.globals.config = filepath.Join(dir, "fundwatch.db"), day, ""
	quiet.environ = withoutSettings(l.environ)
	a, err := quiet.create(ctx)
	if err != nil {
		return nil, err
	}
	a.cfg.Sources.Portal.URL = portal
	a.cfg.Crawler.Delay = 0 // the stand-in is ours
	a.cfg.Mail.Files.Dir = filepath.Join(dir, "outbox")
	return a, nil
}

// withoutSettings drops settings from the environment, so that the demo never mails anybody.
func withoutSettings(environ []string) []string {
	var kept []string
	for _, pair := range environ {
		if !strings.HasPrefix(pair, "FUNDWATCH_") {
			kept = append(kept, pair)
		}
	}
	return kept
}

// demoCrawl collects every source that is on: the stand-in portal, and the calendars, which need no network.
func (a *app) demoCrawl(ctx context.Context) error {
	names, err := a.sourceNames()
	if err != nil {
		return err
	}
	reports, err := a.crawl(ctx, names, false)
	if err != nil {
		return err
	}
	var sum calls.Run
	for _, r := range reports {
		sum.Seen, sum.New, sum.Changed, sum.Unchanged = sum.Seen+r.Run.Seen, sum.New+r.Run.New, sum.Changed+r.Run.Changed, sum.Unchanged+r.Run.Unchanged
	}
	_, err = fmt.Fprintf(a.screen.out, "  crawl   %d calls of %d sources: %d new, %d changed, %d unchanged\n",
		sum.Seen, len(reports), sum.New, sum.Changed, sum.Unchanged)
	return err
}

func importDemoTowns(ctx context.Context, a *app) error {
	vocabulary, err := newVocabulary()
	if err != nil {
		return err
	}
	towns, _, err := ParseTowns("towns.yaml", demoTowns, vocabulary)
	if err != nil {
		return err
	}
	_, err = a.db.ImportMunicipalities(ctx, towns, a.now())
	return err
}

// printWeekChanges tells what changed in the stand-in's catalogue since the week before.
func (a *app) printWeekChanges(ctx context.Context) error {
	hits, err := a.db.Search(ctx, calls.Search{ChangedSince: a.now()}, a.now())
	if err != nil {
		return err
	}
	for i := range hits {
		history, err := a.db.History(ctx, hits[i].Call.Key)
		if err != nil {
			return err
		}
		for _, h := range history {
			if h.Kind != calls.ChangeNew && h.At.Equal(a.now()) {
				fmt.Fprintf(a.screen.out, "          %s: %s\n", identifierOf(&hits[i].Call), changeLine(h))
			}
		}
	}
	return nil
}

// demoDigests composes and sends as `digest` does, and leaves each mail as a browser and a terminal
// show it beside the mail itself.
func (a *app) demoDigests(ctx context.Context, dir string) error {
	mails := filepath.Join(dir, "mails")
	if err := os.MkdirAll(mails, 0o700); err != nil {
		return err
	}
	var subjects []string
	composed := func(s *calls.Subscriber, period string, mail notify.Mail) error {
		name := period + "-" + s.Municipality
		subjects = append(subjects, fmt.Sprintf("%-28s %s", name+".html", mail.Delivery.Subject))
		return writeMail(mails, name, mail)
	}
	report, err := a.digest(ctx, digestOptions{At: a.now(), Zone: a.zone, Composed: composed})
	if err != nil {
		return err
	}
	tally, err := a.send(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.screen.out, "  digest  %s: %s, %s with nothing to say\n", report.Period, plural(tally.Sent, "mail"), plural(report.Nothing, "town"))
	for _, subject := range subjects {
		fmt.Fprintf(a.screen.out, "          %s\n", subject)
	}
	return nil
}

func (l *launcher) printTour(dir string) {
	try := "fundwatch --db " + shellQuoted(filepath.Join(dir, "fundwatch.db")) + " --now 2026-09-08T12:00:00+02:00"
	fmt.Fprintf(l.out, "\nLook at the mails in %s (.html for a browser, .txt, .eml), then try:\n\n", filepath.Join(dir, "mails"))
	for _, command := range []string{
		"search jumelage",
		"search climate --sort deadline",
		"search --for ludwigsburg-de programme:CERV,LIFE",
		"show CERV-2026-CITIZENS-TOWN-TT",
		"why CERV-2026-CITIZENS-TOWN-TT montbeliard-fr",
		"check CERV-2026-CITIZENS-TOWN-TT ludwigsburg-de",
		"municipalities show ludwigsburg-de",
		"status",
	} {
		fmt.Fprintf(l.out, "  %s %s\n", try, command)
	}
	fmt.Fprintln(l.out, "\nWithout an installed fundwatch write 'go run ./cmd/fundwatch' instead of 'fundwatch'.")
}

// shellQuoted returns a path as a shell reads it back.
func shellQuoted(path string) string {
	if !strings.ContainsAny(path, " \t\"'$&;|<>()*?[]\\`#~!{}") {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}

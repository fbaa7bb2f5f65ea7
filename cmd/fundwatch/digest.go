package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"fundwatch/calls"
	"fundwatch/calls/store"
	"fundwatch/notify"
)

func newDigest(l *launcher) *cobra.Command {
	var dryRun, municipality, period string
	var reminders, force bool
	cmd := &cobra.Command{
		Use:   "digest",
		Short: "Compose the digests that are due and send them",
		Long: `Composes what every active subscriber should learn this week (or month), puts it in the outbox
and sends it. Whoever has had the digest of this period gets nothing twice; whoever has nothing to
learn gets no mail.

Digests that hold far more than those of the weeks before are held until a person has looked: look with
--dry-run, then use --force.

With --reminders it reminds of deadlines that are too close for the next letter, at most once a day.
'fundwatch serve' does so by itself.`,
		Example: "  fundwatch digest --dry-run preview\n  fundwatch digest --municipality ludwigsburg-de\n  fundwatch digest --reminders",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if period != "" && calls.FrequencyOf(period) == "" {
				return misusef("--period %q: want a week such as 2026-W48 or a month such as 2026-11", period)
			}
			if period != "" && reminders {
				return misusef("--period is of letters: reminders are those of today")
			}
			return l.digest(cmd.Context(), dryRun, digestOptions{Municipality: municipality, Period: period, Reminders: reminders, Force: force})
		},
	}
	cmd.Flags().StringVar(&dryRun, "dry-run", "", "write every mail into this `DIR` and change nothing")
	cmd.Flags().StringVar(&municipality, "municipality", "", "only for the municipality with this `ID`")
	cmd.Flags().BoolVar(&force, "force", false, "send them although they hold far more than usual")
	cmd.Flags().BoolVar(&reminders, "reminders", false, "remind of close deadlines, in place of letters")
	cmd.Flags().StringVar(&period, "period", "", "the `PERIOD` to compose for, such as 2026-W48")
	cmd.RegisterFlagCompletionFunc("municipality", l.completeMunicipalities)
	return cmd
}

func (l *launcher) digest(ctx context.Context, dryRun string, o digestOptions) error {
	a, err := l.open(ctx)
	if err != nil {
		return err
	}
	defer a.close()
	if o.Municipality != "" {
		if _, err := a.db.Municipality(ctx, o.Municipality); err != nil {
			return misusef("--municipality: %w", err)
		}
	}
	o.At, o.Zone = a.now(), a.zone
	if err := checkPeriod(o); err != nil {
		return err
	}
	if o.Gap, err = a.reminderGap(o.At); err != nil {
		return err
	}
	if dryRun != "" {
		copied, err := a.matchedCopy(ctx)
		if err != nil {
			return err
		}
		defer copied.discard()
		return copied.previewDigests(ctx, dryRun, o)
	}
	if _, err := a.match(ctx); err != nil {
		return err
	}
	report, digestErr := a.digest(ctx, o)
	var partly partlyError
	if digestErr != nil && !errors.As(digestErr, &partly) {
		return digestErr
	}
	a.printDigests(l.out, report)
	tally, sendErr := a.send(ctx)
	a.printTally(l.out, tally)
	return errors.Join(digestErr, waiting(sendErr), undelivered(tally))
}

// checkPeriod refuses a period that has not begun, whose mail would be gone when it does, and one before the last:
// what is true now would go out under its name, and be nothing new in the present one.
func checkPeriod(o digestOptions) error {
	if o.Period == "" {
		return nil
	}
	frequency := calls.FrequencyOf(o.Period)
	now, last := calls.PeriodKey(frequency, o.At, o.Zone), calls.LastPeriodKey(frequency, o.At, o.Zone)
	switch {
	case o.Period > now:
		return misusef("--period %s has not begun: now is %s", o.Period, now)
	case o.Period < last:
		return misusef("--period %s is long over: now is %s, and %s can still be made up for", o.Period, now, last)
	}
	return nil
}

func (a *app) printDigests(w io.Writer, r digestReport) {
	if r.Queued+r.Nothing == 0 && r.AlreadyDone > 0 {
		fmt.Fprintf(w, "%s: already done (%d)\n", r.Period, r.AlreadyDone)
		return
	}
	fmt.Fprintf(w, "%s: %d composed, %d with nothing to say, %d already done, %d not receiving\n",
		r.Period, r.Queued, r.Nothing, r.AlreadyDone, r.Waiting)
}

func (a *app) printTally(w io.Writer, t notify.Tally) {
	if t == (notify.Tally{}) {
		return
	}
	fmt.Fprintf(w, "sent %d, to be tried again %d, failed %d, bounced %d, suppressed %d, unknown %d\n",
		t.Sent, t.Retry, t.Failed, t.Bounced, t.Suppressed, t.Uncertain)
	if t.Sent > 0 && a.cfg.Mail.Transport == TransportFiles {
		fmt.Fprintf(w, "\"sent\" means written as files into %s: mail.transport is files\n", a.cfg.Mail.Files.Dir)
	}
}

// A copiedApp works on a copy of the database, which is thrown away.
type copiedApp struct {
	*app
	discard func()
}

// matchedCopy returns the program on a copy of its database in which everything is matched: a digest
// matches first, and a preview must show the same and change nothing.
func (a *app) matchedCopy(ctx context.Context) (*copiedApp, error) {
	dir, err := os.MkdirTemp("", "fundwatch-preview-")
	if err != nil {
		return nil, fmt.Errorf("preview: %w", err)
	}
	clone := *a
	copied := &copiedApp{&clone, func() { os.RemoveAll(dir) }} //nolint:errcheck // a folder for temporary files
	file := filepath.Join(dir, "copy.db")
	if err := a.db.Snapshot(ctx, file); err != nil {
		copied.discard()
		return nil, fmt.Errorf("preview: %w", err)
	}
	if clone.db, err = store.Open(ctx, file, a.sameKey()...); err != nil {
		copied.discard()
		return nil, fmt.Errorf("preview: %w", err)
	}
	copied.discard = func() { clone.close(); os.RemoveAll(dir) } //nolint:errcheck // see above
	if _, err := clone.match(ctx); err != nil {
		copied.discard()
		return nil, err
	}
	return copied, nil
}

// sameKey has a copy of the database show the links that the original would send. An original that never made
// any has no key yet, and gets none.
func (a *app) sameKey() []store.Option {
	if _, err := os.Stat(a.db.KeyFile()); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return []store.Option{store.WithKeyFile(a.db.KeyFile())}
}

// previewDigests writes what would be sent as files.
func (a *app) previewDigests(ctx context.Context, dir string, o digestOptions) error {
	composer, err := a.composer()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return misusef("--dry-run: %w", err)
	}
	if err := a.db.Unlock(ctx); err != nil {
		return err
	}
	subscribers, err := a.db.Subscribers(ctx)
	if err != nil {
		return err
	}
	if o.stale, err = a.staleSources(ctx); err != nil {
		return err
	}
	if o.outlook, err = a.outlook(ctx); err != nil {
		return err
	}
	written := 0
	t := table{screen: a.screen, columns: []column{{title: "file", least: 20}, {title: "to", least: 12}, {title: "subject", least: 16}}}
	for i := range subscribers {
		s := &subscribers[i]
		if !o.wants(s) {
			continue
		}
		row, any, err := a.previewOne(ctx, composer, s, o, dir)
		if err != nil {
			return fmt.Errorf("preview for subscriber %d: %w", s.ID, err)
		}
		t.add(row...)
		written += count(any)
	}
	if err := t.print(); err != nil {
		return err
	}
	fmt.Fprintf(a.screen.out, "%s: %d mails written to %s, nothing sent, nothing changed\n", o.period(calls.Weekly), written, dir)
	return nil
}

// previewOne writes the mail that one subscriber would get, and returns a line about it.
func (a *app) previewOne(ctx context.Context, composer *notify.Composer, s *calls.Subscriber, o digestOptions, dir string) (row []cell, any bool, err error) {
	period := o.period(s.Frequency)
	silent := func(why string) ([]cell, bool, error) {
		return []cell{{whole: "-"}, {whole: s.Email}, {whole: why, style: faint}}, false, nil
	}
	if !s.Receives(a.now()) {
		return silent(string(s.State))
	}
	if done, err := a.db.DigestDone(ctx, s.ID, period); err != nil || done {
		row, _, _ = silent(period + " is already done")
		return row, false, err
	}
	digest, any, err := a.prepare(ctx, s, period, o)
	if err != nil || !any {
		row, _, _ = silent("nothing to say")
		return row, false, err
	}
	mail, err := composer.Compose(&digest, a.now())
	if err != nil {
		return nil, false, err
	}
	name := fmt.Sprintf("%s-%s-%d", period, s.Municipality, s.ID)
	row = []cell{{whole: name + ".html"}, {whole: s.Email}, {whole: mail.Delivery.Subject}}
	return row, true, writeMail(dir, name, mail)
}

// writeMail writes the three faces of a mail: as it is sent, as a browser and as a terminal shows it.
func writeMail(dir, name string, mail notify.Mail) error {
	for ext, content := range map[string][]byte{".eml": mail.Delivery.Bytes, ".html": []byte(mail.HTML), ".txt": []byte(mail.Text)} {
		if err := os.WriteFile(filepath.Join(dir, name+ext), content, 0o600); err != nil {
			return fmt.Errorf("write mail: %w", err)
		}
	}
	return nil
}

// waiting adds to the error of a mail server that cannot be reached what becomes of the mails.
func waiting(err error) error {
	if !errors.Is(err, notify.ErrUnreachable) {
		return err
	}
	return fmt.Errorf("%w\nNothing is lost, they wait in the outbox: 'fundwatch doctor' looks at the mail server, 'fundwatch send' tries again, as 'fundwatch serve' does by itself", err)
}

// undelivered makes mails that need a person a partial failure.
func undelivered(t notify.Tally) error {
	if n := t.Failed + t.Bounced + t.Uncertain; n > 0 {
		return partlyError{fmt.Errorf("%d mails need a person: 'fundwatch outbox list'", n)}
	}
	return nil
}

func newSend(l *launcher) *cobra.Command {
	return &cobra.Command{
		Use: "send", Short: "Send what waits in the outbox", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			a, err := l.open(cmd.Context())
			if err != nil {
				return err
			}
			defer a.close()
			tally, err := a.send(cmd.Context())
			if tally == (notify.Tally{}) && err == nil {
				fmt.Fprintln(l.out, "nothing to send")
			}
			a.printTally(l.out, tally)
			return errors.Join(waiting(err), undelivered(tally))
		},
	}
}

// deliverOptions returns how mail is delivered: with the clock of this run.
func (a *app) deliverOptions() notify.Options {
	return notify.Options{
		Now:           a.now,
		Workers:       a.smtpConfig().Connections,
		RatePerMinute: a.ratePerMinute(),
		Log:           a.log,
	}
}

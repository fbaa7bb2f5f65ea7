package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"github.com/robfig/cron/v3"
	"github.com/spf13/cobra"
)

func newServe(l *launcher) *cobra.Command {
	return &cobra.Command{
		Use:   "serve",
		Short: "Run for ever: crawl, compose and send on schedule",
		Long: `Runs the schedules of the configuration. What is due is decided by the database, at start and
every hour: a run that was missed while the machine was off is made up once. Once a day it drops what
is too old to be of use, such as the bytes of mails of two weeks ago.

Under systemd it says when it is ready and gives signs of life (Type=notify, WatchdogSec=).

SIGTERM and SIGINT finish the item in hand and stop.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return l.serve(cmd.Context()) },
	}
}

// Between two looks at the outbox, and how long stopping may take.
const (
	outboxEvery = "@every 1m"
	lookEvery   = "7 * * * *" // hourly, off the full hour when everybody's jobs start
	stopWithin  = 30 * time.Second
)

func (l *launcher) serve(ctx context.Context) error {
	a, err := l.create(ctx)
	if err != nil {
		return err
	}
	defer a.close()
	if err := writable(a.mailPlaces()...); err != nil {
		return err
	}
	manager := newManager(l.getenv, a.log)
	defer manager.close()
	err = a.exclusively(ctx, "serve", func(ctx context.Context) error {
		d := &daemon{app: a, queued: make(chan struct{}, 1)}
		scheduler, err := d.schedule(ctx)
		if err != nil {
			return err
		}
		if err := a.announce(l.err); err != nil {
			return err
		}
		pages, err := d.startPages(ctx, l.err)
		if err != nil {
			return err
		}
		defer pages()
		manager.ready()
		defer manager.watch(ctx, a.answers)()
		d.look(ctx)
		scheduler.Start()
		<-ctx.Done()
		a.log.Info("stopping")
		manager.stopping()
		select {
		case <-scheduler.Stop().Done():
		case <-time.After(stopWithin):
			return errors.New("serve: a stage did not stop in time; it will be completed at the next start")
		}
		return nil
	})
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return nil // told to stop before it had begun
	}
	return err
}

// announce says in one line what has begun.
func (a *app) announce(w io.Writer) error {
	next, err := a.nextFirings()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "serving %s, mail by %s; next crawl %s, next digest %s\n",
		a.cfg.Database, a.cfg.Mail.Transport, stamp(next["crawl"], a.zone), stamp(next["digest"], a.zone))
	return err
}

// A daemon runs the stages one at a time: they share a database and a mail server.
type daemon struct {
	*app
	one    sync.Mutex
	pruned time.Time     // when that was last done
	queued chan struct{} // the pages have put a mail into the outbox
	ahead  lastOutlook   // for the pages
}

func (d *daemon) schedule(ctx context.Context) (*cron.Cron, error) {
	log := cronLog{d.log}
	c := cron.New(cron.WithLocation(d.zone), cron.WithLogger(log),
		// SkipIfStillRunning outside Recover: the other way round one panic would block the job for good.
		cron.WithChain(cron.SkipIfStillRunning(log), cron.Recover(log)))
	for line, job := range map[string]func(context.Context){
		d.cfg.Schedule.Crawl:     d.look,
		d.cfg.Schedule.Digest:    d.look,
		d.cfg.Schedule.Reminders: d.look,
		lookEvery:                d.look,
		outboxEvery:              d.deliver,
	} {
		if _, err := c.AddFunc(line, func() { job(ctx) }); err != nil {
			return nil, fmt.Errorf("schedule %q: %w", line, err)
		}
	}
	return c, nil
}

// look does whatever the database says is due: the schedule only says when to look.
func (d *daemon) look(ctx context.Context) {
	d.one.Lock()
	defer d.one.Unlock()
	d.stages(ctx, "crawl", "match", "digest", "reminders", "send", "prune")
	if ctx.Err() != nil {
		return
	}
	debug.FreeOSMemory() // a crawl held some thousand texts; for an hour nothing needs that room
	d.log.Info("did what was due")
}

// deliver does what people wait for: who has subscribed or changed a town on the pages finds its feeds filled within
// a minute, and gets the mails that the pages write.
func (d *daemon) deliver(ctx context.Context) {
	d.one.Lock()
	defer d.one.Unlock()
	d.stages(ctx, "match", "send")
}

// stages runs stages by their names, until ctx ends.
func (d *daemon) stages(ctx context.Context, names ...string) {
	run := map[string]func(context.Context) error{
		"crawl": d.crawlIfDue, "match": d.matchNow, "digest": d.digestIfDue, "reminders": d.remindIfDue, "send": d.sendNow, "prune": d.prune,
	}
	for _, name := range names {
		if ctx.Err() != nil {
			return
		}
		d.stage(ctx, name, run[name])
	}
}

// stage runs one stage. Its failure is logged here: the next look tries again. That staff are at it with a command
// of their own is none.
func (d *daemon) stage(ctx context.Context, name string, run func(context.Context) error) {
	err := run(ctx)
	switch {
	case err == nil || errors.Is(err, context.Canceled):
	case errors.Is(err, errElsewhere):
		d.log.Info("left to another process", "stage", name, "err", err)
	default:
		d.log.Error("stage failed", "stage", name, "err", err)
	}
}

func (d *daemon) matchNow(ctx context.Context) error {
	_, err := d.match(ctx)
	return err
}

func (d *daemon) sendNow(ctx context.Context) error {
	_, err := d.send(ctx)
	return err
}

// crawlIfDue collects the sources whose last crawl began before the newest firing of the schedule.
func (d *daemon) crawlIfDue(ctx context.Context) error {
	firing, ok, err := d.newestFiring(d.cfg.Schedule.Crawl)
	if err != nil || !ok {
		return err
	}
	runs, err := d.db.LastRuns(ctx)
	if err != nil {
		return err
	}
	names, err := d.sourceNames()
	if err != nil {
		return err
	}
	var due []string
	for _, source := range names {
		last, ok := runs[source]
		future := last.Started.After(d.now()) // the clock was wrong then
		again := last.Error != "" && !last.Held
		if !ok || last.Started.Before(firing) || future || again {
			due = append(due, source)
		}
	}
	if len(due) == 0 {
		return nil
	}
	_, err = d.crawl(ctx, due, false)
	return err
}

// digestIfDue composes for the newest firing of the schedule only: after an outage of three weeks
// there is one digest, which holds everything that is still worth telling.
func (d *daemon) digestIfDue(ctx context.Context) error {
	firing, ok, err := d.newestFiring(d.cfg.Schedule.Digest)
	if err != nil || !ok {
		return err
	}
	_, err = d.digest(ctx, digestOptions{At: firing, Zone: d.zone, Scheduled: true})
	return err
}

func (a *app) newestFiring(line string) (time.Time, bool, error) {
	s, err := parseSchedule(line, a.zone)
	if err != nil {
		return time.Time{}, false, err
	}
	firing, ok := lastFiring(s, a.now())
	return firing, ok, nil
}

// nextFirings returns when each schedule fires next, in UTC.
func (a *app) nextFirings() (map[string]time.Time, error) {
	next := map[string]time.Time{}
	for name, line := range map[string]string{
		"crawl": a.cfg.Schedule.Crawl, "digest": a.cfg.Schedule.Digest, "reminders": a.cfg.Schedule.Reminders,
	} {
		s, err := parseSchedule(line, a.zone)
		if err != nil {
			return nil, err
		}
		next[name] = s.Next(a.now()).UTC()
	}
	return next, nil
}

// cronLog writes what cron says to our log.
type cronLog struct{ *slog.Logger }

func (l cronLog) Info(msg string, keys ...any) { l.Logger.Debug("cron", append(keys, "did", msg)...) }

func (l cronLog) Error(err error, msg string, keys ...any) {
	l.Logger.Error("cron", append(keys, "did", msg, "err", err)...)
}

package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"fundwatch/calls"
)

func newStatus(l *launcher) *cobra.Command {
	var asJSON, odd bool
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Say how things are; exit 1 if something needs a person",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return l.status(cmd.Context(), asJSON, odd) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	cmd.Flags().BoolVar(&odd, "odd", false, "list the odd records of the last crawl of each source")
	return cmd
}

// A statusView is what `status` knows.
type statusView struct {
	Database    string               `json:"database"`
	Calls       map[calls.Status]int `json:"calls"`
	Sources     []sourceView         `json:"sources"`
	Subscribers map[string]int       `json:"subscribers"`
	Outbox      map[string]int       `json:"outbox"`
	Next        map[string]string    `json:"next"`
	Attention   []string             `json:"attention"` // what needs a person; empty if nothing does
}

// A sourceView is the last crawl of one source.
type sourceView struct {
	Source   string  `json:"source"`
	Started  *string `json:"started"`
	Ended    *string `json:"ended"`
	Seen     int     `json:"seen"`
	New      int     `json:"new"`
	Changed  int     `json:"changed"`
	Odd      int     `json:"odd"`
	Complete bool    `json:"complete"`
	Verified *string `json:"verified"`
	Error    *string `json:"error"`

	LastComplete *string `json:"last_complete"`
	Failures     int     `json:"failures_in_a_row"`

	run       int64
	startedAt time.Time
}

func (l *launcher) status(ctx context.Context, asJSON, odd bool) error {
	a, err := l.open(ctx)
	if err != nil {
		return err
	}
	defer a.close()
	view, err := a.lookAround(ctx)
	if err != nil {
		return err
	}
	switch {
	case asJSON:
		err = writeJSON(l.out, view)
	case odd:
		err = a.listOdd(ctx, view)
	default:
		view.print(a)
	}
	if err == nil && len(view.Attention) > 0 {
		return quietError(exitPartly)
	}
	return err
}

func (a *app) lookAround(ctx context.Context) (statusView, error) {
	v := statusView{Database: a.cfg.Database, Attention: []string{}, Subscribers: map[string]int{}, Outbox: map[string]int{}}
	var err error
	if v.Calls, err = a.db.CountCalls(ctx, a.now()); err != nil {
		return v, err
	}
	if err := a.lookAtSources(ctx, &v); err != nil {
		return v, err
	}
	subscribers, err := a.db.Subscribers(ctx)
	if err != nil {
		return v, err
	}
	for i := range subscribers {
		s := &subscribers[i]
		v.Subscribers[string(s.State)]++
		if s.State == calls.SubscriberBounced {
			v.Attention = append(v.Attention, fmt.Sprintf("mail to %s (%s) came back: correct the address, or 'fundwatch subscribers resume %d'", s.Email, s.Municipality, s.ID))
		}
	}
	if err := a.lookAtOutbox(ctx, &v); err != nil {
		return v, err
	}
	v.Next, err = a.nextFirings()
	return v, err
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
		r, ok := runs[name]
		if !ok {
			v.Sources = append(v.Sources, sourceView{Source: name})
			v.Attention = append(v.Attention, fmt.Sprintf("source %s was never collected: 'fundwatch crawl'", name))
			continue
		}
		v.Sources = append(v.Sources, sourceView{
			Source: name, Started: moment(r.Started), Ended: moment(r.Ended), Seen: r.Seen, New: r.New, Changed: r.Changed,
			Odd: r.Odd, Complete: r.Complete, Verified: stated(r.Verified), Error: stated(r.Error), run: r.ID, startedAt: r.Started,
			LastComplete: moment(complete[name]), Failures: failures[name],
		})
		switch {
		case r.Error != "":
			v.Attention = append(v.Attention, fmt.Sprintf("%s failed %s (last complete: %s): %s", name, times(failures[name]), orNever(complete[name]), r.Error))
		case r.Started.Sub(a.now()) > time.Hour:
			v.Attention = append(v.Attention, fmt.Sprintf("%s was collected in the future, on %s: the clock is or was wrong", name, calls.Day(r.Started)))
		case a.now().Sub(r.Started) > staleAfter:
			v.Attention = append(v.Attention, fmt.Sprintf("%s was last collected on %s", name, calls.Day(r.Started)))
		}
	}
	return nil
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

// waitsTooLong is how long a mail may wait before somebody should look at the mail server.
const waitsTooLong = 24 * time.Hour

func (a *app) lookAtOutbox(ctx context.Context, v *statusView) error {
	mails, err := a.db.Outbox(ctx)
	if err != nil {
		return err
	}
	var waiting []calls.Delivery
	for i := range mails {
		v.Outbox[string(mails[i].State)]++
		if mails[i].State == calls.DeliveryQueued {
			waiting = append(waiting, mails[i])
		}
	}
	for _, state := range []calls.DeliveryState{calls.DeliveryFailed, calls.DeliveryUncertain} {
		if n := v.Outbox[string(state)]; n > 0 {
			v.Attention = append(v.Attention, fmt.Sprintf("%d mails are %s: 'fundwatch outbox list'", n, state))
		}
	}
	held, err := a.db.HeldDigests(ctx)
	if err != nil {
		return err
	}
	v.Attention = append(v.Attention, held...)
	kept, err := a.db.KeptInbound(ctx)
	if err != nil {
		return err
	}
	if n := len(kept); n > 0 {
		v.Attention = append(v.Attention, fmt.Sprintf("%d mails to our own addresses could not be assigned: 'fundwatch outbox reports'", n))
	}
	if oldest := waitingSince(waiting, a.now()); oldest > waitsTooLong {
		v.Attention = append(v.Attention, fmt.Sprintf("a mail has been waiting for %d hours: 'fundwatch outbox list'", int(oldest.Hours())))
	}
	return nil
}

func (v statusView) print(a *app) {
	sc := a.screen
	sc.fact("calls", fmt.Sprintf("%d open, %d forthcoming, %d closed, %d withdrawn",
		v.Calls[calls.Open], v.Calls[calls.Forthcoming], v.Calls[calls.Closed], v.Calls[calls.Withdrawn]))
	for _, s := range v.Sources {
		sc.fact("source", s.line(a.zone))
	}
	sc.fact("subscribers", counted(v.Subscribers, []string{"active", "pending", "paused", "unsubscribed", "bounced"}))
	sc.fact("outbox", counted(v.Outbox, []string{"queued", "sending", "sent", "unknown", "failed", "bounced", "suppressed"}))
	for _, name := range []string{"crawl", "digest"} {
		sc.fact("next "+name, v.Next[name])
	}
	sc.fact("reminders", "next "+v.Next["reminders"])
	if len(v.Attention) == 0 {
		fmt.Fprintln(sc.out, sc.paint(green, "all is well"))
	}
	for _, line := range v.Attention {
		sc.fact("look", line)
	}
}

func (s sourceView) line(zone *time.Location) string {
	if s.Started == nil {
		return s.Source + ": never collected"
	}
	line := fmt.Sprintf("%s: %s, %d seen, %d new, %d changed, %d odd", s.Source,
		s.startedAt.In(zone).Format("Mon 2 Jan 2006 15:04"), s.Seen, s.New, s.Changed, s.Odd)
	if s.Verified != nil {
		line += ", " + *s.Verified
	}
	return line
}

// counted names the counts that are not zero.
func counted(counts map[string]int, order []string) string {
	var parts []string
	for _, name := range order {
		if n := counts[name]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, name))
		}
	}
	return orNone(parts)
}

func (a *app) listOdd(ctx context.Context, v statusView) error {
	t := table{screen: a.screen, columns: []column{{title: "source"}, {title: "record", least: 16}, {title: "problem", least: 24}}}
	for _, s := range v.Sources {
		odd, err := a.db.OddRecords(ctx, s.run)
		if err != nil {
			return err
		}
		for _, o := range odd {
			t.add(cell{whole: s.Source}, cell{whole: orNotStated(o.Reference)}, cell{whole: o.Problem})
		}
	}
	return t.print()
}

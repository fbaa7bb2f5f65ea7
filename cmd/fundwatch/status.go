package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/spf13/cobra"

	"fundwatch/calls"
)

func newStatus(l *launcher) *cobra.Command {
	var asJSON, odd bool
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Say how things are; exit 1 if something needs a person",
		Long: `Shows the calls, the last crawl and the health of each source, the subscribers, the outbox, what comes
next, what is being done at this moment, and what needs a person, each with what to do.

It reads the database alone; 'fundwatch doctor' looks at the world around it.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return l.status(cmd.Context(), asJSON, odd) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON: the same names in every version, null for what is not known")
	cmd.Flags().BoolVar(&odd, "odd", false, "list the odd records of the last crawl of each source")
	return cmd
}

// A statusView is what `status` knows. Names and meanings stay; new ones may come.
type statusView struct {
	At          time.Time                     `json:"at"`
	Version     string                        `json:"version"` // of this program
	Database    string                        `json:"database"`
	Bytes       int64                         `json:"bytes"`       // of the database file
	Calls       map[calls.Status]int          `json:"calls"`       // every status
	Sources     []sourceView                  `json:"sources"`     // those that are enabled
	Runs        []runView                     `json:"runs"`        // the newest of all sources, newest first
	Subscribers map[calls.SubscriberState]int `json:"subscribers"` // every state
	Outbox      map[calls.DeliveryState]int   `json:"outbox"`      // every state
	Waiting     *mailView                     `json:"oldest_waiting"`
	Failure     *mailView                     `json:"oldest_failure"`
	Working     []workView                    `json:"working"` // who is at what
	Next        map[string]time.Time          `json:"next"`    // when each schedule fires next
	Attention   []attention                   `json:"attention"`
}

// An attention is one thing that needs a person.
type attention struct {
	About   string `json:"about"` // such as "source portal", "outbox", "subscriber 12"
	Problem string `json:"problem"`
	Hint    string `json:"hint"` // what to do
}

// A runView is one crawl of one source.
type runView struct {
	Source    string  `json:"source"`
	Started   *string `json:"started"`
	Ended     *string `json:"ended"` // null while it runs, or if it was killed
	Seen      int     `json:"seen"`
	New       int     `json:"new"`
	Changed   int     `json:"changed"`
	Unchanged int     `json:"unchanged"`
	Gone      int     `json:"gone"`
	Odd       int     `json:"odd"`
	Complete  bool    `json:"complete"`
	Held      bool    `json:"held"`
	Verified  *string `json:"verified"`
	Error     *string `json:"error"`
}

func newRunView(r *calls.Run) runView {
	return runView{
		Source: r.Source, Started: moment(r.Started), Ended: moment(r.Ended), Seen: r.Seen, New: r.New, Changed: r.Changed,
		Unchanged: r.Unchanged, Gone: r.Gone, Odd: r.Odd, Complete: r.Complete, Held: r.Held,
		Verified: stated(r.Verified), Error: stated(r.Error),
	}
}

// A mailView is one mail of the outbox, without the address.
type mailView struct {
	Mail     int64               `json:"mail"` // for 'fundwatch outbox show'
	State    calls.DeliveryState `json:"state"`
	Created  time.Time           `json:"created"`
	Attempts int                 `json:"attempts"`
	Code     *int                `json:"code"`   // the mail server's last; null if none came
	Answer   *string             `json:"answer"` // its words, without addresses
}

func newMailView(d *calls.Delivery) *mailView {
	if d == nil {
		return nil
	}
	v := &mailView{Mail: d.ID, State: d.State, Created: d.Created, Attempts: d.Attempts, Answer: stated(d.Answer)}
	if d.Code != 0 {
		v.Code = &d.Code
	}
	return v
}

// A workView is a process that is at something.
type workView struct {
	Stage string `json:"stage"` // such as "crawl" or "serve"
	By    string `json:"by"`    // process number and host
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

// lastRuns is how many runs of all sources the JSON holds: a week of the sources that are built in.
const lastRuns = 50

func (a *app) lookAround(ctx context.Context) (statusView, error) {
	v := statusView{
		At: a.now().UTC().Truncate(time.Second), Version: version(), Database: a.cfg.Database,
		Sources: []sourceView{}, Runs: []runView{}, Working: []workView{}, Attention: []attention{},
	}
	if info, err := os.Stat(a.cfg.Database); err == nil {
		v.Bytes = info.Size()
	}
	for _, look := range []func(context.Context, *statusView) error{
		a.lookAtKey, a.lookAtCalls, a.lookAtSources, a.lookAtRuns, a.lookAtSubscribers, a.lookAtOutbox, a.lookAtWork,
	} {
		if err := look(ctx, &v); err != nil {
			return v, err
		}
	}
	var err error
	v.Next, err = a.nextFirings()
	return v, err
}

// needs adds something that needs a person.
func (v *statusView) needs(about, hint, format string, args ...any) {
	v.Attention = append(v.Attention, attention{About: about, Problem: fmt.Sprintf(format, args...), Hint: hint})
}

// lookAtKey finds a key without which no mail leaves and no page opens. One that is missing is made when it is needed.
func (a *app) lookAtKey(_ context.Context, v *statusView) error {
	if err := a.db.CheckKey(); err != nil && !errors.Is(err, fs.ErrNotExist) {
		v.needs("token key", keyHint(err), "no mail can leave: %v", err)
	}
	return nil
}

func (a *app) lookAtCalls(ctx context.Context, v *statusView) error {
	counts, err := a.db.CountCalls(ctx, a.now())
	v.Calls = allOf(counts, calls.Open, calls.Forthcoming, calls.Closed, calls.Withdrawn)
	return err
}

// allOf returns counts in which every key stands, also those that nothing was counted for.
func allOf[K comparable](counts map[K]int, keys ...K) map[K]int {
	all := make(map[K]int, len(keys))
	for _, key := range keys {
		all[key] = counts[key]
	}
	return all
}

func (a *app) lookAtRuns(ctx context.Context, v *statusView) error {
	runs, err := a.db.Runs(ctx, lastRuns)
	for i := range runs {
		v.Runs = append(v.Runs, newRunView(&runs[i]))
	}
	return err
}

// mostBounced is how many bounced subscribers are named one by one.
const mostBounced = 10

func (a *app) lookAtSubscribers(ctx context.Context, v *statusView) error {
	counts, err := a.db.CountSubscribers(ctx)
	if err != nil {
		return err
	}
	v.Subscribers = allOf(counts, subscriberStates...)
	bounced, err := a.db.SubscribersIn(ctx, calls.SubscriberBounced, mostBounced)
	for i := range bounced {
		s := &bounced[i]
		v.needs(fmt.Sprintf("subscriber %d", s.ID), fmt.Sprintf("if the address is right, 'fundwatch subscribers resume %d'; if not, 'fundwatch subscribers remove %d', and add the right one", s.ID, s.ID),
			"mail to %s (%s) came back", s.Email, s.Municipality)
	}
	if more := v.Subscribers[calls.SubscriberBounced] - len(bounced); more > 0 {
		v.needs("subscribers", "'fundwatch subscribers list' shows them", "mail to %d more came back", more)
	}
	return err
}

// waitsTooLong is how long a mail may wait before somebody should look at the mail server.
const waitsTooLong = 24 * time.Hour

func (a *app) lookAtOutbox(ctx context.Context, v *statusView) error {
	counts, err := a.db.CountOutbox(ctx)
	if err != nil {
		return err
	}
	v.Outbox = allOf(counts, deliveryStates...)
	failure, err := a.db.OldestDelivery(ctx, calls.DeliveryFailed, calls.DeliveryUncertain)
	if err != nil {
		return err
	}
	waiting, err := a.db.OldestDelivery(ctx, calls.DeliveryQueued)
	if err != nil {
		return err
	}
	v.Failure, v.Waiting = newMailView(failure), newMailView(waiting)
	for _, state := range []calls.DeliveryState{calls.DeliveryFailed, calls.DeliveryUncertain} {
		if n := v.Outbox[state]; n > 0 {
			v.needs("outbox", "'fundwatch outbox list' shows why; then 'fundwatch outbox retry' or 'drop'", "%s %s", plural(n, "mail"), map[calls.DeliveryState]string{
				calls.DeliveryFailed: "failed", calls.DeliveryUncertain: "may have arrived or not (unknown)",
			}[state])
		}
	}
	held, err := a.db.HeldDigests(ctx)
	if err != nil {
		return err
	}
	for _, why := range held {
		v.needs("digests", "'fundwatch digest --dry-run DIR' shows them; then 'fundwatch digest --force'", "%s", why)
	}
	kept, err := a.db.KeptInbound(ctx)
	if err != nil {
		return err
	}
	if n := len(kept); n > 0 {
		v.needs("inbound", "'fundwatch outbox reports' shows them", "%s to our own addresses could not be assigned", plural(n, "mail"))
	}
	if v.Waiting != nil && a.now().Sub(v.Waiting.Created) > waitsTooLong {
		v.needs("outbox", "'fundwatch outbox list' shows why; is 'fundwatch serve' running?",
			"a mail has been waiting for %d hours", int(a.now().Sub(v.Waiting.Created).Hours()))
	}
	return nil
}

// lookAtWork finds who is at what, by the real clock: leases are about processes.
func (a *app) lookAtWork(ctx context.Context, v *statusView) error {
	leases, err := a.db.Leases(ctx, a.wallClock())
	for _, l := range leases {
		if !ownerIsDead(l.Owner) {
			v.Working = append(v.Working, workView{Stage: l.Name, By: shortOwner(l.Owner)})
		}
	}
	return err
}

package main

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"fundwatch/calls"
	"fundwatch/calls/store"
	"fundwatch/notify"
	"fundwatch/notify/web"
)

func newSubscribers(l *launcher) *cobra.Command {
	var until string
	list := &cobra.Command{
		Use: "list", Short: "List mailboxes and their state", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return l.listSubscribers(cmd.Context()) },
	}
	pause := &cobra.Command{
		Use: "pause ADDRESS|NUMBER", Short: "Send a mailbox nothing for a while", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return l.pauseSubscriber(cmd.Context(), args[0], until)
		},
	}
	pause.Flags().StringVar(&until, "until", "", "resume by itself on this `DAY`")
	resume := &cobra.Command{
		Use: "resume ADDRESS|NUMBER", Short: "Send to a paused or bounced mailbox again", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return l.setSubscriber(cmd.Context(), args[0], calls.SubscriberActive, time.Time{})
		},
	}
	unsubscribe := &cobra.Command{
		Use: "unsubscribe ADDRESS|NUMBER", Short: "Stop all mail to a mailbox; no import brings it back", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return l.setSubscriber(cmd.Context(), args[0], calls.SubscriberUnsubscribed, time.Time{})
		},
	}
	remove := &cobra.Command{
		Use: "remove ADDRESS|NUMBER", Short: "Forget a mailbox; an import may add it again", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return l.removeSubscriber(cmd.Context(), args[0]) },
	}
	erase := &cobra.Command{
		Use: "erase ADDRESS", Short: "Erase every trace of an address but a hash that keeps the opt-out", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return l.eraseSubscriber(cmd.Context(), args[0]) },
	}
	export := &cobra.Command{
		Use: "export ADDRESS", Short: "Print all that is held on an address, as JSON", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return l.exportSubscriber(cmd.Context(), args[0]) },
	}
	mute := &cobra.Command{
		Use: "mute ADDRESS|NUMBER CALL", Short: "Tell a mailbox no more of a call", Args: cobra.ExactArgs(2), ValidArgsFunction: l.completeMute,
		RunE: func(cmd *cobra.Command, args []string) error {
			return l.muteCall(cmd.Context(), args[0], args[1], (*app).mute)
		},
	}
	unmute := &cobra.Command{
		Use: "unmute ADDRESS|NUMBER CALL", Short: "Tell it again, of what happens from now on", Args: cobra.ExactArgs(2), ValidArgsFunction: l.completeMute,
		RunE: func(cmd *cobra.Command, args []string) error {
			return l.muteCall(cmd.Context(), args[0], args[1], (*app).unmute)
		},
	}
	for _, c := range []*cobra.Command{pause, resume, unsubscribe, remove, erase, export} {
		c.ValidArgsFunction = cobra.NoFileCompletions // an address is no file, and none is offered
	}
	return group("subscribers", "Look after mailboxes", list, newSubscriberAdd(l), pause, resume, unsubscribe, mute, unmute, remove, export, erase)
}

func (l *launcher) listSubscribers(ctx context.Context) error {
	a, err := l.open(ctx)
	if err != nil {
		return err
	}
	defer a.close()
	subscribers, err := a.db.Subscribers(ctx)
	if err != nil {
		return err
	}
	t := table{screen: a.screen, columns: []column{
		{title: "no", right: true}, {title: "municipality", least: 10}, {title: "address", least: 12},
		{title: "lang"}, {title: "every", drop: 70}, {title: "state"},
	}}
	for i := range subscribers {
		s := &subscribers[i]
		t.add(cell{whole: fmt.Sprint(s.ID)}, cell{whole: s.Municipality}, cell{whole: s.Email},
			cell{whole: s.Language}, cell{whole: string(s.Frequency)},
			cell{whole: string(s.State), short: stateUntil(s.State, s.PausedUntil)})
	}
	if len(subscribers) == 0 {
		fmt.Fprintln(l.err, "No subscribers yet: 'fundwatch subscribers add ADDRESS --municipality ID' adds one, 'fundwatch municipalities import FILE' many.")
		return nil
	}
	return t.print()
}

func (l *launcher) pauseSubscriber(ctx context.Context, who, until string) error {
	var t time.Time
	if until != "" {
		var err error
		if t, err = calls.ParseMoment(until); err != nil {
			return misusef("--until: %w", err)
		}
		now, err := l.clock()
		if err != nil {
			return err
		}
		if !t.After(now()) {
			return misusef("--until %s is over", until)
		}
	}
	return l.setSubscriber(ctx, who, calls.SubscriberPaused, t)
}

func (l *launcher) setSubscriber(ctx context.Context, who string, state calls.SubscriberState, until time.Time) error {
	a, err := l.open(ctx)
	if err != nil {
		return err
	}
	defer a.close()
	return a.eachNamed(ctx, who, func(s *calls.Subscriber) (string, error) {
		if s.State == calls.SubscriberUnsubscribed && state != calls.SubscriberUnsubscribed {
			return "", misusef("%s has unsubscribed: only its owner can subscribe it again", who)
		}
		if s.State == calls.SubscriberPending && state != calls.SubscriberUnsubscribed {
			return "", misusef("%s has not confirmed yet: only its owner can, by the mail that was sent", who)
		}
		return stateUntil(state, until), a.db.SetSubscriberState(ctx, s.ID, state, until)
	})
}

// stateUntil names a state, and the day on which a pause ends by itself.
func stateUntil(state calls.SubscriberState, until time.Time) string {
	if state != calls.SubscriberPaused || until.IsZero() {
		return string(state)
	}
	return fmt.Sprintf("%s until %s", state, calls.Day(until))
}

func (l *launcher) removeSubscriber(ctx context.Context, who string) error {
	a, err := l.open(ctx)
	if err != nil {
		return err
	}
	defer a.close()
	return a.eachNamed(ctx, who, func(s *calls.Subscriber) (string, error) {
		return "removed", a.db.RemoveSubscriber(ctx, s.ID)
	})
}

func (l *launcher) eraseSubscriber(ctx context.Context, address string) error {
	a, err := l.open(ctx)
	if err != nil {
		return err
	}
	defer a.close()
	held, err := a.db.SubscribersByEmail(ctx, address)
	if err != nil {
		return err
	}
	written, err := a.db.WrittenFrom(ctx, address)
	if err != nil {
		return err
	}
	if len(held) == 0 && len(written) == 0 {
		return misusef("no mailbox has the address %s, and no mail from it waits: nothing was changed", address)
	}
	files, err := forgetFiles(a.cfg.Mail.Files.Dir, address)
	if err != nil {
		return err
	}
	done, err := a.db.Erase(ctx, address)
	if err != nil {
		return err
	}
	if done.Lingers {
		fmt.Fprintf(l.err, "another process reads the database at this moment: %s-wal still holds old pages with the address; 'fundwatch serve' empties it once a day, and whoever closes the database last at once\n", a.db.Path())
	}
	reports := ""
	if done.Reports > 0 {
		reports = ", and " + countOf(done.Reports, "mail from it that waited", "mails from it that waited")
	}
	_, err = fmt.Fprintf(l.out, "erased from %s, and %s%s; a file that you import must not name it any more\n",
		countOf(done.Subscribers, "municipality", "municipalities"), countOf(files, "mail written as a file", "mails written as files"), reports)
	return err
}

// forgetFiles removes the mails to an address that were written as files, and returns how many there were. It comes
// before the database forgets the address: what fails then can be tried again.
func forgetFiles(dir, address string) (int, error) {
	removed, err := notify.ForgetFiles(dir, store.ASCIIAddress(address))
	if err != nil {
		return removed, fmt.Errorf("erase: nothing was erased from the database yet: %w", err)
	}
	return removed, nil
}

// exportSubscriber prints what the owner of an address may ask for, as its own page does.
func (l *launcher) exportSubscriber(ctx context.Context, address string) error {
	a, err := l.open(ctx)
	if err != nil {
		return err
	}
	defer a.close()
	held, err := web.HeldOn(ctx, pagesRegister{DB: a.db}, address)
	if err != nil {
		return err
	}
	if len(held.Mailboxes) > 0 || len(held.Written) > 0 {
		return writeJSON(l.out, held)
	}
	out, err := a.db.OptedOut(ctx, address)
	if err != nil {
		return err
	}
	if out {
		return misusef("nothing is held on %s but a hash that keeps it from being written to", address)
	}
	return misusef("nothing is held on %s", address)
}

// eachNamed does something with every subscriber that has this address or number, and says what.
func (a *app) eachNamed(ctx context.Context, who string, do func(*calls.Subscriber) (string, error)) error {
	subscribers, err := a.db.Subscribers(ctx)
	if err != nil {
		return err
	}
	found := 0
	for i := range subscribers {
		s := &subscribers[i]
		if !store.SameAddress(s.Email, who) && strconv.FormatInt(s.ID, 10) != who {
			continue
		}
		done, err := do(s)
		if err != nil {
			return err
		}
		fmt.Fprintf(a.screen.out, "%d %s: %s\n", s.ID, s.Municipality, done)
		found++
	}
	if found == 0 {
		return misusef("no subscriber %q: 'fundwatch subscribers list' lists them", who)
	}
	return nil
}

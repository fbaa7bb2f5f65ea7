package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"fundwatch/calls"
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
	return group("subscribers", "Look after mailboxes", list, pause, resume)
}

func (l *launcher) listSubscribers(ctx context.Context) error {
	a, err := l.openReader(ctx)
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
			cell{whole: s.Language}, cell{whole: string(s.Frequency)}, cell{whole: string(s.State)})
	}
	if len(subscribers) == 0 {
		fmt.Fprintln(l.err, "No subscribers yet: 'fundwatch municipalities import FILE' adds them with their town.")
		return nil
	}
	return t.print()
}

func (l *launcher) pauseSubscriber(ctx context.Context, who, until string) error {
	var t time.Time
	if until != "" {
		var err error
		if t, err = parseMoment(until); err != nil {
			return misusef("--until: %w", err)
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
	subscribers, err := a.db.Subscribers(ctx)
	if err != nil {
		return err
	}
	found := 0
	for i := range subscribers {
		s := &subscribers[i]
		if !strings.EqualFold(s.Email, who) && strconv.FormatInt(s.ID, 10) != who {
			continue
		}
		if s.State == calls.SubscriberUnsubscribed {
			return misusef("%s has unsubscribed: only its owner can subscribe it again", who)
		}
		if err := a.db.SetSubscriberState(ctx, s.ID, state, until); err != nil {
			return fmt.Errorf("subscriber %d: %w", s.ID, err)
		}
		fmt.Fprintf(l.out, "%d %s: %s\n", s.ID, s.Municipality, state)
		found++
	}
	if found == 0 {
		return misusef("no subscriber %q: 'fundwatch subscribers list' lists them", who)
	}
	return nil
}

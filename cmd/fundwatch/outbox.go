package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"fundwatch/calls"
)

func newOutbox(l *launcher) *cobra.Command {
	var all bool
	list := &cobra.Command{
		Use: "list", Short: "List mails that wait, failed or are unknown", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return l.listOutbox(cmd.Context(), all) },
	}
	list.Flags().BoolVar(&all, "all", false, "also those that were sent")
	show := &cobra.Command{
		Use: "show NUMBER", Short: "Print a mail as it is sent", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return l.withDelivery(cmd.Context(), args[0], false, func(_ *app, d *calls.Delivery) error {
				_, err := l.out.Write(d.Bytes)
				return err
			})
		},
	}
	retry := &cobra.Command{
		Use: "retry NUMBER", Short: "Try a mail again", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return l.withDelivery(cmd.Context(), args[0], true, func(a *app, d *calls.Delivery) error {
				if err := a.mayReceive(cmd.Context(), d); err != nil {
					return err
				}
				if err := a.db.RetryDelivery(cmd.Context(), d.ID, a.now()); err != nil {
					return err
				}
				_, err := fmt.Fprintf(l.out, "%d: will be sent with the next 'fundwatch send'\n", d.ID)
				return err
			})
		},
	}
	drop := &cobra.Command{
		Use: "drop NUMBER", Short: "Give a mail up; its calls return in the next digest", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return l.withDelivery(cmd.Context(), args[0], true, func(a *app, d *calls.Delivery) error {
				if err := a.db.DropDelivery(cmd.Context(), d.ID, a.now()); err != nil {
					return err
				}
				_, err := fmt.Fprintf(l.out, "%d: dropped\n", d.ID)
				return err
			})
		},
	}
	for _, c := range []*cobra.Command{show, retry, drop} {
		c.ValidArgsFunction = cobra.NoFileCompletions
	}
	return group("outbox", "Look at mail that waits, failed or is unknown", list, show, retry, drop, newReports(l))
}

// mayReceive refuses to promise a mail to a mailbox that gets none.
func (a *app) mayReceive(ctx context.Context, d *calls.Delivery) error {
	s, err := a.db.Subscriber(ctx, d.Subscriber)
	if err != nil {
		return err
	}
	if !s.Receives(a.now()) {
		return misusef("its mailbox is %s: 'fundwatch subscribers resume %d' first", s.State, s.ID)
	}
	return nil
}

func (l *launcher) withDelivery(ctx context.Context, number string, write bool, do func(*app, *calls.Delivery) error) error {
	id, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return misusef("%q is no number of a mail: 'fundwatch outbox list' shows them", number)
	}
	a, err := l.open(ctx)
	if err != nil {
		return err
	}
	defer a.close()
	d, err := a.db.Delivery(ctx, id)
	if errors.Is(err, calls.ErrNotFound) {
		return fmt.Errorf("%w: 'fundwatch outbox list --all' shows them all", err)
	}
	if err != nil {
		return err
	}
	if write && d.State == calls.DeliverySent {
		return misusef("mail %d was sent %s: nothing was changed", d.ID, stamp(d.Ended, a.zone))
	}
	return do(a, d)
}

func (l *launcher) listOutbox(ctx context.Context, all bool) error {
	a, err := l.open(ctx)
	if err != nil {
		return err
	}
	defer a.close()
	states := []calls.DeliveryState{calls.DeliveryQueued, calls.DeliverySending, calls.DeliveryUncertain, calls.DeliveryFailed, calls.DeliveryBounced}
	if all {
		states = nil
	}
	mails, err := a.db.Outbox(ctx, states...)
	if err != nil {
		return err
	}
	t := table{screen: a.screen, columns: []column{
		{title: "no", right: true}, {title: "state"}, {title: "to", least: 12}, {title: "subject", least: 16},
		{title: "tries", right: true, drop: 70}, {title: "next", drop: 90}, {title: "answer", least: 10, drop: 100},
	}}
	for i := range mails {
		m := &mails[i]
		next := cell{}
		if !m.NextAttempt.IsZero() && m.State == calls.DeliveryQueued {
			next = cell{whole: rfc3339(m.NextAttempt), short: m.NextAttempt.In(a.zone).Format("2 Jan 15:04")}
		}
		t.add(cell{whole: fmt.Sprint(m.ID)}, cell{whole: string(m.State), style: stateStyle(m.State)}, cell{whole: m.Recipient},
			cell{whole: m.Subject}, cell{whole: fmt.Sprint(m.Attempts)}, next, cell{whole: m.Answer, style: faint})
	}
	if len(mails) == 0 {
		fmt.Fprintln(l.err, "Nothing waits, nothing failed.")
		return nil
	}
	return t.print()
}

func stateStyle(s calls.DeliveryState) style {
	switch s {
	case calls.DeliverySent:
		return green
	case calls.DeliveryFailed, calls.DeliveryBounced, calls.DeliveryUncertain:
		return red
	}
	return yellow
}

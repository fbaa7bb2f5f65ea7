package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"fundwatch/calls"
	"fundwatch/calls/store"
)

func newReports(l *launcher) *cobra.Command {
	var seen bool
	cmd := &cobra.Command{
		Use:   "reports",
		Short: "List what came to our own addresses and needs a person",
		Long: `Lists what came to our own addresses and needs a person: reports that could not be understood, mails
of persons, and wishes to stop whose token is not known, as of a mailbox that was removed and
imported again. Who wrote is read from the mail. Anybody can write under another's address, so that
alone stops no mail: if it has a mailbox, the command that stops it is named.

With --seen they are let go, and who wrote them is forgotten; what comes in meanwhile goes on waiting.
'fundwatch subscribers erase ADDRESS' lets go at once what is from an address.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return l.listReports(cmd.Context(), seen) },
	}
	cmd.Flags().BoolVar(&seen, "seen", false, "and let them go")
	return cmd
}

// listReports shows what waits for a person, and with seen lets it go.
func (l *launcher) listReports(ctx context.Context, seen bool) error {
	a, err := l.open(ctx)
	if err != nil {
		return err
	}
	defer a.close()
	kept, err := a.db.KeptInbound(ctx)
	if err != nil {
		return err
	}
	if len(kept) == 0 {
		fmt.Fprintln(l.err, "No report waits.")
		return nil
	}
	if err := a.printReports(kept); err != nil {
		return err
	}
	for _, line := range stopLines(kept) {
		fmt.Fprintln(l.err, line)
	}
	if !seen {
		return nil
	}
	_, err = a.db.SeeInbound(ctx, kept[len(kept)-1].ID)
	return err
}

func (a *app) printReports(kept []store.Kept) error {
	t := table{screen: a.screen, columns: []column{
		{title: "on"}, {title: "from", least: 24}, {title: "perhaps about", least: 12}, {title: "status", drop: 100}, {title: "what it says", least: 20},
	}}
	for i := range kept {
		k := &kept[i]
		t.add(cell{whole: rfc3339(k.At), short: k.At.In(a.zone).Format("2 Jan 15:04")}, cell{whole: orNotStated(k.From)},
			cell{whole: orNotStated(perhapsAbout(k))}, cell{whole: orNotStated(k.Status)}, cell{whole: k.Answer})
	}
	return t.print()
}

// perhapsAbout names the subscriber that a report may be about: by its address, or, where that stands beside it
// already, by its number and town; "" if there is none.
func perhapsAbout(k *store.Kept) string {
	if k.From == "" || k.Subscriber == 0 {
		return k.Email
	}
	return fmt.Sprintf("%d %s, %s", k.Subscriber, k.Municipality, k.State)
}

// stopLines returns, for each sender that has a mailbox which may get mail, how it is stopped.
func stopLines(kept []store.Kept) []string {
	var lines []string
	for i := range kept {
		k := &kept[i]
		if k.From == "" || k.Subscriber == 0 || k.State == calls.SubscriberUnsubscribed {
			continue
		}
		line := fmt.Sprintf("If %s wants no more mail, and did write this: 'fundwatch subscribers unsubscribe %s'", k.Email, typedAddress(k))
		if !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	return lines
}

// typedAddress returns how a person types the mailbox of a sender into a shell. A stranger may have chosen the address:
// one that a shell or a command would take for something else is named by its number.
func typedAddress(k *store.Kept) string {
	if shellQuoted(k.Email) != k.Email || strings.HasPrefix(k.Email, "-") {
		return fmt.Sprint(k.Subscriber)
	}
	return k.Email
}

package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"fundwatch/calls"
	"fundwatch/calls/store"
)

// exitTryLater is EX_TEMPFAIL of sysexits.h: the mail server keeps the mail and hands it in again, for as
// long as it keeps any mail that it cannot deliver. Every other code would make it send a bounce about a
// bounce.
const exitTryLater = 75

// A tryLaterError is a failure of ours, not of the mail that was handed in.
type tryLaterError struct{ err error }

func (e tryLaterError) Error() string { return e.err.Error() }
func (e tryLaterError) Unwrap() error { return e.err }

func newInbound(l *launcher) *cobra.Command {
	var recipient string
	cmd := &cobra.Command{
		Use:   "inbound",
		Short: "Read one mail to our own addresses from a mail server's pipe",
		Long: `Reads one mail on standard input: a delivery report to mail.bounce_address, a mail to
mail.unsubscribe_mailto, or a complaint that a mailbox provider reports. It knows the reader by the
token in the address, and changes nothing for a token that it did not give out; what it cannot
understand or assign waits in 'fundwatch outbox reports', with the address that a person's mail is
from, and shows in 'fundwatch status'. The same mail may be handed in twice.

Exit code 0 says that the mail is done with, whatever it was. 75 says that fundwatch is in trouble,
and asks the mail server to hand the mail in again.`,
		Example: `  # aliases of a mail server with recipient_delimiter = +, in a file that belongs to the user of fundwatch
  bounce:      "|fundwatch --config /etc/fw.yaml inbound"
  unsubscribe: "|fundwatch --config /etc/fw.yaml inbound"`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := l.inbound(cmd.Context(), recipient); err != nil {
				return tryLaterError{err}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&recipient, "recipient", "", "the `ADDRESS` to which the mail was sent, if the mail server says it (default: what Postfix says, and the mail's own header)")
	allowEmpty(cmd, "recipient") // where the mail server has nothing to put in, the mail must not be lost
	return cmd
}

func (l *launcher) inbound(ctx context.Context, recipient string) error {
	a, err := l.open(ctx)
	if err != nil {
		return err
	}
	defer a.close()
	inbox, err := a.inbox()
	if err != nil {
		return err
	}
	// Postfix names the recipient to a command of an alias in its environment.
	in, err := inbox.Read(l.in, recipient, l.getenv("ORIGINAL_RECIPIENT"), l.getenv("RECIPIENT"))
	if err != nil {
		return err
	}
	receipt, err := a.db.Receive(ctx, &in, a.now())
	if err != nil {
		return err
	}
	a.log.Info("received", "kind", string(in.Kind), "subscriber", receipt.Subscriber, "mail", receipt.Delivery,
		"failure", string(in.Failure), "status", in.Status, "repeated", receipt.Repeated, "kept", receipt.Kept)
	if _, err := fmt.Fprintln(l.out, receiptLine(&in, receipt)); err != nil {
		a.log.Warn("not said what was done", "err", err) // it is done all the same
	}
	return drain(l.in)
}

// mostDrained is more than any mail server lets through.
const mostDrained = 256 << 20

// drain takes the rest of a mail, of which only the beginning was looked at: a pipe that closes early is an
// error to some mail servers.
func drain(r io.Reader) error {
	_, err := io.Copy(io.Discard, io.LimitReader(r, mostDrained))
	return err
}

// receiptLine says what was done, without an address: mail servers write it into their logs.
func receiptLine(in *calls.Inbound, r store.Receipt) string {
	switch {
	case in.Kind == calls.InboundIgnored:
		return "ignored: " + in.Answer
	case r.Repeated:
		return "already known"
	case r.Kept:
		return "kept for a person: fundwatch outbox reports"
	}
	what := string(in.Kind)
	if in.Kind == calls.InboundBounce {
		what = fmt.Sprintf("%s (%s, %s)", in.Kind, in.Status, in.Failure)
	}
	return fmt.Sprintf("subscriber %d: %s, now %s", r.Subscriber, what, r.State)
}

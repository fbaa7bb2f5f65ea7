package notify

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"fundwatch/calls"
)

// These stop a run of [Deliver] early. Nothing is lost: what was not sent stays in the outbox.
var (
	// ErrUnreachable means that there was no way out several times in a row: no connection to the mail
	// server, or a folder that cannot be written.
	ErrUnreachable = errors.New("mails cannot be handed over")
	// ErrPaused means that the mail server asked to be left alone for now (421), or does not let us in.
	ErrPaused = errors.New("the mail server does not take mail from us now")
	// ErrRefused means that the mail server refused several mails in a row for reasons of policy.
	ErrRefused = errors.New("the mail server refuses one mail after the other")
)

// An Outbox is what delivering needs of a store. Every method is one transaction, or a part of one that
// fails alone. Several goroutines may call them at once.
type Outbox interface {
	// Claim leases the mail that has been due longest and returns it, or nil, nil when none is due.
	// Attempts is the number that was recorded. Due are queued mails whose NextAttempt is not after now,
	// uncertain ones where it is also set, and mails whose lease has run out: those come as they were if
	// MarkData was not called under that lease, else as DeliveryUncertain, and not at all if they were
	// uncertain before: they have left twice. It says also whether the mail is to be sent after all:
	// subscriber active, address not suppressed, call not closed. Unless done is nil it records that first,
	// as Record does, with the next claim or not at all: after an error neither has happened.
	Claim(ctx context.Context, done *calls.Tried, now time.Time, lease time.Duration) (*calls.Claimed, error)
	// MarkData notes with the lease that the bytes of the mail are about to leave, so that after a kill
	// the mail is known as uncertain instead of being taken for unsent. The error wraps
	// [calls.ErrNotFound] if the mail is not there any more.
	MarkData(ctx context.Context, id int64) error
	// Record ends the lease, and MarkData's note with it, and keeps what became of the mail. It counts
	// one attempt, unless NextAttempt is set and not after now: then the mail is only put back, because
	// no server was asked about it. An uncertain mail with a zero NextAttempt is never claimed again. The
	// error wraps [calls.ErrNotFound] if the mail is not there any more.
	Record(ctx context.Context, id int64, o calls.Outcome, now time.Time) error
}

// A Sender carries mails to where they go. [SMTP] and [Files] are the two. Several goroutines may send at once.
type Sender interface {
	// Send hands the frozen bytes over, calls beforeData just before the first of them leaves, and
	// stops with its error if it returns one. It returns nil only when the mail has been taken, and may
	// then set d.Code and d.Answer to what the taker said. What went wrong is a [*SendError]; any other
	// error means that the way out is broken and that the mail has not left.
	Send(ctx context.Context, d *calls.Delivery, beforeData func() error) error
	// Close lets the connection go. Send may be called again after it.
	Close() error
}

// Options are the settings of [Deliver]. The zero value is usable.
type Options struct {
	Now    func() time.Time                           // nil: time.Now
	Wait   func(context.Context, time.Duration) error // nil: waits, or returns the context's error
	Jitter func() float64                             // in [0, 1), see calls.Retry; nil: random
	Log    *slog.Logger                               // nil: no log

	// Lease is how long a mail is ours; a send is cut off before it ends, so that no other process takes
	// up a mail that is still on its way. 0: 30 minutes, more than all deadlines of one SMTP mail.
	Lease time.Duration
	// Grace is how long the mails in hand may still take when the context has ended. 0: 20 seconds.
	Grace time.Duration
	// RatePerMinute is how many mails are sent a minute, evenly spaced, by all workers together. 0: as fast as
	// they go.
	RatePerMinute int
	// Workers is how many mails are on their way at once, when the sender has taken one. 0: one.
	Workers int
	// MaxConnectionErrors is how many connection errors in a row end the run. 0: 3.
	MaxConnectionErrors int
	// MaxRefusals is how many mails in a row may be refused for policy before the run ends, so that a
	// blocked sender does not fail a whole outbox. 0: 10.
	MaxRefusals int
}

// defaultBackoff is the wait after the first of several connection errors in a row; each further one
// waits that much longer. It only rides out a restart of the server: the next run tries again anyway.
const defaultBackoff = 2 * time.Second

func (o Options) withDefaults() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Wait == nil {
		o.Wait = wait
	}
	if o.Jitter == nil {
		o.Jitter = rand.Float64
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Lease <= 0 {
		o.Lease = 30 * time.Minute
	}
	if o.Grace <= 0 {
		o.Grace = 20 * time.Second
	}
	if o.Workers <= 0 {
		o.Workers = 1
	}
	if o.MaxConnectionErrors <= 0 {
		o.MaxConnectionErrors = 3
	}
	if o.MaxRefusals <= 0 {
		o.MaxRefusals = 10
	}
	return o
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// A Tally counts what became of the mails of one run. A mail that was only put back, because no server
// was asked about it, is not counted.
type Tally struct {
	Sent       int // taken
	Retry      int // refused for now, waiting for the next attempt
	Failed     int // given up, or refused in a way that needs a person
	Bounced    int // the recipient does not exist
	Suppressed int // no longer to be sent
	Uncertain  int // taken or not, nobody knows
}

func (t *Tally) count(o calls.Outcome) {
	switch o.State {
	case calls.DeliverySent:
		t.Sent++
	case calls.DeliveryQueued:
		t.Retry++
	case calls.DeliveryFailed:
		t.Failed++
	case calls.DeliveryBounced:
		t.Bounced++
	case calls.DeliverySuppressed:
		t.Suppressed++
	case calls.DeliveryUncertain:
		t.Uncertain++
	}
}

// Deliver sends what is due in the outbox, until nothing is due: one mail after the other until one was
// taken, then as many at once as there are workers. It leaves the sender open; the caller closes it. The
// algorithm is in the package comment.
//
// A mail that cannot be sent is recorded and counted, and is not an error of the run; that a mail's
// record cannot be read is one, and the run goes on. The run ends early, with an error that
// [errors.Is] finds, on [ErrUnreachable], [ErrPaused] and [ErrRefused], when the outbox cannot be
// written, and with the context's error when that ends: the mails in hand are then finished first, as far
// as o.Grace allows if the context ended, and no other is begun. The tally always holds what was done.
func Deliver(ctx context.Context, box Outbox, s Sender, o Options) (Tally, error) {
	r := &run{box: box, sender: s, Options: o.withDefaults()}
	r.over, r.stop = context.WithCancel(context.Background())
	defer r.stop()
	r.workers.Go(func() { r.work(ctx) })
	r.workers.Wait()
	err := errors.Join(errors.Join(r.ends...), r.settleBounces(context.WithoutCancel(ctx)), errors.Join(r.problems...))
	if err != nil {
		return r.tally, fmt.Errorf("deliver: %w", err)
	}
	return r.tally, nil
}

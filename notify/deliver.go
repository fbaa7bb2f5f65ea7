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

// An Outbox is what delivering needs of a store. Every method is one transaction.
type Outbox interface {
	// Claim leases the mail that has been due longest and returns it, or nil, nil when none is due.
	// Attempts is the number that Record has counted. Due are queued mails whose NextAttempt is not after
	// now, uncertain ones where it is also set, and mails whose lease has run out: those come as they
	// were if MarkData was not called under that lease, else as DeliveryUncertain, and not at all if they
	// were uncertain before: they have left twice.
	Claim(ctx context.Context, now time.Time, lease time.Duration) (*calls.Delivery, error)
	// MarkData notes with the lease that the bytes of the mail are about to leave, so that after a kill
	// the mail is known as uncertain instead of being taken for unsent.
	MarkData(ctx context.Context, id int64) error
	// Deliverable looks once more whether the mail may be sent: subscriber active, address not
	// suppressed, call not closed. When ok is false, reason says why, without an address.
	Deliverable(ctx context.Context, d *calls.Delivery, now time.Time) (reason string, ok bool, err error)
	// Record ends the lease, and MarkData's note with it, and keeps what became of the mail. It counts
	// one attempt, unless NextAttempt is set and not after now: then the mail is only put back, because
	// no server was asked about it. An uncertain mail with a zero NextAttempt is never claimed again.
	Record(ctx context.Context, id int64, o calls.Outcome, now time.Time) error
}

// A Sender carries one mail after the other to where it goes. [SMTP] and [Files] are the two.
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
	// Grace is how long the mail in hand may still take when the context has ended. 0: 20 seconds.
	Grace time.Duration
	// RatePerMinute is how many mails are sent a minute, evenly spaced. 0: as fast as they go.
	RatePerMinute int
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

// Deliver sends what is due in the outbox, one mail after the other, until nothing is due. It leaves the
// sender open; the caller closes it. The algorithm is in the package comment.
//
// A mail that cannot be sent is recorded and counted, and is not an error of the run; that a mail's
// record cannot be read is one, and the run goes on. The run ends early, with an error that
// [errors.Is] finds, on [ErrUnreachable], [ErrPaused] and [ErrRefused], when the outbox cannot be
// written, and with the context's error when that ends: the mail in hand is then finished first, as far
// as o.Grace allows, and no other is begun. The tally always holds what was done.
func Deliver(ctx context.Context, box Outbox, s Sender, o Options) (Tally, error) {
	r := &run{box: box, sender: s, Options: o.withDefaults()}
	more, err := true, error(nil)
	for more && err == nil {
		more, err = r.next(ctx)
	}
	err = errors.Join(err, r.settleBounces(context.WithoutCancel(ctx)), errors.Join(r.problems...))
	if err != nil {
		return r.tally, fmt.Errorf("deliver: %w", err)
	}
	return r.tally, nil
}

// fewBounces is how many bounces are believed of a server that has taken nothing in the same run.
const fewBounces = 2

// A bounce is a mail whose address was refused, until it is clear that the server does take mail.
type bounce struct {
	mail    *calls.Delivery
	outcome calls.Outcome
}

// settleBounces records the bounces that were held back. If the server refused several addresses and took
// no mail at all, the trouble is more likely between it and us: then the mails wait, and a person has to
// look, for a bounce stops the mail to a town.
func (r *run) settleBounces(ctx context.Context) error {
	believed := r.taken || len(r.bounces) <= fewBounces
	var errs []error
	for _, b := range r.bounces {
		o := b.outcome
		if !believed {
			o = r.judgement(b.mail).temporary(o.Code, o.Answer).outcome
		}
		errs = append(errs, r.record(ctx, b.mail, o))
	}
	if !believed {
		errs = append(errs, fmt.Errorf("%w: it refused all %d addresses and took no mail, the last answer: %s",
			ErrRefused, len(r.bounces), r.bounces[len(r.bounces)-1].outcome.Answer))
	}
	r.bounces = nil
	return errors.Join(errs...)
}

// A run is the state of one Deliver.
type run struct {
	Options
	box    Outbox
	sender Sender

	tally            Tally
	problems         []error   // of single mails
	notBefore        time.Time // when the next mail may begin
	connectionErrors int       // in a row
	refusals         int       // in a row
	taken            bool      // the server has taken a mail
	bounces          []bounce  // not recorded yet, see settleBounces
}

// next delivers one mail and reports whether there may be another.
func (r *run) next(ctx context.Context) (more bool, err error) {
	if err := r.pace(ctx); err != nil {
		return false, err
	}
	d, err := r.box.Claim(ctx, r.Now(), r.Lease)
	if err != nil {
		return false, fmt.Errorf("claim a mail: %w", err)
	}
	if d == nil {
		return false, nil
	}
	// What has been claimed is finished and recorded even if the context ends now.
	hand, cancel := context.WithTimeout(context.WithoutCancel(ctx), r.Lease/10*9)
	defer cancel()
	defer context.AfterFunc(ctx, func() {
		if r.Wait(hand, r.Grace) == nil {
			cancel()
		}
	})()
	v, err := r.try(hand, d)
	if err != nil {
		return false, err
	}
	if v.outcome.State == calls.DeliveryBounced && !r.taken {
		r.bounces = append(r.bounces, bounce{d, v.outcome})
		return true, r.react(v)
	}
	if err := r.record(context.WithoutCancel(ctx), d, v.outcome); err != nil {
		return false, err
	}
	if v.outcome.State == calls.DeliverySent && !r.taken {
		r.taken = true
		if err := r.settleBounces(context.WithoutCancel(ctx)); err != nil {
			return false, err
		}
	}
	return true, r.react(v)
}

// pace waits until the next mail may begin.
func (r *run) pace(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("stopped early: %w", err)
	}
	gap := r.notBefore.Sub(r.Now())
	if gap <= 0 {
		return nil
	}
	if err := r.Wait(ctx, gap); err != nil {
		return fmt.Errorf("stopped early: %w", err)
	}
	return nil
}

// try checks the mail once more and sends it. An error is one of the outbox, not of the mail.
func (r *run) try(ctx context.Context, d *calls.Delivery) (verdict, error) {
	reason, ok, err := r.box.Deliverable(ctx, d, r.Now())
	if ctx.Err() != nil { // the grace is over, and nothing was begun
		return untried(r.judgement(d).putBack(0, "stopped")), nil
	}
	if err != nil {
		r.problems = append(r.problems, fmt.Errorf("check mail %d of subscriber %d: %w", d.ID, d.Subscriber, err))
		return untried(r.judgement(d).temporary(0, answerLine("check: "+err.Error()))), nil
	}
	if !ok {
		return untried(r.judgement(d).suppressed(answerLine(reason))), nil
	}
	if r.RatePerMinute > 0 {
		r.notBefore = r.Now().Add(time.Minute / time.Duration(r.RatePerMinute))
	}
	var markErr error
	err = r.sender.Send(ctx, d, func() error {
		markErr = r.box.MarkData(ctx, d.ID)
		return markErr
	})
	if markErr != nil { // nothing has left
		markErr = fmt.Errorf("mark mail %d: %w", d.ID, markErr)
		back := r.judgement(d).putBack(0, answerLine(markErr.Error()))
		return verdict{}, errors.Join(markErr, r.record(context.WithoutCancel(ctx), d, back.outcome))
	}
	return r.judgement(d).of(err), nil
}

func (r *run) judgement(d *calls.Delivery) judgement {
	return judgement{mail: d, now: r.Now(), jitter: r.Jitter()}
}

const recordTries = 3

// record writes what became of the mail, stubbornly: a mail that was sent and not recorded would be sent
// again.
func (r *run) record(ctx context.Context, d *calls.Delivery, o calls.Outcome) error {
	var err error
	for try := range recordTries {
		if try > 0 && r.Wait(ctx, defaultBackoff) != nil {
			break
		}
		now := r.Now()
		if err = r.box.Record(ctx, d.ID, o, now); err == nil {
			r.note(ctx, d, o, now)
			return nil
		}
	}
	return fmt.Errorf("record that mail %d is %s: %w", d.ID, o.State, err)
}

// note counts and logs an outcome.
func (r *run) note(ctx context.Context, d *calls.Delivery, o calls.Outcome, now time.Time) {
	if putBack := !o.NextAttempt.IsZero() && !o.NextAttempt.After(now); !putBack {
		r.tally.count(o)
	}
	level := slog.LevelWarn
	if o.State == calls.DeliverySent || o.State == calls.DeliverySuppressed {
		level = slog.LevelInfo
	}
	r.Log.Log(ctx, level, "mail tried", "mail", d.ID, "subscriber", d.Subscriber,
		"state", string(o.State), "code", o.Code, "answer", o.Answer)
}

// react decides whether the run goes on after a verdict.
func (r *run) react(v verdict) error {
	if v.untried {
		return nil
	}
	r.connectionErrors = follow(r.connectionErrors, v.brokeLink)
	r.refusals = follow(r.refusals, v.refused)
	switch {
	case v.stops:
		return fmt.Errorf("%w: %s%s", ErrPaused, v.outcome.Answer, hint(v.outcome.Code))
	case r.connectionErrors >= r.MaxConnectionErrors:
		return fmt.Errorf("%w (%d times in a row): %s", ErrUnreachable, r.connectionErrors, v.outcome.Answer)
	case r.refusals >= r.MaxRefusals:
		return fmt.Errorf("%w (%d in a row), a person must look at the last answer: %s",
			ErrRefused, r.refusals, v.outcome.Answer)
	case v.brokeLink:
		pause := r.Now().Add(defaultBackoff * time.Duration(r.connectionErrors))
		if pause.After(r.notBefore) {
			r.notBefore = pause
		}
	}
	return nil
}

// hint says what to look at when a server does not let us in.
func hint(code int) string {
	if code >= 530 && code <= 538 {
		return " (check user name and password of the mail server)"
	}
	return ""
}

// follow returns the length of a row after one more event.
func follow(row int, again bool) int {
	if again {
		return row + 1
	}
	return 0
}

package notify

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"fundwatch/calls"
)

// A run is the state of one Deliver, which its workers share.
type run struct {
	Options
	box     Outbox
	sender  Sender
	workers sync.WaitGroup

	taken   bool      // the server has taken a mail; written while there is one worker
	bounces []attempt // not recorded yet, see settleBounces; the same
	sent    *attempt  // taken, and to be recorded with the next claim; only if there is never more than one worker

	over    context.Context // ends when no other mail is to be taken
	stop    context.CancelFunc
	picking sync.Mutex // held by the worker that looks for its next mail

	mu               sync.Mutex // guards what follows
	tally            Tally
	problems         []error // of single mails
	ends             []error // what ended the run
	pause            pause   // before the next mail may begin
	connectionErrors int     // in a row
	refusals         int     // in a row
}

// A pause is a wait that began at a moment. A clock that is set back does not make it longer.
type pause struct {
	from   time.Time
	length time.Duration
}

func (p pause) left(now time.Time) time.Duration { return p.length - max(0, now.Sub(p.from)) }

// work delivers one mail after the other until nothing is due or the run is over.
func (r *run) work(ctx context.Context) {
	for more := true; more; {
		var err error
		if more, err = r.next(ctx); err != nil {
			r.end(err)
		}
	}
}

// end ends the run: each worker finishes the mail in its hand and takes no other.
func (r *run) end(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	shared := errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
	if shared && r.over.Err() != nil {
		return // what ends all workers at once is said once
	}
	r.stop()
	r.ends = append(r.ends, err)
}

// next delivers one mail and reports whether there may be another. One worker at a time picks, so that all
// together keep the rate; they send side by side.
func (r *run) next(ctx context.Context) (more bool, err error) {
	r.picking.Lock()
	claimed, err := r.pick(ctx)
	if claimed == nil || err != nil {
		r.picking.Unlock()
		return false, err
	}
	d := &claimed.Delivery
	// What has been claimed is finished and recorded even if the context ends now.
	hand, cancel := context.WithTimeout(context.WithoutCancel(ctx), r.Lease/10*9)
	defer cancel()
	defer context.AfterFunc(ctx, func() {
		if r.Wait(hand, r.Grace) == nil {
			cancel()
		}
	})()
	v, send := r.check(hand, claimed)
	r.picking.Unlock()
	if send {
		if v, err = r.try(hand, d); err != nil {
			return false, err
		}
	}
	err = r.finish(ctx, d, v)
	return err == nil, err
}

// pick waits until the next mail may begin and claims it; nil if none is due or the run is over. What the last
// mail has left to be recorded is recorded in any case.
func (r *run) pick(ctx context.Context) (*calls.Claimed, error) {
	err := r.pace(ctx)
	if err == nil && r.over.Err() == nil {
		return r.claim(ctx)
	}
	if err != nil {
		err = fmt.Errorf("stopped early: %w", err)
	}
	return nil, errors.Join(err, r.settleSent(ctx))
}

// claim claims the next mail and records the last one with it: one transaction in place of two. If that does not
// work, the last one comes first.
func (r *run) claim(ctx context.Context) (*calls.Claimed, error) {
	if s := r.sent; s != nil {
		now := r.Now()
		next, err := r.box.Claim(ctx, &calls.Tried{ID: s.mail.ID, Outcome: s.outcome}, now, r.Lease)
		if err == nil {
			r.sent = nil
			r.note(ctx, s.mail, s.outcome, now)
			return next, nil
		}
		r.Log.WarnContext(ctx, "not recorded with the next mail, now by itself", "mail", s.mail.ID, "err", err)
	}
	if err := r.settleSent(ctx); err != nil {
		return nil, err
	}
	next, err := r.box.Claim(ctx, nil, r.Now(), r.Lease)
	if err != nil {
		return nil, fmt.Errorf("claim a mail: %w", err)
	}
	return next, nil
}

// settleSent records by itself the mail that was to be recorded with the next claim, if there is one.
func (r *run) settleSent(ctx context.Context) error {
	s := r.sent
	if s == nil {
		return nil
	}
	r.sent = nil
	return r.record(context.WithoutCancel(ctx), s.mail, s.outcome)
}

// pace waits until the next mail may begin or the run is over. It returns the context's error when that has
// ended. Each pause is waited for once, also by a clock that stands still.
func (r *run) pace(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r.mu.Lock()
	left := r.pause.left(r.Now())
	r.pause = pause{}
	r.mu.Unlock()
	if left <= 0 {
		return nil
	}
	waiting, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(r.over, cancel)()
	if err := r.Wait(waiting, left); err != nil && r.over.Err() == nil {
		return err
	}
	return nil
}

// rest makes the next mail wait, if it does not wait longer already.
func (r *run) rest(length time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if now := r.Now(); r.pause.left(now) < length {
		r.pause = pause{now, length}
	}
}

// check returns whether the mail is still to be sent. If not, the verdict says what becomes of it.
func (r *run) check(ctx context.Context, c *calls.Claimed) (v verdict, send bool) {
	d := &c.Delivery
	switch {
	case ctx.Err() != nil: // the grace is over, and nothing was begun
		return untried(r.judgement(d).putBack(0, "stopped")), false
	case c.Unchecked != nil:
		r.mu.Lock()
		defer r.mu.Unlock()
		r.problems = append(r.problems, fmt.Errorf("check mail %d of subscriber %d: %w", d.ID, d.Subscriber, c.Unchecked))
		return untried(r.judgement(d).temporary(0, answerLine("check: "+c.Unchecked.Error()))), false
	case c.Withheld != "":
		return untried(r.judgement(d).suppressed(answerLine(c.Withheld))), false
	}
	if r.RatePerMinute > 0 {
		r.rest(time.Minute / time.Duration(r.RatePerMinute))
	}
	return verdict{}, true
}

// try sends the mail. An error is one of the outbox, not of the mail.
func (r *run) try(ctx context.Context, d *calls.Delivery) (verdict, error) {
	var markErr error
	err := r.sender.Send(ctx, d, func() error {
		markErr = r.box.MarkData(ctx, d.ID)
		return markErr
	})
	if errors.Is(markErr, calls.ErrNotFound) { // nothing has left
		return untried(r.judgement(d).suppressed("the subscriber was removed")), nil
	}
	if markErr != nil {
		markErr = fmt.Errorf("mark mail %d: %w", d.ID, markErr)
		back := r.judgement(d).putBack(0, answerLine(markErr.Error()))
		return verdict{}, errors.Join(markErr, r.record(context.WithoutCancel(ctx), d, back.outcome))
	}
	return r.judgement(d).of(err), nil
}

// finish keeps what became of the mail and decides whether the run goes on.
func (r *run) finish(ctx context.Context, d *calls.Delivery, v verdict) error {
	if v.outcome.State == calls.DeliveryBounced && !r.taken {
		r.bounces = append(r.bounces, attempt{d, v.outcome})
		return r.react(v)
	}
	if v.outcome.State == calls.DeliverySent && r.goesOnAtOnce() {
		r.sent = &attempt{d, v.outcome}
		return r.react(v)
	}
	if err := r.record(context.WithoutCancel(ctx), d, v.outcome); err != nil {
		return err
	}
	if v.outcome.State == calls.DeliverySent && !r.taken {
		if err := r.begin(ctx); err != nil {
			return err
		}
	}
	return r.react(v)
}

// goesOnAtOnce reports whether nothing lies between a mail that was taken and the claim of the next: no wait, and no
// other worker. Of several, those who want to write at the same time share a transaction anyway.
func (r *run) goesOnAtOnce() bool { return r.taken && r.Workers == 1 && r.RatePerMinute == 0 }

// begin is called when the server has taken the first mail. Only now do the other workers join: a server that
// is down, or does not let us in, is asked by one, and a password that is wrong is tried once.
func (r *run) begin(ctx context.Context) error {
	r.taken = true
	if err := r.settleBounces(context.WithoutCancel(ctx)); err != nil {
		return err
	}
	for range r.Workers - 1 {
		r.workers.Go(func() { r.work(ctx) })
	}
	return nil
}

package notify

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"fundwatch/calls"
)

// fewBounces is how many bounces are believed of a server that has taken nothing in the same run.
const fewBounces = 2

// An attempt is a mail and what became of it, not recorded yet.
type attempt struct {
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
		// A mail that is not there any more went with its subscriber. It counts in the tally and nowhere else.
		if err = r.box.Record(ctx, d.ID, o, now); err == nil || errors.Is(err, calls.ErrNotFound) {
			r.note(ctx, d, o, now)
			return nil
		}
	}
	return fmt.Errorf("record that mail %d is %s: %w", d.ID, o.State, err)
}

// note counts and logs an outcome.
func (r *run) note(ctx context.Context, d *calls.Delivery, o calls.Outcome, now time.Time) {
	if putBack := !o.NextAttempt.IsZero() && !o.NextAttempt.After(now); !putBack {
		r.mu.Lock()
		r.tally.count(o)
		r.mu.Unlock()
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
	connectionErrors, refusals := r.follow(v)
	switch {
	case v.stops:
		return fmt.Errorf("%w: %s%s", ErrPaused, v.outcome.Answer, hint(v.outcome.Code))
	case connectionErrors >= r.MaxConnectionErrors:
		return fmt.Errorf("%w (%d times in a row): %s", ErrUnreachable, connectionErrors, v.outcome.Answer)
	case refusals >= r.MaxRefusals:
		return fmt.Errorf("%w (%d in a row), a person must look at the last answer: %s",
			ErrRefused, refusals, v.outcome.Answer)
	case v.brokeLink:
		r.rest(defaultBackoff * time.Duration(connectionErrors))
	}
	return nil
}

// follow returns how many connection errors and refusals in a row there were with this verdict, whichever
// worker had them.
func (r *run) follow(v verdict) (connectionErrors, refusals int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.connectionErrors = row(r.connectionErrors, v.brokeLink)
	r.refusals = row(r.refusals, v.refused)
	return r.connectionErrors, r.refusals
}

// hint says what to look at when a server does not let us in.
func hint(code int) string {
	if code >= 530 && code <= 538 {
		return " (check user name and password of the mail server)"
	}
	return ""
}

// row returns the length of a row after one more event.
func row(length int, again bool) int {
	if again {
		return length + 1
	}
	return 0
}

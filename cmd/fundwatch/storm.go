package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"fundwatch/calls"
)

const (
	usualSpan   = 60 * 24 * time.Hour // what is usual is what was sent in this time
	stormSample = 200                 // readers who are looked at: the answer does not get better with more
)

// errStorm says that digests were not sent because they hold far more than usual.
var errStorm = errors.New("held until a person has looked")

// holdStorm returns an error that wraps errStorm, and notes it for `status`, if the letters that are due hold
// far more than those of the last weeks. Nothing was queued then. It looks at some of the readers only.
func (a *app) holdStorm(ctx context.Context, subscribers []int64, o digestOptions) error {
	if o.Reminders || o.Municipality != "" { // a person who names one town looks at it
		return nil
	}
	if o.Force {
		return a.db.ReleaseDigests(ctx)
	}
	usual, err := a.db.UsualLoad(ctx, a.now().Add(-usualSpan))
	if err != nil {
		return err
	}
	due, err := a.dueLoad(ctx, subscribers, o)
	if err != nil {
		return err
	}
	if !calls.IsStorm(due, usual) {
		return a.releaseHeld(ctx)
	}
	reason := fmt.Sprintf("%.0f calls for each reader, %.1f are usual; look with 'fundwatch digest --dry-run DIR', then 'fundwatch digest --force'",
		due.Mean(), usual.Mean())
	if err := a.db.HoldDigests(ctx, o.period(calls.Weekly), reason, a.now()); err != nil {
		return err
	}
	return partly(fmt.Errorf("digests of %s: %w: %s", o.period(calls.Weekly), errStorm, reason))
}

func (a *app) releaseHeld(ctx context.Context) error {
	held, err := a.db.HeldDigests(ctx)
	if err != nil || len(held) == 0 {
		return err
	}
	return a.db.ReleaseDigests(ctx)
}

// dueLoad counts what the letters that are due hold, first ones left aside, for readers spread evenly over
// all of them. A reader whose letter cannot be prepared is found again when it is composed.
func (a *app) dueLoad(ctx context.Context, ids []int64, o digestOptions) (calls.Load, error) {
	var load calls.Load
	var sample []int64
	for i := 0; i < len(ids); i += max(1, len(ids)/stormSample) {
		sample = append(sample, ids[i])
	}
	subscribers, err := a.db.SubscribersByID(ctx, sample)
	if err != nil {
		return load, err
	}
	for i := range subscribers {
		s := &subscribers[i]
		if err := ctx.Err(); err != nil {
			return load, err
		}
		if !o.wants(s) || !s.Receives(a.now()) {
			continue
		}
		period := o.period(s.Frequency)
		if done, err := a.db.DigestDone(ctx, s.ID, period); err != nil || done {
			continue
		}
		if digest, _, err := a.prepare(ctx, s, period, o); err == nil && !digest.First {
			load.Items += digest.Items()
			load.Digests++
		}
	}
	return load, nil
}

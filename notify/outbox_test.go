package notify_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"fundwatch/calls"
	"fundwatch/notify"
)

// start is when the tests' clocks begin.
var start = time.Date(2026, 11, 23, 6, 0, 0, 0, time.UTC)

// A clock goes on only when somebody waits.
type clock struct {
	mu    sync.Mutex
	now   time.Time
	waits []time.Duration
}

func newClock() *clock { return &clock{now: start} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Wait(ctx context.Context, d time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	c.waits = append(c.waits, d)
	return nil
}

func (c *clock) waited() []time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]time.Duration(nil), c.waits...)
}

// A shelf is an Outbox in memory, by the letter of the interface.
type shelf struct {
	mu    sync.Mutex
	rows  []*row
	drop  map[int64]string                    // mails that are no longer deliverable
	fault func(method string, id int64) error // nil: none
}

type row struct {
	calls.Delivery
	leased time.Time // until when
	marked bool      // under this lease
	twice  bool      // marked while uncertain
	claims int
}

// newShelf returns a shelf with one queued mail to each recipient.
func newShelf(recipients ...string) *shelf {
	s := &shelf{drop: map[int64]string{}}
	for i, to := range recipients {
		id := int64(i + 1)
		s.rows = append(s.rows, &row{Delivery: calls.Delivery{
			ID: id, Subscriber: 100 + id, Key: fmt.Sprintf("digest/%d/2026-W48", 100+id),
			Sender: fmt.Sprintf("bounce+t%d@fundwatch.example", id), Recipient: to,
			MessageID: fmt.Sprintf("digest.2026-W48.t%d@fundwatch.example", id),
			Bytes:     []byte(fmt.Sprintf("To: %s\r\nSubject: News %d\r\n\r\n.\r\nGood news.\r\n", to, id)),
			State:     calls.DeliveryQueued, NextAttempt: start, Created: start,
		}})
	}
	return s
}

func (s *shelf) Claim(ctx context.Context, done *calls.Tried, now time.Time, lease time.Duration) (*calls.Claimed, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.check(ctx, "Claim", 0); err != nil {
		return nil, err
	}
	if done != nil {
		if err := s.record(ctx, done.ID, done.Outcome, now); err != nil {
			return nil, err
		}
	}
	var found *row
	for _, r := range s.rows {
		if r.State == calls.DeliverySending && !r.leased.After(now) {
			s.expire(r)
		}
		pending := r.State == calls.DeliveryQueued || r.State == calls.DeliveryUncertain && !r.NextAttempt.IsZero()
		if !pending || r.NextAttempt.After(now) {
			continue
		}
		if found == nil || r.NextAttempt.Before(found.NextAttempt) {
			found = r
		}
	}
	if found == nil {
		return nil, nil
	}
	d := found.Delivery
	found.claims++
	found.leased = now.Add(lease)
	found.marked = false
	found.twice = d.State == calls.DeliveryUncertain
	found.State = calls.DeliverySending
	return &calls.Claimed{Delivery: d, Withheld: s.drop[d.ID], Unchecked: s.check(ctx, "look", d.ID)}, nil
}

// expire ends a lease whose holder never recorded anything.
func (s *shelf) expire(r *row) {
	switch {
	case r.marked && r.twice:
		r.State, r.NextAttempt = calls.DeliveryUncertain, time.Time{}
	case r.marked || r.twice:
		r.State = calls.DeliveryUncertain
	default:
		r.State = calls.DeliveryQueued
	}
}

func (s *shelf) MarkData(ctx context.Context, id int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.check(ctx, "MarkData", id); err != nil {
		return err
	}
	s.rows[id-1].marked = true
	return nil
}

func (s *shelf) Record(ctx context.Context, id int64, o calls.Outcome, now time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.record(ctx, id, o, now)
}

func (s *shelf) record(ctx context.Context, id int64, o calls.Outcome, now time.Time) error {
	if err := s.check(ctx, "Record", id); err != nil {
		return err
	}
	r := s.rows[id-1]
	if r.State != calls.DeliverySending {
		return fmt.Errorf("mail %d is %s, not leased", id, r.State)
	}
	if o.NextAttempt.IsZero() || o.NextAttempt.After(now) {
		r.Attempts++
	}
	r.State, r.NextAttempt, r.Code, r.Answer = o.State, o.NextAttempt, o.Code, o.Answer
	return nil
}

func (s *shelf) check(ctx context.Context, method string, id int64) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.fault != nil {
		return s.fault(method, id)
	}
	return nil
}

// row returns a copy of one mail.
func (s *shelf) row(id int64) row {
	s.mu.Lock()
	defer s.mu.Unlock()
	return *s.rows[id-1]
}

// states returns the state of every mail, in order.
func (s *shelf) states() []calls.DeliveryState {
	s.mu.Lock()
	defer s.mu.Unlock()
	var states []calls.DeliveryState
	for _, r := range s.rows {
		states = append(states, r.State)
	}
	return states
}

// makeDue lets the clock of one mail run out.
func (s *shelf) makeDue(id int64, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rows[id-1].NextAttempt = now
}

// options are those of a run on the clock, with jitter in the middle.
func options(c *clock) notify.Options {
	return notify.Options{Now: c.Now, Wait: c.Wait, Jitter: func() float64 { return 0.5 }}
}

// newSMTP returns a sender that is closed when the test ends.
func newSMTP(t testing.TB, cfg notify.SMTPConfig) *notify.SMTP {
	t.Helper()
	sender, err := notify.NewSMTP(cfg)
	if err != nil {
		t.Fatalf("NewSMTP: %v", err)
	}
	t.Cleanup(func() { _ = sender.Close() })
	return sender
}

// deliver runs Deliver to its end and fails the test on any error.
func deliver(t *testing.T, box notify.Outbox, s notify.Sender, o notify.Options) notify.Tally {
	t.Helper()
	tally, err := notify.Deliver(t.Context(), box, s, o)
	if err != nil {
		t.Fatalf("Deliver: %v", err)
	}
	return tally
}

var errBroken = errors.New("database is locked")

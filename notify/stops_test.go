package notify_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"fundwatch/notify"
)

// TestDeliverWorkersStopTogether has one of four mails on their way meet what ends a run. The other three are
// finished, and the rest is left.
func TestDeliverWorkersStopTogether(t *testing.T) {
	t.Parallel()
	const bad = "clerk@town3.example"
	tests := map[string]struct {
		says func(*smtp.Conn) error
		want error
	}{
		"421":     {func(*smtp.Conn) error { return smtpError(421, smtp.EnhancedCode{4, 7, 0}, "come back later") }, notify.ErrPaused},
		"hang up": {func(c *smtp.Conn) error { return hangUp(c.Conn()) }, notify.ErrUnreachable},
		"refusal": {func(*smtp.Conn) error { return smtpError(550, smtp.EnhancedCode{5, 7, 1}, "policy") }, notify.ErrRefused},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			four, ended := newCrowd(4), make(chan struct{})
			box := newShelf(towns(30)...)
			server := startMailServer(t, func(m *mailServer) {
				m.onRcpt = func(to string, c *smtp.Conn) error {
					if to == town(1) {
						return nil
					}
					four.join()
					if to == bad {
						return test.says(c)
					}
					<-ended
					return nil
				}
			})
			sender, o := together(t, server.cfg, 5)
			o.MaxConnectionErrors, o.MaxRefusals = 1, 1
			o.RatePerMinute = 60
			var waits atomic.Int32
			o.Wait = func(ctx context.Context, _ time.Duration) error {
				if waits.Add(1) == 5 { // the fifth worker waits for its turn, which does not come
					<-ctx.Done()
					close(ended)
				}
				return ctx.Err()
			}
			tally, err := notify.Deliver(t.Context(), box, sender, o)
			if !errors.Is(err, test.want) || tally.Sent != 4 {
				t.Errorf("Deliver = %+v, %v, want the first and three more sent, and %v", tally, err, test.want)
			}
			settled(t, box, server.taken())
			for id := range int64(25) {
				if r := box.row(id + 6); r.claims != 0 {
					t.Errorf("mail %d was claimed after the end", r.ID)
				}
			}
		})
	}
}

// TestDeliverServerDiesUnderMany cuts every connection while four mails are on their way, and lets nobody in
// again.
func TestDeliverServerDiesUnderMany(t *testing.T) {
	t.Parallel()
	four := newCrowd(4)
	var dead, healed atomic.Bool
	server := startMailServer(t, func(m *mailServer) {
		m.onConnect = func(_ int, c *smtp.Conn) error {
			if dead.Load() {
				return hangUp(c.Conn())
			}
			return nil
		}
		m.onRcpt = func(to string, c *smtp.Conn) error {
			if to == town(1) {
				return nil
			}
			if healed.Load() {
				return nil
			}
			four.join()
			dead.Store(true)
			return hangUp(c.Conn())
		}
	})
	box := newShelf(towns(30)...)
	sender, o := together(t, server.cfg, 4)
	tally, err := notify.Deliver(t.Context(), box, sender, o)
	if !errors.Is(err, notify.ErrUnreachable) || tally.Sent != 1 {
		t.Errorf("Deliver = %+v, %v, want one sent and ErrUnreachable", tally, err)
	}
	settled(t, box, server.taken())
	dead.Store(false)
	healed.Store(true)
	_ = o.Wait(t.Context(), time.Hour)
	if tally := deliver(t, box, newSMTP(t, server.cfg), o); tally.Sent != 29 {
		t.Errorf("the next run: %+v, want the other 29 sent", tally)
	}
	settled(t, box, server.taken())
}

// TestDeliverOneBadConnectionAmongMany has a server whose second connection breaks at every mail.
func TestDeliverOneBadConnectionAmongMany(t *testing.T) {
	t.Parallel()
	var second atomic.Pointer[smtp.Conn]
	server := startMailServer(t, func(m *mailServer) {
		m.onConnect = func(n int, c *smtp.Conn) error {
			if n == 2 {
				second.CompareAndSwap(nil, c)
			}
			return nil
		}
		m.onRcpt = func(_ string, c *smtp.Conn) error {
			if c == second.Load() {
				return hangUp(c.Conn())
			}
			return nil
		}
	})
	box := newShelf(towns(40)...)
	sender, o := together(t, server.cfg, 3)
	tally := deliver(t, box, sender, o)
	if tally.Sent+tally.Retry != 40 || tally.Sent < 39 {
		t.Errorf("tally = %+v, want one put off and the rest sent", tally)
	}
	settled(t, box, server.taken())
}

// TestDeliverContextEndsUnderMany ends the context while four mails are on their way: they are finished, and no
// other is begun.
func TestDeliverContextEndsUnderMany(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	four := newCrowd(4)
	server := startMailServer(t, func(m *mailServer) {
		m.onRcpt = func(to string, _ *smtp.Conn) error {
			if to != town(1) {
				four.join()
				cancel()
			}
			return nil
		}
	})
	box := newShelf(towns(30)...)
	sender, o := together(t, server.cfg, 4)
	o.Wait = func(ctx context.Context, _ time.Duration) error { // a grace longer than the mails take
		<-ctx.Done()
		return ctx.Err()
	}
	tally, err := notify.Deliver(ctx, box, sender, o)
	if !errors.Is(err, context.Canceled) || tally.Sent != 5 {
		t.Errorf("Deliver = %+v, %v, want five sent and context.Canceled", tally, err)
	}
	settled(t, box, server.taken())
}

// TestDeliverOutboxFaultUnderMany breaks the store under one of four mails: the run ends, and nothing comes twice.
func TestDeliverOutboxFaultUnderMany(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"Claim", "MarkData"} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			server := startMailServer(t, nil)
			box := newShelf(towns(30)...)
			var n atomic.Int32
			box.fault = func(m string, _ int64) error {
				if m == method && n.Add(1) == 9 {
					return errBroken
				}
				return nil
			}
			sender, o := together(t, server.cfg, 4)
			tally, err := notify.Deliver(t.Context(), box, sender, o)
			if !errors.Is(err, errBroken) || tally.Sent < 8 || tally.Sent > 12 {
				t.Errorf("Deliver = %+v, %v, want eight mails and those in hand, and %v", tally, err, errBroken)
			}
			settled(t, box, server.taken())
		})
	}
}

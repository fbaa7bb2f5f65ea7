package notify_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"fundwatch/calls"
	"fundwatch/notify"
)

// TestDeliverBrokenSteps breaks the conversation at every step in every way. What has been counted
// and what state remains must follow from where it broke.
func TestDeliverBrokenSteps(t *testing.T) {
	t.Parallel()
	acts := map[string]func(net.Conn) string{
		"hangs up": hangsUp, "stalls": stalls, "babbles": babbles,
		"talks nonsense": says("hello there, this is not SMTP\r\n"),
		"wrong code":     says("199 never heard of\r\n"),
	}
	later := start.Add(5 * time.Minute)
	steps := []struct {
		verb     string
		state    calls.DeliveryState
		attempts int
		next     time.Time
	}{
		{"greeting", calls.DeliveryQueued, 0, start},
		{"EHLO", calls.DeliveryQueued, 0, start},
		{"MAIL", calls.DeliveryQueued, 1, later},
		{"RCPT", calls.DeliveryQueued, 1, later},
		{"DATA", calls.DeliveryQueued, 1, later},
		{"dot", calls.DeliveryUncertain, 1, later},
	}
	for _, step := range steps {
		for how, act := range acts {
			t.Run(step.verb+" "+how, func(t *testing.T) {
				t.Parallel()
				held(t, scripted{verb: step.verb, act: act}.talk, how == "stalls", func(t *testing.T, cfg notify.SMTPConfig) {
					box, o := newShelf("a@lodeve.example", "b@ghent.example"), options(newClock())
					o.MaxConnectionErrors = 1
					_, err := notify.Deliver(t.Context(), box, newSMTP(t, cfg), o)
					if !errors.Is(err, notify.ErrUnreachable) {
						t.Errorf("Deliver = %v, want ErrUnreachable", err)
					}
					r := box.row(1)
					if r.State != step.state || r.Attempts != step.attempts || !r.NextAttempt.Equal(step.next) {
						t.Errorf("mail is %s, attempts %d, next %v, want %s, %d, %v (answer %q)", r.State,
							r.Attempts, r.NextAttempt, step.state, step.attempts, step.next, r.Answer)
					}
					if second := box.row(2); second.claims != 0 {
						t.Errorf("the second mail was claimed %d times, want never", second.claims)
					}
				})
			})
		}
	}
}

// TestDeliverUncertainOnceMore follows a mail whose connection breaks after the final dot: it comes at
// most once more, byte for byte.
func TestDeliverUncertainOnceMore(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		second func(c *smtp.Conn) error
		want   calls.DeliveryState
	}{
		{"then taken", func(*smtp.Conn) error { return nil }, calls.DeliverySent},
		{"then broken again", func(c *smtp.Conn) error { return hangUp(c.Conn()) }, calls.DeliveryUncertain},
		{"then put off", func(*smtp.Conn) error { return smtpError(451, smtp.EnhancedCode{4, 3, 0}, "later") },
			calls.DeliveryUncertain},
		{"then refused", func(*smtp.Conn) error { return smtpError(554, smtp.EnhancedCode{5, 7, 1}, "spam") },
			calls.DeliveryUncertain},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var copies atomic.Int32 // a session each: they run in goroutines of their own
			server := startMailServer(t, func(m *mailServer) {
				m.onData = func(_ string, c *smtp.Conn) error {
					if copies.Add(1) == 1 {
						return hangUp(c.Conn())
					}
					return test.second(c)
				}
			})
			box, clock := newShelf("a@lodeve.example"), newClock()
			sender := newSMTP(t, server.cfg)
			for range 4 {
				deliver(t, box, sender, options(clock))
				_ = clock.Wait(t.Context(), 72*time.Hour)
			}
			taken := server.taken()
			if len(taken) != 2 || !bytes.Equal(taken[0].data, taken[1].data) || taken[0].from != taken[1].from {
				t.Fatalf("server got %d copies, want two of the same bytes", len(taken))
			}
			if r := box.row(1); r.State != test.want {
				t.Errorf("mail is %s (%q), want %s", r.State, r.Answer, test.want)
			}
		})
	}
}

// TestDeliverUncertainWaitsForServer holds that what goes wrong before the bytes leave does not use up
// the one more try, and that a mailbox that is gone ends the mail.
func TestDeliverUncertainWaitsForServer(t *testing.T) {
	t.Parallel()
	var answer error
	server := startMailServer(t, func(m *mailServer) {
		m.onRcpt = func(string, *smtp.Conn) error { return answer }
	})
	box, clock := newShelf("a@lodeve.example"), newClock()
	box.rows[0].State = calls.DeliveryUncertain
	sender := newSMTP(t, server.cfg)
	answer = smtpError(451, smtp.EnhancedCode{4, 7, 1}, "later")
	deliver(t, box, sender, options(clock))
	if r := box.row(1); r.State != calls.DeliveryUncertain || r.NextAttempt.IsZero() {
		t.Fatalf("mail is %s, next %v, want unknown with another try to come", r.State, r.NextAttempt)
	}
	_ = clock.Wait(t.Context(), time.Hour)
	answer = smtpError(550, smtp.EnhancedCode{5, 1, 1}, "no such mailbox")
	deliver(t, box, sender, options(clock))
	if r := box.row(1); r.State != calls.DeliveryBounced {
		t.Errorf("mail is %s, want bounced", r.State)
	}
}

// TestDeliverAfterKill has a mail whose sender died: before the bytes left it is as if nothing had
// been, after that it is uncertain.
func TestDeliverAfterKill(t *testing.T) {
	t.Parallel()
	for _, marked := range []bool{false, true} {
		server := startMailServer(t, func(m *mailServer) {
			m.onData = func(_ string, c *smtp.Conn) error { return hangUp(c.Conn()) }
		})
		box, clock := newShelf("a@lodeve.example"), newClock()
		if _, err := box.Claim(t.Context(), nil, clock.Now(), time.Minute); err != nil {
			t.Fatalf("claim for the one who dies: %v", err)
		}
		if marked {
			_ = box.MarkData(t.Context(), 1)
		}
		sender := newSMTP(t, server.cfg)
		deliver(t, box, sender, options(clock))
		if got := len(server.taken()); got != 0 {
			t.Fatalf("sent %d times under somebody else's lease", got)
		}
		for range 4 {
			_ = clock.Wait(t.Context(), 72*time.Hour)
			deliver(t, box, sender, options(clock))
		}
		want := 2 // the copy whose answer is lost, and one more
		if marked {
			want = 1 // the dead one's may be the other
		}
		if got := len(server.taken()); got != want {
			t.Errorf("killed with bytes on their way %v: %d copies after it, want %d", marked, got, want)
		}
	}
}

// TestDeliverStopsWithTheContext ends the context while the first mail is on its way: it is finished,
// and the second is not begun.
func TestDeliverStopsWithTheContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	server := startMailServer(t, func(m *mailServer) {
		m.onRcpt = func(string, *smtp.Conn) error {
			cancel()
			return nil
		}
	})
	box, o := newShelf("a@lodeve.example", "b@ghent.example"), options(newClock())
	o.Wait = func(ctx context.Context, _ time.Duration) error { // a grace longer than the mail takes
		<-ctx.Done()
		return ctx.Err()
	}
	tally, err := notify.Deliver(ctx, box, newSMTP(t, server.cfg), o)
	if !errors.Is(err, context.Canceled) || tally.Sent != 1 {
		t.Errorf("Deliver = %+v, %v, want one sent and context.Canceled", tally, err)
	}
	if r := box.row(2); r.claims != 0 || r.State != calls.DeliveryQueued {
		t.Errorf("the second mail is %s and was claimed %d times, want queued and never", r.State, r.claims)
	}
}

// TestDeliverGraceEnds ends the context while the server keeps silent after the final dot: once the
// grace is over, the mail is cut off and recorded for what it is.
func TestDeliverGraceEnds(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cfg := scripted{verb: "dot", act: func(conn net.Conn) string {
		cancel()
		return stalls(conn)
	}}.start(t)
	cfg.AnswerTimeout = time.Hour
	box, o := newShelf("a@lodeve.example"), options(newClock()) // whose Wait returns at once
	_, err := notify.Deliver(ctx, box, newSMTP(t, cfg), o)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Deliver = %v, want context.Canceled", err)
	}
	if r := box.row(1); r.State != calls.DeliveryUncertain || r.NextAttempt.IsZero() {
		t.Errorf("mail is %s, next %v, want unknown with one more try", r.State, r.NextAttempt)
	}
}

func TestDeliverEndedContextClaimsNothing(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	box := newShelf("a@lodeve.example")
	_, err := notify.Deliver(ctx, box, newSMTP(t, startMailServer(t, nil).cfg), options(newClock()))
	if !errors.Is(err, context.Canceled) || box.row(1).claims != 0 {
		t.Errorf("Deliver = %v after %d claims, want context.Canceled after none", err, box.row(1).claims)
	}
}

// TestDeliverBrokenReset has a server that puts a mail off and then breaks at the RSET after it: the mail has its
// answer, and the next one goes over a new connection.
func TestDeliverBrokenReset(t *testing.T) {
	t.Parallel()
	for how, act := range map[string]func(net.Conn) string{
		"hangs up": hangsUp, "stalls": stalls, "babbles": babbles, "refuses": says("500 5.5.1 what?\r\n"),
		"talks nonsense": says("hello there\r\n"), "closes": says("421 4.3.2 bye\r\n"),
	} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			script := scripted{verb: "RSET", act: act, rcpt: "450 4.2.1 later\r\n"}
			held(t, script.talk, how == "stalls", func(t *testing.T, cfg notify.SMTPConfig) {
				box := newShelf("a@lodeve.example", "b@ghent.example")
				tally := deliver(t, box, newSMTP(t, cfg), options(newClock()))
				if want := (notify.Tally{Retry: 2}); tally != want {
					t.Errorf("tally = %+v, want %+v: each connection puts its first mail off", tally, want)
				}
			})
		})
	}
}

// TestSMTPBrokenGoodBye has a server that misbehaves when everything is done: that changes nothing.
func TestSMTPBrokenGoodBye(t *testing.T) {
	t.Parallel()
	for how, act := range map[string]func(net.Conn) string{
		"hangs up": hangsUp, "stalls": stalls, "babbles": babbles, "talks nonsense": says("hello there\r\n"),
	} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			held(t, scripted{verb: "QUIT", act: act}.talk, how == "stalls", func(t *testing.T, cfg notify.SMTPConfig) {
				box := newShelf("a@lodeve.example")
				sender := newSMTP(t, cfg)
				if tally := deliver(t, box, sender, options(newClock())); tally.Sent != 1 {
					t.Errorf("tally = %+v, want one sent", tally)
				}
				if err := sender.Close(); err != nil {
					t.Errorf("Close = %v, want nil", err)
				}
			})
		})
	}
}

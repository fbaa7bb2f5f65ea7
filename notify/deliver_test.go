package notify_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/google/go-cmp/cmp"

	"fundwatch/calls"
	"fundwatch/notify"
)

func TestDeliverSendsAllOverOneConnection(t *testing.T) {
	t.Parallel()
	server := startMailServer(t, nil)
	box := newShelf("a@lodeve.example", "b@ghent.example", "c@porto.example")
	tally := deliver(t, box, newSMTP(t, server.cfg), options(newClock()))
	if want := (notify.Tally{Sent: 3}); tally != want {
		t.Errorf("tally = %+v, want %+v", tally, want)
	}
	if got := server.connected(); got != 1 {
		t.Errorf("%d connections for three mails, want 1", got)
	}
	for i, mail := range server.taken() {
		r := box.row(int64(i + 1))
		if mail.from != r.Sender || mail.to != r.Recipient || !bytes.Equal(mail.data, r.Bytes) {
			t.Errorf("server got %q -> %q: %q, want %q -> %q: %q",
				mail.from, mail.to, mail.data, r.Sender, r.Recipient, r.Bytes)
		}
		if r.State != calls.DeliverySent || r.Code != 250 || r.Attempts != 1 || r.Answer == "" {
			t.Errorf("mail %d is %s with %d %q after %d attempts, want sent with 250 and an answer after 1",
				r.ID, r.State, r.Code, r.Answer, r.Attempts)
		}
	}
}

func TestDeliverNothingDue(t *testing.T) {
	t.Parallel()
	cfg := notify.SMTPConfig{Host: "127.0.0.1", TLS: notify.TLSNone,
		DialContext: func(context.Context, string, string) (net.Conn, error) {
			t.Error("dialled although nothing was due")
			return nil, errors.New("no")
		}}
	if tally := deliver(t, newShelf(), newSMTP(t, cfg), options(newClock())); tally != (notify.Tally{}) {
		t.Errorf("tally = %+v, want none", tally)
	}
}

// TestDeliverZeroOptions runs on the machine's own clock, at a rate that is soon waited for.
func TestDeliverZeroOptions(t *testing.T) {
	t.Parallel()
	box := newShelf("a@lodeve.example", "b@ghent.example")
	box.makeDue(1, time.Now().Add(-time.Minute))
	box.makeDue(2, time.Now().Add(-time.Minute))
	tally := deliver(t, box, newSMTP(t, startMailServer(t, nil).cfg), notify.Options{RatePerMinute: 60_000})
	if tally.Sent != 2 {
		t.Errorf("tally = %+v, want both sent", tally)
	}
}

// TestDeliverAnswers lets the middle one of three recipients be refused in every way there is. The
// other two must not notice.
func TestDeliverAnswers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		code   int
		status smtp.EnhancedCode
		late   bool // answered after the message, not after the recipient
		want   calls.DeliveryState
	}{
		{"greylisted", 451, smtp.EnhancedCode{4, 7, 1}, false, calls.DeliveryQueued},
		{"mailbox full for now", 452, smtp.EnhancedCode{4, 2, 2}, false, calls.DeliveryQueued},
		{"no such mailbox", 550, smtp.EnhancedCode{5, 1, 1}, false, calls.DeliveryBounced},
		{"no such domain", 550, smtp.EnhancedCode{5, 1, 2}, false, calls.DeliveryBounced},
		{"null mx", 556, smtp.EnhancedCode{5, 1, 10}, false, calls.DeliveryBounced},
		{"mailbox closed", 550, smtp.EnhancedCode{5, 2, 1}, false, calls.DeliveryBounced},
		{"no such host", 554, smtp.EnhancedCode{5, 4, 4}, false, calls.DeliveryBounced},
		{"no enhanced code", 550, smtp.NoEnhancedCode, false, calls.DeliveryBounced},
		{"not local, no enhanced code", 551, smtp.NoEnhancedCode, false, calls.DeliveryBounced},
		{"name not allowed, no enhanced code", 553, smtp.NoEnhancedCode, false, calls.DeliveryBounced},
		{"failed, no enhanced code", 554, smtp.NoEnhancedCode, false, calls.DeliveryFailed},
		{"sender's address", 550, smtp.EnhancedCode{5, 1, 8}, false, calls.DeliveryFailed},
		{"policy", 550, smtp.EnhancedCode{5, 7, 1}, false, calls.DeliveryFailed},
		{"not authenticated domain", 550, smtp.EnhancedCode{5, 7, 515}, false, calls.DeliveryFailed},
		{"mailbox full for good", 552, smtp.EnhancedCode{5, 2, 2}, false, calls.DeliveryFailed},
		{"contradicting codes", 451, smtp.EnhancedCode{5, 1, 1}, false, calls.DeliveryQueued},
		{"busy after the message", 451, smtp.EnhancedCode{4, 3, 0}, true, calls.DeliveryQueued},
		{"contents refused", 554, smtp.EnhancedCode{5, 7, 1}, true, calls.DeliveryFailed},
		{"contents refused, no enhanced code", 550, smtp.NoEnhancedCode, true, calls.DeliveryFailed},
		{"no such mailbox after the message", 550, smtp.EnhancedCode{5, 1, 1}, true, calls.DeliveryBounced},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			refuse := func(to string, _ *smtp.Conn) error {
				if to == "b@ghent.example" {
					return smtpError(test.code, test.status, "no <"+to+"> today")
				}
				return nil
			}
			server := startMailServer(t, func(m *mailServer) {
				if test.late {
					m.onData = refuse
				} else {
					m.onRcpt = refuse
				}
			})
			box := newShelf("a@lodeve.example", "b@ghent.example", "c@porto.example")
			deliver(t, box, newSMTP(t, server.cfg), options(newClock()))
			want := []calls.DeliveryState{calls.DeliverySent, test.want, calls.DeliverySent}
			if diff := cmp.Diff(want, box.states()); diff != "" {
				t.Errorf("states (-want +got):\n%s", diff)
			}
			r := box.row(2)
			if r.Code != test.code || strings.Contains(r.Answer, "@") || !strings.Contains(r.Answer, "today") {
				t.Errorf("stored %d %q, want %d and the answer without the address", r.Code, r.Answer, test.code)
			}
			if waits := r.NextAttempt.Equal(start.Add(5 * time.Minute)); waits != (test.want == calls.DeliveryQueued) {
				t.Errorf("next attempt at %v in state %s", r.NextAttempt, r.State)
			}
			if got := server.connected(); got != 1 {
				t.Errorf("%d connections, want 1: a refusal is no reason to dial again", got)
			}
		})
	}
}

func TestDeliverGivesUpAfterTheLastWait(t *testing.T) {
	t.Parallel()
	server := startMailServer(t, func(m *mailServer) {
		m.onRcpt = func(string, *smtp.Conn) error { return smtpError(451, smtp.EnhancedCode{4, 7, 1}, "later") }
	})
	box, time := newShelf("a@lodeve.example"), newClock()
	sender := newSMTP(t, server.cfg)
	runs := 0
	for ; box.row(1).State == calls.DeliveryQueued; runs++ {
		_ = time.Wait(t.Context(), max(0, box.row(1).NextAttempt.Sub(time.Now())))
		deliver(t, box, sender, options(time))
	}
	if r := box.row(1); r.State != calls.DeliveryFailed || runs != 9 {
		t.Errorf("mail is %s after %d runs, want failed after 9", r.State, runs)
	}
}

// TestDeliverServerDown holds that a server that is down costs no mail an attempt, and that the next run
// sends everything.
func TestDeliverServerDown(t *testing.T) {
	t.Parallel()
	server := startMailServer(t, nil)
	down := true
	cfg, dials := server.cfg, 0
	cfg.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		if dials++; down {
			return nil, errors.New("connection refused")
		}
		return new(net.Dialer).DialContext(ctx, network, address)
	}
	box, clock := newShelf("a@lodeve.example", "b@ghent.example"), newClock()
	sender := newSMTP(t, cfg)
	tally, err := notify.Deliver(t.Context(), box, sender, options(clock))
	if !errors.Is(err, notify.ErrUnreachable) || tally != (notify.Tally{}) || dials != 3 {
		t.Errorf("Deliver = %+v, %v after %d dials, want nothing and ErrUnreachable after 3", tally, err, dials)
	}
	if want := []time.Duration{2 * time.Second, 4 * time.Second}; !slices.Equal(clock.waited(), want) {
		t.Errorf("waited %v between the dials, want %v", clock.waited(), want)
	}
	for id := range int64(2) {
		if r := box.row(id + 1); r.State != calls.DeliveryQueued || r.Attempts != 0 {
			t.Errorf("mail %d is %s with %d attempts, want queued with 0", r.ID, r.State, r.Attempts)
		}
	}
	down = false
	if tally := deliver(t, box, sender, options(clock)); tally.Sent != 2 {
		t.Errorf("the next run: %+v, want both sent", tally)
	}
}

// TestDeliverOneHangUpAmongMany holds that a server that drops the connection on one mail does not cost
// the others anything.
func TestDeliverOneHangUpAmongMany(t *testing.T) {
	t.Parallel()
	server := startMailServer(t, func(m *mailServer) {
		m.onRcpt = func(to string, c *smtp.Conn) error {
			if to == "b@ghent.example" {
				return hangUp(c.Conn())
			}
			return nil
		}
	})
	box := newShelf("a@lodeve.example", "b@ghent.example", "c@porto.example")
	tally := deliver(t, box, newSMTP(t, server.cfg), options(newClock()))
	// The third: it might have been what was said ahead that made it hang up.
	if want := (notify.Tally{Sent: 2, Retry: 1}); tally != want || server.connected() != 3 {
		t.Errorf("tally = %+v over %d connections, want %+v over 3", tally, server.connected(), want)
	}
}

func TestDeliverPauses(t *testing.T) {
	t.Parallel()
	closing := says("421 4.7.0 too much mail from you, come back later\r\n")
	tests := []struct {
		name     string
		server   scripted
		attempts int
	}{
		{"421 as greeting", scripted{verb: "greeting", act: closing}, 0},
		{"421 to EHLO", scripted{verb: "EHLO", act: closing}, 0},
		{"421 to the sender", scripted{verb: "MAIL", act: closing}, 1},
		{"421 to the recipient", scripted{verb: "RCPT", act: closing}, 1},
		{"421 to DATA", scripted{verb: "DATA", act: closing}, 1},
		{"421 after the message", scripted{verb: "dot", act: closing}, 1},
		{"no service here", scripted{verb: "greeting", act: says("554 5.3.2 no service\r\n")}, 0},
		{"log-in wanted", scripted{verb: "MAIL", act: says("530 5.7.0 log in first\r\n")}, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			box := newShelf("a@lodeve.example", "b@ghent.example")
			_, err := notify.Deliver(t.Context(), box, newSMTP(t, test.server.start(t)), options(newClock()))
			if !errors.Is(err, notify.ErrPaused) {
				t.Errorf("Deliver = %v, want ErrPaused", err)
			}
			if r := box.row(1); r.State != calls.DeliveryQueued || r.Attempts != test.attempts || r.Code < 400 {
				t.Errorf("mail is %s after %d attempts with code %d, want queued after %d",
					r.State, r.Attempts, r.Code, test.attempts)
			}
			if r := box.row(2); r.claims != 0 {
				t.Errorf("the second mail was claimed %d times, want never", r.claims)
			}
		})
	}
}

func TestDeliverStopsWhenEveryMailIsRefused(t *testing.T) {
	t.Parallel()
	server := startMailServer(t, func(m *mailServer) {
		m.onMail = func(string) error { return smtpError(550, smtp.EnhancedCode{5, 7, 1}, "you are on a list") }
	})
	box, o := newShelf("a@lodeve.example", "b@ghent.example", "c@porto.example"), options(newClock())
	o.MaxRefusals = 2
	tally, err := notify.Deliver(t.Context(), box, newSMTP(t, server.cfg), o)
	if !errors.Is(err, notify.ErrRefused) || tally.Failed != 2 || box.row(3).claims != 0 {
		t.Errorf("Deliver = %+v, %v, want two failed, ErrRefused and the third untouched", tally, err)
	}
}

func TestDeliverSuppressed(t *testing.T) {
	t.Parallel()
	server := startMailServer(t, nil)
	box := newShelf("a@lodeve.example", "b@ghent.example")
	box.drop[1] = "unsubscribed by a@lodeve.example"
	tally := deliver(t, box, newSMTP(t, server.cfg), options(newClock()))
	if want := (notify.Tally{Sent: 1, Suppressed: 1}); tally != want {
		t.Errorf("tally = %+v, want %+v", tally, want)
	}
	if r := box.row(1); r.State != calls.DeliverySuppressed || r.Answer != "unsubscribed by <address>" {
		t.Errorf("mail is %s: %q, want suppressed with its reason", r.State, r.Answer)
	}
	if got := server.taken(); len(got) != 1 || got[0].to != "b@ghent.example" {
		t.Errorf("server got %v, want only the other mail", got)
	}
}

// TestDeliverOutboxFaults breaks the store at each of its methods.
func TestDeliverOutboxFaults(t *testing.T) {
	t.Parallel()
	tests := []struct {
		method string
		times  int // how often it fails
		want   []calls.DeliveryState
		sent   int
		says   string
	}{
		{"Claim", 1, []calls.DeliveryState{"queued", "queued"}, 0, "claim a mail: database is locked"},
		{"look", 1, []calls.DeliveryState{"queued", "sent"}, 1, "check mail 1 of subscriber 101: database is locked"},
		{"MarkData", 1, []calls.DeliveryState{"queued", "queued"}, 0, "mark mail 1: database is locked"},
		{"Record", 2, []calls.DeliveryState{"sent", "sent"}, 2, ""},
		{"Record", 99, []calls.DeliveryState{"sending", "queued"}, 1, "record that mail 1 is sent: database is locked"},
	}
	for _, test := range tests {
		t.Run(test.method, func(t *testing.T) {
			t.Parallel()
			server := startMailServer(t, nil)
			box, faults := newShelf("a@lodeve.example", "b@ghent.example"), 0
			box.fault = func(method string, _ int64) error {
				if method != test.method || faults == test.times {
					return nil
				}
				faults++
				return errBroken
			}
			_, err := notify.Deliver(t.Context(), box, newSMTP(t, server.cfg), options(newClock()))
			if test.says == "" && err != nil || test.says != "" && !errors.Is(err, errBroken) {
				t.Fatalf("Deliver = %v, want an error that says %q", err, test.says)
			}
			if test.says != "" && !strings.Contains(err.Error(), test.says) {
				t.Errorf("Deliver = %v, want an error that says %q", err, test.says)
			}
			if diff := cmp.Diff(test.want, box.states()); diff != "" {
				t.Errorf("states (-want +got):\n%s", diff)
			}
			if got := len(server.taken()); got != test.sent {
				t.Errorf("server got %d mails, want %d", got, test.sent)
			}
		})
	}
}

// What became of a mail goes with the claim of the next one. If the store refuses the two together, it gets one
// after the other, and no mail is sent twice or forgotten.
func TestDeliverRecordsWithTheNextClaim(t *testing.T) {
	t.Parallel()
	sent, sending, queued := calls.DeliverySent, calls.DeliverySending, calls.DeliveryQueued
	for name, test := range map[string]struct {
		method string
		call   int // the first of this method that fails
		times  int
		err    error
		want   []calls.DeliveryState
		says   string
	}{
		"claim fails once":     {"Claim", 3, 1, errBroken, []calls.DeliveryState{sent, sent, sent}, ""},
		"claim fails":          {"Claim", 3, 99, errBroken, []calls.DeliveryState{sent, sent, queued}, "claim a mail: database is locked"},
		"record fails once":    {"Record", 2, 1, errBroken, []calls.DeliveryState{sent, sent, sent}, ""},
		"record fails":         {"Record", 2, 99, errBroken, []calls.DeliveryState{sent, sending, queued}, "record that mail 2 is sent: database is locked"},
		"last claim fails":     {"Claim", 4, 1, errBroken, []calls.DeliveryState{sent, sent, sent}, ""},
		"mail gone after it":   {"Record", 2, 99, calls.ErrNotFound, []calls.DeliveryState{sent, sending, sending}, ""},
		"mail gone before it":  {"MarkData", 2, 1, calls.ErrNotFound, []calls.DeliveryState{sent, calls.DeliverySuppressed, sent}, ""},
		"mark fails":           {"MarkData", 2, 1, errBroken, []calls.DeliveryState{sent, queued, queued}, "mark mail 2: database is locked"},
		"nothing of all fails": {"", 1, 1, nil, []calls.DeliveryState{sent, sent, sent}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := startMailServer(t, nil)
			box, asked := newShelf("a@lodeve.example", "b@ghent.example", "c@porto.example"), 0
			box.fault = func(method string, _ int64) error {
				if method != test.method {
					return nil
				}
				if asked++; asked < test.call || asked >= test.call+test.times {
					return nil
				}
				return test.err
			}
			tally, err := notify.Deliver(t.Context(), box, newSMTP(t, server.cfg), options(newClock()))
			if got := fmt.Sprint(err); test.says == "" && err != nil || !strings.Contains(got, test.says) {
				t.Errorf("Deliver = %v, want an error that says %q", err, test.says)
			}
			if diff := cmp.Diff(test.want, box.states()); diff != "" {
				t.Errorf("states (-want +got):\n%s", diff)
			}
			to := map[string]int{}
			for _, m := range server.taken() {
				if to[m.to]++; to[m.to] > 1 {
					t.Errorf("%s got %d copies", m.to, to[m.to])
				}
			}
			t.Logf("%+v, server took %d", tally, len(to))
		})
	}
}

func TestDeliverKeepsTheRate(t *testing.T) {
	t.Parallel()
	clock := newClock()
	var times []time.Duration
	server := startMailServer(t, func(m *mailServer) {
		m.onData = func(string, *smtp.Conn) error {
			times = append(times, clock.Now().Sub(start))
			return nil
		}
	})
	box, o := newShelf("a@lodeve.example", "b@ghent.example", "c@porto.example", "d@pecs.example"), options(clock)
	box.drop[2] = "gone" // costs no time
	o.RatePerMinute = 30
	deliver(t, box, newSMTP(t, server.cfg), o)
	if want := []time.Duration{0, 2 * time.Second, 4 * time.Second}; !slices.Equal(times, want) {
		t.Errorf("sent at %v, want %v", times, want)
	}
}

// TestDeliverLogsNoAddress sends to somebody whose server repeats the address at every turn.
func TestDeliverLogsNoAddress(t *testing.T) {
	t.Parallel()
	server := startMailServer(t, func(m *mailServer) {
		m.onRcpt = func(to string, _ *smtp.Conn) error {
			return smtpError(550, smtp.EnhancedCode{5, 1, 1}, "<"+to+">: Recipient address rejected")
		}
	})
	var out bytes.Buffer
	o := options(newClock())
	o.Log = slog.New(slog.NewTextHandler(&out, nil))
	deliver(t, newShelf("clerk@lodeve.example"), newSMTP(t, server.cfg), o)
	if text := out.String(); strings.Contains(text, "@") || !strings.Contains(text, "subscriber=101") {
		t.Errorf("log = %q, want the subscriber's number and no address", text)
	}
}

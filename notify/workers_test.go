package notify_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"fundwatch/calls"
	"fundwatch/notify"
)

// town returns the address of the nth of many readers.
func town(n int) string { return fmt.Sprintf("clerk@town%d.example", n) }

func towns(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = town(i + 1)
	}
	return all
}

// together are options and a sender of so many workers.
func together(t testing.TB, cfg notify.SMTPConfig, workers int) (*notify.SMTP, notify.Options) {
	t.Helper()
	cfg.Connections = workers
	o := options(newClock())
	o.Workers = workers
	return newSMTP(t, cfg), o
}

// settled fails the test unless each mail the server took is sent, once and byte for byte, and no mail is in
// anybody's hand.
func settled(t *testing.T, box *shelf, taken []received) {
	t.Helper()
	copies := map[string]int{}
	for _, m := range taken {
		copies[m.to]++
	}
	for i := range box.states() {
		r := box.row(int64(i + 1))
		if sent := r.State == calls.DeliverySent; sent != (copies[r.Recipient] == 1) || copies[r.Recipient] > 1 {
			t.Errorf("mail %d is %s, and the server has %d copies", r.ID, r.State, copies[r.Recipient])
		}
		if r.State == calls.DeliverySending {
			t.Errorf("mail %d was left in hand", r.ID)
		}
		for _, m := range taken {
			if m.to == r.Recipient && !bytes.Equal(m.data, r.Bytes) {
				t.Errorf("mail %d came as %q, want %q", r.ID, m.data, r.Bytes)
			}
		}
	}
}

// A crowd lets everybody through when so many are there, and nobody before.
type crowd struct {
	size  int32
	there atomic.Int32
	full  chan struct{}
}

func newCrowd(size int32) *crowd { return &crowd{size: size, full: make(chan struct{})} }

func (c *crowd) join() {
	if c.there.Add(1) == c.size {
		close(c.full)
	}
	<-c.full
}

// TestDeliverSideBySide has a server that takes no mail after the first before four are on their way.
func TestDeliverSideBySide(t *testing.T) {
	t.Parallel()
	four := newCrowd(4)
	server := startMailServer(t, func(m *mailServer) {
		m.onRcpt = func(to string, _ *smtp.Conn) error {
			if to != town(1) {
				four.join()
			}
			return nil
		}
	})
	box := newShelf(towns(41)...)
	sender, o := together(t, server.cfg, 4)
	if tally := deliver(t, box, sender, o); tally.Sent != 41 || server.connected() != 4 {
		t.Errorf("tally = %+v over %d connections, want 41 sent over 4", tally, server.connected())
	}
	settled(t, box, server.taken())
}

// TestDeliverBeginsAlone holds that a server that takes nothing sees one connection, however many there may be.
func TestDeliverBeginsAlone(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]error{"wrong password": notify.ErrPaused, "refuses all": notify.ErrRefused} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := startMailServer(t, func(m *mailServer) {
				if name == "wrong password" {
					m.user, m.server.AllowInsecureAuth = "town", true
				}
				m.onRcpt = func(string, *smtp.Conn) error { return smtpError(550, smtp.EnhancedCode{5, 7, 1}, "no") }
			})
			box := newShelf(towns(20)...)
			server.cfg.Username, server.cfg.Password = "town", "guess"
			if name != "wrong password" {
				server.cfg.Username, server.cfg.Password = "", ""
			}
			sender, o := together(t, server.cfg, 8)
			if _, err := notify.Deliver(t.Context(), box, sender, o); !errors.Is(err, want) {
				t.Errorf("Deliver = %v, want %v", err, want)
			}
			if server.connected() != 1 {
				t.Errorf("%d connections, want 1", server.connected())
			}
		})
	}
}

// TestDeliverWorkersKeepOneRate holds that so many mails cannot have begun before so many gaps have passed.
func TestDeliverWorkersKeepOneRate(t *testing.T) {
	t.Parallel()
	const gap = 2 * time.Second
	clock := newClock()
	var mu sync.Mutex
	arrived := 0
	server := startMailServer(t, func(m *mailServer) {
		m.onData = func(string, *smtp.Conn) error {
			mu.Lock()
			defer mu.Unlock()
			if passed := clock.Now().Sub(start); passed < time.Duration(arrived)*gap {
				t.Errorf("mail %d after %v", arrived+1, passed)
			}
			arrived++
			return nil
		}
	})
	sender, o := together(t, server.cfg, 4)
	o.Now, o.Wait, o.RatePerMinute = clock.Now, clock.Wait, 30
	box := newShelf(towns(20)...)
	box.drop[7] = "gone" // costs no time
	if tally := deliver(t, box, sender, o); tally.Sent != 19 {
		t.Errorf("tally = %+v, want 19 sent", tally)
	}
	var sum time.Duration
	for _, w := range clock.waited() {
		sum += w
	}
	if most := 19 * gap; sum > most || sum < 18*gap {
		t.Errorf("waited %v in all for 19 mails, want 18 or 19 gaps of %v", sum, gap)
	}
}

// TestDeliverClockSetBack holds that a clock that is set back by a day does not make the next mail wait that long.
func TestDeliverClockSetBack(t *testing.T) {
	t.Parallel()
	clock := newClock()
	server := startMailServer(t, func(m *mailServer) {
		m.onData = func(string, *smtp.Conn) error {
			clock.mu.Lock()
			defer clock.mu.Unlock()
			clock.now = clock.now.Add(-24 * time.Hour)
			return nil
		}
	})
	box, o := newShelf("a@lodeve.example", "b@ghent.example"), options(clock)
	box.makeDue(2, start.Add(-48*time.Hour))
	box.makeDue(1, start.Add(-48*time.Hour))
	o.RatePerMinute = 30
	if tally := deliver(t, box, newSMTP(t, server.cfg), o); tally.Sent != 2 {
		t.Errorf("tally = %+v, want both sent", tally)
	}
	if waits := clock.waited(); len(waits) == 0 || slices.Max(waits) > 2*time.Second {
		t.Errorf("waited %v, want no more than the gap of two seconds", waits)
	}
}

// TestDeliverServerWantsFewerConnections has a server that lets in only so many at a time and turns away the rest
// in every way there is.
func TestDeliverServerWantsFewerConnections(t *testing.T) {
	t.Parallel()
	for name, turnAway := range map[string]func(*smtp.Conn) error{
		"421":      func(*smtp.Conn) error { return smtpError(421, smtp.EnhancedCode{4, 7, 0}, "too many connections") },
		"554":      func(*smtp.Conn) error { return smtpError(554, smtp.EnhancedCode{5, 7, 1}, "too many connections") },
		"silently": func(c *smtp.Conn) error { return hangUp(c.Conn()) },
	} {
		for _, most := range []int{1, 2} {
			t.Run(fmt.Sprint(name, " ", most), func(t *testing.T) {
				t.Parallel()
				server := startMailServer(t, func(m *mailServer) {
					m.onConnect = func(n int, c *smtp.Conn) error {
						if n > most {
							return turnAway(c)
						}
						return nil
					}
				})
				box := newShelf(towns(60)...)
				sender, o := together(t, server.cfg, 4)
				if tally := deliver(t, box, sender, o); tally != (notify.Tally{Sent: 60}) {
					t.Errorf("tally = %+v, want all sent", tally)
				}
				settled(t, box, server.taken())
				if most := most + 2*(4-most); server.connected() > most { // each refused one greets twice
					t.Errorf("%d greetings, want at most %d: a refusal is remembered", server.connected(), most)
				}
			})
		}
	}
}

// TestDeliverTwoRunsShareAnOutbox lets two runs, as of two processes, at the same mails.
func TestDeliverTwoRunsShareAnOutbox(t *testing.T) {
	t.Parallel()
	server := startMailServer(t, nil)
	box := newShelf(towns(60)...)
	var group sync.WaitGroup
	var sent atomic.Int32
	for range 2 {
		sender, o := together(t, server.cfg, 3)
		group.Go(func() {
			tally, err := notify.Deliver(context.Background(), box, sender, o)
			if err != nil {
				t.Errorf("Deliver: %v", err)
			}
			sent.Add(int32(tally.Sent))
		})
	}
	group.Wait()
	if sent.Load() != 60 || len(server.taken()) != 60 {
		t.Errorf("%d sent, and the server has %d, want 60", sent.Load(), len(server.taken()))
	}
	settled(t, box, server.taken())
}

// TestDeliverOneWrongAddressOfTenThousand holds that nobody else notices.
func TestDeliverOneWrongAddressOfTenThousand(t *testing.T) {
	t.Parallel()
	const readers, wrong = 10_000, 4_321
	server := startMailServer(t, func(m *mailServer) {
		m.keepNothing = true
		m.onRcpt = func(to string, _ *smtp.Conn) error {
			if to == town(wrong) {
				return smtpError(550, smtp.EnhancedCode{5, 1, 1}, "no such mailbox")
			}
			return nil
		}
	})
	box := newShelf(towns(readers)...)
	sender, o := together(t, server.cfg, 4)
	if tally := deliver(t, box, sender, o); tally != (notify.Tally{Sent: readers - 1, Bounced: 1}) {
		t.Errorf("tally = %+v, want %d sent and one bounced", tally, readers-1)
	}
	if r := box.row(wrong); r.State != calls.DeliveryBounced {
		t.Errorf("the wrong address is %s, want bounced", r.State)
	}
}

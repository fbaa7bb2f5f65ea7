package notify_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"pgregory.net/rapid"

	"fundwatch/calls"
	"fundwatch/notify"
)

// letter returns a mail with this message.
func letter(message string) *calls.Delivery {
	return &calls.Delivery{ID: 1, Sender: "bounce+t1@fundwatch.example", Recipient: "a@lodeve.example",
		Key: "digest/101/2026-W48", MessageID: "digest.2026-W48.t1@fundwatch.example", Bytes: []byte(message)}
}

func ready() error { return nil }

// TestSMTPByteForByte compares what the server has, after it has taken the doubled dots out, with what
// was frozen.
func TestSMTPByteForByte(t *testing.T) {
	t.Parallel()
	server := startMailServer(t, nil)
	sender := newSMTP(t, server.cfg)
	send := func(t interface{ Fatalf(string, ...any) }, message []byte) {
		before := len(server.taken())
		if err := sender.Send(context.Background(), letter(string(message)), ready); err != nil {
			t.Fatalf("Send(%q): %v", message, err)
		}
		if got := server.taken()[before].data; !bytes.Equal(got, message) {
			t.Fatalf("server got %q, want %q", got, message)
		}
	}
	for _, message := range []string{
		"Subject: dots\r\n\r\n.\r\n..\r\n...\r\n.x\r\nx.\r\n",
		".\r\n", "\r\n", "\r\n.\r\n\r\n", "no header\r\n",
		"Subject: 8 bit\r\n\r\nΔήμος Lodève\r\n",
		"Subject: long\r\n\r\n" + strings.Repeat("x", 998) + "\r\n",
		"Subject: large\r\n\r\n" + strings.Repeat(".line of text\r\n", 40_000),
		"Subject: commands\r\n\r\nQUIT\r\nRSET\r\n",
	} {
		send(t, []byte(message))
	}
	rapid.Check(t, func(rt *rapid.T) {
		line := rapid.StringOf(rapid.RuneFrom([]rune{'.', '.', 'a', ' ', '\t', 0, 'é', '='}))
		lines := rapid.SliceOfN(line, 1, 20).Draw(rt, "lines")
		send(rt, []byte("Subject: any\r\n\r\n"+strings.Join(lines, "\r\n")+"\r\n"))
	})
	if got := server.connected(); got > 3 {
		t.Errorf("%d connections, want one for a hundred mails", got)
	}
}

func TestSMTPRefusesWhatCannotBeCarried(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		server string // further lines of the EHLO answer
		change func(d *calls.Delivery)
		says   string
	}{
		{"lone line feed", "", func(d *calls.Delivery) { d.Bytes = []byte("a\nb\r\n") }, "half a line end at byte 1"},
		{"lone carriage return", "", func(d *calls.Delivery) { d.Bytes = []byte("a\rb\r\n") }, "half a line end at byte 1"},
		{"smuggled end", "", func(d *calls.Delivery) { d.Bytes = []byte("a\r\n.\rb\r\n") }, "half a line end at byte 4"},
		{"line feed first", "", func(d *calls.Delivery) { d.Bytes = []byte("\na\r\n") }, "half a line end at byte 0"},
		{"no last line end", "", func(d *calls.Delivery) { d.Bytes = []byte("a\r\nb") }, "does not end in a line end"},
		{"empty", "", func(d *calls.Delivery) { d.Bytes = nil }, "does not end in a line end"},
		{"no recipient", "", func(d *calls.Delivery) { d.Recipient = "" }, "no recipient"},
		{"command in recipient", "", func(d *calls.Delivery) { d.Recipient = "a@b.example>\r\nDATA" }, "cannot be put in an envelope"},
		{"parameter in recipient", "", func(d *calls.Delivery) { d.Recipient = "a@b.example> NOTIFY=NEVER" }, "cannot be put in an envelope"},
		{"bracket in sender", "", func(d *calls.Delivery) { d.Sender = "<a@b.example" }, "cannot be put in an envelope"},
		{"endless sender", "", func(d *calls.Delivery) { d.Sender = strings.Repeat("a", 300) }, "cannot be put in an envelope"},
		{"larger than the server takes", "250-SIZE 20\r\n", func(*calls.Delivery) {}, "the server takes 20"},
		{"address beyond ASCII", "", func(d *calls.Delivery) { d.Recipient = "χρήστης@παράδειγμα.example" }, "SMTPUTF8"},
		{"header beyond ASCII", "", func(d *calls.Delivery) { d.Bytes = []byte("Subject: Δήμος\r\n\r\n") }, "SMTPUTF8"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			sender := newSMTP(t, scripted{ehlo: test.server}.start(t))
			d := letter("Subject: News\r\n\r\nGood news.\r\n")
			test.change(d)
			err := sender.Send(t.Context(), d, func() error {
				t.Error("the message was about to leave")
				return nil
			})
			var failed *notify.SendError
			if !errors.As(err, &failed) || failed.Step != notify.StepCheck || !strings.Contains(err.Error(), test.says) {
				t.Errorf("Send = %v, want a %q error that says %q", err, notify.StepCheck, test.says)
			}
			if err := sender.Send(t.Context(), letter("Hello\r\n"), ready); err != nil && test.server == "" {
				t.Errorf("the mail after it: %v", err)
			}
		})
	}
}

func TestSMTPNeeds8BitMIME(t *testing.T) {
	t.Parallel()
	cfg := scripted{verb: "EHLO", act: says("250 mx.example.org\r\n")}.start(t)
	err := newSMTP(t, cfg).Send(t.Context(), letter("Subject: a\r\n\r\nLodève\r\n"), ready)
	if err == nil || !strings.Contains(err.Error(), "8BITMIME") {
		t.Errorf("Send = %v, want an error about 8BITMIME", err)
	}
}

// TestSMTPUTF8OnlyWhenNeeded holds that a plain mail does not demand an extension that the next server
// may lack.
func TestSMTPUTF8OnlyWhenNeeded(t *testing.T) {
	t.Parallel()
	server := startMailServer(t, func(m *mailServer) { m.server.EnableSMTPUTF8 = true })
	sender := newSMTP(t, server.cfg)
	for _, to := range []string{"a@lodeve.example", "χρήστης@παράδειγμα.example"} {
		d := letter("Hello\r\n")
		d.Recipient = to
		if err := sender.Send(t.Context(), d, ready); err != nil {
			t.Fatalf("Send to %q: %v", to, err)
		}
	}
	if taken := server.taken(); taken[0].utf8 || !taken[1].utf8 {
		t.Errorf("SMTPUTF8 asked for: %v, %v, want false, true", taken[0].utf8, taken[1].utf8)
	}
}

// TestSMTPMessageCutShort has the server vanish in the middle of a message too large for the buffers
// between: the final dot cannot have left, so nothing is uncertain.
func TestSMTPMessageCutShort(t *testing.T) {
	t.Parallel()
	cfg := scripted{verb: "message", act: hangsUp}.start(t)
	message := strings.Repeat("a line of a very large message\r\n", 300_000)
	err := newSMTP(t, cfg).Send(t.Context(), letter(message), ready)
	var failed *notify.SendError
	if !errors.As(err, &failed) || failed.Step != notify.StepBody {
		t.Errorf("Send = %v, want an error at step %q", err, notify.StepBody)
	}
}

// TestSMTPMessageNotRead has a server that stops reading in the middle of a large message.
func TestSMTPMessageNotRead(t *testing.T) {
	t.Parallel()
	busy := func(conn net.Conn) string {
		_, _ = io.CopyN(io.Discard, conn, 1000)
		time.Sleep(24 * time.Hour)
		return ""
	}
	held(t, scripted{verb: "message", act: busy}.talk, true, func(t *testing.T, cfg notify.SMTPConfig) {
		message := strings.Repeat("a line of a very large message\r\n", 300_000)
		err := newSMTP(t, cfg).Send(t.Context(), letter(message), ready)
		var failed *notify.SendError
		if !errors.As(err, &failed) || failed.Step != notify.StepBody {
			t.Errorf("Send = %v, want an error at step %q", err, notify.StepBody)
		}
	})
}

func TestSMTPBeforeDataStopsTheMail(t *testing.T) {
	t.Parallel()
	server := startMailServer(t, nil)
	sender := newSMTP(t, server.cfg)
	if err := sender.Send(t.Context(), letter("Hello\r\n"), func() error { return errBroken }); !errors.Is(err, errBroken) {
		t.Errorf("Send = %v, want %v", err, errBroken)
	}
	if err := sender.Send(t.Context(), letter("Second\r\n"), ready); err != nil {
		t.Errorf("the mail after it: %v", err)
	}
	if taken := server.taken(); len(taken) != 1 || string(taken[0].data) != "Second\r\n" {
		t.Errorf("server got %d mails, want only the second", len(taken))
	}
}

func TestSMTPRenewsConnection(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(*notify.SMTPConfig)
		want   int
	}{
		{"kept", func(*notify.SMTPConfig) {}, 1},
		{"after two mails", func(c *notify.SMTPConfig) { c.MaxPerConnection = 2 }, 3},
		{"when idle", func(c *notify.SMTPConfig) { c.IdleTimeout = time.Nanosecond }, 5},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := startMailServer(t, nil)
			test.change(&server.cfg)
			sender := newSMTP(t, server.cfg)
			for range 5 {
				if err := sender.Send(t.Context(), letter("Hello\r\n"), ready); err != nil {
					t.Fatalf("Send: %v", err)
				}
			}
			if got := server.connected(); got != test.want {
				t.Errorf("%d connections for five mails, want %d", got, test.want)
			}
		})
	}
}

// TestSMTPServerHadEnough has a server that ends the conversation when a second mail begins on it, with
// 421 or without a word. That is no reason to pause, and costs no mail anything.
func TestSMTPServerHadEnough(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*smtp.Conn) error{
		"with 421": func(*smtp.Conn) error { return smtpError(421, smtp.EnhancedCode{4, 7, 0}, "enough") },
		"silently": func(c *smtp.Conn) error { return hangUp(c.Conn()) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var used atomic.Pointer[smtp.Conn] // the connection that has carried a mail
			server := startMailServer(t, func(m *mailServer) {
				m.onRcpt = func(_ string, c *smtp.Conn) error {
					used.Store(c)
					return nil
				}
				m.onMail = func(string) error {
					if last := used.Swap(nil); last != nil {
						return end(last)
					}
					return nil
				}
			})
			sender := newSMTP(t, server.cfg)
			for i := range 3 {
				if err := sender.Send(t.Context(), letter("Hello\r\n"), ready); err != nil {
					t.Fatalf("mail %d: %v", i+1, err)
				}
			}
			if mails, conns := len(server.taken()), server.connected(); mails != 3 || conns != 3 {
				t.Errorf("server got %d mails over %d connections, want 3 over 3", mails, conns)
			}
		})
	}
}

func TestSMTPCloseAndSendAgain(t *testing.T) {
	t.Parallel()
	server := startMailServer(t, nil)
	sender := newSMTP(t, server.cfg)
	for range 2 {
		if err := sender.Send(t.Context(), letter("Hello\r\n"), ready); err != nil {
			t.Fatalf("Send: %v", err)
		}
		if err := sender.Close(); err != nil {
			t.Fatalf("Close: %v", err)
		}
	}
	if got := server.connected(); got != 2 {
		t.Errorf("%d connections, want one before and one after Close", got)
	}
}

// TestSMTPContextEndsStall lets the context end at every step of a server that says nothing, with hours
// of patience.
func TestSMTPContextEndsStall(t *testing.T) {
	t.Parallel()
	for _, verb := range []string{"greeting", "EHLO", "MAIL", "RCPT", "DATA", "dot"} {
		t.Run(verb, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			cfg := scripted{verb: verb, act: func(conn net.Conn) string {
				cancel()
				return stalls(conn)
			}}.start(t)
			cfg.Timeout, cfg.AnswerTimeout = time.Hour, time.Hour
			err := newSMTP(t, cfg).Send(ctx, letter("Hello\r\n"), ready)
			var failed *notify.SendError
			if !errors.As(err, &failed) || (failed.Step == notify.StepAnswer) != (verb == "dot") {
				t.Errorf("Send = %v, want an error of the step that stalled", err)
			}
		})
	}
}

func (quiet) Printf(string, ...any) {}

func (quiet) Println(...any) {}

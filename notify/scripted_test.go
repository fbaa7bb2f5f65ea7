package notify_test

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"fundwatch/notify"
)

// hangUp closes the connection as a crashed server does, with a reset.
func hangUp(conn net.Conn) error {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
	return errors.New("hung up")
}

// A scripted is a server that speaks just enough SMTP to misbehave at one step. Verb is the step:
// "greeting", "EHLO", "MAIL", ..., "message" right after the 354, or "dot". The function gets the
// connection and returns the answer to give; "" ends the conversation.
type scripted struct {
	verb string
	act  func(net.Conn) string
	ehlo string // further lines of the EHLO answer, such as "250-STARTTLS\r\n"
	rcpt string // the answer to the first RCPT of a connection, if not the usual one
}

// start serves until the test ends and returns how to reach the server.
func (s scripted) start(t testing.TB) notify.SMTPConfig {
	t.Helper()
	return converse(t, s.talk)
}

// converse holds every conversation as told until the test ends, and returns how to begin one.
func converse(t testing.TB, talk func(net.Conn)) notify.SMTPConfig {
	t.Helper()
	listener := listen(t)
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				defer conn.Close()
				talk(conn)
			})
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		wg.Wait()
	})
	return plainConfig(listener)
}

// held runs a test with a server that holds its conversations as told: over loopback or, if it keeps the client
// waiting until its patience ends, in a bubble of synctest, whose clock goes on as soon as everybody waits. What
// waits on a socket waits for no clock of a test, so the wire is a pipe there.
func held(t *testing.T, talk func(net.Conn), waits bool, test func(*testing.T, notify.SMTPConfig)) {
	t.Helper()
	if !waits {
		test(t, converse(t, talk))
		return
	}
	synctest.Test(t, func(t *testing.T) {
		var wg sync.WaitGroup
		t.Cleanup(wg.Wait)
		dial := func(context.Context, string, string) (net.Conn, error) {
			ours, theirs := net.Pipe()
			wg.Go(func() {
				defer theirs.Close()
				talk(theirs)
			})
			return ours, nil
		}
		begun := time.Now()
		test(t, notify.SMTPConfig{Host: "127.0.0.1", TLS: notify.TLSNone, LocalName: "fundwatch.example.org", DialContext: dial})
		if waited := time.Since(begun); waited < time.Second || waited > 15*time.Minute {
			t.Errorf("waited %v for a server that keeps silent, want the patience of a client", waited)
		}
	})
}

func (s scripted) talk(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetReadBuffer(64 << 10) // so that a large message does not fit between the two
	}
	if !s.answer(conn, "greeting", "220 mx.example.org ESMTP\r\n") {
		return
	}
	for lines := bufio.NewScanner(conn); lines.Scan(); {
		verb, _, _ := strings.Cut(strings.ToUpper(lines.Text()), " ")
		answer := "250 2.0.0 ok\r\n"
		switch verb {
		case "EHLO", "HELO": // the client falls back to the second; it is the same step
			verb = "EHLO"
			answer = "250-mx.example.org\r\n" + s.ehlo + "250 8BITMIME\r\n"
		case "RCPT":
			answer = cmp.Or(s.rcpt, answer)
			s.rcpt = ""
		case "DATA":
			answer = "354 go on\r\n"
		}
		if !s.answer(conn, verb, answer) {
			return
		}
		if verb == "DATA" && !s.message(conn, lines) {
			return
		}
	}
}

// message reads up to the final dot.
func (s scripted) message(conn net.Conn, lines *bufio.Scanner) bool {
	if s.verb == "message" {
		s.act(conn)
		return false
	}
	for lines.Scan() && lines.Text() != "." {
		continue
	}
	return s.answer(conn, "dot", "250 2.0.0 queued as X1\r\n")
}

// answer gives the usual answer, or the one of the script.
func (s scripted) answer(conn net.Conn, verb, usual string) bool {
	if verb == s.verb {
		usual = s.act(conn)
	}
	if usual == "" {
		return false
	}
	_, err := io.WriteString(conn, usual)
	return err == nil
}

// The misdeeds of a scripted server.
func says(answer string) func(net.Conn) string { return func(net.Conn) string { return answer } }

func hangsUp(conn net.Conn) string {
	_ = hangUp(conn)
	return ""
}

// stalls says nothing until the client goes.
func stalls(conn net.Conn) string {
	_, _ = io.Copy(io.Discard, conn)
	return ""
}

// babbles never comes to an end.
func babbles(conn net.Conn) string {
	for line := []byte("250-" + strings.Repeat("bla ", 200) + "\r\n"); ; {
		if _, err := conn.Write(line); err != nil {
			return ""
		}
	}
}

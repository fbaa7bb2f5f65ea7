package notify_test

import (
	"bufio"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"

	"fundwatch/notify"
)

// An answering is a server that answers some commands together: it says nothing before the last of them is in.
type answering struct {
	offers string            // further lines of the EHLO answer
	group  string            // commands that are answered together
	says   map[string]string // to a command of the first mail, or to its final dot, if not the usual
	chokes string            // on what comes before its turn: it "drops" that, or "hangs up"

	mu          sync.Mutex
	messages    []string
	mails       int  // begun
	ahead       bool // something came before the answer to what was before it
	connections int
}

var usually = map[string]string{
	"EHLO": "250-mx.example.org\r\n", "MAIL": "250 2.1.0 ok\r\n", "RCPT": "250 2.1.5 ok\r\n", "DATA": "354 go on\r\n",
	".": "250 2.0.0 queued\r\n", "RSET": "250 2.0.0 ok\r\n", "QUIT": "221 2.0.0 bye\r\n",
}

func (a *answering) talk(conn net.Conn) {
	a.mu.Lock()
	a.connections++
	a.mu.Unlock()
	_, _ = io.WriteString(conn, "220 mx.example.org ESMTP\r\n")
	lines := bufio.NewReader(conn)
	var group, answers []string
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return
		}
		verb, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		early := lines.Buffered()
		answer := a.answer(verb, early > 0)
		if early > 0 && a.chokes == "hangs up" {
			return
		}
		if early > 0 && a.chokes == "drops" {
			_, _ = lines.Discard(early)
		}
		group, answers = append(group, verb), append(answers, answer)
		whole := strings.Join(group, " ")
		if strings.HasPrefix(a.group, whole) && a.group != whole {
			continue
		}
		_, _ = io.WriteString(conn, strings.Join(answers, ""))
		group, answers = nil, nil
		if strings.HasPrefix(answer, "354") && !a.message(conn, lines) {
			return
		}
	}
}

func (a *answering) answer(verb string, more bool) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.ahead = a.ahead || more
	if verb == "EHLO" {
		return usually[verb] + a.offers + "250 8BITMIME\r\n"
	}
	if verb == "MAIL" {
		a.mails++
	}
	if said := a.says[verb]; said != "" && a.mails == 1 {
		return said
	}
	return usually[verb]
}

// message reads a message and reports whether it came to an end.
func (a *answering) message(conn net.Conn, lines *bufio.Reader) bool {
	var text strings.Builder
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return false
		}
		if line == ".\r\n" {
			break
		}
		text.WriteString(line)
	}
	// What is answered is on record: the client may be done with its test before this goroutine runs again.
	a.mu.Lock()
	a.messages = append(a.messages, text.String())
	a.mu.Unlock()
	_, err := io.WriteString(conn, a.answer(".", false))
	return err == nil
}

// Who offers PIPELINING gets everything in front of the message at once, who does not gets one command at a time, as
// does who cannot do what it offers. A refusal concerns its own mail, whatever the server says besides: the next
// mail arrives whole.
func TestSMTPPipelining(t *testing.T) {
	t.Parallel()
	const (
		offered, together = "250-PIPELINING\r\n", "MAIL RCPT DATA"
		later, none       = "450 4.2.1 later\r\n", "554 5.5.1 no valid recipients\r\n"
		on                = "354 go on\r\n"
	)
	type said map[string]string
	for name, test := range map[string]struct {
		server      *answering
		refused     notify.Step // of the first mail; "" if it is taken
		connections int
	}{
		"not offered":                 {&answering{}, "", 1},
		"not offered, refused":        {&answering{says: said{"RCPT": later}}, notify.StepRecipient, 1},
		"offered":                     {&answering{offers: offered, group: together}, "", 1},
		"offered, drops the rest":     {&answering{offers: offered, chokes: "drops"}, "", 2},
		"offered, hangs up":           {&answering{offers: offered, chokes: "hangs up"}, "", 2},
		"sender refused":              {&answering{offers: offered, group: together, says: said{"MAIL": later, "RCPT": none, "DATA": none}}, notify.StepSender, 1},
		"sender refused, go on":       {&answering{offers: offered, group: together, says: said{"MAIL": later, "DATA": on}}, notify.StepSender, 2},
		"recipient refused":           {&answering{offers: offered, group: together, says: said{"RCPT": later, "DATA": none}}, notify.StepRecipient, 1},
		"recipient refused, go on":    {&answering{offers: offered, group: together, says: said{"RCPT": later, "DATA": on}}, notify.StepRecipient, 2},
		"recipient refused, nonsense": {&answering{offers: offered, group: together, says: said{"RCPT": later, "DATA": "what?\r\n"}}, notify.StepRecipient, 2},
		"data refused":                {&answering{offers: offered, group: together, says: said{"DATA": later}}, notify.StepData, 1},
		"closes":                      {&answering{offers: offered, group: together, says: said{"RCPT": "421 4.3.2 bye\r\n", "DATA": none}}, notify.StepRecipient, 2},
		"takes what it has not":       {&answering{says: said{"DATA": on + "250 2.0.0 queued\r\n", ".": none}}, notify.StepData, 2},
		"goes on talking":             {&answering{offers: offered, says: said{".": "250 2.0.0 queued\r\n451 4.4.2 too slow\r\n"}}, "", 2},
		"goes on refusing":            {&answering{says: said{".": "250 2.0.0 queued\r\n554 5.7.1 what?\r\n"}}, "", 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := test.server
			held(t, server.talk, server.chokes == "drops", func(t *testing.T, cfg notify.SMTPConfig) {
				sender := newSMTP(t, cfg)
				err := sender.Send(t.Context(), letter("First\r\n"), ready)
				var failed *notify.SendError
				if test.refused == "" && err != nil || test.refused != "" && (!errors.As(err, &failed) || failed.Step != test.refused) {
					t.Errorf("first: %v, want an error at step %q", err, test.refused)
				}
				if err := sender.Send(t.Context(), letter("Second\r\n"), ready); err != nil {
					t.Errorf("second: %v", err)
				}
				_ = sender.Close()
				server.mu.Lock()
				defer server.mu.Unlock()
				want := []string{"First\r\n", "Second\r\n"}
				if test.refused != "" {
					want = want[1:]
				}
				if !slices.Equal(server.messages, want) || server.connections != test.connections {
					t.Errorf("server got %q over %d connections, want %q over %d", server.messages, server.connections, want, test.connections)
				}
				if server.ahead != (server.offers != "") {
					t.Errorf("said ahead: %v, offered: %v", server.ahead, server.offers != "")
				}
			})
		})
	}
}

// What stops a mail after DATA, before its first byte, leaves the server without a message.
func TestSMTPStoppedAfterWhatWasSaidAhead(t *testing.T) {
	t.Parallel()
	server := &answering{offers: "250-PIPELINING\r\n", group: "MAIL RCPT DATA"}
	sender := newSMTP(t, converse(t, server.talk))
	if err := sender.Send(t.Context(), letter("First\r\n"), func() error { return errBroken }); !errors.Is(err, errBroken) {
		t.Errorf("first: %v, want %v", err, errBroken)
	}
	if err := sender.Send(t.Context(), letter("Second\r\n"), ready); err != nil {
		t.Errorf("second: %v", err)
	}
	server.mu.Lock()
	defer server.mu.Unlock()
	if !slices.Equal(server.messages, []string{"Second\r\n"}) {
		t.Errorf("server got %q, want the second alone", server.messages)
	}
}

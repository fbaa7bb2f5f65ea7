package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
)

// A plug is a mail server that pulls the plug at one step of the conversation: it has the sender killed, waits
// until it is gone, and only then goes on. The steps are counted over all connections, from 1.
type plug struct {
	address string

	mu     sync.Mutex
	steps  []string // so far
	at     int      // 0: never
	kill   func()
	pulled string // the step at which it was pulled
	closed bool   // takes no mail at all
	refuse map[string]bool
	mails  []receivedMail
}

// newPlug starts a server that puts the first attempt to reach each address in refuse off.
func newPlug(t *testing.T, refuse ...string) *plug {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &plug{address: listener.Addr().String(), refuse: map[string]bool{}}
	for _, to := range refuse {
		p.refuse[to] = true
	}
	var conversations sync.WaitGroup
	conversations.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			conversations.Go(func() {
				defer conn.Close()
				(&plugged{plug: p, conn: conn, in: bufio.NewReader(conn)}).talk()
			})
		}
	})
	t.Cleanup(func() { listener.Close(); conversations.Wait() })
	return p
}

// set arms the plug for the nth step from now; kill must not return before the process is gone.
func (p *plug) set(at int, kill func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.steps, p.at, p.kill, p.pulled = nil, at, kill, ""
}

// pulledAt returns the step at which the plug was pulled; "" if it was not.
func (p *plug) pulledAt() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.pulled
}

// step reports whether the conversation goes on.
func (p *plug) step(name string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.steps = append(p.steps, name)
	if len(p.steps) != p.at {
		return true
	}
	p.pulled = name
	p.kill()
	return false
}

// turnsAway reports whether this recipient is to come later, once.
func (p *plug) turnsAway(to string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	first := p.refuse[to]
	delete(p.refuse, to)
	return first
}

func (p *plug) take(m receivedMail) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mails = append(p.mails, m)
}

func (p *plug) received() []receivedMail {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]receivedMail(nil), p.mails...)
}

// A plugged is one conversation.
type plugged struct {
	*plug
	conn     net.Conn
	in       *bufio.Reader
	from, to string
}

func (c *plugged) say(line string) bool {
	_, err := io.WriteString(c.conn, line+"\r\n")
	return err == nil
}

func (c *plugged) talk() {
	if c.closed {
		c.say("421 4.3.2 closed")
		return
	}
	if !c.step("connect") || !c.say("220 mx.example ESMTP") || !c.step("greeting") {
		return
	}
	for {
		line, err := c.in.ReadString('\n')
		if err != nil {
			return
		}
		verb, argument, _ := strings.Cut(strings.TrimSpace(line), " ")
		if !c.step(verb) || !c.obey(verb, argument) {
			return
		}
	}
}

// obey answers a command and reports whether the conversation goes on.
func (c *plugged) obey(verb, argument string) bool {
	_, address, _ := strings.Cut(argument, "<")
	address, _, _ = strings.Cut(address, ">")
	switch verb {
	case "EHLO":
		return c.say("250-mx.example\r\n250 8BITMIME")
	case "MAIL":
		c.from = address
	case "RCPT":
		if c.turnsAway(address) {
			return c.say("450 4.2.1 later")
		}
		c.to = address
	case "DATA":
		return c.say("354 go on") && c.message()
	case "QUIT":
		c.say("221 bye")
		return false
	}
	return c.say("250 2.0.0 ok")
}

// message reads up to the final dot, with a step in the middle and one on each side of the answer.
func (c *plugged) message() bool {
	var data strings.Builder
	for lines := 0; ; lines++ {
		line, err := c.in.ReadString('\n')
		if err != nil || lines == 20 && !c.step("half of the message") {
			return false
		}
		if line == ".\r\n" {
			break
		}
		data.WriteString(strings.TrimPrefix(line, "."))
	}
	c.take(receivedMail{c.from, c.to, data.String()})
	return c.step("final dot") && c.say(fmt.Sprintf("250 2.0.0 queued as %d", data.Len())) && c.step("answer")
}

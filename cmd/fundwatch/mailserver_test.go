package main

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/mail"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/rogpeppe/go-internal/testscript"
)

// fixedClock stands in for the real clock where a command gets no --now; leases use it too.
func fixedClock() time.Time { return time.Date(2026, 9, 1, 5, 30, 0, 0, time.UTC) }

// A mailServer is a real SMTP server on loopback that remembers what it took.
type mailServer struct {
	mu        sync.Mutex
	refuse    *smtp.SMTPError
	refuseOne string        // the only recipient that is refused; "": all are
	slow      time.Duration // wait before taking a message, so that a kill can fall into it
	hangUps   int           // of so many messages more it says nothing, and closes the connection
	mails     []receivedMail
	addr      string
}

type receivedMail struct {
	from, to, data string
}

func newMailServer(t interface{ Cleanup(func()) }) (*mailServer, error) {
	m := &mailServer{}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	m.addr = listener.Addr().String()
	server := smtp.NewServer(m)
	server.Domain, server.ReadTimeout, server.WriteTimeout = "localhost", patience, patience
	done := make(chan struct{})
	go func() {
		defer close(done)
		server.Serve(listener) //nolint:errcheck // it ends by Close
	}()
	t.Cleanup(func() { server.Close(); <-done })
	return m, nil
}

func (m *mailServer) NewSession(c *smtp.Conn) (smtp.Session, error) {
	return &mailSession{server: m, conn: c}, nil
}

func (m *mailServer) received() []receivedMail {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]receivedMail(nil), m.mails...)
}

// settings makes this server the configured transport.
func (m *mailServer) settings() []string {
	host, port, _ := strings.Cut(m.addr, ":")
	return []string{
		envPair("MAIL_TRANSPORT", "smtp"), envPair("MAIL_SMTP_HOST", host), envPair("MAIL_SMTP_PORT", port),
		envPair("MAIL_SMTP_TLS", "none"), envPair("MAIL_SMTP_RATE_PER_MINUTE", 100000),
	}
}

type mailSession struct {
	server   *mailServer
	conn     *smtp.Conn
	from, to string
}

func (s *mailSession) Mail(from string, _ *smtp.MailOptions) error { s.from = from; return nil }
func (s *mailSession) Reset()                                      { s.from, s.to = "", "" }
func (s *mailSession) Logout() error                               { return nil }

func (s *mailSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	if s.server.refuse != nil && (s.server.refuseOne == "" || s.server.refuseOne == to) {
		return s.server.refuse
	}
	s.to = to
	return nil
}

func (s *mailSession) Data(r io.Reader) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	time.Sleep(s.server.slow)
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	s.server.mails = append(s.server.mails, receivedMail{s.from, s.to, string(data)})
	if s.server.hangUps > 0 {
		s.server.hangUps--
		return s.conn.Conn().Close()
	}
	return nil
}

// checkMails wants no copies, and for each reader at most one letter a week and one reminder a day.
func checkMails(t *testing.T, mails []receivedMail) {
	t.Helper()
	seen, weekly := map[string]bool{}, map[string]int{}
	for _, m := range mails {
		message, err := mail.ReadMessage(strings.NewReader(m.data))
		if err != nil {
			t.Fatal(err)
		}
		id := message.Header.Get("Message-Id")
		if seen[id] {
			t.Errorf("%s was sent twice to %s", id, m.to)
		}
		seen[id] = true
		at, err := message.Header.Date()
		if err != nil {
			t.Fatal(err)
		}
		year, week := at.ISOWeek()
		period := fmt.Sprint(m.to, year, week)
		if strings.Contains(id, "reminder") {
			period = m.to + at.Format(time.DateOnly)
		}
		if weekly[period]++; weekly[period] > 1 {
			t.Errorf("%s has more than one mail of %s", m.to, period)
		}
		if _, err := new(mime.WordDecoder).DecodeHeader(message.Header.Get("Subject")); err != nil {
			t.Errorf("subject to %s: %v", m.to, err)
		}
	}
	t.Logf("%d mails", len(seen))
}

// deferrer lets a story end a server when it is over.
type deferrer struct{ ts *testscript.TestScript }

func (d deferrer) Cleanup(f func()) { d.ts.Defer(f) }

var storyServers sync.Map // *testscript.TestScript -> *mailServer

func storySMTP(ts *testscript.TestScript, _ bool, _ []string) {
	m, err := newMailServer(deferrer{ts})
	ts.Check(err)
	storyServers.Store(ts, m)
	for _, pair := range m.settings() {
		name, value, _ := strings.Cut(pair, "=")
		ts.Setenv(name, value)
	}
}

func storyServer(ts *testscript.TestScript) *mailServer {
	m, ok := storyServers.Load(ts)
	if !ok {
		ts.Fatalf("no mail server: say smtp first")
	}
	return m.(*mailServer)
}

func storySMTPSays(ts *testscript.TestScript, _ bool, args []string) {
	code, err := strconv.Atoi(args[0])
	ts.Check(err)
	m := storyServer(ts)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.refuse = nil; code != 250 {
		m.refuse = refusal(code, args[1:]...)
	}
}

// refusal is an answer with this code and these words.
func refusal(code int, words ...string) *smtp.SMTPError {
	return &smtp.SMTPError{Code: code, EnhancedCode: smtp.NoEnhancedCode, Message: strings.Join(words, " ")}
}

func storyInbox(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	mails := storyServer(ts).received()
	if len(mails) != want {
		ts.Fatalf("got %d mails, want %d", len(mails), want)
	}
	if want > 0 {
		ts.Check(os.WriteFile(ts.MkAbs("last.eml"), []byte(mails[want-1].data), 0o600))
	}
}

func storySigningKey(ts *testscript.TestScript, _ bool, args []string) {
	key, err := pemKey(2048)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(key), 0o600))
}

// pemKey returns a fresh RSA key as a file holds it.
func pemKey(bits int) (string, error) {
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		return "", err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), err
}

var errNoSuchFault = errors.New("no such fault")

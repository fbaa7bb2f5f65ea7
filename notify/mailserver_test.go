package notify_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"log"
	"math/big"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"fundwatch/notify"
)

// A received is one mail that the mail server has taken.
type received struct {
	from, to string
	utf8     bool
	data     []byte
}

// A mailServer is a real SMTP server on loopback that does as told for single recipients. It also
// implements go-smtp's Backend.
type mailServer struct {
	cfg    notify.SMTPConfig // reaches it without encryption
	server *smtp.Server

	// Set before the first connection. A nil function lets everything pass.
	onConnect func(open int, c *smtp.Conn) error // with how many connections are open, this one included
	onMail    func(from string) error
	onRcpt    func(to string, c *smtp.Conn) error
	onData    func(to string, c *smtp.Conn) error // after the final dot, before the answer
	user      string                              // "": no log-in wanted
	mechs     []string                            // nil: PLAIN

	keepNothing bool // for benchmarks

	mu          sync.Mutex
	mails       []received
	connections int // ever
	open        int
}

// startMailServer serves until the test ends. Configure changes the server before it starts.
func startMailServer(t testing.TB, configure func(*mailServer)) *mailServer {
	t.Helper()
	m := &mailServer{}
	m.server = smtp.NewServer(m)
	m.server.Domain = "mx.example.org"
	m.server.ErrorLog = log.New(io.Discard, "", 0)
	if configure != nil {
		configure(m)
	}
	listener := listen(t)
	m.cfg = plainConfig(listener)
	serve(t, m, listener)
	return m
}

// serve runs the server on the listener until the test ends.
func serve(t testing.TB, m *mailServer, listener net.Listener) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = m.server.Serve(listener)
	}()
	t.Cleanup(func() {
		_ = m.server.Close()
		_ = listener.Close() // which the server does not know yet if Serve has not begun
		<-done
	})
}

func listen(t testing.TB) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("listen on loopback: %v", err)
	}
	return listener
}

// plainConfig reaches the listener without encryption. No test waits until its patience ends, and a busy machine
// does not try it: what must end is tested without a network, see [held].
func plainConfig(listener net.Listener) notify.SMTPConfig {
	return notify.SMTPConfig{
		Host: "127.0.0.1", Port: listener.Addr().(*net.TCPAddr).Port, TLS: notify.TLSNone,
		LocalName: "fundwatch.example.org", Timeout: time.Minute, AnswerTimeout: time.Minute, IdleTimeout: time.Hour,
	}
}

func (m *mailServer) NewSession(c *smtp.Conn) (smtp.Session, error) {
	m.mu.Lock()
	m.connections++
	m.open++
	open := m.open
	m.mu.Unlock()
	if m.onConnect != nil {
		if err := m.onConnect(open, c); err != nil {
			m.closed()
			return nil, err
		}
	}
	return &session{server: m, conn: c}, nil
}

func (m *mailServer) closed() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.open--
}

func (m *mailServer) taken() []received {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]received(nil), m.mails...)
}

func (m *mailServer) connected() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.connections
}

// A session is one connection to a mailServer.
type session struct {
	server *mailServer
	conn   *smtp.Conn
	mail   received
	known  bool
}

func (s *session) Reset() { s.mail = received{} }

func (s *session) Logout() error {
	s.server.closed()
	return nil
}

func (s *session) Mail(from string, o *smtp.MailOptions) error {
	if s.server.user != "" && !s.known {
		return smtp.ErrAuthRequired
	}
	if s.server.onMail != nil {
		if err := s.server.onMail(from); err != nil {
			return err
		}
	}
	s.mail = received{from: from, utf8: o.UTF8}
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if s.server.onRcpt != nil {
		if err := s.server.onRcpt(to, s.conn); err != nil {
			return err
		}
	}
	s.mail.to = to
	return nil
}

func (s *session) Data(r io.Reader) error {
	if s.server.keepNothing {
		_, err := io.Copy(io.Discard, r)
		return err
	}
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.mail.data = data
	s.server.mu.Lock()
	s.server.mails = append(s.server.mails, s.mail)
	s.server.mu.Unlock()
	if s.server.onData != nil {
		return s.server.onData(s.mail.to, s.conn)
	}
	return nil
}

func (s *session) AuthMechanisms() []string {
	if s.server.user == "" {
		return nil
	}
	if s.server.mechs == nil {
		return []string{sasl.Plain}
	}
	return s.server.mechs
}

func (s *session) Auth(mech string) (sasl.Server, error) {
	check := func(_, user, password string) error {
		if user != s.server.user || password != "secret" {
			return smtp.ErrAuthFailed
		}
		s.known = true
		return nil
	}
	switch mech {
	case sasl.Plain:
		return sasl.NewPlainServer(check), nil
	case sasl.Login:
		return &loginServer{check: check}, nil
	}
	return nil, smtp.ErrAuthUnknownMechanism
}

// A loginServer is the server's side of the LOGIN mechanism.
type loginServer struct {
	check func(identity, user, password string) error
	user  *string
	asked bool
}

func (l *loginServer) Next(response []byte) (challenge []byte, done bool, err error) {
	switch {
	case !l.asked:
		l.asked = true
		return []byte("Username:"), false, nil
	case l.user == nil:
		user := string(response)
		l.user = &user
		return []byte("Password:"), false, nil
	}
	return nil, true, l.check("", *l.user, string(response))
}

// smtpError is an answer of a mailServer.
func smtpError(code int, enhanced smtp.EnhancedCode, text string) error {
	return &smtp.SMTPError{Code: code, EnhancedCode: enhanced, Message: text}
}

// certificate makes a key and a certificate for 127.0.0.1, and the pool that trusts it.
func certificate(t testing.TB) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatalf("make a key: %v", err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mx.example.org"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatalf("make a certificate: %v", err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatalf("read the certificate: %v", err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

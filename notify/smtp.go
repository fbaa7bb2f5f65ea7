package notify

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/wneessen/go-mail"
)

// The three ways to reach a mail server, for [SMTPConfig].
const (
	TLSStart = "starttls" // plain until STARTTLS, which the server must offer and keep
	TLSFull  = "tls"      // encrypted from the first byte
	TLSNone  = "none"     // never encrypted; for a server on this machine
)

// An SMTPConfig says how to reach the mail server that takes our mails, and how patient to be with it.
// Only Host must be set.
type SMTPConfig struct {
	Host     string
	Port     int    // 0: 587 with starttls, 465 with tls, 25 with none
	TLS      string // TLSStart, TLSFull or TLSNone; "" is TLSStart
	Username string // "" sends without logging in
	Password string

	// LocalName is how we greet the server. "": the host's name.
	LocalName string
	// Timeout bounds every single step: dialling, the greeting with TLS and log-in, each command, the
	// message. 0: one minute.
	Timeout time.Duration
	// AnswerTimeout bounds the wait for the answer to the final dot. To stop waiting too early makes two
	// copies of a mail, which is why RFC 5321, section 4.5.3.2.6, asks for ten minutes here (checked
	// 2026-11-22). 0: ten times Timeout, at most ten minutes.
	AnswerTimeout time.Duration
	// IdleTimeout is how long an unused connection is trusted. 0: 30 seconds.
	IdleTimeout time.Duration
	// MaxPerConnection is how many mails one connection carries before it is renewed. 0: 100.
	MaxPerConnection int
	// Connections is how many connections there are at most at a time. 0: one.
	Connections int

	// DialContext opens the connection. nil: net.Dialer's.
	DialContext func(ctx context.Context, network, address string) (net.Conn, error)
	// TLSConfig is cloned; a server name and at least TLS 1.2 are filled in. nil: the system's roots.
	TLSConfig *tls.Config
}

// An SMTP sends mails through one mail server. It opens a connection when a mail comes and no other is free,
// and keeps it for those after it. It is a [Sender], safe for use by several goroutines, which wait when there
// are more of them than connections. The zero value is not usable; see [NewSMTP].
//
// A server that lets fewer connections in than we would like refuses one while others work. That is no error:
// we then make do with those that work, as long as there is one.
type SMTP struct {
	cfg SMTPConfig

	// A place for a connection that nobody uses at the moment lies in one of the two.
	free  chan *connection // with an open connection
	blank chan struct{}    // without one

	opened   atomic.Int32 // connections, used or free
	oneByOne atomic.Bool  // the server offers PIPELINING and cannot do it
}

// NewSMTP checks the configuration, all of it at once, and returns a sender that has not connected yet.
// It refuses a user name for a connection without encryption, unless the server is this very machine.
func NewSMTP(cfg SMTPConfig) (*SMTP, error) {
	cfg = cfg.withDefaults()
	if err := cfg.check(); err != nil {
		return nil, fmt.Errorf("mail server %q: %w", cfg.Host, err)
	}
	cfg.TLSConfig = cfg.clientTLS()
	s := &SMTP{cfg: cfg, free: make(chan *connection, cfg.Connections), blank: make(chan struct{}, cfg.Connections)}
	for range cfg.Connections {
		s.blank <- struct{}{}
	}
	return s, nil
}

func (c SMTPConfig) withDefaults() SMTPConfig {
	if c.TLS == "" {
		c.TLS = TLSStart
	}
	if c.Port == 0 {
		c.Port = map[string]int{TLSStart: 587, TLSFull: 465, TLSNone: 25}[c.TLS]
	}
	if c.Timeout == 0 {
		c.Timeout = time.Minute
	}
	if c.AnswerTimeout == 0 {
		c.AnswerTimeout = min(10*c.Timeout, 10*time.Minute)
	}
	if c.IdleTimeout == 0 {
		c.IdleTimeout = 30 * time.Second
	}
	if c.MaxPerConnection == 0 {
		c.MaxPerConnection = 100
	}
	if c.Connections == 0 {
		c.Connections = 1
	}
	if c.DialContext == nil {
		c.DialContext = new(net.Dialer).DialContext
	}
	return c
}

func (c SMTPConfig) check() error {
	var problems []error
	bad := func(wrong bool, format string, args ...any) {
		if wrong {
			problems = append(problems, fmt.Errorf(format, args...))
		}
	}
	bad(c.Host == "", "the host is missing")
	bad(hasSpace(c.Host) || hasSpace(c.LocalName), "host and local name must not hold spaces or line ends")
	bad(c.TLS != TLSStart && c.TLS != TLSFull && c.TLS != TLSNone,
		"tls is %q: it must be %s, %s or %s", c.TLS, TLSStart, TLSFull, TLSNone)
	bad(c.Port < 1 || c.Port > 65535, "port %d: it must be 1 to 65535", c.Port)
	bad(c.Timeout < 0 || c.AnswerTimeout < 0 || c.IdleTimeout < 0, "a timeout is negative")
	bad(c.MaxPerConnection < 0, "the number of mails per connection is negative")
	bad(c.Connections < 0, "the number of connections is negative")
	bad((c.Username == "") != (c.Password == ""), "user name and password go together: one of them is missing")
	bad(c.Username != "" && c.TLS == TLSNone && !isLoopback(c.Host),
		"a password would cross the network unencrypted: set tls to %s or %s, or leave the user name out",
		TLSStart, TLSFull)
	return errors.Join(problems...)
}

// isLoopback reports whether the host is this machine without asking any name server, whose answer
// would not be ours to trust.
func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (c SMTPConfig) clientTLS() *tls.Config {
	config := &tls.Config{}
	if c.TLSConfig != nil {
		config = c.TLSConfig.Clone()
	}
	if config.ServerName == "" {
		config.ServerName = c.Host
	}
	config.MinVersion = max(config.MinVersion, tls.VersionTLS12)
	return config
}

// options returns go-mail's view of the configuration, for one dial.
func (c SMTPConfig) options(dial mail.DialContextFunc) []mail.Option {
	options := []mail.Option{
		mail.WithPort(c.Port), mail.WithTimeout(c.Timeout), mail.WithTLSConfig(c.TLSConfig),
		mail.WithDialContextFunc(dial),
	}
	if c.LocalName != "" {
		options = append(options, mail.WithHELO(c.LocalName))
	}
	switch c.TLS {
	case TLSStart:
		options = append(options, mail.WithTLSPolicy(mail.TLSMandatory))
	case TLSFull:
		options = append(options, mail.WithSSL()) // the dial function does the handshake
	case TLSNone:
		options = append(options, mail.WithTLSPolicy(mail.NoTLS))
	}
	if c.Username != "" {
		// The best mechanism first. PLAIN and LOGIN refuse a connection that is neither encrypted nor local.
		options = append(options, mail.WithUsername(c.Username), mail.WithPassword(c.Password),
			mail.WithOpportunisticSMTPAuth(mail.SMTPAuthSCRAMSHA256PLUS, mail.SMTPAuthSCRAMSHA256,
				mail.SMTPAuthSCRAMSHA1PLUS, mail.SMTPAuthSCRAMSHA1, mail.SMTPAuthPlain, mail.SMTPAuthLogin))
	}
	return options
}

// connect dials, encrypts and logs in. A fresh go-mail client serves each dial, because its client
// remembers for ever that a server once offered no mechanism it liked; and the connection is kept hold
// of, because the client does not close it when the greeting fails.
func (s *SMTP) connect(ctx context.Context) (*connection, error) {
	var w *wire
	stop := func() bool { return true }
	dial := func(dialCtx context.Context, network, address string) (net.Conn, error) {
		raw, err := s.cfg.DialContext(dialCtx, network, address)
		if err != nil {
			return nil, err
		}
		w = &wire{Conn: raw}
		w.allow(maxAnswers)
		stop = context.AfterFunc(ctx, func() { _ = raw.Close() })
		return s.encrypt(dialCtx, w)
	}
	dialer, err := mail.NewClient(s.cfg.Host, s.cfg.options(dial)...)
	if err != nil {
		return nil, fmt.Errorf("set up mail client: %w", err)
	}
	client, err := dialer.DialToSMTPClientWithContext(ctx)
	stop()
	if err != nil {
		if w != nil {
			_ = w.Close()
		}
		return nil, fmt.Errorf("%s: %w", net.JoinHostPort(s.cfg.Host, strconv.Itoa(s.cfg.Port)), err)
	}
	return &connection{client: client, wire: w, cfg: s.cfg, used: time.Now()}, nil
}

// encrypt does the handshake for TLSFull. It must return a *tls.Conn as such: the client below looks for
// one to know that a password is safe.
func (s *SMTP) encrypt(ctx context.Context, w *wire) (net.Conn, error) {
	if s.cfg.TLS != TLSFull {
		return w, nil
	}
	encrypted := tls.Client(w, s.cfg.TLSConfig)
	if err := encrypted.HandshakeContext(ctx); err != nil {
		_ = w.Close()
		return nil, fmt.Errorf("tls handshake: %w", err)
	}
	return encrypted, nil
}

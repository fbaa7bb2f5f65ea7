package notify_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"strings"
	"testing"

	"github.com/emersion/go-smtp"

	"fundwatch/notify"
)

func TestSMTPEncryption(t *testing.T) {
	t.Parallel()
	cert, pool := certificate(t)
	serving := &tls.Config{Certificates: []tls.Certificate{cert}}
	tests := []struct {
		name  string
		mode  string
		serve string // "starttls", "tls" or "none"
		trust *tls.Config
		says  string // "": the mail is taken
	}{
		{"starttls", notify.TLSStart, "starttls", &tls.Config{RootCAs: pool}, ""},
		{"tls", notify.TLSFull, "tls", &tls.Config{RootCAs: pool}, ""},
		{"starttls by default", "", "starttls", &tls.Config{RootCAs: pool}, ""},
		{"starttls not offered", notify.TLSStart, "none", &tls.Config{RootCAs: pool}, "STARTTLS"},
		{"starttls, stranger's certificate", notify.TLSStart, "starttls", nil, "certificate"},
		{"tls, stranger's certificate", notify.TLSFull, "tls", nil, "certificate"},
		{"starttls, other name", notify.TLSStart, "starttls",
			&tls.Config{RootCAs: pool, ServerName: "mx.example.com"}, "certificate"},
		{"tls to a plain server", notify.TLSFull, "none", &tls.Config{RootCAs: pool}, "tls handshake"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := &mailServer{user: "town"}
			server.server = smtp.NewServer(server)
			listener := listen(t)
			server.cfg = plainConfig(listener)
			switch test.serve {
			case "starttls":
				server.server.TLSConfig = serving
			case "tls":
				listener = tls.NewListener(listener, serving)
			}
			server.server.ErrorLog = quiet{}
			serve(t, server, listener)
			cfg := server.cfg
			cfg.TLS, cfg.TLSConfig, cfg.Username, cfg.Password = test.mode, test.trust, "town", "secret"
			err := newSMTP(t, cfg).Send(t.Context(), letter("Hello\r\n"), ready)
			if test.says == "" && (err != nil || len(server.taken()) != 1) {
				t.Errorf("Send = %v with %d mails taken, want one", err, len(server.taken()))
			}
			if test.says != "" && (err == nil || !strings.Contains(err.Error(), test.says) || len(server.taken()) > 0) {
				t.Errorf("Send = %v with %d mails taken, want an error that says %q", err, len(server.taken()), test.says)
			}
		})
	}
}

// quiet is a log of a server in a test.
type quiet struct{}

// TestSMTPStartTLSLies has servers that offer encryption and do not keep it. Neither password nor mail may
// follow in the clear.
func TestSMTPStartTLSLies(t *testing.T) {
	t.Parallel()
	for name, act := range map[string]func(net.Conn) string{
		"refuses":                  says("454 4.7.0 not now\r\n"),
		"stays plain":              says("220 go ahead\r\n250 not really\r\n"),
		"slips in a plain answer":  says("220 go ahead\r\n250-mx.example.org\r\n250 AUTH PLAIN\r\n"),
		"hangs up":                 hangsUp,
		"breaks off the handshake": func(conn net.Conn) string { _, _ = conn.Write([]byte("220 go\r\n")); return hangsUp(conn) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			script := scripted{verb: "STARTTLS", act: act, ehlo: "250-STARTTLS\r\n250-AUTH PLAIN LOGIN\r\n"}
			cfg := script.start(t)
			var sent bytes.Buffer
			dial := new(net.Dialer).DialContext
			cfg.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
				conn, err := dial(ctx, network, address)
				return &tapped{Conn: conn, sent: &sent}, err
			}
			cfg.TLS, cfg.Username, cfg.Password = notify.TLSStart, "town", "secret"
			err := newSMTP(t, cfg).Send(t.Context(), letter("Hello\r\n"), ready)
			var failed *notify.SendError
			if !errors.As(err, &failed) || failed.Step != notify.StepConnect {
				t.Errorf("Send = %v, want an error at step %q", err, notify.StepConnect)
			}
			for _, word := range []string{"AUTH", "MAIL", "Hello\r\n"} {
				if strings.Contains(sent.String(), word) {
					t.Errorf("sent in the clear: %q", sent.String())
				}
			}
		})
	}
}

// A tapped is a connection that keeps what is written.
type tapped struct {
	net.Conn
	sent *bytes.Buffer
}

func (c *tapped) Write(p []byte) (int, error) {
	c.sent.Write(p)
	return c.Conn.Write(p)
}

func TestSMTPLogin(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, password string
		mechs          []string
		says           string
	}{
		{"plain", "secret", []string{"PLAIN"}, ""},
		{"login", "secret", []string{"LOGIN"}, ""},
		{"both", "secret", []string{"LOGIN", "PLAIN"}, ""},
		{"wrong password", "guess", []string{"PLAIN"}, "535"},
		{"wrong password by login", "guess", []string{"LOGIN"}, "535"},
		{"nothing we know", "secret", []string{"GSSAPI"}, "connect"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := startMailServer(t, func(m *mailServer) {
				m.user, m.mechs, m.server.AllowInsecureAuth = "town", test.mechs, true
			})
			cfg := server.cfg
			cfg.Username, cfg.Password = "town", test.password
			sender := newSMTP(t, cfg)
			_, err := notify.Deliver(t.Context(), newShelf("a@lodeve.example"), sender, options(newClock()))
			if test.says == "" && err != nil {
				t.Errorf("Deliver = %v, want nil", err)
			}
			if test.says != "" && (err == nil || !strings.Contains(err.Error(), test.says)) {
				t.Errorf("Deliver = %v, want an error that says %q", err, test.says)
			}
			if err != nil && (strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "guess")) {
				t.Errorf("the error gives the password away: %v", err)
			}
			if test.says == "535" && (!errors.Is(err, notify.ErrPaused) || server.connected() != 1) {
				t.Errorf("Deliver = %v after %d connections, want ErrPaused after one", err, server.connected())
			}
		})
	}
}

func TestNewSMTP(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		cfg  notify.SMTPConfig
		says []string // none: accepted
	}{
		{"only a host", notify.SMTPConfig{Host: "mail.example.org"}, nil},
		{"password over starttls", notify.SMTPConfig{Host: "mail.example.org", Username: "a", Password: "b"}, nil},
		{"password to this machine", notify.SMTPConfig{Host: "localhost", TLS: "none", Username: "a", Password: "b"}, nil},
		{"password to this machine, IPv6", notify.SMTPConfig{Host: "::1", TLS: "none", Username: "a", Password: "b"}, nil},
		{"password in the clear", notify.SMTPConfig{Host: "mail.example.org", TLS: "none", Username: "a", Password: "b"},
			[]string{"unencrypted"}},
		{"password to something like this machine", notify.SMTPConfig{Host: "localhost.example.org", TLS: "none", Username: "a", Password: "b"},
			[]string{"unencrypted"}},
		{"half a log-in", notify.SMTPConfig{Host: "mail.example.org", Username: "a"}, []string{"go together"}},
		{"everything wrong", notify.SMTPConfig{TLS: "ssl", Port: 70000, Timeout: -1, LocalName: "a b", MaxPerConnection: -1},
			[]string{"host is missing", `tls is "ssl"`, "port 70000", "timeout", "spaces", "per connection"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := notify.NewSMTP(test.cfg)
			if (err == nil) != (len(test.says) == 0) {
				t.Fatalf("NewSMTP = %v, want an error that says %q", err, test.says)
			}
			for _, part := range test.says {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("NewSMTP = %v, want it to say %q", err, part)
				}
			}
		})
	}
}

package notify_test

import (
	"crypto/tls"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"fundwatch/notify"
)

func TestProbe(t *testing.T) {
	t.Parallel()
	cert, pool := certificate(t)
	tests := []struct {
		name     string
		mode     string
		serve    string // "starttls", "tls" or "none"
		password string
		says     string // "": we are let in
	}{
		{"starttls", notify.TLSStart, "starttls", "secret", ""},
		{"tls", notify.TLSFull, "tls", "secret", ""},
		{"on this machine", notify.TLSNone, "none", "secret", ""},
		{"wrong password", notify.TLSStart, "starttls", "sesame", "535"},
		{"no encryption offered", notify.TLSStart, "none", "secret", "STARTTLS"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := &mailServer{user: "town"}
			server.server = smtp.NewServer(server)
			server.server.ErrorLog = quiet{}
			listener := listen(t)
			server.cfg = plainConfig(listener)
			serving := &tls.Config{Certificates: []tls.Certificate{cert}}
			switch test.serve {
			case "starttls":
				server.server.TLSConfig = serving
			case "tls":
				listener = tls.NewListener(listener, serving)
			case "none":
				server.server.AllowInsecureAuth = true
			}
			serve(t, server, listener)
			cfg := server.cfg
			cfg.TLS, cfg.TLSConfig, cfg.Username, cfg.Password = test.mode, &tls.Config{RootCAs: pool}, "town", test.password
			probe, err := newSMTP(t, cfg).Probe(t.Context())
			if len(server.taken()) != 0 {
				t.Error("a mail was sent")
			}
			if test.says != "" {
				var failed *notify.SendError
				if !errors.As(err, &failed) || failed.Step != notify.StepConnect || !strings.Contains(failed.Answer(), test.says) || strings.Contains(err.Error(), test.password) {
					t.Errorf("got %v, want words %q and no password", err, test.says)
				}
				return
			}
			encrypted := test.serve != "none"
			if err != nil || !probe.LoggedIn || probe.Encrypted != encrypted || probe.CertificateEnds.After(time.Now()) != encrypted {
				t.Errorf("got %+v, %v", probe, err)
			}
		})
	}
}

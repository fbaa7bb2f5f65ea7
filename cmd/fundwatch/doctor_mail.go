package main

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"net"
	"net/mail"
	"strconv"
	"strings"
	"time"

	"fundwatch/crawler"
	"fundwatch/notify"
)

func (d *doctor) sender(context.Context) diagnosis {
	m := d.cfg.Mail
	switch {
	case m.Transport == TransportFiles:
		return found(unchecked, "mail is written as files into %s and not sent", m.Files.Dir).toDoIf(m.From != exampleFrom, "mail.transport: smtp sends it")
	case m.From == exampleFrom:
		return found(checkFailure, "mail would go out under the example address").toDo("set mail.from to an address of your own domain")
	case m.ReplyTo == "" && strings.Contains(strings.ToLower(m.From), "noreply"):
		return found(checkWarning, "answers go to an address that looks as if nobody reads it").toDo("set mail.reply_to to a person's address")
	}
	return found(checkOK, "mail comes from %s", fromDomain(m.From))
}

// toDoIf is toDo if yes is true, else it changes nothing.
func (f diagnosis) toDoIf(yes bool, text string) diagnosis {
	if yes {
		return f.toDo("%s", text)
	}
	return f
}

// waysToStop checks that a reader can stop the digest by a click or a mail.
func (d *doctor) waysToStop(context.Context) diagnosis {
	m, web := d.cfg.Mail, d.cfg.Web
	switch {
	case m.Transport != TransportSMTP:
		return found(unchecked, "mail is not sent")
	case m.UnsubscribeMailto == "" && (web.Listen == "" || web.BaseURL == ""):
		return found(checkWarning, "readers cannot stop the digest by a click or a mail, only by asking a person; mail services hold that against the sender").
			toDo("set mail.unsubscribe_mailto")
	}
	return found(checkOK, "readers find in each mail how to stop")
}

// The mail server gets less time than the check as a whole, so that what it did last is what is told.
const mailServerWithin = 20 * time.Second

// certificateSoon is how long before its end a certificate should have been renewed: automatic renewal comes
// a month before.
const certificateSoon = 14 * 24 * time.Hour

func (d *doctor) mailServer(ctx context.Context) diagnosis {
	if d.cfg.Mail.Transport != TransportSMTP {
		return found(unchecked, "mail is written as files")
	}
	cfg := d.smtpConfig()
	cfg.Timeout = mailServerWithin
	place := net.JoinHostPort(cfg.Host, strconv.Itoa(cfg.Port))
	sender, err := notify.NewSMTP(cfg)
	if err != nil {
		return found(checkFailure, "%v", err)
	}
	probe, err := sender.Probe(ctx)
	if err != nil {
		return refusedProbe(place, err, cfg)
	}
	line := place + ": connected"
	if probe.Encrypted {
		line += ", encrypted"
	}
	if probe.LoggedIn {
		line += ", logged in"
	}
	line += ", nothing sent"
	switch ends := probe.CertificateEnds; {
	case !probe.Encrypted && !thisMachine(cfg.Host):
		return found(checkWarning, "%s: mail crosses the network unencrypted", line).toDo("mail.smtp.tls: starttls")
	case !ends.IsZero() && ends.Sub(d.wallClock()) < certificateSoon:
		return found(checkWarning, "%s; its certificate ends on %s", line, stamp(ends, d.zone)).toDo("have the certificate of %s renewed", cfg.Host)
	}
	return found(checkOK, "%s", line)
}

// refusedProbe says why the mail server did not let us in, and who can do what.
func refusedProbe(place string, err error, cfg notify.SMTPConfig) diagnosis {
	said := err.Error()
	var failed *notify.SendError
	code := 0
	if errors.As(err, &failed) {
		said, code = failed.Answer(), failed.Code
	}
	f := found(checkFailure, "%s", withoutSecrets(said, cfg.Username, cfg.Password))
	var certificate *tls.CertificateVerificationError
	var network net.Error
	switch {
	case code == 535 || code == 534 || code == 530:
		return f.toDo("check mail.smtp.username and the password")
	case errors.As(err, &certificate):
		return f.toDo("use the name that is in the server's certificate as mail.smtp.host")
	case strings.Contains(strings.ToUpper(said), "STARTTLS"):
		return f.toDo("the server offers no encryption on this port: mail.smtp.tls: tls with port 465, or another server")
	case errors.As(err, &network):
		return f.toDo("check mail.smtp.host and mail.smtp.port, and whether a server runs at %s and a firewall lets us through", place)
	}
	return f.toDo("check mail.smtp.host, port and tls")
}

// withoutSecrets returns text without the password and what carries it in a login: servers have been seen to
// answer with what they were sent.
func withoutSecrets(text, username, password string) string {
	if password == "" {
		return text
	}
	secrets := []string{password}
	for _, carrier := range []string{password, "\x00" + username + "\x00" + password, username + "\x00" + username + "\x00" + password} {
		secrets = append(secrets, base64.StdEncoding.EncodeToString([]byte(carrier)))
	}
	for _, secret := range secrets {
		text = strings.ReplaceAll(text, secret, secretShown)
	}
	return text
}

// fromDomain returns the domain of an address, "" if it has none.
func fromDomain(address string) string {
	parsed, err := mail.ParseAddress(address)
	if err != nil {
		return ""
	}
	return strings.ToLower(parsed.Address[strings.LastIndexByte(parsed.Address, '@')+1:])
}

// sources returns a check for each enabled source that is read over the network; calendars come with the
// program.
func (d *doctor) sources() ([]examination, error) {
	names, err := d.sourceNames()
	if err != nil {
		return nil, err
	}
	asker := d.crawlerTrying(0) // one for all, so that two sources on one host are asked one after the other
	var all []examination
	for _, name := range names {
		if name == portalSource {
			portal := crawler.PortalSource{Name: name, URL: d.cfg.Sources.Portal.URL}
			all = append(all, examination{"source " + name, true, func(ctx context.Context) diagnosis {
				return reached(ctx, portal.URL, asker.ReachPortal(ctx, portal))
			}})
			continue
		}
		def, err := d.definition(name)
		if err != nil {
			return nil, err
		}
		if def.Kind == crawler.SourceCalendar {
			continue
		}
		all = append(all, examination{"source " + name, true, func(ctx context.Context) diagnosis {
			return reached(ctx, def.URL, asker.Reach(ctx, def))
		}})
	}
	return all, nil
}

// reached says what an attempt to reach a source came to.
func reached(ctx context.Context, address string, err error) diagnosis {
	if errors.Is(context.Cause(ctx), errTooSlow) {
		err = errTooSlow
	}
	var status *crawler.StatusError
	switch {
	case err == nil:
		return found(checkOK, "%s answers, and robots.txt allows it", address)
	case errors.Is(err, crawler.ErrRobots):
		return found(checkFailure, "%v", err).toDo("ask its operator for leave, or switch the source off")
	case errors.As(err, &status) && (status.Status == 404 || status.Status == 410):
		return found(checkFailure, "%s: %v", address, err).toDo("the page has moved: look for its new address")
	case errors.As(err, &status):
		return found(checkWarning, "%s: %v", address, err).toDo("try again later; if it stays so, look at the page in a browser")
	}
	return found(checkFailure, "%s: %v", address, err).toDo("check the network, and the address in a browser")
}

package main

import (
	"io/fs"
	"net"
	"net/mail"
	"os"
	"strings"

	"fundwatch/notify"
)

// finish resolves what depends on several keys and checks them against each other.
func (l *configLoader) finish() {
	l.finishPaths()
	l.finishPassword()
	l.checkSchedules()
	l.checkPortal()
	l.checkMail()
	l.checkDKIM()
	l.checkWeb()
}

// finishPaths fills in what lies beside the database.
func (l *configLoader) finishPaths() {
	c := l.config
	dir := l.find("mail.files.dir")
	c.Mail.Files.configured = dir.origin.file != "" && c.Mail.Files.Dir != ""
	if c.Database == "" {
		c.Database = defaultDatabase(l.environ)
	}
	if c.Database == "" {
		l.wrong("database", "no home folder is known to put the database in (HOME is not set)", "name a file")
	}
	c.UseDatabase(c.Database)
}

// finishPassword takes the SMTP password from its file. The environment counts before the file: a
// variable for one of the two keys overrules the other key in the file.
func (l *configLoader) finishPassword() {
	smtp := &l.config.Mail.SMTP
	inline, named := l.find("mail.smtp.password"), l.find("mail.smtp.password_file")
	switch {
	case inline.origin.file == environmentFile && named.origin.file != environmentFile:
		smtp.PasswordFile = ""
	case named.origin.file == environmentFile && inline.origin.file != environmentFile && smtp.PasswordFile != "":
		smtp.Password = ""
	}
	switch {
	case smtp.Password != "" && smtp.PasswordFile != "":
		l.wrong("mail.smtp.password_file", "mail.smtp.password is given too", "remove one of the two")
	case smtp.Password == secretShown:
		l.wrong("mail.smtp.password", secretShown+" only stands for a password in what 'config print' shows", "put the password into a file and name it in mail.smtp.password_file")
	case smtp.PasswordFile != "":
		smtp.Password = l.readSecret("mail.smtp.password_file", smtp.PasswordFile)
	case smtp.Password != "" && inline.origin.file == l.path:
		l.warnIfOpen("mail.smtp.password", l.path)
	}
}

// readSecret returns the content of a file without the line break at its end. Messages do not name
// the file: somebody may have put the secret itself into the key.
func (l *configLoader) readSecret(key, path string) string {
	const largest = 64 << 10
	data, err := readLimited(path, largest)
	if err != nil {
		l.wrong(key, "the file cannot be read: "+plainCause(err), "give the path of a file that fundwatch may read")
		return ""
	}
	l.warnIfOpen(key, path)
	secret := strings.TrimRight(string(data), "\r\n")
	switch {
	case secret == "":
		l.wrong(key, "the file is empty", "")
	case strings.ContainsAny(secret, "\r\n\x00"):
		l.wrong(key, "the file holds more than one line", "the secret alone")
	}
	return secret
}

// warnIfOpen warns of a secret that every user of the machine can read.
func (l *configLoader) warnIfOpen(key, path string) {
	const others fs.FileMode = 0o004
	if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && info.Mode().Perm()&others != 0 {
		l.doubtful(key, "every user of this machine can read this secret", "chmod o-r on its file")
	}
}

func (l *configLoader) checkPortal() {
	portal := l.config.Sources.Portal
	if portal.URL == "" {
		l.wrong("sources.portal.url", "the address is missing", "leave the key out for the portal's own")
	}
	if len(portal.Languages) == 0 {
		l.wrong("sources.portal.languages", "no language is left", "[en] has every call")
	}
}

func (l *configLoader) checkMail() {
	m := &l.config.Mail
	if m.From == "" {
		l.wrong("mail.from", "the sender is missing", "such as fundwatch <fundwatch@town.example>")
	}
	if m.Transport == "" {
		l.wrong("mail.transport", "want files or smtp", "")
	}
	if m.Transport != TransportSMTP {
		return
	}
	if m.From == exampleFrom {
		l.doubtful("mail.from", "mail goes out under the example address", "set an address of your own domain")
	}
	l.checkSMTP(&m.SMTP)
}

func (l *configLoader) checkSMTP(s *SMTPConfig) {
	const (
		submission = 587 // RFC 6409
		implicit   = 465 // RFC 8314
	)
	if s.Host == "" {
		l.wrong("mail.smtp.host", "the mail server is missing", "its host name, or mail.transport: files")
	}
	if s.TLS == "" {
		l.wrong("mail.smtp.tls", "want starttls, tls or none", "")
	}
	if s.Username != "" && s.Password == "" && s.PasswordFile == "" && !l.find("mail.smtp.password").bad && !l.find("mail.smtp.password_file").bad {
		l.wrong("mail.smtp.username", "a user name without a password", "name a file in mail.smtp.password_file")
	}
	if s.Username == "" && s.Password != "" {
		l.wrong("mail.smtp.username", "a password without a user name", "give both or neither")
	}
	if s.Username != "" && s.TLS == "none" && !thisMachine(s.Host) {
		l.wrong("mail.smtp.tls", "the password would cross the network unencrypted", "starttls or tls")
	}
	if s.TLS == "tls" && s.Port == submission || s.TLS == "starttls" && s.Port == implicit {
		l.doubtful("mail.smtp.port", "port and tls seldom go together so", "587 with starttls, 465 with tls")
	}
}

func thisMachine(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (l *configLoader) checkDKIM() {
	d := l.config.Mail.DKIM
	parts := []struct{ key, value string }{
		{"mail.dkim.domain", d.Domain}, {"mail.dkim.selector", d.Selector}, {"mail.dkim.key_file", d.KeyFile},
	}
	given := 0
	for _, part := range parts {
		if part.value != "" {
			given++
		}
	}
	if given == 0 {
		return
	}
	for _, part := range parts {
		if part.value == "" {
			l.wrong(part.key, "is missing: domain, selector and key_file go together", "give all three or none")
		}
	}
	if d.KeyFile != "" {
		l.checkKey(d.KeyFile)
	}
	if d.Domain != "" {
		l.checkAlignment(d.Domain)
	}
}

func (l *configLoader) checkKey(path string) {
	const largest = 64 << 10
	data, err := readLimited(path, largest)
	if err != nil {
		l.wrong("mail.dkim.key_file", "the file cannot be read: "+plainCause(err), "give the path of a file that fundwatch may read")
		return
	}
	l.warnIfOpen("mail.dkim.key_file", path)
	key, err := notify.ParseSigningKey(data)
	if err != nil {
		l.wrong("mail.dkim.key_file", err.Error(), "make one with: openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048")
		return
	}
	if notify.ShortKey(key) {
		l.doubtful("mail.dkim.key_file", "the key is shorter than 2048 bits, and some receivers will not count it", "make a longer one under a new selector")
	}
	l.config.Mail.DKIM.key = key
}

// checkAlignment warns of a signature that does not count for DMARC (RFC 7489, 3.1.1): the domain of
// the sender must be the signing one or lie under it.
func (l *configLoader) checkAlignment(domain string) {
	from, err := mail.ParseAddress(l.config.Mail.From)
	if err != nil {
		return
	}
	_, host, _ := strings.Cut(strings.ToLower(from.Address), "@")
	domain = strings.ToLower(domain)
	if host != domain && !strings.HasSuffix(host, "."+domain) {
		l.doubtful("mail.dkim.domain", "it is not the domain of mail.from: receivers will not count the signature", "sign with the sender's domain")
	}
}

func (l *configLoader) checkWeb() {
	w := &l.config.Web
	w.BaseURL = baseAddress(w.BaseURL)
	if w.Listen != "" && w.BaseURL == "" {
		l.wrong("web.base_url", "is missing: readers get links to these pages", "the public address, such as https://fundwatch.town.example")
	}
	if strings.HasPrefix(w.BaseURL, "http://") && !strings.HasPrefix(w.BaseURL, "http://localhost") && !strings.HasPrefix(w.BaseURL, "http://127.") {
		l.doubtful("web.base_url", "mail programs offer one-click unsubscribe only for https", "put a server with a certificate in front")
	}
	if w.Listen == "" && w.BaseURL != "" {
		l.doubtful("web.base_url", "no page is served there: web.listen is empty", "set web.listen too")
	}
}

// wrong reports a problem at the place where a key was given, unless its value is reported already.
func (l *configLoader) wrong(key, message, hint string) {
	if l.find(key).bad {
		return
	}
	l.problems = append(l.problems, l.placed(key, message, hint))
}

// doubtful is wrong for what stops nothing.
func (l *configLoader) doubtful(key, message, hint string) {
	l.warnings = append(l.warnings, l.placed(key, message, hint))
}

// placed returns a problem at the place where key was given; if it was not, at the nearest key of its
// section that was; if none was, in the file as a whole.
func (l *configLoader) placed(key, message, hint string) Problem {
	p := Problem{File: l.path, Key: key, Message: message, Hint: hint}
	if p.File == "" {
		p.File = environmentFile
	}
	if o := l.find(key).origin; o.file != "" {
		p.File, p.Line, p.Key = o.file, o.line, o.label
		return p
	}
	section := key[:strings.LastIndex(key, ".")+1]
	for _, s := range l.settings {
		if section != "" && strings.HasPrefix(s.key, section) && s.origin.file == l.path && l.path != "" {
			p.Line = s.origin.line
			return p
		}
	}
	return p
}

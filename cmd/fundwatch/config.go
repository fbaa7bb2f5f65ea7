package main

import (
	"crypto"
	"path/filepath"
	"strings"
	"time"

	"fundwatch/notify"
)

// A Config is everything an operator can set. Make one with [LoadConfig] or [DefaultConfig]; the zero
// Config is not usable. The yaml tags are the names of the keys: `mail.smtp.port` is
// FUNDWATCH_MAIL_SMTP_PORT in the environment.
type Config struct {
	Database string         `yaml:"database"` // path of the SQLite file
	Timezone string         `yaml:"timezone"` // zone of schedules and periods; LoadConfig has loaded it once
	Schedule ScheduleConfig `yaml:"schedule"`
	Crawler  CrawlerConfig  `yaml:"crawler"`
	Sources  SourcesConfig  `yaml:"sources"`
	Mail     MailConfig     `yaml:"mail"`
	Web      WebConfig      `yaml:"web"`

	// Warnings are doubtful settings that stop nothing; nil if there are none.
	Warnings Problems `yaml:"-"`
}

// A ScheduleConfig holds cron lines of five fields, meant in Config.Timezone.
type ScheduleConfig struct {
	Crawl     string `yaml:"crawl"`
	Digest    string `yaml:"digest"`
	Reminders string `yaml:"reminders"`
}

// A CrawlerConfig holds the manners of collecting.
type CrawlerConfig struct {
	Contact     string        `yaml:"contact"`      // mail address for the User-Agent; "" for none
	Timeout     time.Duration `yaml:"timeout"`      // of one request
	Delay       time.Duration `yaml:"delay"`        // between two requests to one host
	ShrinkLimit float64       `yaml:"shrink_limit"` // 0 to 1: share of calls whose loss holds a sweep
}

// A SourcesConfig says what is collected.
type SourcesConfig struct {
	Portal PortalConfig `yaml:"portal"`

	other []sourceSetting // built-in sources that are changed, and sources of one's own
}

// A PortalConfig is the EU Funding & Tenders Portal as a source.
type PortalConfig struct {
	Enabled    bool     `yaml:"enabled"`
	URL        string   `yaml:"url"`        // of the search API
	Programmes []string `yaml:"programmes"` // short codes, or the portal's numbers; empty: all
	Languages  []string `yaml:"languages"`  // of the 24; never empty
}

// A MailConfig says how digests leave the house.
type MailConfig struct {
	Transport         string      `yaml:"transport"` // TransportFiles or TransportSMTP
	From              string      `yaml:"from"`      // mail address with an optional name
	ReplyTo           string      `yaml:"reply_to"`  // the same, or ""
	Files             FilesConfig `yaml:"files"`
	SMTP              SMTPConfig  `yaml:"smtp"`
	DKIM              DKIMConfig  `yaml:"dkim"`
	UnsubscribeMailto string      `yaml:"unsubscribe_mailto"` // address with TOKEN in it, or ""
	BounceAddress     string      `yaml:"bounce_address"`     // address with TOKEN in it, or ""
}

// The values of MailConfig.Transport.
const (
	TransportFiles = "files" // every mail becomes a file
	TransportSMTP  = "smtp"
)

// A FilesConfig is the transport that writes files.
type FilesConfig struct {
	Dir string `yaml:"dir"` // outbox beside the database unless configured

	configured bool // Dir was given, and stays when the database moves
}

// An SMTPConfig is the mail server that takes our mail.
type SMTPConfig struct {
	Host          string `yaml:"host"`
	Port          int    `yaml:"port"`
	TLS           string `yaml:"tls"`           // starttls, tls or none
	Username      string `yaml:"username"`      // "" for no log-in
	Password      string `yaml:"password"`      // secret; the content of PasswordFile if that is given
	PasswordFile  string `yaml:"password_file"` // path, or ""
	Connections   int    `yaml:"connections"`
	RatePerMinute int    `yaml:"rate_per_minute"` // 0: no limit
}

// A DKIMConfig signs mail. All three are given, or none.
type DKIMConfig struct {
	Domain   string `yaml:"domain"`
	Selector string `yaml:"selector"`
	KeyFile  string `yaml:"key_file"` // path of a PEM private key

	key crypto.Signer // what KeyFile holds; nil if it is not given
}

// signing returns what signs mails; the zero value if nothing was configured.
func (d *DKIMConfig) signing() notify.Signing {
	if d.key == nil {
		return notify.Signing{}
	}
	return notify.Signing{Domain: d.Domain, Selector: d.Selector, Key: d.key}
}

// A WebConfig is the web server for subscribers.
type WebConfig struct {
	Listen  string `yaml:"listen"`   // host:port; "" for no web pages
	BaseURL string `yaml:"base_url"` // how readers reach it, without a slash at the end; "" if they do not

	TrustedProxies []string `yaml:"trusted_proxies"` // addresses or networks whose X-Forwarded-For is believed
}

// exampleFrom is the sender until one is configured. example.org belongs to nobody (RFC 2606), so that
// a forgotten setting cannot write in somebody's name.
const exampleFrom = "fundwatch <fundwatch@example.org>"

// portalURL is the portal's search API; checked 2026-11-22.
const portalURL = "https://api.tech.ec.europa.eu/search-api/prod/rest/search"

// DefaultConfig returns the configuration that holds without any file. The environment says where a
// user's data lie: the database is $XDG_DATA_HOME/fundwatch/fundwatch.db, or the same under
// ~/.local/share, and "" if no home is known.
func DefaultConfig(environ []string) *Config {
	c := &Config{
		Timezone: "Europe/Brussels",
		Schedule: ScheduleConfig{Crawl: "15 5 * * *", Digest: "30 7 * * TUE", Reminders: "0 7 * * MON-FRI"},
		Crawler:  CrawlerConfig{Timeout: 90 * time.Second, Delay: time.Second, ShrinkLimit: 0.5},
		Sources:  SourcesConfig{Portal: PortalConfig{Enabled: true, URL: portalURL, Languages: []string{"en"}}},
		Mail: MailConfig{
			Transport: TransportFiles, From: exampleFrom,
			SMTP: SMTPConfig{Host: "localhost", Port: 587, TLS: "starttls", Connections: 2, RatePerMinute: 120},
		},
	}
	c.UseDatabase(defaultDatabase(environ))
	return c
}

// UseDatabase moves the database to file, and the folder of mail files beside it unless that folder
// was configured.
func (c *Config) UseDatabase(file string) {
	c.Database = file
	if !c.Mail.Files.configured {
		c.Mail.Files.Dir = filepath.Join(filepath.Dir(file), "outbox")
	}
}

func defaultDatabase(environ []string) string {
	data := lookupEnv(environ, "XDG_DATA_HOME")
	if !filepath.IsAbs(data) { // the XDG rules want a relative path ignored
		home := lookupEnv(environ, "HOME")
		if home == "" {
			return ""
		}
		data = filepath.Join(home, ".local", "share")
	}
	return filepath.Join(data, "fundwatch", "fundwatch.db")
}

// lookupEnv returns the value of a variable in a list of NAME=value, the last if it is there twice, or
// "" if it is not.
func lookupEnv(environ []string, name string) string {
	for i := len(environ) - 1; i >= 0; i-- {
		if key, value, _ := strings.Cut(environ[i], "="); key == name {
			return value
		}
	}
	return ""
}

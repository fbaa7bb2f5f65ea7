package main

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"fundwatch/calls"
)

// A setting is one key of the configuration, bound to its field of a Config. One list of settings
// serves the file, the environment, `config print` and the checks, so that they cannot disagree.
type setting struct {
	key    string  // dotted, such as "mail.smtp.port"
	list   bool    // several values
	path   *string // the field, if it is the path of a file or folder; else nil
	set    func(yamlNode) *fault
	show   func() string // as YAML
	bad    bool          // what was given is reported already
	origin origin        // where its value was given; zero for a default
}

// An origin is the place where a value was given.
type origin struct {
	file  string // "" if it was not given
	line  int
	label string // the key, or the variable's name
}

// settings returns every key in the order in which people should read them. programmes is asked only
// when a programme is named: its table is not worth reading for most commands.
func (c *Config) settings(programmes func() (programmeNames, error)) []*setting {
	smtp, dkim, portal := &c.Mail.SMTP, &c.Mail.DKIM, &c.Sources.Portal
	return []*setting{
		pathSetting("database", &c.Database),
		textSetting("timezone", &c.Timezone, checkZone),
		textSetting("schedule.crawl", &c.Schedule.Crawl, nil), // cron lines are checked when the zone is known
		textSetting("schedule.digest", &c.Schedule.Digest, nil),
		textSetting("schedule.reminders", &c.Schedule.Reminders, nil),
		textSetting("crawler.contact", &c.Crawler.Contact, checkMailbox),
		durationSetting("crawler.timeout", &c.Crawler.Timeout, time.Second),
		durationSetting("crawler.delay", &c.Crawler.Delay, 0),
		shareSetting("crawler.shrink_limit", &c.Crawler.ShrinkLimit),
		switchSetting("sources.portal.enabled", &portal.Enabled),
		textSetting("sources.portal.url", &portal.URL, checkURL),
		listSetting("sources.portal.programmes", &portal.Programmes, checkProgramme(programmes)),
		listSetting("sources.portal.languages", &portal.Languages, checkLanguage),
		textSetting("mail.transport", &c.Mail.Transport, checkOneOf(TransportFiles, TransportSMTP)),
		textSetting("mail.from", &c.Mail.From, checkSender),
		textSetting("mail.reply_to", &c.Mail.ReplyTo, checkSender),
		textSetting("mail.unsubscribe_mailto", &c.Mail.UnsubscribeMailto, checkTokenAddress),
		textSetting("mail.bounce_address", &c.Mail.BounceAddress, checkTokenAddress),
		pathSetting("mail.files.dir", &c.Mail.Files.Dir),
		textSetting("mail.smtp.host", &smtp.Host, checkHost),
		wholeSetting("mail.smtp.port", &smtp.Port, 1, 65535),
		textSetting("mail.smtp.tls", &smtp.TLS, checkOneOf("starttls", "tls", "none")),
		textSetting("mail.smtp.username", &smtp.Username, nil),
		secretSetting("mail.smtp.password", &smtp.Password),
		pathSetting("mail.smtp.password_file", &smtp.PasswordFile),
		wholeSetting("mail.smtp.connections", &smtp.Connections, 1, 32),
		wholeSetting("mail.smtp.rate_per_minute", &smtp.RatePerMinute, 0, 1_000_000),
		textSetting("mail.dkim.domain", &dkim.Domain, checkDomain),
		textSetting("mail.dkim.selector", &dkim.Selector, checkDomain),
		pathSetting("mail.dkim.key_file", &dkim.KeyFile),
		textSetting("web.listen", &c.Web.Listen, checkListen),
		textSetting("web.base_url", &c.Web.BaseURL, checkBaseURL),
		listSetting("web.trusted_proxies", &c.Web.TrustedProxies, checkNetwork),
	}
}

// A check says what is wrong with a text that is not empty; nil if nothing is.
type check func(text string) *fault

func textSetting(key string, p *string, good check) *setting {
	set := func(n yamlNode) *fault {
		text, f := oneText(n)
		if f == nil && good != nil && text != "" {
			f = good(text)
		}
		if f == nil {
			*p = text
		}
		return f
	}
	return &setting{key: key, set: set, show: func() string { return yamlQuote(*p) }}
}

func pathSetting(key string, p *string) *setting {
	s := textSetting(key, p, checkPath)
	s.path = p
	return s
}

// secretShown stands for a secret in what `config print` writes.
const secretShown = "(set)"

func secretSetting(key string, p *string) *setting {
	s := textSetting(key, p, nil)
	s.show = func() string {
		if *p == "" {
			return `""`
		}
		return yamlQuote(secretShown)
	}
	return s
}

func wholeSetting(key string, p *int, least, most int) *setting {
	want := "want a whole number from " + strconv.Itoa(least) + " to " + strconv.Itoa(most)
	set := func(n yamlNode) *fault {
		text, f := oneText(n)
		if f != nil {
			return f
		}
		number, err := strconv.Atoi(text)
		if err != nil || number < least || number > most {
			return &fault{quoteShort(text) + " is out of range or no number", want}
		}
		*p = number
		return nil
	}
	return &setting{key: key, set: set, show: func() string { return strconv.Itoa(*p) }}
}

func shareSetting(key string, p *float64) *setting {
	set := func(n yamlNode) *fault {
		text, f := oneText(n)
		if f != nil {
			return f
		}
		share, err := strconv.ParseFloat(text, 64)
		if err != nil || !(share >= 0 && share <= 1) { // written so that NaN fails
			return &fault{quoteShort(text) + " is no share", "want a number from 0 to 1, such as 0.5 for a half"}
		}
		*p = share
		return nil
	}
	return &setting{key: key, set: set, show: func() string { return strconv.FormatFloat(*p, 'g', -1, 64) }}
}

func durationSetting(key string, p *time.Duration, least time.Duration) *setting {
	const most = time.Hour
	set := func(n yamlNode) *fault {
		text, f := oneText(n)
		if f != nil {
			return f
		}
		d, err := time.ParseDuration(text)
		if err != nil {
			return &fault{quoteShort(text) + " is no length of time", "write it with a unit: 90s, 1m30s, 500ms"}
		}
		if d < least || d > most {
			return &fault{quoteShort(text) + " is out of range", "want " + least.String() + " to " + most.String()}
		}
		*p = d
		return nil
	}
	return &setting{key: key, set: set, show: func() string { return (*p).String() }}
}

func switchSetting(key string, p *bool) *setting {
	set := func(n yamlNode) *fault {
		text, f := oneText(n)
		if f != nil {
			return f
		}
		on, f := parseSwitch(text)
		if f == nil {
			*p = on
		}
		return f
	}
	return &setting{key: key, set: set, show: func() string { return strconv.FormatBool(*p) }}
}

// parseSwitch reads a truth value as configurations and spreadsheets in English write it.
func parseSwitch(text string) (bool, *fault) {
	switch strings.ToLower(text) {
	case "true", "yes", "on", "1":
		return true, nil
	case "false", "no", "off", "0":
		return false, nil
	}
	return false, &fault{quoteShort(text) + " is neither true nor false", "write true or false"}
}

// listSetting reads a list whose items pass good, which may also rewrite them.
func listSetting(key string, p *[]string, good func(item string) (string, *fault)) *setting {
	set := func(n yamlNode) *fault {
		if n.kind != yamlList && n.kind != yamlNull {
			return &fault{"want a list", "write [A, B], or [] for none"}
		}
		var items []string
		var faults []*fault
		for _, node := range n.items {
			item, f := oneText(node)
			if f == nil {
				item, f = good(item)
			}
			if f != nil {
				faults = append(faults, f)
				continue
			}
			items = append(items, item)
		}
		*p = items
		return joinFaults(faults)
	}
	return &setting{key: key, list: true, set: set, show: func() string { return yamlFlow(*p) }}
}

// joinFaults makes one fault of those of a list's items; nil if there are none. Equal hints stand once.
func joinFaults(faults []*fault) *fault {
	if len(faults) == 0 {
		return nil
	}
	var messages, hints []string
	for _, f := range faults {
		messages = append(messages, f.message)
		if f.hint != "" && !slices.Contains(hints, f.hint) {
			hints = append(hints, f.hint)
		}
	}
	return &fault{strings.Join(messages, "; "), strings.Join(hints, "; ")}
}

// oneText returns the text of a scalar; a key with nothing after it gives "".
func oneText(n yamlNode) (string, *fault) {
	switch n.kind {
	case yamlNull:
		return "", nil
	case yamlScalar:
		text := strings.TrimSpace(n.text)
		if calls.CleanLine(text, 0) != strings.Join(strings.Fields(text), " ") || strings.ContainsAny(text, "\r\n") {
			return "", &fault{"the value holds a line break or an invisible character", "write it on one line"}
		}
		return text, nil
	}
	return "", &fault{"want one value, not a list or a section", ""}
}

package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// homeOnly is an environment in which nothing is configured.
var homeOnly = []string{"HOME=/home/clerk"}

var ignoreUnexported = cmpopts.IgnoreUnexported(DKIMConfig{}, FilesConfig{}, SourcesConfig{})

// writeConfig writes a configuration into a folder of its own and returns its path.
func writeConfig(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// problemLines loads a configuration and returns its problems with the folder cut away.
func problemLines(t *testing.T, text string, environ ...string) []string {
	t.Helper()
	path := writeConfig(t, text)
	_, err := LoadConfig(path, append(environ, homeOnly...))
	if err == nil {
		return nil
	}
	var problems Problems
	if !errors.As(err, &problems) {
		t.Fatalf("error is a %T, want Problems: %v", err, err)
	}
	return strings.Split(strings.ReplaceAll(err.Error(), filepath.Dir(path)+"/", ""), "\n")
}

func TestConfigDefaults(t *testing.T) {
	t.Parallel()
	c, err := LoadConfig("", []string{"HOME=/home/clerk", "XDG_DATA_HOME=relative"})
	if err != nil {
		t.Fatal(err)
	}
	if want := "/home/clerk/.local/share/fundwatch/fundwatch.db"; c.Database != want {
		t.Errorf("database %q, want %q", c.Database, want)
	}
	if want := "/home/clerk/.local/share/fundwatch/outbox"; c.Mail.Files.Dir != want {
		t.Errorf("mail files %q, want %q", c.Mail.Files.Dir, want)
	}
	if c.Warnings != nil {
		t.Errorf("warnings %v, want none", c.Warnings)
	}
	xdg := DefaultConfig([]string{"XDG_DATA_HOME=/data", "HOME=/home/clerk"})
	if want := "/data/fundwatch/fundwatch.db"; xdg.Database != want {
		t.Errorf("database %q, want %q", xdg.Database, want)
	}
}

func TestConfigDatabaseMoves(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, text, want string }{
		{"folder follows", "timezone: UTC\n", "/elsewhere/outbox"},
		{"configured folder stays", "mail: {files: {dir: /mails}}\n", "/mails"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c, err := LoadConfig(writeConfig(t, test.text), homeOnly)
			if err != nil {
				t.Fatal(err)
			}
			c.UseDatabase("/elsewhere/x.db")
			if c.Mail.Files.Dir != test.want || c.Database != "/elsewhere/x.db" {
				t.Errorf("UseDatabase: mail files %q, want %q", c.Mail.Files.Dir, test.want)
			}
		})
	}
}

func TestConfigWithoutHome(t *testing.T) {
	t.Parallel()
	if _, err := LoadConfig("", nil); err == nil || !strings.Contains(err.Error(), "no home folder is known") {
		t.Errorf("LoadConfig without HOME: %v, want a problem with the database", err)
	}
	c, err := LoadConfig("", []string{"FUNDWATCH_DATABASE=/srv/fw.db"})
	if err != nil || c.Database != "/srv/fw.db" || c.Mail.Files.Dir != "/srv/outbox" {
		t.Errorf("LoadConfig = %+v, %v; want the database of the environment", c, err)
	}
}

func TestConfigFileThenEnvironment(t *testing.T) {
	t.Parallel()
	path := writeConfig(t, `
database: data/fw.db
crawler: {timeout: 10s, delay: 2s, shrink_limit: .25}
sources:
  portal: {enabled: no, programmes: [cerv, "43353764", 99999999], languages: [en, DE]}
mail:
  smtp:
    port: 2525
    host:
`)
	c, err := LoadConfig(path, append([]string{
		"FUNDWATCH_CRAWLER_TIMEOUT=1s", "FUNDWATCH_CRAWLER_TIMEOUT=20s",
		"FUNDWATCH_SOURCES_PORTAL_LANGUAGES=fr, pl", "FUNDWATCH_MAIL_SMTP_HOST=mail.town.example",
		"FUNDWATCH_CONFIG=x", "FUNDWATCH_CAPTURES=y", "FUNDWATCH=z", "FUNDWATCHER_X=1",
	}, homeOnly...))
	if err != nil {
		t.Fatal(err)
	}
	want := DefaultConfig(homeOnly)
	want.UseDatabase(filepath.Join(filepath.Dir(path), "data", "fw.db"))
	want.Crawler = CrawlerConfig{Timeout: 20 * time.Second, Delay: 2 * time.Second, ShrinkLimit: 0.25}
	want.Sources.Portal.Enabled = false
	want.Sources.Portal.Programmes = []string{"CERV", "ERASMUS", "99999999"}
	want.Sources.Portal.Languages = []string{"fr", "pl"}
	want.Mail.SMTP.Port = 2525
	want.Mail.SMTP.Host = "mail.town.example"
	if diff := cmp.Diff(want, c, ignoreUnexported); diff != "" {
		t.Errorf("LoadConfig (-want +got):\n%s", diff)
	}
}

func TestConfigProblems(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, text string
		environ    []string
		want       []string // beginnings of the problems, in order
	}{
		{"unknown keys", "databse: x\nmail:\n  smpt: {port: 1}\n  host: y\nlogging: {level: debug}\n", nil, []string{
			"config.yaml:1: databse: unknown key (did you mean database?)",
			"config.yaml:3: mail.smpt: unknown key (did you mean mail.smtp?)",
			"config.yaml:4: mail.host: unknown key (did you mean mail.smtp.host?)",
			"config.yaml:5: logging: unknown key (keys here: database, timezone, schedule, crawler, sources, mail, web)",
		}},
		{"wrong kinds of value", "database: [a]\nmail: smtp\nsources: {portal: {languages: en, enabled: maybe}}\n", nil, []string{
			"config.yaml:1: database: want one value, not a list or a section",
			"config.yaml:2: mail: want a section with keys of its own (keys here: transport, from,",
			"config.yaml:3: sources.portal.languages: want a list (write [A, B], or [] for none)",
			`config.yaml:3: sources.portal.enabled: "maybe" is neither true nor false`,
		}},
		{"numbers and times", "crawler:\n  timeout: 90\n  delay: -1s\n  shrink_limit: 1.5\nmail:\n  smtp: {port: 70000, connections: 0, rate_per_minute: x}\n", nil, []string{
			`config.yaml:2: crawler.timeout: "90" is no length of time (write it with a unit: 90s`,
			`config.yaml:3: crawler.delay: "-1s" is out of range`,
			`config.yaml:4: crawler.shrink_limit: "1.5" is no share`,
			`config.yaml:6: mail.smtp.port: "70000" is out of range or no number (want a whole number from 1 to 65535)`,
			`config.yaml:6: mail.smtp.connections: "0" is out of range`,
			`config.yaml:6: mail.smtp.rate_per_minute: "x" is out of range or no number`,
		}},
		{"share that is no number", "crawler: {shrink_limit: .nan}\n", nil, []string{`config.yaml:1: crawler.shrink_limit: ".nan" is no share`}},
		{"schedules", "schedule:\n  crawl: \"61 7 * * *\"\n  digest: \"0 7 * * 7\"\n  reminders: \"0 7 31 2 *\"\n", nil, []string{
			`config.yaml:2: schedule.crawl: "61 7 * * *" is no schedule (end of range (61) above maximum (59): 61)`,
			`config.yaml:3: schedule.digest: "0 7 * * 7" is no schedule (Sunday is 0 or SUN, not 7)`,
			`config.yaml:4: schedule.reminders: "0 7 31 2 *" never comes`,
		}},
		{"more schedules", "schedule:\n  crawl: \"TZ=UTC\"\n  digest: \"@every 1h\"\n  reminders: \"\"\n", nil, []string{
			`config.yaml:2: schedule.crawl: a schedule has no zone of its own (set timezone)`,
			`config.yaml:3: schedule.digest: @every has no fixed hours`,
			`config.yaml:4: schedule.reminders: the schedule is missing`,
		}},
		{"hour of the clock change", "schedule: {crawl: \"30 2 * * *\"}\n", nil, []string{
			`config.yaml:1: schedule.crawl: an hour of this schedule lies between 02:00 and 03:00`,
		}},
		{"time zone", "timezone: Brussels\n", nil, []string{`config.yaml:1: timezone: "Brussels" is no time zone`}},
		{"addresses", "crawler: {contact: \"Office <a@b.example>\"}\nmail:\n  from: nobody\n  reply_to: \"a@b.example\\nBcc: c@d.example\"\n  bounce_address: bounce@town.example\n  unsubscribe_mailto: TOKEN@TOKEN.example\n", nil, []string{
			`config.yaml:1: crawler.contact: "Office <a@b.example>" is no mail address (the address alone`,
			`config.yaml:3: mail.from: "nobody" is no mail address`,
			`config.yaml:4: mail.reply_to: the value holds a line break or an invisible character`,
			`config.yaml:5: mail.bounce_address: the word TOKEN must stand once, before the @`,
			`config.yaml:6: mail.unsubscribe_mailto: the word TOKEN must stand once, before the @`,
		}},
		{"web", "web:\n  listen: \"8080\"\n  base_url: ftp://town.example\nsources: {portal: {url: \"https://user:pass@x.example\"}}\n", nil, []string{
			`config.yaml:2: web.listen: "8080" is no address to listen on`,
			`config.yaml:3: web.base_url: a web address must begin with https:// or http://`,
			`config.yaml:4: sources.portal.url: a web address must not hold a user name or password`,
		}},
		{"pages with a question", "web: {base_url: \"https://town.example/?a=b\"}\n", nil, []string{`config.yaml:1: web.base_url: the address of the pages must not hold a ?`}},
		{"pages with a bare question mark", "web: {base_url: \"https://town.example?\"}\n", nil, []string{`config.yaml:1: web.base_url: the address of the pages must not hold a ?`}},
		{"pages with an apostrophe", "web: {base_url: \"https://town.example/l'Europe\"}\n", nil, []string{`config.yaml:1: web.base_url: the address of the pages must not hold an apostrophe`}},
		{"pages below an empty part", "web: {base_url: \"https://town.example//fw/\"}\n", nil, []string{`config.yaml:1: web.base_url: the path of the pages must not hold empty or dotted parts (browsers leave them out: write /fw)`}},
		{"pages below a dotted part", "web: {base_url: \"https://town.example/a/%2e%2e/fw\"}\n", nil, []string{`config.yaml:1: web.base_url: the path of the pages must not hold empty or dotted parts`}},
		{"pages without their address", "web: {listen: \":8080\"}\n", nil, []string{`config.yaml:1: web.base_url: is missing`}},
		{"names", "mail:\n  transport: stmp\n  smtp: {tls: ssl}\nsources:\n  portal: {programmes: [CREV], languages: [no, xx]}\n", nil, []string{
			`config.yaml:2: mail.transport: "stmp" is not known (did you mean smtp?)`,
			`config.yaml:3: mail.smtp.tls: "ssl" is not known`,
			`config.yaml:5: sources.portal.programmes: "CREV" is no programme (did you mean `,
			`config.yaml:5: sources.portal.languages: "no" is no official language of the EU; "xx" is no official language of the EU (one of: bg cs`,
		}},
		{"mail server half configured", "mail:\n  transport: smtp\n  smtp: {host: \"\", username: u, tls: none}\n", nil, []string{
			`config.yaml:3: mail.smtp.host: the mail server is missing`,
			`config.yaml:3: mail.smtp.username: a user name without a password`,
			`config.yaml:3: mail.smtp.tls: the password would cross the network unencrypted`,
		}},
		{"signature half configured", "mail:\n  dkim:\n    domain: town.example\n    selector: a b\n", nil, []string{
			`config.yaml:3: mail.dkim.key_file: is missing: domain, selector and key_file go together`,
			`config.yaml:4: mail.dkim.selector: "a b" is no domain name`,
		}},
		{"own source", "sources:\n  my-region:\n    kind: html\n  protal: {}\n", nil, []string{
			`config.yaml:3: sources.my-region.name: the name for people is missing`,
			`config.yaml:3: sources.my-region.url: the address is missing`,
			`config.yaml:3: sources.my-region.item: the selector of one call is missing`,
			`config.yaml:3: sources.my-region.fields.title: the rule for the title is missing`,
			`config.yaml:4: sources.protal: no source is built in under this name (did you mean portal?)`,
		}},
		{"environment", "timezone: UTC\n", []string{
			"FUNDWATCH_MAIL_SMTP_PROT=25", "FUNDWATCH_MAIL_SMTP_PORT=x", "FUNDWATCH_WEB_FLAVOUR=y", "FUNDWATCH_SOURCES_PORTAL_LANGUAGES=xx",
		}, []string{
			"environment: FUNDWATCH_MAIL_SMTP_PROT: no key has this variable (did you mean FUNDWATCH_MAIL_SMTP_PORT",
			`environment: FUNDWATCH_MAIL_SMTP_PORT: "x" is out of range or no number`,
			"environment: FUNDWATCH_WEB_FLAVOUR: no key has this variable (see 'fundwatch config print'",
			`environment: FUNDWATCH_SOURCES_PORTAL_LANGUAGES: "xx" is no official language`,
		}},
		{"twice", "timezone: UTC\ntimezone: UTC\n", nil, []string{"config.yaml:2: timezone: already given on line 1"}},
		{"second document", "timezone: UTC\n---\ntimezone: UTC\n", nil, []string{"config.yaml:3: a second document begins here"}},
		{"bomb", "a: &a [x, x]\nb: [*a, *a]\n", nil, []string{
			"config.yaml:1: anchors (&) and aliases (*) are not used here",
			"config.yaml:1: a: unknown key",
			"config.yaml:2: anchors (&) and aliases (*) are not used here",
			"config.yaml:2: anchors (&) and aliases (*) are not used here",
			"config.yaml:2: b: unknown key",
		}},
		{"no map", "- a\n", nil, []string{"config.yaml:1: want a section with keys of its own"}},
		{"too large", strings.Repeat("#", largestConfig+1), nil, []string{"config.yaml: cannot be read: it is larger than 1024 KiB"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			comparePrefixes(t, problemLines(t, test.text, test.environ...), test.want)
		})
	}
}

// comparePrefixes wants as many lines as there are beginnings, each with its own.
func comparePrefixes(t *testing.T, got, want []string) {
	t.Helper()
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(got):
			t.Errorf("missing line:\n%s", want[i])
		case i >= len(want):
			t.Errorf("unexpected line:\n%s", got[i])
		case !strings.HasPrefix(got[i], want[i]):
			t.Errorf("line %d:\n got %s\nwant %s", i, got[i], want[i])
		}
	}
}

func TestConfigEmptyFile(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "# nothing\n", "---\n", "\ufeff", "mail:\n"} {
		c, err := LoadConfig(writeConfig(t, text), homeOnly)
		if err != nil {
			t.Errorf("LoadConfig of %q: %v, want the defaults", text, err)
			continue
		}
		if diff := cmp.Diff(DefaultConfig(homeOnly), c, ignoreUnexported); diff != "" {
			t.Errorf("LoadConfig of %q (-want +got):\n%s", text, diff)
		}
	}
}

func TestConfigMissingFile(t *testing.T) {
	t.Parallel()
	_, err := LoadConfig("/no/such/config.yaml", homeOnly)
	if want := "/no/such/config.yaml: cannot be read: no such file or directory"; err == nil || err.Error() != want {
		t.Errorf("LoadConfig = %v, want %s", err, want)
	}
}

func TestClockChange(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		zone, line string
		refused    bool
	}{
		{"Europe/Brussels", "30 2 * * *", true},
		{"Europe/Brussels", "0 1-5 * * *", true},
		{"Europe/Brussels", "0 */2 * * *", true},
		{"Europe/Brussels", "0 * * * *", false},
		{"Europe/Brussels", "@hourly", false},
		{"Europe/Brussels", "@daily", false},
		{"Europe/Brussels", "30 3 * * *", false},
		{"Europe/Helsinki", "30 3 * * *", true},
		{"Europe/Helsinki", "30 2 * * *", false},
		{"Europe/Lisbon", "30 1 * * *", true},
		{"Atlantic/Reykjavik", "30 2 * * *", false},
		{"UTC", "30 2 * * *", false},
		{"Europe/Brussels", "0 0 29 2 *", false},
	} {
		zone, err := time.LoadLocation(test.zone)
		if err != nil {
			t.Fatal(err)
		}
		if f := checkSchedule(test.line, zone); (f != nil) != test.refused {
			t.Errorf("checkSchedule(%q, %s) = %+v, want refused %v", test.line, test.zone, f, test.refused)
		}
	}
}

func TestConfigWarnings(t *testing.T) {
	t.Parallel()
	path := writeConfig(t, "schedule: {crawl: \"0 5 1 * MON\"}\nmail:\n  transport: smtp\n  smtp: {port: 465}\nweb: {base_url: \"http://town.example/\"}\n")
	c, err := LoadConfig(path, homeOnly)
	if err != nil {
		t.Fatal(err)
	}
	if c.Web.BaseURL != "http://town.example" {
		t.Errorf("base_url %q, want it without the slash", c.Web.BaseURL)
	}
	got := strings.Split(strings.ReplaceAll(c.Warnings.Error(), filepath.Dir(path)+"/", ""), "\n")
	comparePrefixes(t, got, []string{
		"config.yaml:1: schedule.crawl: a day of the month and a day of the week together mean: on either",
		"config.yaml:3: mail.from: mail goes out under the example address",
		"config.yaml:4: mail.smtp.port: port and tls seldom go together so",
		"config.yaml:5: web.base_url: mail programs offer one-click unsubscribe only for https",
		"config.yaml:5: web.base_url: no page is served there",
	})
	var b strings.Builder
	if err := c.Check(&b, "config.yaml"); err != nil || !strings.HasPrefix(b.String(), "config.yaml: no problem, but 5 doubtful:\n") {
		t.Errorf("Check wrote %q, %v", b.String(), err)
	}
}

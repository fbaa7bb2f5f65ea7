package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// examined runs doctor with the answers of a resolver and returns what it found, by check, and all it said.
func examined(t *testing.T, environ []string, dns resolver, args ...string) (map[string][]diagnosis, string, int) {
	t.Helper()
	var out, errs strings.Builder
	code := run(context.Background(), surroundings{
		args: append([]string{"doctor", "--json"}, args...), environ: environ, in: strings.NewReader(""),
		out: &out, err: &errs, now: time.Now, resolver: dns,
	})
	var view doctorView
	if err := json.Unmarshal([]byte(out.String()), &view); err != nil {
		t.Fatalf("no JSON: %v\n%s%s", err, out.String(), errs.String())
	}
	by := map[string][]diagnosis{}
	for _, f := range view.Checks {
		by[f.Check] = append(by[f.Check], f)
		if needsPerson := f.Verdict == checkWarning || f.Verdict == checkFailure; needsPerson != (f.Do != nil) && f.Check != "configuration" && f.Verdict != unchecked {
			t.Errorf("%s is %s and what to do is %v: %s", f.Check, f.Verdict, f.Do, f.Found)
		}
	}
	return by, out.String() + errs.String(), code
}

// wantVerdicts compares the verdicts of the checks named.
func wantVerdicts(t *testing.T, got map[string][]diagnosis, want map[string]verdict) {
	t.Helper()
	for check, v := range want {
		if len(got[check]) == 0 || got[check][0].Verdict != v {
			t.Errorf("%s: got %+v, want %s", check, got[check], v)
		}
	}
}

// town returns settings of an installation that lacks nothing, and the answers of its domain.
func town(t *testing.T) ([]string, zone) {
	t.Helper()
	_, environ := standIn(t, 1)
	server, err := newMailServer(t)
	if err != nil {
		t.Fatal(err)
	}
	must(t, environ, "crawl", "--now", "2026-09-01")
	key := filepath.Join(t.TempDir(), "dkim.pem")
	if err := os.WriteFile(key, []byte(testKey), 0o600); err != nil {
		t.Fatal(err)
	}
	record, err := publishedKey(key)
	if err != nil {
		t.Fatal(err)
	}
	environ = append(append(environ, server.settings()...),
		envPair("CRAWLER_CONTACT", "officer@town.example"), envPair("MAIL_FROM", "Town <fundwatch@town.example>"),
		envPair("MAIL_UNSUBSCRIBE_MAILTO", "stop+TOKEN@town.example"),
		envPair("MAIL_DKIM_DOMAIN", "town.example"), envPair("MAIL_DKIM_SELECTOR", "fw"), envPair("MAIL_DKIM_KEY_FILE", key))
	return environ, zone{
		"town.example":               {"v=spf1 mx ~all"},
		"_dmarc.town.example":        {"v=DMARC1; p=none"},
		"fw._domainkey.town.example": {record},
	}
}

// testKey is an Ed25519 key made for this test alone.
const testKey = `-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f
-----END PRIVATE KEY-----
`

func TestDoctorInGoodWeather(t *testing.T) {
	t.Parallel()
	environ, dns := town(t)
	got, said, _ := examined(t, environ, dns)
	wantVerdicts(t, got, map[string]verdict{
		"database": checkOK, "token key": checkOK, "disk": checkOK, "clock": checkOK, "schedules": checkOK, "contact": checkOK, "web pages": unchecked,
		"sender": checkOK, "ways to stop": checkOK, "mail server": checkOK, "SPF": checkOK, "DKIM": checkOK, "DMARC": checkOK,
		"source portal": checkOK,
	})
	if strings.Contains(said, "officer@") || strings.Contains(said, "PRIVATE KEY") {
		t.Errorf("it says more than it should:\n%s", said)
	}
	// An installation that only tries things out needs nobody either.
	_, environ = standIn(t, 1)
	environ = append(environ, envPair("CRAWLER_CONTACT", "officer@town.example"))
	must(t, environ, "crawl", "--now", "2026-09-01")
	if _, said, code := examined(t, environ, dns); code != exitDone {
		t.Errorf("exit code %d:\n%s", code, said)
	}
}

// brokenDNS is a name server that does not answer.
type brokenDNS struct{}

func (brokenDNS) LookupTXT(context.Context, string) ([]string, error) {
	return nil, &net.DNSError{Err: "server misbehaving", IsTemporary: true}
}

// Without a network the checks that need none are made, and the others say so soon.
func TestDoctorWithoutANetwork(t *testing.T) {
	t.Parallel()
	environ, _ := town(t)
	environ = append(environ, envPair("SOURCES_PORTAL_URL", "http://127.0.0.1:1/search"), envPair("MAIL_SMTP_PORT", "1"))
	began := time.Now()
	got, said, code := examined(t, environ, brokenDNS{})
	if took := time.Since(began); took > patience || code != exitPartly {
		t.Errorf("it took %s, exit code %d:\n%s", took, code, said)
	}
	wantVerdicts(t, got, map[string]verdict{
		"database": checkOK, "token key": checkOK, "disk": checkOK, "clock": checkOK, "schedules": checkOK, "contact": checkOK, "sender": checkOK,
		"mail server": checkFailure, "SPF": checkWarning, "DKIM": checkWarning, "DMARC": checkWarning, "source portal": checkFailure,
	})
}

func TestDoctorSaysWhatToPublish(t *testing.T) {
	t.Parallel()
	environ, dns := town(t)
	got, _, code := examined(t, environ, zone{})
	for check, want := range map[string]string{
		"SPF":   `town.example. IN TXT "v=spf1 mx ~all"`,
		"DKIM":  `fw._domainkey.town.example. IN TXT "` + dns["fw._domainkey.town.example"][0] + `"`,
		"DMARC": `_dmarc.town.example. IN TXT "v=DMARC1; p=none; rua=mailto:postmaster@town.example"`,
	} {
		if f := got[check][0]; f.Publish == nil || *f.Publish != want {
			t.Errorf("%s: publish %v, want %s", check, f.Publish, want)
		}
	}
	if code != exitPartly {
		t.Errorf("exit code %d", code)
	}
}

func TestDoctorAndTheDatabase(t *testing.T) {
	t.Parallel()
	environ, dns := town(t)
	path := lookupEnv(environ, "XDG_DATA_HOME") + "/fundwatch/fundwatch.db"
	see := func(change string, want verdict, says string, args ...string) {
		t.Helper()
		got, _, _ := examined(t, environ, dns, args...)
		if f := got["database"][0]; f.Verdict != want || !strings.Contains(f.Found, says) {
			t.Errorf("%s: got %+v, want %s with %q", change, f, want, says)
		}
	}
	see("as it is", checkOK, "sound")
	see("another name", checkWarning, "there is no database", "--db", t.TempDir()+"/other.db")
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	see("open to all", checkWarning, "other users may read it")
	os.Chmod(path, 0o600) //nolint:errcheck // the next look tells
	db := rawDatabase(t, path)
	if _, err := db.Exec(`PRAGMA user_version = 99`); err != nil {
		t.Fatal(err)
	}
	see("of a newer fundwatch", checkFailure, "version 99")
	if _, err := db.Exec(`PRAGMA user_version = 1`); err != nil {
		t.Fatal(err)
	}
	see("of an older one", checkWarning, "version 1, sound, and this fundwatch writes version")
	see("again, since looking changes nothing", checkWarning, "version 1, sound")
	if _, err := db.Exec(`PRAGMA wal_checkpoint(TRUNCATE)`); err != nil {
		t.Fatal(err)
	}
	db.Close()
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	file.WriteAt(make([]byte, 20_000), 8_192) //nolint:errcheck // the next look tells
	file.Close()
	see("damaged", checkFailure, "")
}

func TestDoctorAndTheKey(t *testing.T) {
	t.Parallel()
	environ, dns := town(t)
	must(t, environ, "municipalities", "import", manyTowns(t, 1), "--now", "2026-08-25")
	key := lookupEnv(environ, "XDG_DATA_HOME") + "/fundwatch/fundwatch.db.key"
	see := func(change string, want verdict, says string) {
		t.Helper()
		got, _, _ := examined(t, environ, dns)
		if f := got["token key"][0]; f.Verdict != want || !strings.Contains(f.Found, says) {
			t.Errorf("%s: got %+v, want %s with %q", change, f, want, says)
		}
	}
	see("as it is", checkOK, "its owner alone")
	os.Chmod(key, 0o640) //nolint:errcheck // the next look tells
	see("open to others", checkWarning, "other users")
	if err := os.WriteFile(key, []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	see("broken", checkFailure, "is no key")
	if _, errs, code := run1(t, environ, "digest", "--now", "2026-09-01T08:00:00Z"); code != exitFailed || !strings.Contains(errs, key) {
		t.Errorf("a digest without a key: exit code %d: %s", code, errs)
	}
	if out, _, code := run1(t, environ, "status", "--now", "2026-09-01T08:00:00Z"); code != exitPartly || !strings.Contains(out, "no mail can leave: ") {
		t.Errorf("status without a key: exit code %d: %s", code, out)
	}
	os.Remove(key) //nolint:errcheck // the next look tells
	see("gone", checkOK, "is made when")
}

func TestDoctorDoubtsTheClock(t *testing.T) {
	t.Parallel()
	environ, dns := town(t)
	path := lookupEnv(environ, "XDG_DATA_HOME") + "/fundwatch/fundwatch.db"
	db := rawDatabase(t, path)
	if _, err := db.Exec(`UPDATE runs SET started = '2031-01-01T00:00:00.000Z'`); err != nil {
		t.Fatal(err)
	}
	got, _, _ := examined(t, environ, dns)
	if f := got["clock"][0]; f.Verdict != checkFailure || !strings.Contains(f.Found, "the newest crawl is of Wed 1 Jan 2031") {
		t.Errorf("a crawl of the future: %+v", f)
	}
	if _, err := db.Exec(`DELETE FROM odd_records; DELETE FROM runs; PRAGMA wal_checkpoint(TRUNCATE)`); err != nil {
		t.Fatal(err)
	}
	db.Close()
	future := time.Now().Add(48 * time.Hour)
	if err := os.Chtimes(path, future, future); err != nil {
		t.Fatal(err)
	}
	got, _, _ = examined(t, environ, dns)
	if f := got["clock"][0]; f.Verdict != checkFailure || !strings.Contains(f.Found, "the file "+path+" is of") {
		t.Errorf("a file of the future: %+v", f)
	}
}

func TestDoctorNamesWhatIsWrongInTheConfiguration(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "wrong.yaml")
	const text = "schedule: {crawl: \"30 2 * * *\"}\nmail: {smtp: {password: hunter2, prot: 25}}\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	got, said, code := examined(t, nil, zone{}, "--config", file)
	if len(got["configuration"]) < 2 || code != exitPartly || strings.Contains(said, "hunter2") {
		t.Errorf("exit code %d: %s", code, said)
	}
	if !strings.Contains(said, "where clocks are changed") {
		t.Errorf("a schedule at half past two passed: %s", said)
	}
}

// A babbler is a mail server that refuses every login and repeats what it was sent.
type babbler struct{}

func (babbler) NewSession(*smtp.Conn) (smtp.Session, error) { return &babblerSession{}, nil }

type babblerSession struct{ mailSession }

func (*babblerSession) AuthMechanisms() []string { return []string{sasl.Plain} }

func (*babblerSession) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(identity, user, password string) error {
		sent := base64.StdEncoding.EncodeToString([]byte(identity + "\x00" + user + "\x00" + password))
		return &smtp.SMTPError{Code: 535, EnhancedCode: smtp.EnhancedCode{5, 7, 8}, Message: "what is " + sent + ", that is " + password}
	}), nil
}

func TestDoctorNeverSaysThePassword(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := smtp.NewServer(babbler{})
	server.AllowInsecureAuth = true
	done := make(chan struct{})
	go func() { defer close(done); server.Serve(listener) }() //nolint:errcheck // it ends by Close
	t.Cleanup(func() { server.Close(); <-done })
	environ, dns := town(t)
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	environ = append(environ, envPair("MAIL_SMTP_PORT", port), envPair("MAIL_SMTP_USERNAME", "town"), envPair("MAIL_SMTP_PASSWORD", "hunter2secret"))
	got, said, _ := examined(t, environ, dns)
	f := got["mail server"][0]
	if f.Verdict != checkFailure || !strings.Contains(*f.Do, "mail.smtp.username") || !strings.Contains(f.Found, "what is") {
		t.Errorf("got %+v", f)
	}
	for _, secret := range []string{"hunter2secret", base64.StdEncoding.EncodeToString([]byte("\x00town\x00hunter2secret"))} {
		if strings.Contains(said, secret) {
			t.Errorf("the password was printed: %s", said)
		}
	}
}

// However many checks hang, they end in time, four at once.
func TestChecksAreBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var at, most atomic.Int32
		hang := examination{"hangs", true, func(ctx context.Context) diagnosis {
			if n := at.Add(1); n > most.Load() {
				most.Store(n)
			}
			defer at.Add(-1)
			<-ctx.Done()
			if !errors.Is(context.Cause(ctx), errTooSlow) {
				t.Errorf("ended by %v", context.Cause(ctx))
			}
			return found(checkFailure, "hung")
		}}
		began := time.Now()
		findings := runExaminations(t.Context(), append(slices.Repeat([]examination{hang}, 8), examination{name: "local", run: func(context.Context) diagnosis { return found(checkOK, "fine") }}))
		if took := time.Since(began); took != 2*checkWithin || most.Load() != checksAtOnce {
			t.Errorf("it took %s with %d at once, want %s with %d", took, most.Load(), 2*checkWithin, checksAtOnce)
		}
		if len(findings) != 9 || findings[8].Found != "fine" {
			t.Errorf("got %+v", findings)
		}
	})
}

// On any width the lines fit, except for what is there to be copied.
func TestDoctorFitsTheTerminal(t *testing.T) {
	t.Parallel()
	environ, _ := town(t)
	for _, width := range []string{"40", "60", "200"} {
		var out strings.Builder
		run(context.Background(), surroundings{args: []string{"doctor"}, environ: append(environ, "FORCE_TTY="+width, "NO_COLOR=1"),
			in: strings.NewReader(""), out: &out, err: &out, now: time.Now, resolver: zone{}})
		wantFits(t, out.String(), width, "IN TXT", "http://", lookupEnv(environ, "XDG_DATA_HOME"))
	}
}

// wantFits wants no line to be wider than the terminal, but for those that hold a word that is never cut.
func wantFits(t *testing.T, text, width string, whole ...string) {
	t.Helper()
	columns, err := strconv.Atoi(width)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(text, "\n") < 5 {
		t.Errorf("at %s: hardly anything:\n%s", width, text)
	}
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if exempt := slices.ContainsFunc(whole, func(w string) bool { return strings.Contains(line, w) }); !exempt && cells.StringWidth(line) > columns {
			t.Errorf("at %s columns: %q", width, line)
		}
	}
}

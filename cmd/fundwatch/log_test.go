package main

import (
	"encoding/json"
	"errors"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"testing"

	"fundwatch/calls/store"
	"fundwatch/crawler/portaltest"
)

// logKeys are the names that log lines may use: programs search for them.
var logKeys = strings.Fields(`time level msg
	answer attempt calls code complete copies changed err freed host inbound mail mails matches municipalities new nothing
	odd period queued already_done repeats reading retry run runs seen sent failed bounced source stage state subscriber type wait did`)

// A week in which everything goes wrong, with the log at its most talkative: no address, no token,
// and no key that nobody knows.
func TestLogsHoldNoAddresses(t *testing.T) {
	t.Parallel()
	portal, environ := standIn(t, 1)
	server, err := newMailServer(t)
	if err != nil {
		t.Fatal(err)
	}
	environ = append(append(environ, server.settings()...), envPair("MAIL_BOUNCE_ADDRESS", "bounce+TOKEN@town.example"))
	must(t, environ, "municipalities", "import", manyTowns(t, 4), "--now", "2026-08-20")
	var log strings.Builder
	say := func(code int, words string, day string, args ...string) {
		server.mu.Lock()
		server.refuse = refusal(code, words)
		server.mu.Unlock()
		_, errs, _ := run1(t, environ, append(args, "-v", "--log-format", "json", "--now", day)...)
		log.WriteString(errs)
	}
	say(250, "", "2026-09-01T04:00:00Z", "crawl")
	say(550, "5.1.1 <clerk@town-0.example>: no such user", "2026-09-01T08:00:00Z", "digest")
	say(451, "clerk@town-1.example is greylisted", "2026-09-08T08:00:00Z", "digest")
	portal.Fail(portaltest.HTML())
	say(554, "clerk%40town-2.example looks like spam", "2026-09-09T08:00:00Z", "crawl")
	log.WriteString(served(t, environ, "2026-09-15T09:00:00Z", "pruned", "--log-format", "json"))

	forbidden := append([]string{"@", "%40"}, secrets(t, lookupEnv(environ, "XDG_DATA_HOME")+"/fundwatch/fundwatch.db")...)
	for _, m := range server.received() {
		forbidden = append(forbidden, regexp.MustCompile(`^bounce\+([a-z2-7]{26})`).FindStringSubmatch(m.from)[1])
	}
	lines := 0
	for line := range strings.Lines(log.String()) {
		if line[0] != '{' { // what a command says besides, for the person at the terminal
			continue
		}
		lines++
		var entry map[string]any
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Errorf("%v: %s", err, line)
		}
		for key := range entry {
			if !slices.Contains(logKeys, key) {
				t.Errorf("key %q is not one of those that stay: %s", key, line)
			}
		}
		for _, word := range forbidden {
			if strings.Contains(line, word) {
				t.Errorf("%q is in the log: %s", word, line)
			}
		}
	}
	if lines < 10 || !strings.Contains(log.String(), "no such user") || len(forbidden) < 8 {
		t.Errorf("%d lines, %d words: the test shows too little:\n%s", lines, len(forbidden), log.String())
	}
}

// secrets returns the tokens of all subscribers, and the names of all mails.
func secrets(t *testing.T, path string) []string {
	t.Helper()
	db, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Unlock(t.Context()); err != nil {
		t.Fatal(err)
	}
	subscribers, err := db.Subscribers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	mails, err := db.Outbox(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, s := range subscribers {
		all = append(all, s.Token)
	}
	for _, m := range mails {
		all = append(all, m.MessageID)
	}
	return all
}

func TestWithoutAddresses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"550 <clerk@town.example> unknown": "550 <address> unknown",
		"nobody":                           "nobody",
		`to "a b"@town.example now`:        `to "a <address> now`,
		"http://x/?to=a%40b.example":       "<address>",
	} {
		for _, value := range []any{text, errors.New(text)} {
			if got := withoutAddresses(nil, slog.Any("err", value)).Value.String(); got != want {
				t.Errorf("%q: got %q, want %q", text, got, want)
			}
		}
	}
	if got := withoutAddresses(nil, slog.Int("n", 3)).Value.Int64(); got != 3 {
		t.Errorf("a number became %d", got)
	}
}

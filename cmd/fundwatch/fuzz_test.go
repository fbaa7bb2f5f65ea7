package main

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"fundwatch/calls"
)

// What is read as a moment lies where it can be written again, and a time since is never after now by its unit.
func FuzzMoment(f *testing.F) {
	for _, seed := range []string{"2026-11-23", "2026-11-23T07:30:00+01:00", "7d", "9999w", "0h", "-1d", "2026-02-30", "2026-13-01T00:00:00Z"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		moment, err := calls.ParseMoment(text)
		if err == nil {
			if _, err := calls.ParseMoment(moment.Format(time.RFC3339)); err != nil {
				t.Errorf("%q is read as %s, which is not read: %v", text, moment, err)
			}
			return
		}
		if since, err := calls.ParseSince(text, fixedClock()); err == nil && since.After(fixedClock()) {
			t.Errorf("%q is %s, which is yet to come", text, since)
		}
	})
}

// A cron line that the configuration takes has firings in both directions, in order, and is looked up in no time.
func FuzzSchedule(f *testing.F) {
	for _, seed := range []string{"15 5 * * *", "30 7 * * TUE", "0 7 29 2 *", "*/5 * * * *", "0 0 31 2 *", "@daily", "@every 1s", "TZ=UTC 1 1 * * *", "1-59/7 3,4 1 JAN-DEC ?", "0 12 * * 8"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, line string) {
		if checkSchedule(line, calls.Brussels()) != nil {
			return
		}
		s, err := parseSchedule(line, calls.Brussels())
		if err != nil {
			t.Fatalf("%q is good and is not read: %v", line, err)
		}
		now := fixedClock()
		if next := s.Next(now); !next.After(now) {
			t.Errorf("%q: after %s comes %s", line, now, next)
		}
		if last, ok := lastFiring(s, now); ok && (last.After(now) || !s.Next(last.Add(-time.Second)).Equal(last)) {
			t.Errorf("%q: %s is no firing", line, last)
		}
	})
}

// Lists in cells come back as they went, whatever signs are in them.
func FuzzCells(f *testing.F) {
	f.Add("Montbéliard (FR)", `a;b|c\`, "=1+1")
	f.Add("'s-Hertogenbosch", "''=x", `\;`)
	f.Fuzz(func(t *testing.T, a, b, c string) {
		var items []string
		for _, item := range []string{a, b, c} {
			if clean := calls.CleanLine(item, longestText); clean != "" {
				items = append(items, clean)
			}
		}
		cell := protectCell(joinCell(items))
		if runsAsFormula(strings.TrimLeft(cell, "'")) && !strings.HasPrefix(cell, "'") {
			t.Errorf("%q runs as a formula", cell)
		}
		got := splitCell(unprotectCell(cell))
		for i := range got {
			got[i] = strings.TrimSpace(got[i])
		}
		if !slices.Equal(got, items) {
			t.Errorf("%q came back as %q by way of %q", items, got, cell)
		}
	})
}

// A variable sets a key or is a problem with a place, and nothing else: no panic, no second reading.
func FuzzEnvironment(f *testing.F) {
	for _, seed := range [][2]string{
		{"SOURCES_EUI_ENABLED", "yes"}, {"SOURCES_EUI_FIELDS_TITLE", "h2 a@href"}, {"SOURCES_VISEGRAD_HOSTS", "a,b"}, {"MAIL_SMTP_PORT", "x"},
		{"SOURCES_EUI_NOTE", "a: [b\n- c"}, {"WEB_TRUSTED_PROXIES", "10.0.0.0/8"}, {"SOURCES__ENABLED", "{}"}, {"SOURCES_EUI_PAGER_FIRST", "-1"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, name, value string) {
		if !utf8.ValidString(name+value) || strings.ContainsAny(name, "=\x00") || strings.Contains(value, "\x00") {
			return // no environment holds it
		}
		c, err := LoadConfig("", append(slices.Clone(homeOnly), envPrefix+name+"="+value))
		var problems Problems
		if err != nil && (!errors.As(err, &problems) || len(problems) == 0) {
			t.Fatalf("%s=%q: %v", name, value, err)
		}
		if err != nil {
			return
		}
		var printed strings.Builder
		if err := c.Print(&printed); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(printed.String(), secretShown) {
			return // a password is not printed
		}
		if _, err := LoadConfig(writeConfig(t, printed.String()), homeOnly); err != nil {
			t.Errorf("%s=%q prints what is refused: %v\n%s", name, value, err, printed.String())
		}
	})
}

var plainID = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// A town's id may stand in an address, a file name and a shell, and is its own id; a country is cut off where it was put.
func FuzzTownID(f *testing.F) {
	for _, name := range []string{"Nový Jičín", "'s-Hertogenbosch", "Αθήνα", "Стара Загора", "../..", "ﬃ ™ №", "\u202eab\x00", "a\xff", "東京", "Sopot (PL)", "-", "x (de)", "İğdır"} {
		f.Add(name, "CZ")
	}
	f.Fuzz(func(t *testing.T, name, country string) {
		if id := slug(name); id != "" && (!plainID.MatchString(id) || slug(id) != id || townID(name, "CZ") != id+"-cz") {
			t.Errorf("%q has the id %q, which has %q", name, id, slug(id))
		}
		if len(country) != 2 || !plainID.MatchString(strings.ToLower(country)) || strings.ContainsAny(country, "0123456789") || strings.TrimSpace(name) != name {
			return
		}
		if got, code, ok := cutCountry(name + " (" + country + ")"); !ok || got != name || code != country {
			t.Errorf("%q of %q is read as %q of %q", name, country, got, code)
		}
	})
}

package notify_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fundwatch/calls"
	"fundwatch/notify"
)

func newLocale(t *testing.T, lang string) *notify.Locale {
	t.Helper()
	l, err := notify.NewLocale(lang)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestLocaleWritesDatesNumbersAndMoney(t *testing.T) {
	t.Parallel()
	cases := []struct {
		lang string
		want []string
	}{
		{"en", []string{
			"Wednesday 23 September 2026", "1 March 2027", "23 Sep", "1 Mar 2028", "09:05", "-1,234", "999", "EUR\u00a06,000,000", "EUR\u00a08,455 to 50,745",
		}},
		{"fr", []string{
			"mercredi 23 septembre 2026", "1er mars 2027", "23 sept.", "1er mars 2028", "9\u00a0h\u00a005", "-1\u202f234", "999", "6\u202f000\u202f000\u00a0€",
			"8\u202f455 à 50\u202f745\u00a0€",
		}},
		{"de", []string{
			"Mittwoch, 23. September 2026", "1. März 2027", "23. Sept.", "1. März 2028", "09:05\u00a0Uhr", "-1.234", "999", "6.000.000\u00a0€", "8.455 bis 50.745\u00a0€",
		}},
	}
	for _, c := range cases {
		t.Run(c.lang, func(t *testing.T) {
			t.Parallel()
			l := newLocale(t, c.lang)
			got := []string{
				l.Date(brussels(t, "2026-09-23 00:00:00")), l.PlainDate(brussels(t, "2027-03-01 23:59:59")),
				l.ShortDate(brussels(t, "2026-09-23 17:00:00"), letterNow), l.ShortDate(brussels(t, "2028-03-01 17:00:00"), letterNow),
				l.Clock(brussels(t, "2026-12-01 09:04:59")), l.Number(-1234), l.Number(999), l.Money(6000000), l.MoneyRange(8455, 50745),
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestLocaleSaysHowFarADeadlineIs(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		at   string
		hour calls.Hour
		want string
	}{
		{"stated", "2026-09-23 17:00:00", calls.HourStated, "Wednesday 23 September 2026, 17:00 Brussels time (in 23\u00a0days)"},
		{"seconds early", "2026-09-23 16:59:59", calls.HourStated, "Wednesday 23 September 2026, 17:00 Brussels time (in 23\u00a0days)"},
		{"usual", "2026-09-01 17:00:00", calls.HourUsual, "Tuesday 1 September 2026 (tomorrow), usually 17:00 Brussels time: check the call"},
		{"unsaid", "2026-08-31 23:59:59", calls.HourUnsaid, "until the end of Monday 31 August 2026, Brussels time (today)"},
		{"over today", "2026-08-31 07:00:00", calls.HourStated, "Monday 31 August 2026, 07:00 Brussels time (over)"},
		{"midnight stays its day", "2026-09-23 23:59:59", calls.HourStated, "Wednesday 23 September 2026, 23:59 Brussels time (in 23\u00a0days)"},
	}
	l := newLocale(t, "en")
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := l.Deadline(calls.Deadline{At: brussels(t, c.at), Hour: c.hour}, letterNow); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestLocaleNeverGuesses(t *testing.T) {
	t.Parallel()
	l := newLocale(t, "en")
	known, none := calls.Known, calls.Number{}
	got := []string{
		l.Date(time.Time{}), l.Amount(none), l.Amount(known(0)), l.Grant(none, none), l.Grant(known(5000), none), l.Grant(none, known(5000)),
		l.Grant(known(5000), known(5000)), l.Grant(known(4000), known(5000)),
		l.Status(&calls.Call{StatedStatus: calls.Forthcoming}, letterNow), l.Status(&calls.Call{Opens: brussels(t, "2026-09-30 00:00:00")}, letterNow),
		l.Status(&calls.Call{StatedStatus: calls.Closed}, letterNow), l.Status(&calls.Call{Withdrawn: letterNow}, letterNow),
	}
	want := []string{
		"not stated", "not stated", "EUR\u00a00", "not stated", "at least EUR\u00a05,000", "up to EUR\u00a05,000", "EUR\u00a05,000", "EUR\u00a04,000 to 5,000",
		"announced; opening date not stated", "opens on Wednesday 30 September 2026", "closed", "withdrawn: its source no longer lists it",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestLanguages(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff([]string{"de", "en", "fr"}, notify.Languages()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for asked, want := range map[string]string{"de": "de", "de-AT": "de", "FR": "fr", "es": "en", "": "en", "../en": "en", "formats": "en"} {
		if got := newLocale(t, asked).Language(); got != want {
			t.Errorf("NewLocale(%q) speaks %q, want %q", asked, got, want)
		}
	}
}

// catalogue returns every form of every message of a language: "left.days" has several.
func catalogue(t *testing.T, lang string) map[string]map[string]string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("locale", lang+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var entries map[string]any
	if err := json.Unmarshal(raw, &entries); err != nil {
		t.Fatal(err)
	}
	all := map[string]map[string]string{}
	for key, entry := range entries {
		forms := map[string]string{}
		switch v := entry.(type) {
		case string:
			forms[""] = v
		case map[string]any:
			for form, text := range v {
				forms[form] = text.(string)
			}
		}
		all[key] = forms
	}
	return all
}

var placeholder = regexp.MustCompile(`\{\{\.(\w+)\}\}`)

// placeholders returns the sorted names that all forms of a message use together.
func placeholders(forms map[string]string) []string {
	names := map[string]bool{}
	for _, text := range forms {
		for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
			names[m[1]] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

func TestCataloguesAgree(t *testing.T) {
	t.Parallel()
	english := catalogue(t, "en")
	for _, lang := range notify.Languages() {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			other := catalogue(t, lang)
			if diff := cmp.Diff(slices.Sorted(maps.Keys(english)), slices.Sorted(maps.Keys(other))); diff != "" {
				t.Errorf("keys (-en +%s):\n%s", lang, diff)
			}
			for key, forms := range other {
				if key == "greeting" { // a language may greet without the town: the heading names it
					continue
				}
				if diff := cmp.Diff(placeholders(english[key]), placeholders(forms)); diff != "" {
					t.Errorf("placeholders of %s (-en +%s):\n%s", key, lang, diff)
				}
				for form, text := range forms {
					if strings.TrimSpace(text) == "" || strings.Contains(text, "  ") || strings.Count(text, "{{") != len(placeholder.FindAllString(text, -1)) {
						t.Errorf("%s %s is empty, has two spaces or a broken placeholder: %q", key, form, text)
					}
				}
			}
		})
	}
}

func TestEveryCountHasItsPluralForm(t *testing.T) {
	t.Parallel()
	for _, lang := range notify.Languages() {
		l := newLocale(t, lang)
		for key, forms := range catalogue(t, lang) {
			if _, single := forms[""]; single {
				continue
			}
			used := map[string]bool{}
			for _, n := range []int64{0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 12, 19, 20, 21, 22, 100, 101, 102, 1000, 1000000, 2000000} {
				text := l.Count(key, n) // panics if the form is missing
				number := l.Number(n)
				if !strings.Contains(text, number) {
					t.Errorf("%s %s: %d gives %q, without the number", lang, key, n, text)
				}
				used[strings.Replace(text, number, "{{.N}}", 1)] = true
			}
			for form, text := range forms {
				if !used[text] {
					t.Errorf("%s %s: the form %q is never used", lang, key, form)
				}
			}
		}
	}
}

var quotedKey = regexp.MustCompile(`"([a-z]+(?:\.[a-z0-9]+)*)"`)

func TestEveryKeyIsUsed(t *testing.T) {
	t.Parallel()
	sources, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for _, file := range sources {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range quotedKey.FindAllStringSubmatch(string(raw), -1) {
			used[m[1]] = true
		}
	}
	for _, field := range []string{"title", "summary", "body", "keywords", "identifier"} {
		used["evidence."+field] = true // put together in evidenceKey
	}
	for key := range catalogue(t, "en") {
		if !used[key] {
			t.Errorf("%q is in the catalogues and nowhere in the code", key)
		}
	}
}

func TestFrenchTypography(t *testing.T) {
	t.Parallel()
	for key, forms := range catalogue(t, "fr") {
		for _, text := range forms {
			for _, bad := range []string{" :", " ;", " ?", " !", " »", "« ", "'", "\u00a0:", "\u00a0;"} {
				if strings.Contains(text, bad) {
					t.Errorf("%s has %q: %q", key, bad, text)
				}
			}
		}
	}
}

func TestCountsOfSubjects(t *testing.T) {
	t.Parallel()
	for lang, want := range map[string][2]string{
		"en": {"1 closing soon", "2 closing soon"}, "fr": {"1 nouveau", "2 nouveaux"}, "de": {"1 Frist läuft ab", "2 Fristen laufen ab"},
	} {
		key := "count.closing"
		if lang == "fr" {
			key = "count.new"
		}
		l := newLocale(t, lang)
		if got := [2]string{l.Count(key, 1), l.Count(key, 2)}; got != want {
			t.Errorf("%s: got %q, want %q", lang, got, want)
		}
	}
}

func TestUnknownKeyPanics(t *testing.T) {
	t.Parallel()
	for _, data := range []notify.Data{nil, {"Town": "x"}} {
		func() {
			defer func() {
				if got := fmt.Sprint(recover()); !strings.Contains(got, "catalogue en") {
					t.Errorf("got panic %q, want one that names the catalogue", got)
				}
			}()
			key := "no.such.key"
			if data != nil {
				key = "status.since"
			}
			newLocale(t, "en").Text(key, data)
		}()
	}
}

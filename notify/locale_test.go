package notify_test

import (
	"fmt"
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
	available := notify.Languages()
	if !slices.IsSorted(available) {
		t.Errorf("languages are not sorted: %q", available)
	}
	for _, lang := range available {
		if !calls.IsLanguage(lang) {
			t.Errorf("%s.json is of no official language of the EU", lang)
		}
	}
	for _, lang := range calls.Languages() {
		if !slices.Contains(available, lang) {
			t.Errorf("letters in %s: locale/%[1]s.json is missing", lang)
		} else if got := newLocale(t, lang).Language(); got != lang {
			t.Errorf("NewLocale(%q) speaks %q", lang, got)
		}
	}
	for asked, want := range map[string]string{"de-AT": "de", "FR": "fr", "el-CY": "el", "sr": "en", "": "en", "../en": "en", "formats": "en"} {
		if got := newLocale(t, asked).Language(); got != want {
			t.Errorf("NewLocale(%q) speaks %q, want %q", asked, got, want)
		}
	}
}

func TestCountsAreInflected(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		lang, key string
		want      string // for 1, 2, 5, 11, 21
	}{
		{"en", "count.closing", "1 closing soon, 2 closing soon, 5 closing soon, 11 closing soon, 21 closing soon"},
		{"fr", "count.new", "1 nouveau, 2 nouveaux, 5 nouveaux, 11 nouveaux, 21 nouveaux"},
		{"de", "count.closing", "1 Frist läuft ab, 2 Fristen laufen ab, 5 Fristen laufen ab, 11 Fristen laufen ab, 21 Fristen laufen ab"},
		{"bg", "count.new", "1 нова, 2 нови, 5 нови, 11 нови, 21 нови"},
		{"cs", "count.new", "1 nová, 2 nové, 5 nových, 11 nových, 21 nových"},
		{"cs", "left.days", "za 1 den, za 2 dny, za 5 dní, za 11 dní, za 21 dní"},
		{"el", "count.changed", "1 τροποποιημένη, 2 τροποποιημένες, 5 τροποποιημένες, 11 τροποποιημένες, 21 τροποποιημένες"},
		{"fi", "count.new", "1 uusi, 2 uutta, 5 uutta, 11 uutta, 21 uutta"},
		{"ga", "left.days", "i gceann 1 lá, i gceann 2 lá, i gceann 5 lá, i gceann 11 lá, i gceann 21 lá"},
		{"hr", "count.new", "1 novi, 2 nova, 5 novih, 11 novih, 21 novi"},
		{"hr", "left.days", "još 1 dan, još 2 dana, još 5 dana, još 11 dana, još 21 dan"},
		{"hu", "left.days", "1 nap múlva, 2 nap múlva, 5 nap múlva, 11 nap múlva, 21 nap múlva"},
	} {
		l := newLocale(t, c.lang)
		var got []string
		for _, n := range []int64{1, 2, 5, 11, 21} {
			got = append(got, strings.ReplaceAll(l.Count(c.key, n), "\u00a0", " "))
		}
		if diff := cmp.Diff(c.want, strings.Join(got, ", ")); diff != "" {
			t.Errorf("%s %s (-want +got):\n%s", c.lang, c.key, diff)
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

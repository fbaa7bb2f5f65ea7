package notify_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"fundwatch/calls"
	"fundwatch/notify"
)

// lettersOf returns one letter of every kind in the language.
func lettersOf(t *testing.T, lang string) map[string]*calls.Digest {
	t.Helper()
	first := mixedDigest(t, "Saint-Denis", "FR", lang)
	first.First, first.Changed, first.Closing, first.Opening = true, nil, nil, nil
	monthly := mixedDigest(t, "Saint-Denis", "FR", lang)
	monthly.Subscriber.Frequency = calls.Monthly
	monthly.Stale = []calls.StaleSource{{Source: "portal", Since: letterNow.AddDate(0, 0, -9)}}
	monthly.Changed[0].Changes[0].Reason = "Applicants asked for more time."
	return map[string]*calls.Digest{"weekly": mixedDigest(t, "Saint-Denis", "FR", lang), "first": first, "monthly": monthly}
}

func TestLetterOfEveryLanguage(t *testing.T) {
	t.Parallel()
	composer := newComposer(t, letterSettings())
	for _, lang := range notify.Languages() {
		for kind, digest := range lettersOf(t, lang) {
			t.Run(lang+"/"+kind, func(t *testing.T) {
				t.Parallel()
				m := compose(t, composer, digest)
				checkLetter(t, newLocale(t, lang), digest, m)
				checkWriting(t, lang, m)
			})
		}
	}
}

// checkLetter wants every title, day, address and name of the digest in both parts.
func checkLetter(t *testing.T, l *notify.Locale, d *calls.Digest, m notify.Mail) {
	t.Helper()
	if want := `<html lang="` + l.Language() + `" dir="ltr">`; !strings.Contains(m.HTML, want) {
		t.Errorf("the HTML part has no %s", want)
	}
	text, page := oneLine(m.Text), oneLine(textOf(parseHTML(t, m.HTML)))
	want := []string{oneLine(l.Date(letterNow)), d.Municipality.Name}
	for _, i := range d.Opening {
		want = append(want, oneLine(l.Date(i.Call.Opens)))
	}
	for _, i := range slices.Concat(d.New, d.Changed, d.Closing, d.Opening) {
		want = append(want, i.Call.Title)
		if next, ok := i.Call.NextDeadline(letterNow); ok {
			want = append(want, oneLine(l.Date(next.At)), oneLine(l.Left(next, letterNow)))
		}
		if !strings.Contains(m.Text, "\n"+i.Call.URL+"\n") {
			t.Errorf("the text part lacks the address %s", i.Call.URL)
		}
		if !strings.Contains(m.HTML, `href="`+strings.ReplaceAll(i.Call.URL, "&", "&amp;")+`"`) {
			t.Errorf("the HTML part has no link to %s", i.Call.URL)
		}
	}
	for _, e := range d.Expected {
		want = append(want, fmt.Sprintf("%s %d (%s)", e.Title, e.Year, e.Programme))
		for _, day := range []string{e.OpensFrom, e.OpensTo, e.ClosesFrom, e.ClosesTo} {
			if at, err := time.Parse(time.DateOnly, day); err == nil {
				want = append(want, oneLine(l.PlainDate(at)))
			}
		}
		if e.LastURL != "" && !strings.Contains(m.Text, "\n"+e.LastURL+"\n") {
			t.Errorf("the text part lacks the address %s", e.LastURL)
		}
	}
	for _, words := range want {
		if !strings.Contains(text, words) {
			t.Errorf("the text part lacks %q", words)
		}
		if !strings.Contains(page, words) {
			t.Errorf("the HTML part lacks %q", words)
		}
	}
}

// clumsy is what sentences and their values make when they do not fit: "2026..", "г. .", "( ", "{{".
var clumsy = regexp.MustCompile(`\.\.|,,|[\s\x{a0}][.,](?:\s|$)|\([\s\x{a0}]|[\s\x{a0}]\)|[,;:]\.|\{\{|\}\}|<no value>|%!`)

func checkWriting(t *testing.T, lang string, m notify.Mail) {
	t.Helper()
	if n := utf8.RuneCountInString(m.Delivery.Subject); n > 60 {
		t.Errorf("the subject has %d runes, more than 60: %q", n, m.Delivery.Subject)
	}
	for paragraph := range strings.SplitSeq(m.Delivery.Subject+"\n\n"+m.Text, "\n\n") {
		paragraph = oneLine(paragraph)
		if at := clumsy.FindStringIndex(paragraph); at != nil {
			t.Errorf("%q in %q", paragraph[at[0]:at[1]], paragraph)
		}
		if problem := unbalanced(paragraph, lang); problem != "" {
			t.Errorf("%s: %q", problem, paragraph)
		}
	}
}

// A letter of a language that is not there comes in English and says so.
func TestLetterOfAMissingLanguage(t *testing.T) {
	t.Parallel()
	composer := newComposer(t, letterSettings())
	for lang, name := range map[string]string{"sr": "Serbian", "mk": "Macedonian", "sq": "Albanian", "is": "is"} {
		m := compose(t, composer, mixedDigest(t, "Sombor", "RS", lang))
		if want := "This letter is not available in " + name + " yet, so it comes in English."; !strings.Contains(oneLine(m.Text), want) {
			t.Errorf("%s: the letter does not say %q", lang, want)
		}
		checkLetter(t, newLocale(t, "en"), mixedDigest(t, "Sombor", "RS", lang), m)
	}
}

// The longest way to say how far a deadline is must not break a line within the number.
func TestDaysLeftKeepTheirNumber(t *testing.T) {
	t.Parallel()
	for _, lang := range notify.Languages() {
		far := calls.Deadline{At: letterNow.Add(1234 * 24 * time.Hour), Hour: calls.HourStated}
		if left := newLocale(t, lang).Left(far, letterNow); regexp.MustCompile(`\d [^\d\s]`).MatchString(left) {
			t.Errorf("%s: a line may end between the number and its unit: %q", lang, left)
		}
	}
}

package notify_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"fundwatch/calls"
)

// Who asked for everything is told of every round, but only of the soonest in full.
func TestManyExpectedRounds(t *testing.T) {
	t.Parallel()
	d := mixedDigest(t, "Ludwigsburg", "DE", "de")
	one := d.Expected[1]
	d.Expected = nil
	for i := range 20 {
		one.Title = fmt.Sprintf("Round %c & more", 'A'+rune(i))
		d.Expected = append(d.Expected, one)
	}
	m := compose(t, newComposer(t, letterSettings()), d)
	doc := parseHTML(t, m.HTML)
	for part, words := range map[string]string{"text": oneLine(m.Text), "HTML": oneLine(textOf(elements(doc, "body")[0]))} {
		if n := strings.Count(words, "Öffnung: voraussichtlich zwischen dem 11. Dezember 2026 und dem 20. Dezember 2026"); n != 8 {
			t.Errorf("the %s part tells of %d rounds in full, want 8", part, n)
		}
		for _, e := range d.Expected {
			if strings.Count(words, e.Title+" 2027 (CERV)") != 1 {
				t.Errorf("the %s part does not name %q once", part, e.Title)
			}
		}
	}
	if !strings.Contains(m.HTML, `<span lang="en">Round T &amp; more</span> 2027 (CERV)`) {
		t.Error("the title of a round that is only named is not marked as English")
	}
}

// A call that is always open, and one that a calendar foresees, say so in place of a deadline.
func TestCallsWithoutADateSayWhen(t *testing.T) {
	t.Parallel()
	composer := newComposer(t, letterSettings())
	rolling, foreseen := innovativeActions(t), heatPlans(t)
	rolling.Deadlines, rolling.Season = nil, calls.Rolling
	foreseen.Deadlines, foreseen.Opens, foreseen.Season = nil, time.Time{}, "2026-10-01"
	for lang, want := range map[string][]string{
		"en": {"Deadline: all year round, without a deadline", "Deadline: around 1 October 2026 (expected", "Status: expected; not announced yet"},
		"de": {"Frist: ganzjährig, ohne Frist", "Frist: um den 1. Oktober 2026 (nach", "Status: erwartet; noch nicht angekündigt"},
		"fr": {"Date limite\u202f: toute l’année, sans", "Date limite\u202f: vers le 1er\u00a0octobre 2026 (d’après", "État\u202f: attendu\u202f; pas encore annoncé"},
		"pl": {"przez cały rok, bez terminu", "około 1 października 2026 (szacunek", "Status: spodziewany; jeszcze"},
	} {
		d := mixedDigest(t, "Ludwigsburg", "DE", lang)
		d.New = []calls.Item{item(rolling), item(foreseen)}
		m := compose(t, composer, d)
		for part, words := range map[string]string{"text": oneLine(m.Text), "HTML": oneLine(textOf(parseHTML(t, m.HTML)))} {
			for _, w := range want {
				if !strings.Contains(words, oneLine(w)) {
					t.Errorf("%s: the %s part lacks %q", lang, part, w)
				}
			}
		}
	}
}

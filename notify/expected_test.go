package notify_test

import (
	"fmt"
	"strings"
	"testing"
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

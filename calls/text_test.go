package calls_test

import (
	"slices"
	"strings"
	"testing"

	"fundwatch/calls"
)

func TestFold(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in, want string }{
		{"plain", "town twinning", "town twinning"},
		{"capitals", "CERV-2026", "cerv-2026"},
		{"bulgarian", "ПОБРАТИМЯВАНЕ й", "побратимяване и"},
		{"czech", "Příliš žluťoučký Říčany", "prilis zlutoucky ricany"},
		{"danish", "KØBENHAVN Ærø Århus", "kobenhavn aero arhus"},
		{"german", "STRAẞE Straße Städte", "strasse strasse stadte"},
		{"greek", "ΑΔΕΛΦΟΠΟΊΗΣΗ πόλεις ΐ", "αδελφοποιηση πολεισ ι"},
		{"english", "Citizens’ “rights”", "citizens' “rights”"},
		{"spanish", "España ¿Qué?", "espana ¿que?"},
		{"estonian", "Sõpruslinn Žanr", "sopruslinn zanr"},
		{"finnish", "Ystävyyskaupunki Åbo", "ystavyyskaupunki abo"},
		{"french", "Œuvre à Noël, garçon", "oeuvre a noel, garcon"},
		{"irish", "Údarás Áitiúil", "udaras aitiuil"},
		{"croatian", "Đakovo čćšž", "dakovo ccsz"},
		{"hungarian", "TESTVÉRVÁROS őű", "testvervaros ou"},
		{"italian", "Città già", "citta gia"},
		{"lithuanian", "Šiauliai ąęėįųū", "siauliai aeeiuu"},
		{"latvian", "Sadraudzības ģķļņ", "sadraudzibas gkln"},
		{"maltese", "Ħal Ġemellaġġ żġħ", "hal gemellagg zgh"},
		{"dutch", "één ideeën ĳs", "een ideeen ijs"},
		{"polish", "Łódź, ŻÓŁĆ", "lodz, zolc"},
		{"portuguese", "Geminação, São", "geminacao, sao"},
		{"romanian with comma", "Școală Țară", "scoala tara"},
		{"romanian with cedilla", "Şcoală Ţară", "scoala tara"},
		{"slovak", "Družba ľúbezných miest", "druzba lubeznych miest"},
		{"slovenian", "Mestna občina Žalec", "mestna obcina zalec"},
		{"swedish", "Vänort Malmö", "vanort malmo"},
		{"icelandic", "Þórshöfn ð", "thorshofn d"},
		{"turkish", "İstanbul ılık", "istanbul ilik"},
		{"compatibility", "ﬁn ＡＢＣ Ⅻ", "fin abc xii"},
		{"taken apart before lower case", "Web™", "webtm"},
		{"decomposed", "Sta\u0308dte", "stadte"},
		{"invisible", "Städte\u00adpartner\u200bschaft\ufeff", "stadtepartnerschaft"},
		{"broken bytes", "a\xffb", "a\ufffdb"},
		{"empty", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := calls.Fold(tt.in); got != tt.want {
				t.Errorf("Fold(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func TestFoldOfPlainTextDoesNotAllocate(t *testing.T) {
	text := strings.Repeat("plain lower case text 4.0 ", 20)
	if n := testing.AllocsPerRun(10, func() { calls.Fold(text) }); n != 0 {
		t.Errorf("Fold allocated %v times, want 0", n)
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, in string
		want     []string
	}{
		{"sentence", "Towns, twinned. Twice!", []string{"towns", "twinned", "twice"}},
		{"hyphen", "town-twinning", []string{"town", "twinning"}},
		{"apostrophes", "l'énergie des citizens’ d’Europe", []string{"l", "energie", "des", "citizens", "d", "europe"}},
		{"decimal", "Web 4.0 and Web 4.", []string{"web", "4.0", "and", "web", "4"}},
		{"several points", "v1.2.3...", []string{"v1.2.3"}},
		{"amount", "EUR 1,500", []string{"eur", "1", "500"}},
		{"c++", "C++, C# and G++.", []string{"c++", "c#", "and", "g++"}},
		{"not c++", "C+ C+++ C++x ab#1", []string{"c", "c", "c", "x", "ab", "1"}},
		{"erasmus", "Erasmus+ ESF+", []string{"erasmus", "esf"}},
		{"identifier", "CERV-2026-CITIZENS-TOWN-TT", []string{"cerv", "2026", "citizens", "town", "tt"}},
		{"underscore and slash", "a_b/c", []string{"a", "b", "c"}},
		{"soft hyphen stays inside", "Partner\u00adstadt", []string{"partnerstadt"}},
		{"combining marks stay inside", "Sta\u0308dte", []string{"stadte"}},
		{"lone mark", "\u0308 x", []string{"x"}},
		{"greek", "ΑΔΕΛΦΌΣ πόλεις", []string{"αδελφοσ", "πολεισ"}},
		{"one sign, two words", "coŀlectiu", []string{"col", "lectiu"}},
		{"no word", " …!? ", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, w := range calls.Words(tt.in) {
				got = append(got, w.Text)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("Words(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func TestWordsKnowTheirPlace(t *testing.T) {
	t.Parallel()
	text := "Die Städte\u00adpartnerschaft, C++ und 4.0."
	var got []string
	for _, w := range calls.Words(text) {
		got = append(got, text[w.Start:w.End])
	}
	want := []string{"Die", "Städte\u00adpartnerschaft", "C++", "und", "4.0"}
	if !slices.Equal(got, want) {
		t.Errorf("places of Words(%q) = %q, want %q", text, got, want)
	}
}

func FuzzFold(f *testing.F) {
	for _, s := range []string{"", "Łódź", "ΐΣς", "İı", "ß™", "ﷺ", "a\xff", "0\xf2ź", "e\u0301\u00ad"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := calls.Fold(s)
		if twice := calls.Fold(once); twice != once {
			t.Errorf("Fold(%q) = %q, and folded again %q", s, once, twice)
		}
	})
}

func FuzzWords(f *testing.F) {
	for _, s := range []string{"", "C++ 4.0.", "a\u0308#", "coŀl", "ﷺ x", "\xff1.1\xff", "1.\u00ad1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		words := calls.Words(s)
		var texts []string
		end := 0
		for i, w := range words {
			if w.Text == "" || w.Text != calls.Fold(w.Text) {
				t.Errorf("Words(%q)[%d].Text = %q: want it folded and not empty", s, i, w.Text)
			}
			shares := i > 0 && w.Start == words[i-1].Start && w.End == words[i-1].End
			if w.Start >= w.End || w.End > len(s) || w.Start < end && !shares {
				t.Errorf("Words(%q)[%d] is at %d to %d after %d", s, i, w.Start, w.End, end)
			}
			end = w.End
			texts = append(texts, w.Text)
		}
		var again []string
		for _, w := range calls.Words(strings.Join(texts, " ")) {
			again = append(again, w.Text)
		}
		if !slices.Equal(again, texts) {
			t.Errorf("Words(%q) = %q, and split again %q", s, texts, again)
		}
	})
}

func BenchmarkWords(b *testing.B) {
	text := strings.Repeat("Towns and citizens from twinned municipalities meet, and Städtepartnerschaften grow. ", 25)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		calls.Words(text)
	}
}

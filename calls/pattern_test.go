package calls_test

import (
	"strings"
	"testing"

	"fundwatch/calls"
)

func TestPatternFind(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, pattern, text string
		want                string // the words found; "" if none
	}{
		{"word", "sport", "Grassroots sport for all", "sport"},
		{"abbreviation", "AI", "ai cittadini: an AI for all", "AI"},
		{"abbreviation in quotes", `"IT"`, "as it is", ""},
		{"small letters take capitals", "ai", "an AI for all", "AI"},
		{"capitals of four letters are shouted", "KIDS", "for kids", "kids"},
		{"abbreviation and mark", "ÖKO", "öko ÖKO", "ÖKO"},
		{"whole words only", "sport", "transport, passport, sports", ""},
		{"prefix", "sport*", "transport and sports", "sports"},
		{"case 2: cloud", "cloud", "clouded", ""},
		{"case 2: decimal", "Web 4.0", "the Web 4.0 and after", "Web 4.0"},
		{"case 2: not another number", "Web 4.0", "Web 410, Web 4, 0", ""},
		{"case 2: signs", "C++", "written in C++.", "C++"},
		{"c is not c++", "C", "written in C++", ""},
		{"phrase in quotes", `"erneuerbare Energie"`, "Die erneuerbare Energie", "erneuerbare Energie"},
		{"phrase in german quotes", "„erneuerbare Energie“", "erneuerbare Energie", "erneuerbare Energie"},
		{"phrase without quotes", "erneuerbare energie", "erneuerbare Energie", "erneuerbare Energie"},
		{"phrase in order", "town twinning", "twinning of a town", ""},
		{"hyphen", "town twinning", "Town-Twinning", "Town-Twinning"},
		{"star inside a phrase", "network* of towns", "Networks of Towns", "Networks of Towns"},
		{"first place", "town", "A town, another Town", "town"},
		{"case 11: umlaut", "Städtepartnerschaft", "STÄDTEPARTNERSCHAFT", "STÄDTEPARTNERSCHAFT"},
		{"case 11: spelt text", "Städtepartnerschaft", "eine Staedtepartnerschaft", "Staedtepartnerschaft"},
		{"case 11: spelt pattern", "Staedtepartnerschaft", "eine Städtepartnerschaft", "Städtepartnerschaft"},
		{"case 11: both spelt", "STAEDTEPARTNERSCHAFT", "Staedtepartnerschaft", "Staedtepartnerschaft"},
		{"case 11: spelt prefix", "Staedtepartner*", "Städtepartnerschaften", "Städtepartnerschaften"},
		{"spelt in short words", "Buero", "ein Büro", "Büro"},
		{"neue is not ne", "neue", "ne nü neu", ""},
		{"value is not valu", "value*", "valuation", ""},
		{"poet is not pot", "poet", "pot", ""},
		{"queue", "Quelle", "Qulle", ""},
		{"decomposed umlaut", "Sta\u0308dte", "Staedte", "Staedte"},
		{"danish", "København", "KOEBENHAVN", "KOEBENHAVN"},
		{"greek final sigma", "δήμος", "ΔΗΜΟΣ", "ΔΗΜΟΣ"},
		{"short tokens are exact", "AI", "aid air AI", "AI"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, err := calls.ParsePattern(tt.pattern)
			if err != nil {
				t.Fatalf("ParsePattern(%q): %v", tt.pattern, err)
			}
			words := calls.Words(tt.text)
			got := ""
			if from, to, ok := p.Find(tt.text, words); ok {
				got = tt.text[words[from].Start:words[to-1].End]
			}
			if got != tt.want {
				t.Errorf("%q in %q: found %q, want %q", tt.pattern, tt.text, got, tt.want)
			}
		})
	}
}

func TestParsePatternRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in, want string }{
		{"nothing", "", "give a word"},
		{"quotes only", `""`, "give a word"},
		{"signs only", "***", "give a word"},
		{"short prefix", "KI*", "at least 3 letters"},
		{"star before", "*stadt", "right after a word"},
		{"star alone", "town * twinning", "right after a word"},
		{"two stars", "town**", "right after a word"},
		{"a novel", strings.Repeat("word ", 13), "at most 12"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := calls.ParsePattern(tt.in)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("ParsePattern(%q) = %v, want an error with %q", tt.in, err, tt.want)
			}
		})
	}
}

func TestPatternString(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{`"Partnersk* Měst*"`: "partnersk* mest*", "JUMELAGE": "jumelage", "KI": "KI", "ÖKO": "OKO", "ki": "ki"} {
		p, err := calls.ParsePattern(in)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.String(); got != want {
			t.Errorf("ParsePattern(%q).String() = %q, want %q", in, got, want)
		}
	}
	if got := (calls.Pattern{}).String(); got != "" {
		t.Errorf("zero Pattern is %q, want nothing", got)
	}
}

func FuzzParsePattern(f *testing.F) {
	for _, s := range []string{"", "jumelage*", `"a b"`, "Städte* x*", "ŀa*", "C++*", "\xff*", "AI", "ǇǇ", "“IT”"} {
		f.Add(s, "some text")
	}
	f.Fuzz(func(t *testing.T, s, text string) {
		p, err := calls.ParsePattern(s)
		if err != nil {
			return
		}
		p.Find(text, calls.Words(text))
		own := calls.Words(s)
		if from, _, ok := p.Find(s, own); !ok || from != 0 {
			t.Errorf("pattern %q does not find itself: %v at %d", s, ok, from)
		}
		again, err := calls.ParsePattern(p.String())
		if err != nil || again.String() != p.String() {
			t.Errorf("ParsePattern(%q) = %q, read again %q, %v", s, p, again, err)
		}
	})
}

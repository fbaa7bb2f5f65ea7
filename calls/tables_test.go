package calls_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"fundwatch/calls"
)

func loadProgrammes(t testing.TB) *calls.Programmes {
	t.Helper()
	p, err := calls.LoadProgrammes()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestProgrammes(t *testing.T) {
	t.Parallel()
	p := loadProgrammes(t)
	codes := []struct{ in, want string }{
		{"43251589", "CERV"},
		{" 43353764 ", "ERASMUS"},
		{"31059093", "ERASMUS"}, // 2014-2020
		{"31059088", "EFC"},
		{"cerv", "CERV"},
		{"Interreg", "INTERREG"},
		{"99999999", "99999999"}, // new programmes pass
		{"", ""},
	}
	for _, tt := range codes {
		if got := p.Code(tt.in); got != tt.want {
			t.Errorf("Code(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
	for code, want := range map[string]string{"ERASMUS": "43353764", "horizon": "43108390", "INTERREG": "", "99999999": ""} {
		if got, ok := p.Number(code); got != want || ok != (want != "") {
			t.Errorf("Number(%s) = %q, %v, want %q", code, got, ok, want)
		}
	}
	for code, want := range map[string]string{"ERASMUS": "Erasmus+", "43108390": "Horizon Europe", "99999999": "99999999"} {
		if got := p.Name(code); got != want {
			t.Errorf("Name(%s) = %q, want %q", code, got, want)
		}
	}
	if got := p.Codes(); got[0] != "CERV" || len(got) < 60 || !slices.Contains(got, "INTERREG") {
		t.Errorf("Codes = %v", got)
	}
	for wrong, want := range map[string]string{"CERVV": "CERV", "Erasmus+": "ERASMUS", "creative europe": "CREA", "horizn": "HORIZON"} {
		if got := p.Nearest(wrong); len(got) == 0 || got[0] != want {
			t.Errorf("Nearest(%q) = %v, want %s first", wrong, got, want)
		}
	}
	for _, code := range p.Codes() {
		entry, _ := p.Programme(code)
		if !slices.Contains([]string{"yes", "no", "partly", "?"}, entry.Municipalities) || entry.Source == "" || len(entry.Checked) != len("2026-11-22") {
			t.Errorf("programme %s: %+v", code, entry)
		}
	}
}

func TestCountries(t *testing.T) {
	t.Parallel()
	c, err := calls.LoadCountries()
	if err != nil {
		t.Fatal(err)
	}
	for in, want := range map[string]string{"FR": "FR", "el": "GR", "UK": "GB", "KS": "XK", " de ": "DE", "XK": "XK"} {
		if got, ok := c.Canonical(in); !ok || got != want {
			t.Errorf("Canonical(%q) = %q, %v, want %q", in, got, ok, want)
		}
	}
	for _, in := range []string{"", "XX", "FRA", "France"} {
		if got, ok := c.Canonical(in); ok {
			t.Errorf("Canonical(%q) = %q, want none", in, got)
		}
	}
	members := 0
	for _, code := range c.Codes() {
		if c.Member(code) {
			members++
		}
	}
	if members != 27 || len(c.Codes()) != 250 {
		t.Errorf("%d members among %d countries, want 27 among 250", members, len(c.Codes()))
	}
	for code, want := range map[string]bool{"EL": true, "HR": true, "GB": false, "UK": false, "NO": false, "XK": false, "": false} {
		if got := c.Member(code); got != want {
			t.Errorf("Member(%q) = %v, want %v", code, got, want)
		}
	}
	for code, want := range map[string]string{"EL": "Greece", "XK": "Kosovo", "TR": "Türkiye", "QQ": "QQ"} {
		if got := c.Name(code); got != want {
			t.Errorf("Name(%q) = %q, want %q", code, got, want)
		}
	}
	for in, want := range map[string]string{"Germany": "DE", "germny": "DE", "Turkiye": "TR", "FX": "FR"} {
		if got := c.Nearest(in); len(got) == 0 || in != "FX" && got[0] != want {
			t.Errorf("Nearest(%q) = %v, want %s first", in, got, want)
		}
	}
}

// Strangers may ask for names of any length: letter by letter this would go on until the tests are stopped.
func TestNearestToALongName(t *testing.T) {
	t.Parallel()
	among := make([]string, 20_000)
	for i := range among {
		among[i] = fmt.Sprintf("HORIZON-CL5-2026-%05d-TWO-STAGE", i)
	}
	if got := calls.Nearest(strings.Repeat("C", 10_000_000), among); len(got) > 0 {
		t.Errorf("got %v", got)
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	among := []string{"youth", "sport", "Tourism", "town-twinning"}
	tests := []struct {
		name, word string
		want       []string
	}{
		{"one letter", "yoth", []string{"youth"}},
		{"swapped", "sprot", []string{"sport"}},
		{"accent and case", "TÓURISM", []string{"Tourism"}},
		{"beginning", "town", []string{"town-twinning"}},
		{"nothing near", "agriculture", nil},
		{"empty", "", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := calls.Nearest(tt.word, among); !slices.Equal(got, tt.want) {
				t.Errorf("Nearest(%q) = %v, want %v", tt.word, got, tt.want)
			}
		})
	}
}

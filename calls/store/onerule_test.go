package store_test

import (
	"fmt"
	"slices"
	"testing"

	"fundwatch/calls"
)

// One rule for texts: what a keyword, an excluded word and a search find, and what is highlighted, is the
// same, however it is typed.
func TestOneTextRule(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text   string
		found  []string // typed ways that find it
		absent []string // and that do not
	}{
		{"Łódź i Żółkiew", []string{"łódź", "lodz", "LODZ", "ŻÓŁKIEW", "zolk*", `"lodz i zolkiew"`}, []string{"lod", "odz", "zolk"}},
		{"Smørrebrød på Ærø", []string{"smørrebrød", "smorrebrod", "SMOERREBROED", "ærø", "aero", "AERØ"}, []string{"smor", "ro"}},
		{"Straße, Städte und Gemeinden", []string{"strasse", "STRASSE", "STRAẞE", "städte", "staedte", "STÄDTE", "stadte", "städte und*"}, []string{"stadt", "strass"}},
		{"Strasse und Staedte", []string{"straße", "städte", "STÄDTE"}, []string{"stadt"}},
		{"Đakovo i Ħamrun", []string{"đakovo", "dakovo", "ħamrun", "HAMRUN", "ĦAM*"}, []string{"ham"}},
		{"Œuvre à İstanbul, ılık", []string{"oeuvre", "œuvre", "istanbul", "ISTANBUL", "ilik"}, []string{"euvre"}},
		{"αδελφοποίηση πόλεων, ο Δήμος", []string{"ΑΔΕΛΦΟΠΟΙΗΣΗ", "αδελφοποιηση", "ΠΌΛΕΩΝ", "ΔΗΜΟΣ", "δήμος", "δημοσ"}, []string{"δημο", "πολε"}},
		{"Побратимяване на градове", []string{"ПОБРАТИМЯВАНЕ", "побратим*", `"НА ГРАДОВЕ"`}, []string{"град", "побратим"}},
		{"Înfrăţirea şi înfrățirea orașelor", []string{"înfrățirea", "infratirea", "ÎNFRĂȚIREA", "orașelor", "oraşelor"}, []string{"infrati"}},
		{"Grassroots sport and town-twinning", []string{"sport", "SPORT*", "town twinning", "Town-Twinning", "twinn*"}, []string{"port", "spor", "twin"}},
		{"l’énergie d'aujourd’hui", []string{"energie", "ÉNERGIE", "l'énergie", "aujourd'hui"}, []string{"energ"}},
		{"Web 4.0, C++ and Erasmus+", []string{"web 4.0", "4.0", "c++", "erasmus", "Erasmus+"}, []string{"4", "c", "erasm"}},
	}
	db := open(t)
	topics := must(calls.LoadTopics())(t)
	for i, tt := range tests {
		c := call(fmt.Sprint(i), tt.text)
		c.Identifier, c.Body, c.Summary = "", "", ""
		save(t, db, calls.Sweep{Source: c.Key.Source, Found: []calls.Call{c}}, now)
		for _, typed := range slices.Concat(tt.found, tt.absent) {
			want := slices.Contains(tt.found, typed)
			clauses := calls.ParseQuery(typed)
			keyword := calls.Municipality{ID: "a", Interests: calls.Interests{Keywords: []string{typed}}}
			exclude := calls.Municipality{ID: "b", Interests: calls.Interests{Everything: true, Exclude: []string{typed}}}
			for name, got := range map[string]bool{
				"search":  slices.Contains(find(t, db, calls.Search{Clauses: clauses}), c.Key.Reference),
				"marks":   calls.Marks(tt.text, clauses) != nil,
				"keyword": calls.Explain(topics, &c, &keyword).Match != nil,
				"exclude": calls.Explain(topics, &c, &exclude).Match == nil,
			} {
				if got != want {
					t.Errorf("%s: %q in %q: found %v, want %v", name, typed, tt.text, got, want)
				}
			}
		}
	}
}

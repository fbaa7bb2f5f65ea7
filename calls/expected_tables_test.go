package calls

import (
	"strings"
	"testing"
)

// A mistake in a table must be found by its line, not by a wrong date in a mail: the loaders are tried from inside.

func TestMistakesInTables(t *testing.T) {
	t.Parallel()
	const endings = "CERV\t2027\tyes\ts\t2026-11-22\n"
	const family = "CERV-*-X\tTitle\tCERV\t-\tportal\ts\t2026-11-22\n"
	table, err := loadFamilies(family, endings)
	if err != nil {
		t.Fatal(err)
	}
	rounds := func(s string) error { _, err := parseRounds(s, table); return err }
	familyRows := func(s string) error { _, err := loadFamilies(s, endings); return err }
	endingRows := func(s string) error { _, err := loadFamilies("", s); return err }
	words := func(s string) error { _, err := loadDateWords(s); return err }
	const round = "CERV-*-X\t2026\t-\t2026-01-10\t2026-05-10\t-\ts\t2026-11-22\n"
	tests := map[string]struct {
		load func(string) error
		data string
		want string
	}{
		"a good round":              {rounds, round, ""},
		"fields missing":            {rounds, "CERV-*-X\t2026\n", "rounds.tsv:1: 2 fields"},
		"listed twice":              {rounds, round + round, "rounds.tsv:2: CERV-*-X 2026 is already listed"},
		"unknown family":            {rounds, strings.Replace(round, "-X", "-Y", 1), `"CERV-*-Y" is not in`},
		"no year":                   {rounds, strings.Replace(round, "\t2026\t", "\tlast\t", 1), `year "last"`},
		"no such day":               {rounds, strings.Replace(round, "2026-05-10", "2026-02-30", 1), `day "2026-02-30"`},
		"deadline before opening":   {rounds, strings.Replace(round, "2026-05-10", "2025-05-10", 1), "is not after"},
		"budget in words":           {rounds, strings.Replace(round, "\t-\ts", "\t6m\ts", 1), `"6m"`},
		"never checked":             {rounds, strings.Replace(round, "2026-11-22", "-", 1), "the day on which it was checked"},
		"family without year":       {familyRows, strings.Replace(family, "*", "2026", 1), "want one *"},
		"family twice":              {familyRows, family + family, "families.tsv:2"},
		"family of no programme":    {familyRows, strings.Replace(family, "\tCERV\t", "\tCRV\t", 1), `"CRV" is not in`},
		"alias taken":               {familyRows, "A-*\tT\tCERV\tB-*\town\ts\td\nC-*\tT\tCERV\tB-*\town\ts\td\n", "already that of A-*"},
		"alias without year":        {familyRows, "A-*\tT\tCERV\tB\town\ts\td\n", `alias "B"`},
		"neither portal nor own":    {familyRows, strings.Replace(family, "portal", "ours", 1), `"ours"`},
		"programme twice":           {endingRows, endings + endings, "endings.tsv:2"},
		"no year of an end":         {endingRows, strings.Replace(endings, "2027", "soon", 1), `last year "soon"`},
		"neither yes nor no":        {endingRows, strings.Replace(endings, "yes", "maybe", 1), `"maybe"`},
		"month that is none":        {words, "month\t13\ten\tx\t-\td\n", `month "13"`},
		"word of an unknown kind":   {words, "moon\t1\ten\tx\t-\td\n", `kind "moon"`},
		"word of no language":       {words, "month\t1\txx\tx\t-\td\n", `language "xx"`},
		"zone that is none":         {words, "zone\tEurope/Nowhere\t*\tx\t-\td\n", "Europe/Nowhere"},
		"a line without words":      {words, "month\t1\ten\t-\t-\td\n", "no words"},
		"a word that is only signs": {words, "month\t1\ten\tJan, ?\t-\td\n", `"?"`},
	}
	for name, tt := range tests {
		err := tt.load(tt.data)
		if tt.want == "" {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", name, err, tt.want)
		}
	}
}

// Each language has all twelve months, and every programme of the table of programmes that the EU
// funds from 2021 to 2027 an end.
func TestTablesAreWhole(t *testing.T) {
	t.Parallel()
	v, err := dateWords()
	if err != nil {
		t.Fatal(err)
	}
	months := map[string]int{}
	for _, meanings := range v.byWord {
		for _, m := range meanings {
			if m.role == monthRole {
				months[m.language] |= 1 << m.month
			}
		}
	}
	const all = 1<<13 - 2
	for _, language := range Languages() {
		if months[language] != all {
			t.Errorf("%s: months %013b, want all twelve", language, months[language])
		}
	}
	table, err := families()
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range []string{"CERV", "ERASMUS", "LIFE", "CREA", "HORIZON", "DIGITAL", "SMP", "ESC", "INTERREG", "URBACT"} {
		if table.endings[code].lastYear != 2027 {
			t.Errorf("%s ends in %d, want 2027", code, table.endings[code].lastYear)
		}
	}
}

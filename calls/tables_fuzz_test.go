package calls

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

// The people who keep these files know towns, not Go: whatever they write is read, or every line that is wrong is named.

var placed = regexp.MustCompile(`^(rules|interests)/[a-z]+\.(txt|tsv)(:\d+)?: `)

// checkPlaces holds each problem of an error against the places that there are.
func checkPlaces(t *testing.T, err error, texts ...string) {
	t.Helper()
	if err == nil {
		return
	}
	most := 0
	for _, text := range texts {
		most += 2*strings.Count(text, "\n") + 3 // a section may lack something as a whole, and each of its lines be wrong
	}
	problems := strings.Split(err.Error(), "\n")
	if len(problems) > most+3 {
		t.Errorf("%d problems in %d lines", len(problems), most)
	}
	for _, p := range problems {
		if !placed.MatchString(p) {
			t.Errorf("%q names no place", p)
		}
	}
}

// beginning returns the first bytes of a file of the data, up to a line's end.
func beginning(f *testing.F, name string, size int) string {
	f.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		f.Fatal(err)
	}
	end := strings.LastIndexByte(string(text[:min(size, len(text))]), '\n')
	return string(text[:end+1])
}

func FuzzRulebook(f *testing.F) {
	areas, rules := beginning(f, "rules/areas.txt", 3000), beginning(f, "rules/eligibility.txt", 3000)
	f.Add(rules, areas)
	f.Add(strings.ReplaceAll(rules, " | ", " || "), strings.ReplaceAll(areas, "DE", "XX"))
	f.Add("[a]\nname A\nprogramme CERV\nidentifier (\nyears 2030-2020\narea none\napplicants 0 | stated | s | 2026-11-22\n[a]\n", "[x]\nyes EU EU: | stated | s | 2026-02-30\n[]\n[")
	f.Add("[a]\nname A\nprogramme CERV\nidentifier ^A\narea x\ncountries ?2 | inferred | s | 2026-11-22\nmembers 99999999999999999999 | general | s | 2026-11-22\n", "[x]\nrest no | stated | s | 2026-11-22\nno DE: why | stated | s | 2026-11-22\n")
	c := &Call{Key: Key{Source: "portal", Reference: "1"}, Identifier: "CERV-2026-CITIZENS-TOWN-TT", Title: "Town Twinning", Programme: "CERV"}
	m := &Municipality{Name: "Ludwigsburg", Country: "DE"}
	f.Fuzz(func(t *testing.T, rules, areas string) {
		book, err := readRulebook(rules, areas)
		checkPlaces(t, err, rules, areas)
		if err != nil {
			return
		}
		for _, terms := range book.All() {
			book.Consortium(terms, m, []Twin{{Name: "Sopot", Country: "PL"}, {Name: "X"}})
			if answer, _ := terms.Area.Country("DE"); answer != Eligible && answer != NotEligible && answer != EligibilityUnstated {
				t.Errorf("the answer is %q", answer)
			}
		}
		book.Assess(c, m, nil)
	})
}

func FuzzTopics(f *testing.F) {
	f.Add(beginning(f, "interests/topics.txt", 2500), beginning(f, "interests/en.txt", 2000), beginning(f, "interests/de.txt", 2000))
	f.Add("group civic Citizens\nseed yes\n[a]\ngroup civic\nidentifier ^A\nstrong ab cd\nexclude ab cd*\nsdg 99999999999999999999\n[a]\n", "language en\n[a]\nlabel A\nword abcd*\n", "language de\n[b]\nword x\n")
	f.Add("[]\n[ ]\n[a\nstrong LEADER\n", "[a]\n", "")
	c := &Call{Key: Key{Source: "portal", Reference: "1"}, Identifier: "ABCD-2026-X", Title: "Ab cd: twin towns LEADER", Body: "citizens and towns"}
	f.Fuzz(func(t *testing.T, signs, english, german string) {
		topics, err := loadTopics(fstest.MapFS{
			"interests/topics.txt": {Data: []byte(signs)}, "interests/en.txt": {Data: []byte(english)}, "interests/de.txt": {Data: []byte(german)},
		})
		checkPlaces(t, err, signs, english)
		checkPlaces(t, topics.Check(), german)
		for _, hit := range topics.Classify(c) {
			if !topics.Has(hit.Topic) {
				t.Errorf("a call is about %q, which is no topic", hit.Topic)
			}
		}
		for _, id := range append(topics.IDs(), topics.Meaning("Städtepartnerschaft")...) {
			if topics.Label(id, "de") == "" && id != "" {
				t.Errorf("topic %q has no name", id)
			}
		}
		topics.Widen(ParseQuery("towns ab"))
	})
}

func FuzzRounds(f *testing.F) {
	const round = "CERV-*-X\t2026\t-\t2026-01-10\t2026-05-10\t6000000\ts\t2026-11-22\n"
	f.Add("CERV-*-X\tTitle\tCERV\tX-*, Y-**\tportal\ts\t2026-11-22\n", "CERV\t2027\tyes\ts\t2026-11-22\n", round+strings.ReplaceAll(round, "2026-", "2025-")+strings.ReplaceAll(round, "2026", "2024"))
	f.Add(beginning(f, "rules/families.tsv", 2000), beginning(f, "rules/endings.tsv", 1000), beginning(f, "rules/rounds.tsv", 2500))
	f.Add("*\tT\tC\t-\town\t\t\n", "C\t-\tno\t\t\n", "*\t2060\t2060-12-31\t0000-01-01\t9999-12-31\t-1\ts\t2026-11-22\n")
	now := time.Date(2026, 9, 1, 5, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, families, endings, rounds string) {
		table, err := loadFamilies(families, endings)
		checkPlaces(t, err, families, endings)
		r, err := parseRounds(rounds, table)
		checkPlaces(t, err, rounds)
		for _, e := range Expect(r.all, nil, now) {
			if e.Year < 2000 || e.OpensFrom > e.OpensTo || e.ClosesFrom > e.ClosesTo || len(e.Years) == 0 {
				t.Errorf("%+v is expected", e)
			}
		}
	})
}

package main

import (
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fundwatch/calls"
)

// languagesOf are the EU's countries with the languages that their towns are written to in: all 24.
var languagesOf = map[string][]string{
	"AT": {"de"}, "BE": {"nl", "fr", "de"}, "BG": {"bg"}, "CY": {"el"}, "CZ": {"cs"}, "DE": {"de"}, "DK": {"da"}, "EE": {"et"},
	"EL": {"el"}, "ES": {"es"}, "FI": {"fi", "sv"}, "FR": {"fr"}, "GR": {"el"}, "HR": {"hr"}, "HU": {"hu"}, "IE": {"en", "ga"},
	"IT": {"it"}, "LT": {"lt"}, "LU": {"fr", "de"}, "LV": {"lv"}, "MT": {"mt", "en"}, "NL": {"nl"}, "PL": {"pl"}, "PT": {"pt"},
	"RO": {"ro"}, "SE": {"sv"}, "SI": {"sl"}, "SK": {"sk"},
}

// A unit is a municipality as a list of them tells it.
type unit struct{ country, code, name, population, twins string }

// municipalitiesFolder is where lists of real municipalities lie: where FUNDWATCH_MUNICIPALITIES says, or beside
// the captured answers of the portal. "" if nobody said.
func municipalitiesFolder() string {
	if dir := os.Getenv("FUNDWATCH_MUNICIPALITIES"); dir != "" {
		return dir
	}
	if dir := os.Getenv("FUNDWATCH_CAPTURES"); dir != "" {
		return filepath.Join(dir, "..", "municipalities")
	}
	return ""
}

// unitsOf returns n municipalities of the EU, spread evenly over its list, with the twins that are known; made-up
// ones where there is no list, or real ones are not wanted.
func unitsOf(t *testing.T, n int, real bool) []unit {
	t.Helper()
	dir := municipalitiesFolder()
	if dir == "" || !real {
		return madeUpUnits(n)
	}
	twins := map[string]string{}
	for _, row := range rowsOf(t, filepath.Join(dir, "municipalities_twinned.csv")) {
		twins[row["country"]+row["lau_id"]] = row["twins"]
	}
	var all []unit
	for _, row := range rowsOf(t, filepath.Join(dir, "lau_2020.csv.gz")) {
		if languagesOf[row["country"]] != nil && strings.TrimSpace(row["name"]) != "" {
			all = append(all, unit{row["country"], row["lau_id"], repaired.Replace(row["name"]), row["population"], twins[row["country"]+row["lau_id"]]})
		}
	}
	if len(all) < n {
		t.Fatalf("%s lists %d municipalities, want %d", dir, len(all), n)
	}
	spread := make([]unit, n)
	for i := range spread {
		spread[i] = all[i*len(all)/n]
	}
	return spread
}

// repaired mends what the list's makers spoilt: bytes of Windows-1252 taken for Latin-1. An import refuses them.
var repaired = strings.NewReplacer("\u009c", "œ", "\u008c", "Œ", "\u009a", "š", "\u008a", "Š", "\u009e", "ž", "\u008e", "Ž",
	"\u0092", "’", "\u0096", "–", "\u00a0", " ")

// rowsOf reads a table whose first line names the columns.
func rowsOf(t *testing.T, path string) []map[string]string {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var in io.Reader = file
	if strings.HasSuffix(path, ".gz") {
		if in, err = gzip.NewReader(file); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
	}
	table, err := csv.NewReader(in).ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	rows := make([]map[string]string, len(table)-1)
	for i, cells := range table[1:] {
		rows[i] = map[string]string{}
		for j, name := range table[0] {
			rows[i][name] = cells[j]
		}
	}
	return rows
}

func madeUpUnits(n int) []unit {
	countries := strings.Fields("AT BE BG CY CZ DE DK EE GR ES FI FR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK")
	words := benchVocabulary()
	name := func(i int) string { return fmt.Sprintf("%s %s", words[i%len(words)], words[i*7%len(words)]) }
	units := make([]unit, n)
	for i := range units {
		units[i] = unit{countries[i%len(countries)], fmt.Sprint(i), name(i), fmt.Sprint(500 + i%20_000), ""}
		if i%10 == 0 {
			units[i].twins = fmt.Sprintf("%s (%s); %s (%s)", name(i+1), countries[(i+1)%len(countries)], name(i+2), countries[(i+2)%len(countries)])
		}
	}
	return units
}

// writeEurope writes a municipalities file for so many readers, in 95 towns to each hundred of them, and returns its
// path. What a town wants follows from its place in the list: one to three topics, and twinning if it has twins;
// some only of one programme, so that not everybody has something to learn.
func writeEurope(t *testing.T, readers int, real bool) string {
	t.Helper()
	topics, err := calls.LoadTopics()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "europe.csv")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	table, ids := csv.NewWriter(file), topics.IDs()
	rows := [][]string{{"id", "name", "country", "lau", "population", "twins", "topics", "programmes", "subscribers"}}
	for i, u := range unitsOf(t, readers*95/100, real) {
		wanted := []string{ids[i%len(ids)]}
		for j := range i % 3 {
			wanted = append(wanted, ids[(i/len(ids)+5*j+7*i)%len(ids)])
		}
		if u.twins != "" {
			wanted = append(wanted, "town-twinning")
		}
		programmes := ""
		if i%12 == 0 {
			programmes = "EUAF"
		}
		rows = append(rows, []string{fmt.Sprintf("eu-%06d", i), u.name, u.country, u.code, u.population, u.twins,
			strings.Join(unique(wanted), ";"), programmes, mailboxesOf(i, u.country)})
	}
	if err := table.WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	return path
}

// mailboxesOf is one mailbox, and for every nineteenth town a second in another language of the country.
func mailboxesOf(i int, country string) string {
	languages := languagesOf[country]
	box := func(name string, j int) string {
		return fmt.Sprintf("%s@town-%06d.example|%s|weekly|", name, i, languages[j%len(languages)])
	}
	if i%19 == 0 {
		return box("clerk", i) + "; " + box("mayor", i+1)
	}
	return box("clerk", i)
}

func unique(list []string) []string {
	seen := map[string]bool{}
	var once []string
	for _, item := range list {
		if !seen[item] {
			once = append(once, item)
		}
		seen[item] = true
	}
	return once
}

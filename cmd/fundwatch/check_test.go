package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"fundwatch/crawler/portaltest"
)

const checkTowns = `
- name: Ludwigsburg
  country: DE
  twins: ["Montbéliard (FR)", "Nový Jičín (CZ)", "Caerphilly (GB)", "Skopje (MK)", "Somewhere"]
  interests: {topics: [youth]}
- name: Nový Jičín
  country: CZ
  twins: ["Görlitz (DE)", "Ludwigsburg (DE)", "Épinal (FR)", "Novellara (IT)", "Kremnica (SK)"]
  interests: {topics: [sport]}
- name: Yevpatoria
  country: UA
  twins: ["LUDWIGSBURG (DE)"]
  interests: {topics: [sport]}
- name: Drogheda
  country: IE
  interests: {topics: [youth, sport]}
  subscribers:
    - {email: secret-address@drogheda.example, language: en, frequency: weekly}
`

// networksPortal serves Networks of Towns beside Town Twinning, and imports the towns.
func networksPortal(t *testing.T, settings ...string) []string {
	t.Helper()
	portal, environ := standIn(t, 1)
	environ = append(environ, settings...)
	var records []portaltest.Record
	for _, r := range portaltest.Catalogue(1) {
		if r.First("identifier") != "CERV-2026-CITIZENS-TOWN-TT" || r.First("language") != "en" {
			continue
		}
		networks := r.Clone()
		networks.Reference = "59990202TOPICSen"
		networks.Metadata["identifier"] = []string{"CERV-2027-CITIZENS-TOWN-NT"}
		networks.Metadata["title"] = []string{"Networks of Towns 2027"}
		records = append(records, r, networks)
	}
	portal.SetRecords(records)
	must(t, environ, "crawl", "portal", "--now", "2026-09-01")
	file := filepath.Join(t.TempDir(), "towns.yaml")
	if err := os.WriteFile(file, []byte(checkTowns), 0o600); err != nil {
		t.Fatal(err)
	}
	must(t, environ, "municipalities", "import", file)
	return environ
}

// A twin that is known from its own list only makes the fourth country; without it a twin of a twin would.
func TestCheckNetworksOfTowns(t *testing.T) {
	t.Parallel()
	environ := networksPortal(t)
	out := must(t, environ, "check", "CERV-2027-CITIZENS-TOWN-NT", "ludwigsburg-de")
	for _, want := range []string{
		"Met: the rule of Networks of Towns is met with Nový Jičín (CZ), Montbéliard (FR) and Yevpatoria (UA): " +
			"4 applicants (at least 4), 4 countries (at least 4), 3 EU member states (at least 2)\n",
		"\nDoes not     Caerphilly (GB): its country is not among the CERV countries [",
		"\nNot stated   Somewhere: its country is not known, so it counts for nothing\n",
		"             Skopje (MK): the agreement was signed in Brussels; whether it is in force was not seen [",
		"\nRate         not stated for this round:\n             - \"cofinancing 60 %\" [",
		"(checked 2026-11-22)\n",
		"The call document decides.",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("lacks %q:\n%s", want, out)
		}
	}

	with := []string{"check", "CERV-2027-CITIZENS-TOWN-NT", "ludwigsburg-de", "--with", "Montbéliard (FR)", "--with", "Nový Jičín (cz)"}
	out = must(t, environ, with...)
	for _, want := range []string{
		"One short: the rule of Networks of Towns asks for one partner more: 3 applicants (at least 4), 3 countries (at least 4), 3 EU member states (at least 2)\n",
		"\nMissing      1 applicant, 1 country: 1 more partner would do, in a country among the CERV countries that is not counted yet\n",
		"\nCould help   Kremnica (SK), a twin of Nový Jičín (CZ)\n             Novellara (IT), a twin of Nový Jičín (CZ)\n",
		"             Drogheda (IE), which is subscribed here and shares the topic youth\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("--with: lacks %q:\n%s", want, out)
		}
	}
	if strings.Contains(out, "Caerphilly") || strings.Contains(out, "secret-address") {
		t.Errorf("--with: names a twin that was not named, or an address:\n%s", out)
	}
	if again := must(t, environ, with...); again != out {
		t.Errorf("asked again it says\n%s", again)
	}
}

func TestCheckAsJSON(t *testing.T) {
	t.Parallel()
	environ := networksPortal(t)
	var view checkView
	out := must(t, environ, "check", "CERV-2027-CITIZENS-TOWN-NT", "ludwigsburg-de", "--json", "--with", "Montbéliard (FR)", "--with", "Skopje (MK)")
	if err := json.Unmarshal([]byte(out), &view); err != nil {
		t.Fatal(err)
	}
	c := view.Consortium
	if view.Eligibility.Verdict != "eligible" || c.Verdict != "not met" || c.Missing.Partners != 2 || len(c.Partners) != 2 || !view.Named {
		t.Errorf("got %+v", view)
	}
	if view.Rule == nil || view.Rule.Name != "Networks of Towns" || len(view.Suggestions) == 0 {
		t.Errorf("got %+v", view)
	}
	if strings.Contains(out, "secret-address") || regexp.MustCompile(`"(countries|member_states|partners|suggestions|through|topics|claims|facts)": null`).MatchString(out) {
		t.Errorf("an address, or a list that is null:\n%s", out)
	}
}

// On any terminal the labels stand in one column, and no line is wider than the terminal.
func TestCheckFitsTerminals(t *testing.T) {
	t.Parallel()
	environ := networksPortal(t)
	for _, width := range []string{"60", "80", "200"} {
		out := must(t, append(environ, "FORCE_TTY="+width, "NO_COLOR=1"), "check", "CERV-2027-CITIZENS-TOWN-NT", "novy-jicin-cz")
		limit := map[string]int{"60": 60, "80": 80, "200": widestText}[width]
		for _, line := range strings.Split(out, "\n") {
			if cells.StringWidth(line) > limit {
				t.Errorf("%s columns: %d cells: %q", width, cells.StringWidth(line), line)
			}
		}
		for _, label := range []string{"\nMay apply    ", "\nCounts       ", "\nApplicants   ", "\nSources      ", "\nLimits       "} {
			if !strings.Contains(out, label) {
				t.Errorf("%s columns: no %q:\n%s", width, label, out)
			}
		}
	}
}

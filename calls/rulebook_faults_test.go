package calls

import (
	"strings"
	"testing"
)

// The inside is the point: the built-in files have no faults to show.
func TestRulebookFaultsAreAllTold(t *testing.T) {
	t.Parallel()
	areas := strings.Join([]string{
		"yes DE | stated | s | 2026-11-22", // above the first area
		"[a]",
		"yes EL | stated | s | 2026-11-22", // the code is GR
		"yes DE | stated | s | 2026-11-22",
		"no DE | stated | s | 2026-11-22",
		"yes FR | surely | s | 2026-11-22",
		"yes FR | stated |  | 2026-11-22",
		"yes FR | stated | s | yesterday",
		"yes FR",
		"rest maybe | stated | s | 2026-11-22",
		"colour FR | stated | s | 2026-11-22",
		"[a]",
	}, "\n")
	rules := strings.Join([]string{
		"name above", // above the first rule
		"[r]",
		"identifier (",
		"area nowhere",
		"years 2026",
		"countries two | stated | s | 2026-11-22",
		"town maybe | stated | s | 2026-11-22",
		"colour red | stated | s | 2026-11-22",
		"countries 2",
		"[r]",
	}, "\n")
	_, err := readRulebook(rules, areas)
	problems := []string{
		"areas.txt:1: ", "areas.txt:3: \"EL\"", "areas.txt:5: DE is already", "areas.txt:6: certainty", "areas.txt:7: ",
		"areas.txt:8: checked on", "areas.txt:9: want value", "areas.txt:10: rest", "areas.txt:11: unknown key", "areas.txt:12: area \"a\" is already",
		"eligibility.txt:1: ", "eligibility.txt:3: ", "eligibility.txt:4: area \"nowhere\"", "eligibility.txt:5: years", "eligibility.txt:6: countries \"two\"",
		"eligibility.txt:7: town", "eligibility.txt:8: unknown key", "eligibility.txt:9: want value", "eligibility.txt:10: rule \"r\" is already",
		"[r]: name, programme or area is missing",
	}
	for _, p := range problems {
		if err == nil || !strings.Contains(err.Error(), p) {
			t.Errorf("error lacks %q:\n%v", p, err)
		}
	}
	if n := strings.Count(err.Error(), "\n") + 1; n != len(problems) {
		t.Errorf("%d problems, want %d:\n%v", n, len(problems), err)
	}
}

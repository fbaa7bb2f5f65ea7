package calls_test

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fundwatch/calls"
)

// TestCapturedTownsMeetTheRules holds thousands of real towns against two rules. The towns are no part of
// the repository: FUNDWATCH_TOWNS names the folder with municipalities_twinned.csv; it may also lie beside
// the captured portal answers that FUNDWATCH_CAPTURES names.
func TestCapturedTownsMeetTheRules(t *testing.T) {
	t.Parallel()
	towns := capturedTowns(t)
	b := loadRulebook(t)
	twinning, networks := termsOf(t, b, "cerv-town-twinning"), termsOf(t, b, "cerv-networks-of-towns")
	listing := make(map[string][]calls.Twin) // by the town that is listed
	for _, m := range towns {
		for _, twin := range m.Twins {
			listing[foldedTwin(twin)] = append(listing[foldedTwin(twin)], calls.Twin{Name: m.Name, Country: m.Country})
		}
	}
	lists := make(map[string][]calls.Twin) // by the town that lists
	for _, m := range towns {
		lists[foldedTwin(calls.Twin{Name: m.Name, Country: m.Country})] = m.Twins
	}
	var two, four, bothWays, reached, reachedOneWay int
	for i := range towns {
		m := &towns[i]
		own := b.Consortium(networks, m, m.Twins)
		two += counts(b.Consortium(twinning, m, m.Twins).Verdict == calls.Met)
		four += counts(own.Verdict == calls.Met)
		partners := calls.Partners(m, listing[foldedTwin(calls.Twin{Name: m.Name, Country: m.Country})])
		bothWays += counts(b.Consortium(networks, m, partners).Verdict == calls.Met)
		wider, oneWay := slices.Clone(partners), slices.Clone(m.Twins)
		for _, p := range partners {
			wider = slices.Concat(wider, listing[foldedTwin(p)], lists[foldedTwin(p)])
		}
		for _, p := range m.Twins {
			oneWay = slices.Concat(oneWay, lists[foldedTwin(p)])
		}
		reached += counts(b.Consortium(networks, m, wider).Verdict == calls.Met)
		reachedOneWay += counts(b.Consortium(networks, m, oneWay).Verdict == calls.Met)
	}
	share := func(n int) float64 { return 100 * float64(n) / float64(len(towns)) }
	t.Logf("%d towns: two countries with own twins %.1f %%, four countries %.1f %% (twins read both ways %.1f %%), with twins of twins %.1f %% (read one way %.1f %%)",
		len(towns), share(two), share(four), share(bothWays), share(reached), share(reachedOneWay))
	for what, bound := range map[string][3]float64{
		"two countries":                    {share(two), 75, 90},
		"four countries":                   {share(four), 10, 25},
		"four countries and twins' twins":  {share(reached), 40, 65},
		"more by reading twins both ways ": {share(bothWays) - share(four), 0, 10},
	} {
		if bound[0] < bound[1] || bound[0] > bound[2] {
			t.Errorf("%s: %.1f %%, want %.0f to %.0f", what, bound[0], bound[1], bound[2])
		}
	}
}

func counts(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

func foldedTwin(t calls.Twin) string { return calls.Fold(t.Name) + "/" + t.Country }

func capturedTowns(t *testing.T) []calls.Municipality {
	t.Helper()
	folder := os.Getenv("FUNDWATCH_TOWNS")
	if captures := os.Getenv("FUNDWATCH_CAPTURES"); folder == "" && captures != "" {
		folder = filepath.Join(captures, "..", "municipalities")
	}
	file, err := os.Open(filepath.Join(folder, "municipalities_twinned.csv"))
	if folder == "" || os.IsNotExist(err) {
		t.Skip("FUNDWATCH_TOWNS names no folder of real towns: nothing to compare with")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var towns []calls.Municipality
	for _, row := range rows[1:] { // country, nuts3, lau_id, name_en, name_national, population, twins_count, twins
		m := calls.Municipality{Name: row[3], Country: row[0]}
		for _, twin := range strings.Split(row[7], "; ") {
			name, code := twin, ""
			if i := strings.LastIndex(twin, " ("); i >= 0 && strings.HasSuffix(twin, ")") {
				name, code = twin[:i], twin[i+2:len(twin)-1]
			}
			m.Twins = append(m.Twins, calls.Twin{Name: name, Country: code})
		}
		towns = append(towns, m)
	}
	return towns
}

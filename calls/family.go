package calls

import (
	_ "embed" // the tables below
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
)

var (
	//go:embed rules/families.tsv
	familiesTable string

	//go:embed rules/endings.tsv
	endingsTable string
)

// families reads rules/families.tsv and rules/endings.tsv once, when the first family is asked for. The
// error can only come from a mistake in a table.
var families = sync.OnceValues(func() (*familyTable, error) { return loadFamilies(familiesTable, endingsTable) })

// Family returns the family that an identifier belongs to, which is the identifier in capitals with * for
// its year, and the year: "CERV-2026-CITIZENS-TOWN-TT" is of "CERV-*-CITIZENS-TOWN-TT", 2026. Spellings of
// other years lead to the same family by rules/families.tsv ("CERV-2021-TOWN-TT"), and so do topics that
// split one call ("CERV-2026-CITIZENS-CIV-..."). It reports false if the identifier holds no year from 2000
// to 2060 between its hyphens. That two identifiers are of one family does not yet mean that the calls are
// alike: some programmes number their topics anew each year, see [Expect].
func Family(identifier string) (family string, year int, ok bool) {
	parts := strings.Split(strings.ToUpper(CleanLine(identifier, longestLine)), "-")
	for i, part := range parts {
		y, err := strconv.Atoi(part)
		if err != nil || len(part) != 4 || y < earliestYear || y > latestYear {
			continue
		}
		parts[i] = "*"
		family = strings.Join(parts, "-")
		if table, err := families(); err == nil { // else a mistake in the table, which LoadRounds reports
			family = table.canonical(family)
		}
		return family, y, true
	}
	return "", 0, false
}

// Identifiers returns every identifier that a call of the family may bear, in capitals, and the beginnings of
// those with any ending. What begins so need not be of the family: [Family] tells.
func Identifiers(family string) (exact, begun []string) {
	exact = ofAllYears(family)
	table, err := families()
	if err != nil {
		return exact, nil // a mistake in the table, which LoadRounds reports
	}
	for alias, of := range table.aliases {
		if of == family {
			exact = append(exact, ofAllYears(alias)...)
		}
	}
	for _, p := range table.prefixes {
		if p.family == family {
			begun = append(begun, ofAllYears(p.prefix)...)
		}
	}
	return exact, begun
}

// ofAllYears puts each year that a call can be of in the place of the *.
func ofAllYears(spelling string) []string {
	all := make([]string, 0, latestYear-earliestYear+1)
	for year := earliestYear; year <= latestYear; year++ {
		all = append(all, strings.Replace(spelling, "*", strconv.Itoa(year), 1))
	}
	return all
}

// anyEnding stands at the end of an alias for whatever follows.
const anyEnding = "..."

// A familyEntry is one line of rules/families.tsv.
type familyEntry struct {
	title     string
	programme string
	portal    bool // its identifiers are the portal's, not names of ours
}

// An ending is one line of rules/endings.tsv.
type ending struct {
	lastYear int // 0: no end is fixed
	returns  bool
}

type familyTable struct {
	entries  map[string]familyEntry
	aliases  map[string]string // other family to family
	prefixes []familyPrefix    // aliases with any ending
	endings  map[string]ending // by short code of the programme
}

type familyPrefix struct{ prefix, family string }

// canonical returns the family under which a family is kept.
func (t *familyTable) canonical(family string) string {
	if same, ok := t.aliases[family]; ok {
		return same
	}
	for _, p := range t.prefixes {
		if strings.HasPrefix(family, p.prefix) {
			return p.family
		}
	}
	return family
}

// programme returns the short code of a family's programme: from the table, else the longest code with
// which the family begins; "" if it is unknown.
func (t *familyTable) programme(family string) string {
	if entry, ok := t.entries[family]; ok {
		return entry.programme
	}
	longest := ""
	for code := range t.endings {
		if strings.HasPrefix(family, code+"-") && len(code) > len(longest) {
			longest = code
		}
	}
	return longest
}

func loadFamilies(familyRows, endingRows string) (*familyTable, error) {
	t := &familyTable{map[string]familyEntry{}, map[string]string{}, nil, map[string]ending{}}
	rows, errs := tableRows("rules/endings.tsv", endingRows, 5)
	for _, row := range rows {
		if err := t.addEnding(row); err != nil {
			errs = append(errs, err)
		}
	}
	rows, more := tableRows("rules/families.tsv", familyRows, 7)
	errs = append(errs, more...)
	for _, row := range rows {
		if err := t.addFamily(row); err != nil {
			errs = append(errs, err)
		}
	}
	return t, errors.Join(errs...)
}

func (t *familyTable) addEnding(row tableRow) error {
	f := row.fields
	if _, twice := t.endings[f[0]]; twice || f[0] == "" {
		return fmt.Errorf("%s: programme %q is empty or listed twice", row.place, f[0])
	}
	if f[2] != "yes" && f[2] != "no" {
		return fmt.Errorf("%s: %q: want yes or no", row.place, f[2])
	}
	e := ending{returns: f[2] == "yes"}
	if f[1] != "-" {
		year, err := strconv.Atoi(f[1])
		if err != nil || year < earliestYear || year > latestYear {
			return fmt.Errorf("%s: last year %q: want a year or -", row.place, f[1])
		}
		e.lastYear = year
	}
	t.endings[f[0]] = e
	return nil
}

func (t *familyTable) addFamily(row tableRow) error {
	f := row.fields
	_, twice := t.entries[f[0]]
	switch {
	case strings.Count(f[0], "*") != 1 || twice:
		return fmt.Errorf("%s: family %q: want one * for the year, and each family once", row.place, f[0])
	case f[1] == "" || f[4] != "portal" && f[4] != "own":
		return fmt.Errorf("%s: want a title, and portal or own instead of %q", row.place, f[4])
	}
	if _, known := t.endings[f[2]]; !known {
		return fmt.Errorf("%s: programme %q is not in rules/endings.tsv", row.place, f[2])
	}
	t.entries[f[0]] = familyEntry{title: f[1], programme: f[2], portal: f[4] == "portal"}
	if f[3] == "-" {
		return nil
	}
	for _, alias := range strings.Split(f[3], ", ") {
		if strings.Count(alias, "*") != 1 {
			return fmt.Errorf("%s: alias %q: want one * for the year", row.place, alias)
		}
		if prefix, open := strings.CutSuffix(alias, anyEnding); open {
			t.prefixes = append(t.prefixes, familyPrefix{prefix, f[0]})
			continue
		}
		if other, taken := t.aliases[alias]; taken {
			return fmt.Errorf("%s: alias %q is already that of %s", row.place, alias, other)
		}
		t.aliases[alias] = f[0]
	}
	return nil
}

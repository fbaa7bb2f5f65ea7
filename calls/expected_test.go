package calls_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"fundwatch/calls"
)

const (
	townTwinningFamily = "CERV-*-CITIZENS-TOWN-TT"
	networksFamily     = "CERV-*-CITIZENS-TOWN-NT"
)

func loadRounds(t testing.TB) *calls.Rounds {
	t.Helper()
	r, err := calls.LoadRounds()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestFamily(t *testing.T) {
	t.Parallel()
	tests := []struct {
		identifier, want string
		year             int
	}{
		{"CERV-2026-CITIZENS-TOWN-TT", townTwinningFamily, 2026},
		{" cerv-2026-citizens-town-tt ", townTwinningFamily, 2026},
		{"CERV-2021-TOWN-TT", townTwinningFamily, 2021},
		{"CERV-CITIZENS-2022-TOWN-TT", townTwinningFamily, 2022},
		{"CERV-CITIZENS-2022-TOWN-NT", networksFamily, 2022},
		{"CERV-CITIZENS-2022-TOWN", "CERV-*-CITIZENS-TOWN", 2022},
		{"CERV-2025-CITIZENS-REM-GENCRIME", "CERV-*-CITIZENS-REM", 2025},
		{"CERV-2026-CITIZENS-CIV-ENGAGEMENT-ELECTIONS", "CERV-*-CITIZENS-CIV", 2026},
		{"CREA-CULT-2026-COOP-1", "CREA-CULT-*-COOP-1", 2026},
		{"HORIZON-MISS-2026-02-CANCER-05", "HORIZON-MISS-*-02-CANCER-05", 2026},
		{"SMP-2026-2030-X", "SMP-*-2030-X", 2026},
		{"EuropeAid/171234/DD/ACT/Multi", "", 0},
		{"LIFE-1999-X", "", 0},
		{"LIFE2027-X", "", 0},
		{"CERV-20261-X", "", 0},
		{"", "", 0},
	}
	for _, tt := range tests {
		got, year, ok := calls.Family(tt.identifier)
		if got != tt.want || year != tt.year || ok != (tt.want != "") {
			t.Errorf("Family(%q) = %q, %d, %v, want %q, %d", tt.identifier, got, year, ok, tt.want, tt.year)
		}
	}
}

func FuzzFamily(f *testing.F) {
	f.Add("CERV-CITIZENS-2022-TOWN-TT")
	f.Add("2026-\x1b[31m*-2027")
	f.Fuzz(func(t *testing.T, identifier string) {
		family, year, ok := calls.Family(identifier)
		if ok != (year != 0) || ok != strings.Contains(family, "*") {
			t.Errorf("Family(%q) = %q, %d, %v", identifier, family, year, ok)
		}
	})
}

func TestRounds(t *testing.T) {
	t.Parallel()
	r := loadRounds(t)
	if got := r.Of("CERV-*-NOTHING"); got != nil {
		t.Errorf("Of an unknown family = %v, want none", got)
	}
	twinning := r.Of(townTwinningFamily)
	if len(twinning) != 6 || len(r.Of(networksFamily)) != 5 {
		t.Fatalf("%d rounds of Town Twinning and %d of Networks of Towns, want 6 and 5", len(twinning), len(r.Of(networksFamily)))
	}
	if got := twinning[5]; got.Year != 2026 || got.Opened != "2026-05-06" || got.Deadline != "2026-09-23" || got.Budget != calls.Known(6_000_000) {
		t.Errorf("Town Twinning 2026 = %+v", got)
	}
	if got := r.Of(networksFamily)[1].Opened; got != "2022-12-15" {
		t.Errorf("Networks of Towns 2023 first seen on %s, want the day of publication, 2022-12-15", got)
	}
	twinning[0].Year = 1
	if r.Of(townTwinningFamily)[0].Year != 2021 {
		t.Error("Of lends its own slice")
	}
	for _, round := range r.All() {
		family, year, ok := calls.Family(strings.Replace(round.Family, "*", "2026", 1))
		if !ok || family != round.Family || year != 2026 {
			t.Errorf("family %s is not its own family but %s", round.Family, family)
		}
	}
}

// expect returns what is expected of one family, and whether anything is.
func expect(t *testing.T, family string, seen []calls.Call, now string) (calls.Expected, bool) {
	t.Helper()
	for _, e := range calls.Expect(loadRounds(t).All(), seen, at(now)) {
		if e.Family == family {
			return e, true
		}
	}
	return calls.Expected{}, false
}

func TestExpectTheTownCallsOf2027(t *testing.T) {
	t.Parallel()
	const now = "2026-11-22T08:00:00Z"
	got, ok := expect(t, networksFamily, nil, now)
	want := calls.Expected{
		Family: networksFamily, Title: "Networks of Towns", Programme: "CERV", Year: 2027,
		OpensFrom: "2026-12-11", OpensTo: "2026-12-20", ClosesFrom: "2027-03-24", ClosesTo: "2027-04-23",
		Years:          []int{2023, 2024, 2025, 2026},
		Basis:          "deadline between 27 March and 20 April in 2023-2026; opening between 14 and 17 December of the year before in 2023-2026",
		LastIdentifier: "CERV-2026-CITIZENS-TOWN-NT",
	}
	if !ok || !sameExpected(got, want) {
		t.Errorf("Networks of Towns: got %+v\nwant %+v", got, want)
	}
	got, ok = expect(t, townTwinningFamily, nil, now)
	want = calls.Expected{
		Family: townTwinningFamily, Title: "Town Twinning", Programme: "CERV", Year: 2027,
		OpensFrom: "2027-02-19", OpensTo: "2027-05-09", ClosesFrom: "2027-09-14", ClosesTo: "2027-09-26",
		Years:          []int{2023, 2024, 2025, 2026},
		Basis:          "deadline between 17 and 23 September in 2023-2026; opening between 22 February and 6 May in 2023-2026",
		LastIdentifier: "CERV-2026-CITIZENS-TOWN-TT",
	}
	if !ok || !sameExpected(got, want) {
		t.Errorf("Town Twinning: got %+v\nwant %+v", got, want)
	}
	all := calls.Expect(loadRounds(t).All(), nil, at(now))
	for i, e := range all {
		t.Logf("%-30s %d opens %s..%s closes %s..%s  %s", e.Family, e.Year, e.OpensFrom, e.OpensTo, e.ClosesFrom, e.ClosesTo, e.Basis)
		if i > 0 && all[i-1].OpensFrom != "" && e.OpensFrom != "" && all[i-1].OpensFrom > e.OpensFrom {
			t.Errorf("%s comes after %s", e.Family, all[i-1].Family)
		}
	}
}

func sameExpected(a, b calls.Expected) bool {
	years := slices.Equal(a.Years, b.Years)
	a.Years, b.Years = nil, nil
	return years && a.Family == b.Family && a.Title == b.Title && a.Programme == b.Programme && a.Year == b.Year &&
		a.OpensFrom == b.OpensFrom && a.OpensTo == b.OpensTo && a.ClosesFrom == b.ClosesFrom && a.ClosesTo == b.ClosesTo &&
		a.Basis == b.Basis && a.LastIdentifier == b.LastIdentifier && a.LastURL == b.LastURL
}

// topic returns a call of the portal.
func topic(identifier, opens, deadline string) calls.Call {
	c := calls.Call{
		Key: calls.Key{Source: "portal", Reference: identifier + "en"}, Identifier: identifier, Kind: calls.KindTopic,
		Title: identifier, URL: "https://portal.example/" + identifier, LastSeen: at("2026-11-01T05:00:00Z"),
	}
	if opens != "" {
		c.Opens = at(opens + "T10:00:00Z")
	}
	if deadline != "" {
		c.Deadlines = []calls.Deadline{{At: at(deadline + "T15:00:00Z"), Hour: calls.HourStated}}
	}
	return c
}

func TestExpectGivesWayToTheRealCall(t *testing.T) {
	t.Parallel()
	real := topic("CERV-2027-CITIZENS-TOWN-NT", "2026-12-16", "2027-04-15")
	if e, ok := expect(t, networksFamily, []calls.Call{real}, "2026-12-16T08:00:00Z"); ok {
		t.Errorf("the real call is there, still expected: %+v", e)
	}
	withdrawn := real
	withdrawn.Withdrawn = at("2026-12-20T05:00:00Z")
	if e, ok := expect(t, networksFamily, []calls.Call{withdrawn}, "2026-12-21T08:00:00Z"); ok {
		t.Errorf("the real call came and was withdrawn, still expected: %+v", e)
	}
	alias := real
	alias.Identifier = "CERV-2027-TOWN-NT"
	if e, ok := expect(t, networksFamily, []calls.Call{alias}, "2026-12-16T08:00:00Z"); ok {
		t.Errorf("the real call bears another spelling, still expected: %+v", e)
	}
	cascade := real
	cascade.Kind = calls.KindCascade
	if _, ok := expect(t, networksFamily, []calls.Call{cascade}, "2026-12-16T08:00:00Z"); !ok {
		t.Error("a cascade record with that identifier took the place of the call")
	}
	last := topic("CERV-2026-CITIZENS-TOWN-NT", "2025-12-17", "2026-04-16")
	e, ok := expect(t, networksFamily, []calls.Call{last}, "2026-11-22T08:00:00Z")
	if !ok || e.LastURL != last.URL || e.LastIdentifier != last.Identifier {
		t.Errorf("last round: got %q %q, want %q %q", e.LastIdentifier, e.LastURL, last.Identifier, last.URL)
	}
	old := topic("CERV-2024-CITIZENS-TOWN-NT", "2023-12-14", "2024-04-18")
	if e, _ := expect(t, networksFamily, []calls.Call{old}, "2026-11-22T08:00:00Z"); e.LastIdentifier != "CERV-2026-CITIZENS-TOWN-NT" || e.LastURL != "" {
		t.Errorf("an old call is no newest round: got %q %q", e.LastIdentifier, e.LastURL)
	}
}

func TestExpectEnds(t *testing.T) {
	t.Parallel()
	for now, want := range map[string]int{
		"2025-11-01T08:00:00Z": 2027, // 2026 is known already
		"2027-03-24T20:00:00Z": 2027, // the first day on which it may close
		"2027-03-25T08:00:00Z": 0,    // has not come, and CERV is over
		"2030-01-01T08:00:00Z": 0,
	} {
		if e, ok := expect(t, networksFamily, nil, now); e.Year != want || ok != (want != 0) {
			t.Errorf("Networks of Towns at %s: got %d, want %d", now, e.Year, want)
		}
	}
	for family, why := range map[string]string{
		"EUKI-*-IDEAS":             "its newest round is more than two years old",
		"EUCF-*-CALL":              "it was the last one",
		"URBACT-*-ACTION-NETWORKS": "one round is no habit",
	} {
		if e, ok := expect(t, family, nil, "2026-11-22T08:00:00Z"); ok {
			t.Errorf("%s: got %+v, want nothing: %s", family, e, why)
		}
	}
	numbered := []calls.Call{
		topic("HORIZON-CL4-2025-04-DATA-03", "2025-06-10", "2025-10-02"),
		topic("HORIZON-CL4-2026-04-DATA-03", "2026-06-10", "2026-10-02"),
	}
	if e := calls.Expect(nil, numbered, at("2026-11-22T08:00:00Z")); len(e) > 0 {
		t.Errorf("Horizon numbers its topics anew each year: got %+v, want nothing", e)
	}
}

func TestExpectFromTheDatabaseAlone(t *testing.T) {
	t.Parallel()
	first := topic("SMP-COSME-2025-TOURSME-01", "2025-03-01", "2025-05-20")
	second := topic("SMP-COSME-2026-TOURSME-01", "2026-03-03", "2026-05-22")
	second.Title = "Tourism 2026"
	e := calls.Expect(nil, []calls.Call{second, first}, at("2026-11-22T08:00:00Z"))
	if len(e) != 1 {
		t.Fatalf("got %+v, want one", e)
	}
	got := e[0]
	if got.Year != 2027 || got.Title != "Tourism" || got.Programme != "SMP" || got.LastURL != second.URL {
		t.Errorf("got %+v", got)
	}
	if got.OpensFrom != "2027-02-15" || got.OpensTo != "2027-03-17" || got.ClosesFrom != "2027-05-06" || got.ClosesTo != "2027-06-05" {
		t.Errorf("got %+v, want 14 days around", got)
	}
	if got.Basis != "deadline between 20 and 22 May in 2025 and 2026; opening between 1 and 3 March in 2025 and 2026" {
		t.Errorf("basis %q", got.Basis)
	}
}

func TestMergeRoundsCountsNoneTwice(t *testing.T) {
	t.Parallel()
	seen := []calls.Call{
		topic("CERV-2026-CITIZENS-CIV-ENGAGEMENT-ELECTIONS", "2026-03-03", "2026-04-29"),
		topic("CERV-2026-CITIZENS-CIV-ENGAGEMENT-DISINFOFIMI", "2026-03-05", "2026-05-06"),
		topic("CERV-2021-TOWN-TT", "2021-05-20", "2021-09-02"),
		topic("CERV-2027-CITIZENS-TOWN-NT", "", ""),
	}
	two := topic("LIFE-2026-STRAT-ENV-SIP-two-stage", "2026-04-21", "2026-09-03")
	two.Model = calls.TwoStage
	two.Deadlines = append(two.Deadlines, calls.Deadline{At: at("2027-03-04T16:00:00Z"), Hour: calls.HourStated})
	merged := calls.MergeRounds(loadRounds(t).All(), append(seen, two))
	find := func(family string, year int) calls.Round {
		t.Helper()
		var found []calls.Round
		for _, r := range merged {
			if r.Family == family && r.Year == year {
				found = append(found, r)
			}
		}
		if len(found) != 1 {
			t.Fatalf("%s %d: %d rounds, want one", family, year, len(found))
		}
		return found[0]
	}
	if r := find("CERV-*-CITIZENS-CIV", 2026); r.Opened != "2026-03-03" || r.Deadline != "2026-05-06" || r.Budget != calls.Known(30_000_000) {
		t.Errorf("two topics and the table: %+v", r)
	}
	if r := find(townTwinningFamily, 2021); r.Deadline != "2021-09-02" || r.Opened != "2021-05-20" {
		t.Errorf("the portal's deadline counts: %+v", r)
	}
	if r := find("LIFE-*-STRAT-ENV-SIP-TWO-STAGE", 2026); r.Deadline != "2026-09-03" || r.Source != "portal:LIFE-2026-STRAT-ENV-SIP-two-stageen" {
		t.Errorf("newcomers need the first stage: %+v", r)
	}
	if r := find(networksFamily, 2027); r.Opened != "" || r.Deadline != "" {
		t.Errorf("a call without days: %+v", r)
	}
	if want := len(loadRounds(t).All()) + 2; len(merged) != want {
		t.Errorf("%d rounds, want %d", len(merged), want)
	}
}

func TestForecastWindows(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		deadlines  []string
		from, to   string
		basisPart  string
		wantNoDate bool
	}{
		"two rounds, fourteen days":    {[]string{"2025-05-10", "2026-05-20"}, "2027-04-26", "2027-06-03", "between 10 and 20 May in 2025 and 2026", false},
		"three rounds, ten days":       {[]string{"2024-05-12", "2025-05-10", "2026-05-20"}, "2027-04-30", "2027-05-30", "in 2024-2026", false},
		"four rounds, three days":      {[]string{"2023-05-15", "2024-05-12", "2025-05-10", "2026-05-20"}, "2027-05-07", "2027-05-23", "in 2023-2026", false},
		"only the newest four":         {[]string{"2022-03-01", "2023-05-15", "2024-05-12", "2025-05-10", "2026-05-20"}, "2027-05-07", "2027-05-23", "in 2023-2026", false},
		"one exception":                {[]string{"2023-05-15", "2024-09-12", "2025-05-10", "2026-05-20"}, "2027-04-30", "2027-05-30", "in 2023, 2025 and 2026 (without 2024: 12 September)", false},
		"the newest is no exception":   {[]string{"2024-05-15", "2025-05-12", "2026-08-10"}, "2027-05-02", "2027-08-20", "between 12 May and 10 August", false},
		"two far apart, no exception":  {[]string{"2025-05-10", "2026-08-20"}, "2027-04-26", "2027-09-03", "between 10 May and 20 August", false},
		"too far apart":                {[]string{"2025-01-10", "2026-08-20"}, "", "", "", true},
		"one round":                    {[]string{"2026-08-20"}, "", "", "", true},
		"leap day":                     {[]string{"2024-02-29", "2026-02-26"}, "2027-02-12", "2027-03-15", "between 26 February and 1 March", false},
		"same day":                     {[]string{"2025-03-05", "2026-03-05"}, "2027-02-19", "2027-03-19", "deadline on 5 March in 2025 and 2026", false},
		"a deadline in the year after": {[]string{"2026-01-10", "2027-01-12"}, "2027-12-27", "2028-01-26", "between 10 and 12 January of the year after", false},
	}
	for name, tt := range tests {
		var rounds []calls.Round
		for _, d := range tt.deadlines {
			day, err := time.Parse(time.DateOnly, d)
			if err != nil {
				t.Fatal(err)
			}
			year := day.Year()
			if strings.HasPrefix(name, "a deadline in the year after") {
				year--
			}
			rounds = append(rounds, calls.Round{Family: "LIFE-*-X", Year: year, Deadline: d})
		}
		e, ok := calls.Forecast(rounds, 2027)
		if ok == tt.wantNoDate || e.ClosesFrom != tt.from || e.ClosesTo != tt.to || !strings.Contains(e.Basis, tt.basisPart) {
			t.Errorf("%s: got %v, %s to %s (%s), want %s to %s (%s)", name, ok, e.ClosesFrom, e.ClosesTo, e.Basis, tt.from, tt.to, tt.basisPart)
		}
	}
	wide := []calls.Round{
		{Family: "LIFE-*-X", Year: 2025, Opened: "2025-01-10", Deadline: "2025-05-10"},
		{Family: "LIFE-*-X", Year: 2026, Opened: "2025-06-20", Deadline: "2026-05-20"},
	}
	e, ok := calls.Forecast(wide, 2027)
	if !ok || e.OpensFrom != "" || !strings.Contains(e.Basis, "opening between 20 June of the year before and 10 January in 2025 and 2026, too far apart") {
		t.Errorf("openings far apart: got %+v", e)
	}
	if e, ok := calls.Forecast(wide, 2028); ok {
		t.Errorf("LIFE is over in 2028: got %+v", e)
	}
	if _, ok := calls.Forecast(nil, 2027); ok {
		t.Error("a forecast from nothing")
	}
}

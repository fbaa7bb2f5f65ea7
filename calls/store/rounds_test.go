package store_test

import (
	"fmt"
	"testing"

	"fundwatch/calls"
)

// What is left out must not matter: rounds and forecasts are those of whole calls.
func TestRoundsAreThoseOfWholeCalls(t *testing.T) {
	t.Parallel()
	db := open(t)
	var found []calls.Call
	for year := 2021; year < 2026; year++ {
		c := townTwinning()
		c.Key.Reference = fmt.Sprint(year)
		c.Identifier = fmt.Sprintf("NEW-%d-TOWNS", year)
		c.Opens, c.Deadlines[0].At = c.Opens.AddDate(year-2026, 0, 0), c.Deadlines[0].At.AddDate(year-2026, 0, 0)
		found = append(found, c)
	}
	cascade := call("cascade", "Cascade")
	cascade.Kind, cascade.Identifier = calls.KindCascade, found[0].Identifier
	nameless := call("nameless", "Without an identifier")
	nameless.Identifier = ""
	save(t, db, sweepOf(append(found, cascade, nameless)...), now)
	save(t, db, sweepOf(append(found[1:], cascade, nameless)...), now.Add(day))
	save(t, db, sweepOf(append(found[1:], cascade, nameless)...), now.Add(2*day))
	var whole []calls.Call
	for _, h := range must(db.Search(t.Context(), calls.Search{}, now))(t) {
		whole = append(whole, h.Call)
	}
	rounds := must(db.Rounds(t.Context()))(t)
	same(t, "read", len(rounds), 5)
	same(t, "rounds", calls.MergeRounds(nil, rounds), calls.MergeRounds(nil, whole))
	expected := calls.Expect(nil, rounds, now)
	same(t, "expected", len(expected), 1)
	same(t, "forecasts", expected, calls.Expect(nil, whole, now))
}

// The rounds of one family are found by all its spellings, and are those among all rounds.
func TestRoundsOfAFamilyAreThoseAmongAll(t *testing.T) {
	t.Parallel()
	db := open(t)
	var found []calls.Call
	for i, identifier := range []string{
		"CERV-2025-CITIZENS-REM", "cerv-2026-citizens-rem-HOLOCAUST", "CERV-CITIZENS-2022-REM", "CERV-2026-CITIZENS-REMOTE",
		"CERV-2026-CITIZENS-TOWN-TT", "CERV-26AB-CITIZENS-REM", "LIFE-2026-SAP-CLIMA-CCA",
	} {
		c := call(fmt.Sprint(i), "Round")
		c.Identifier = identifier
		found = append(found, c)
	}
	save(t, db, sweepOf(found...), now)
	const family = "CERV-*-CITIZENS-REM"
	var want []calls.Call
	for _, c := range must(db.Rounds(t.Context()))(t) {
		if of, _, _ := calls.Family(c.Identifier); of == family {
			want = append(want, c)
		}
	}
	same(t, "among all", len(want), 3)
	same(t, "of the family", must(db.RoundsOf(t.Context(), family))(t), want)
}

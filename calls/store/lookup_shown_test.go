package store_test

import (
	"testing"

	"fundwatch/calls"
)

// What a name may mean is one rule, in the query as in Go.
func TestFindCallsIsShownAs(t *testing.T) {
	t.Parallel()
	db := open(t)
	c := call("ref/2026-a", "A")
	c.Identifier = "CERV-2026-CITIZENS-TOWN-TT"
	save(t, db, sweepOf(c), now)
	for _, shown := range []string{
		"CERV", "cerv-2026…", "CERV-2026…TT", "cerv-2026-citize…-town-tt", "…", "…TT", "CERV-2026…NT", "CITIZENS", "CERV-2026-CITIZENS-TOWN-T…TT",
		"ref/…a", "REF…-A", "ref/2026-a-b", "%", "CERV_2026", "…REF",
	} {
		want := calls.ShownAs(c.Identifier, shown) || calls.ShownAs(c.Key.Reference, shown)
		if found, _ := db.FindCalls(t.Context(), shown); len(found) == 1 != want {
			t.Errorf("FindCalls(%q) found %d calls, ShownAs says %v", shown, len(found), want)
		}
	}
}

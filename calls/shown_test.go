package calls_test

import (
	"testing"

	"fundwatch/calls"
)

func TestShownAs(t *testing.T) {
	t.Parallel()
	const name = "CERV-2026-CITIZENS-TOWN-TT"
	for shown, want := range map[string]bool{
		name: true, "cerv-2026": true, "CERV-2026…TT": true, "cerv-2026-citize…-town-tt": true, "CERV…": true,
		"": false, "…": false, "…TT": false, "CERV-2026…NT": false, "CERV-2027…TT": false, "CITIZENS": false,
		"CERV-2026-CITIZENS-TOWN-T…TT": false, // more than the name has
		name + "x":                     false,
	} {
		if got := calls.ShownAs(name, shown); got != want {
			t.Errorf("ShownAs(%q, %q) = %v", name, shown, got)
		}
	}
}

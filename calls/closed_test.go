package calls

import (
	"testing"
	"time"
)

func TestClosedTable(t *testing.T) {
	t.Parallel()
	if rules, err := closedRules(); err != nil || len(rules) == 0 {
		t.Errorf("got %d rules, error %v", len(rules), err)
	}
}

func TestClosedByIdentifier(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 5, 31, 8, 0, 0, 0, time.UTC)
	for identifier, want := range map[string]bool{
		"CERV-2026-DATA":              true,
		"CERV-2027-NRCP":              true,
		"CERV-2026-DATABASE":          false,
		"CERV-2026-CITIZENS-TOWN-TT":  false,
		"CREA-MEDIA-2026-FILMDIST":    true,
		"CREA-MEDIA-2026-AUDFILMEDU":  false, // schools and town halls show films
		"CREA-CULT-2026-COOP-1":       false,
		"ERASMUS-EDU-2026-CBHE":       true,
		"ERASMUS-EDU-2026-CB-VET-WB":  false,
		"ERASMUS-JMO-2026-HEI-MODULE": true,
		"ERASMUS-JMO-2026-SCHOOLS":    false,
		"LIFE-2025-CET-EUCF":          true,
		"HORIZON-EIT-2025-KIC-IBA-UM": true,
	} {
		c := Call{Identifier: identifier}
		if why, got := c.ClosedToNewcomers(now); got != want || got != (why != "") {
			t.Errorf("%s: closed %v, because %q, want %v", identifier, got, why, want)
		}
	}
}

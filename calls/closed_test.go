package calls

import "testing"

func TestClosedTable(t *testing.T) {
	t.Parallel()
	if rules, err := closedRules(); err != nil || len(rules) == 0 {
		t.Errorf("got %d rules, error %v", len(rules), err)
	}
}

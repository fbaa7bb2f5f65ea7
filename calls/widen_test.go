package calls_test

import (
	"slices"
	"testing"

	"fundwatch/calls"
)

func TestWiden(t *testing.T) {
	t.Parallel()
	topics, err := calls.LoadTopics()
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		query string
		want  []string // topics of the first clause
	}{
		"French":               {"jumelage", []string{"town-twinning"}},
		"German, capitals":     {"STÄDTEPARTNERSCHAFT", []string{"town-twinning"}},
		"Hungarian":            {"testvérváros", []string{"town-twinning"}},
		"either of two":        {"xyzzy OR gemellaggio", []string{"town-twinning"}},
		"no topic's word":      {"xyzzy", nil},
		"not to be found":      {"-jumelage", nil},
		"only a partnership":   {"partnerstwo", nil},
		"words side by side":   {"town twinning", []string{"town-twinning"}},
		"with a minus between": {"town -twinning", nil},
		"phrase of one topic":  {`"comité de jumelage"`, []string{"town-twinning"}},
	}
	for name, test := range tests {
		clauses := calls.ParseQuery(test.query)
		wide, widened := topics.Widen(clauses)
		if len(wide) != len(clauses) || !slices.Equal(wide[0].Topics, test.want) || (len(widened) > 0) != (test.want != nil) {
			t.Errorf("%s: got %+v, %+v; want topics %v", name, wide, widened, test.want)
		}
		if len(clauses[0].Topics) > 0 {
			t.Errorf("%s: the given clauses were changed", name)
		}
	}
}

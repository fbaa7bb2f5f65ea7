package web

import (
	"testing"

	"fundwatch/calls"
)

// Whatever condition is not understood, what is shown in its place is one.
func TestEveryConditionHasAnExample(t *testing.T) {
	t.Parallel()
	for _, name := range calls.Qualifiers() {
		read := calls.ReadQuery(examples[name])
		if len(read.Qualifiers) != 1 || read.Clauses != nil || read.Qualifiers[0].Name != name && name != calls.QualifierFor {
			t.Errorf("%s has the example %q, read as %+v", name, examples[name], read)
		}
	}
}

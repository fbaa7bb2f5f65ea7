package calls_test

import (
	"testing"

	"fundwatch/calls"
)

func TestIsStorm(t *testing.T) {
	t.Parallel()
	usual := calls.Load{Items: 40, Digests: 20} // two for each
	tests := map[string]struct {
		now, usual calls.Load
		want       bool
	}{
		"as usual":                      {calls.Load{Items: 20, Digests: 10}, usual, false},
		"a programme publishes":         {calls.Load{Items: 120, Digests: 10}, usual, false},
		"everything changed":            {calls.Load{Items: 300, Digests: 10}, usual, true},
		"always as much":                {calls.Load{Items: 300, Digests: 10}, calls.Load{Items: 300, Digests: 20}, false},
		"nothing was ever told":         {calls.Load{Items: 300, Digests: 10}, calls.Load{Digests: 20}, true},
		"two readers":                   {calls.Load{Items: 300, Digests: 2}, usual, false},
		"nobody knows what is usual":    {calls.Load{Items: 300, Digests: 10}, calls.Load{Items: 3, Digests: 3}, false},
		"no digests at all, no history": {calls.Load{}, calls.Load{}, false},
	}
	for name, test := range tests {
		if got := calls.IsStorm(test.now, test.usual); got != test.want {
			t.Errorf("%s: %t, want %t", name, got, test.want)
		}
	}
}

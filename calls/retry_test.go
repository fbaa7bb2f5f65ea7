package calls_test

import (
	"math"
	"testing"
	"time"

	"fundwatch/calls"
)

func TestRetry(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		attempts int
		jitter   float64
		wait     time.Duration
		again    bool
	}{
		{"after the first failure", 1, 0.5, 5 * time.Minute, true},
		{"after the second", 2, 0.5, 15 * time.Minute, true},
		{"after the third", 3, 0.5, time.Hour, true},
		{"after the eighth, the last wait", 8, 0.5, 24 * time.Hour, true},
		{"after the ninth, given up", 9, 0.5, 0, false},
		{"long after", math.MaxInt, 0.5, 0, false},
		{"none yet counts as one", 0, 0.5, 5 * time.Minute, true},
		{"negative counts as one", -3, 0.5, 5 * time.Minute, true},
		{"least jitter", 3, 0, 48 * time.Minute, true},
		{"most jitter", 3, 0.999999, 72 * time.Minute, true},
		{"jitter below", 3, -8, 48 * time.Minute, true},
		{"jitter above", 3, 8, 72 * time.Minute, true},
		{"jitter not a number", 3, math.NaN(), time.Hour, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			wait, again := calls.Retry(test.attempts, test.jitter)
			if wait != test.wait || again != test.again {
				t.Errorf("Retry(%d, %v) = %v, %v, want %v, %v",
					test.attempts, test.jitter, wait, again, test.wait, test.again)
			}
		})
	}
}

// TestRetryGrowsToThreeDays holds the two promises of the schedule: it never gets more impatient, and
// with any jitter it lasts over a long weekend.
func TestRetryGrowsToThreeDays(t *testing.T) {
	t.Parallel()
	for _, jitter := range []float64{0, 0.25, 0.5, 0.75, 0.9999} {
		var total, last time.Duration
		for attempts := 1; ; attempts++ {
			wait, again := calls.Retry(attempts, jitter)
			if !again {
				break
			}
			if wait < last {
				t.Errorf("Retry(%d, %v) = %v, want at least the wait before it, %v", attempts, jitter, wait, last)
			}
			last, total = wait, total+wait
		}
		if total < 56*time.Hour || total > 85*time.Hour {
			t.Errorf("with jitter %v all waits together are %v, want three days give or take a fifth", jitter, total)
		}
	}
}

package calls_test

import (
	"strings"
	"testing"
	"time"

	"fundwatch/calls"
)

// A score counts how often a window held the day.
type score struct{ hits, told, all, width int }

func (s *score) count(t *testing.T, what, from, to, day string) {
	t.Helper()
	if day == "" {
		return
	}
	s.all++
	if from == "" {
		return
	}
	s.told++
	first, err := time.Parse(time.DateOnly, from)
	if err != nil {
		t.Fatal(err)
	}
	last, err := time.Parse(time.DateOnly, to)
	if err != nil {
		t.Fatal(err)
	}
	s.width += int(last.Sub(first).Hours()/24) + 1
	if from <= day && day <= to {
		s.hits++
		return
	}
	t.Logf("missed: %s expected %s to %s, was %s", what, from, to, day)
}

func (s *score) rate() float64 { return float64(s.hits) / float64(max(1, s.told)) }

// TestBackTest forecasts the rounds of 2025 and 2026 from those up to 2024, and once more each year from
// all before it, and compares with what came.
func TestBackTest(t *testing.T) {
	t.Parallel()
	for name, upTo := range map[string]func(year int) int{
		"from the rounds up to 2024":            func(int) int { return 2024 },
		"from the rounds up to the year before": func(year int) int { return year - 1 },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			deadlines, openings := backTest(t, upTo)
			for what, s := range map[string]score{"deadlines": deadlines, "openings": openings} {
				t.Logf("%s: %d of %d told hit (%.0f %%), %d known, mean window %d days", what, s.hits, s.told, 100*s.rate(), s.all, s.width/max(1, s.told))
			}
			if deadlines.rate() < 0.75 || openings.rate() < 0.70 || deadlines.told < 20 || openings.told < 15 {
				t.Errorf("hit rates %.2f of %d deadlines and %.2f of %d openings, want 0.75 of 20 and 0.70 of 15 at least",
					deadlines.rate(), deadlines.told, openings.rate(), openings.told)
			}
		})
	}
}

func backTest(t *testing.T, upTo func(year int) int) (deadlines, openings score) {
	t.Helper()
	rounds := loadRounds(t)
	for _, actual := range rounds.All() {
		if actual.Year < 2025 {
			continue
		}
		var known []calls.Round
		for _, r := range rounds.Of(actual.Family) {
			if r.Year <= upTo(actual.Year) {
				known = append(known, r)
			}
		}
		e, _ := calls.Forecast(known, actual.Year)
		what := strings.Replace(actual.Family, "*", actual.Deadline[:4], 1)
		deadlines.count(t, what+" deadline", e.ClosesFrom, e.ClosesTo, actual.Deadline)
		openings.count(t, what+" opening", e.OpensFrom, e.OpensTo, actual.Opened)
	}
	return deadlines, openings
}

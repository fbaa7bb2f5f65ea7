package calls

import (
	"math"
	"slices"
	"time"
)

// The rule of windows. All figures are ours; expected_backtest_test.go holds them against the rounds of
// 2025 and 2026, 2026-11-22.
const (
	// newestRounds is how many rounds count, the newest: ministries change, calendars with them.
	newestRounds = 4

	// outlierDays is how far a day must lie from its nearest neighbour, and from all the others together, to
	// be left out as an exception. One at most, and never the newest, which may be the new habit.
	outlierDays = 45

	// widestWindow in days: what is wider says nothing that a town could plan with.
	widestWindow = 150

	// stalestRounds is how many years after the newest round a call is still expected.
	stalestRounds = 2
)

// marginDays returns by how many days a window is widened at both ends. The fewer the rounds, the oftener the
// next one falls outside their range. From four on the margin only makes up for the weekday: the same
// Thursday falls up to three days earlier or later.
func marginDays(rounds int) int {
	switch {
	case rounds >= 4:
		return 3
	case rounds == 3:
		return 10
	}
	return 14
}

// A pastDay is a day of a past round, and where it falls if the year of that round is the expected one.
type pastDay struct {
	year int // of the round
	day  time.Time
	at   time.Time
}

// A window is the range in which a day of the expected round is expected.
type window struct {
	from, to string    // days; "" if nothing is expected
	days     []pastDay // on which it is based, by where they fall
	left     *pastDay  // the exception that was left out
	wide     bool      // the days lie too far apart
}

// newWindow returns the window of a day (opened or deadline) in the given year; past rounds come oldest
// first. Without days of two different years it is empty.
func newWindow(rounds []Round, day func(Round) string, year int) window {
	var w window
	for _, r := range rounds {
		t, err := time.Parse(time.DateOnly, day(r))
		if err != nil || r.Year >= year {
			continue // not documented
		}
		at := time.Date(t.Year()+year-r.Year, t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
		w.days = append(w.days, pastDay{r.Year, t, at})
	}
	w.days = w.days[max(0, len(w.days)-newestRounds):]
	w.leaveOut()
	if len(w.days) < 2 {
		return window{}
	}
	slices.SortStableFunc(w.days, func(a, b pastDay) int { return a.at.Compare(b.at) })
	first, last := w.days[0].at, w.days[len(w.days)-1].at
	if w.wide = daysApart(first, last) > widestWindow; w.wide {
		return w
	}
	margin := marginDays(len(w.days))
	w.from = first.AddDate(0, 0, -margin).Format(time.DateOnly)
	w.to = last.AddDate(0, 0, margin).Format(time.DateOnly)
	return w
}

// leaveOut removes the one day that lies far from all the others, which lie together. days come oldest
// first.
func (w *window) leaveOut() {
	if len(w.days) < 3 {
		return
	}
	worst, distance := -1, outlierDays
	for i := range w.days[:len(w.days)-1] {
		if d := w.nearest(i); d > distance && d > w.spreadWithout(i) {
			worst, distance = i, d
		}
	}
	if worst >= 0 {
		left := w.days[worst]
		w.left = &left
		w.days = slices.Delete(slices.Clone(w.days), worst, worst+1)
	}
}

// nearest returns the days between day i and its nearest neighbour.
func (w *window) nearest(i int) int {
	least := math.MaxInt
	for j := range w.days {
		if j != i {
			least = min(least, daysApart(w.days[i].at, w.days[j].at))
		}
	}
	return least
}

// spreadWithout returns the days between the first and the last of all but day i.
func (w *window) spreadWithout(i int) int {
	widest := 0
	for j := range w.days {
		for k := range j {
			if j != i && k != i {
				widest = max(widest, daysApart(w.days[j].at, w.days[k].at))
			}
		}
	}
	return widest
}

func daysApart(a, b time.Time) int {
	return int(math.Abs(math.Round(a.Sub(b).Hours() / 24)))
}

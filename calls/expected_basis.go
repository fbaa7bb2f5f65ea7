package calls

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// basis says in English what the expectation rests on: "deadline between 17 and 23 September in 2023-2026;
// opening between 22 February and 6 May in 2023-2026".
func basis(deadline, opening window, year int) string {
	var parts []string
	for _, p := range []struct {
		what string
		w    window
	}{{"deadline", deadline}, {"opening", opening}} {
		if len(p.w.days) == 0 {
			continue
		}
		text := fmt.Sprintf("%s %s in %s", p.what, dayRange(p.w.days, year), yearList(p.w.years()))
		if p.w.wide {
			text += ", too far apart to expect a day"
		}
		if l := p.w.left; l != nil {
			text += fmt.Sprintf(" (without %d: %s)", l.year, dayOfRound(l.at, year))
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, "; ")
}

func (w *window) years() []int {
	years := make([]int, 0, len(w.days))
	for _, d := range w.days {
		years = append(years, d.year)
	}
	slices.Sort(years)
	return years
}

// dayRange writes the range of days, which come in order: "on 5 March", "between 17 and 23 September",
// "between 14 December of the year before and 19 January".
func dayRange(days []pastDay, year int) string {
	first, last := days[0].at, days[len(days)-1].at
	switch {
	case first.Equal(last):
		return "on " + dayOfRound(first, year)
	case first.Year() == last.Year() && first.Month() == last.Month():
		return fmt.Sprintf("between %d and %s", first.Day(), dayOfRound(last, year))
	case first.Year() == last.Year():
		return fmt.Sprintf("between %s and %s", first.Format("2 January"), dayOfRound(last, year))
	}
	return fmt.Sprintf("between %s and %s", dayOfRound(first, year), dayOfRound(last, year))
}

// dayOfRound writes a day without its year, unless it is not the year of the round.
func dayOfRound(t time.Time, year int) string {
	text := t.Format("2 January")
	switch {
	case t.Year() < year:
		return text + " of the year before"
	case t.Year() > year:
		return text + " of the year after"
	}
	return text
}

// yearList writes years, which come in order: "2023-2026", "2022, 2023 and 2025".
func yearList(years []int) string {
	if n := len(years); n > 2 && years[n-1]-years[0] == n-1 {
		return fmt.Sprintf("%d-%d", years[0], years[n-1])
	}
	words := make([]string, len(years))
	for i, y := range years {
		words[i] = strconv.Itoa(y)
	}
	if len(words) == 1 {
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

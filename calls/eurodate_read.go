package calls

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// A dateReader reads one text.
type dateReader struct {
	words    *dateVocabulary
	language string // "" if not known
	pieces   []datePiece
}

// read returns what the text says. Hours come first, so that their numbers are not taken for days.
func (r *dateReader) read(text string) (wallTime, error) {
	r.scan(text)
	clock, err := r.readClock()
	if err != nil {
		return wallTime{}, err
	}
	day, err := r.readDay()
	if err != nil {
		return wallTime{}, err
	}
	for _, p := range r.pieces {
		if p.kind == numberPiece && !p.used {
			return wallTime{}, fmt.Errorf("cannot tell what the number %s means", p.text)
		}
	}
	w := clock
	w.year, w.month, w.day = day.year, day.month, day.day
	return w, nil
}

// readDay returns the one day that the text names.
func (r *dateReader) readDay() (wallTime, error) {
	days, names, err := r.days()
	switch {
	case err != nil:
		return wallTime{}, err
	case len(days) == 0:
		return wallTime{}, r.noDay()
	}
	if err := r.strayMonth(); err != nil {
		return wallTime{}, err
	}
	for _, d := range days[1:] {
		if d.year != days[0].year || d.month != days[0].month || d.day != days[0].day {
			return wallTime{}, fmt.Errorf("%d dates in one text (%s): want one", len(days), strings.Join(names, ", "))
		}
	}
	return days[0], nil
}

// days returns all days that the text names, and how it writes them.
func (r *dateReader) days() (days []wallTime, names []string, err error) {
	for i := range r.pieces {
		p := &r.pieces[i]
		var d wallTime
		name := p.text
		switch {
		case p.kind == dayPiece:
			if d, err = settle(p); err != nil {
				return nil, nil, err
			}
		case p.is(monthRole):
			var found bool
			if d, name, found, err = r.dayAround(i); err != nil {
				return nil, nil, err
			}
			if !found {
				continue
			}
		default:
			continue
		}
		days, names = append(days, d), append(names, name)
	}
	return days, names, nil
}

// settle decides which number of a date in digits is the day.
func settle(p *datePiece) (wallTime, error) {
	w := p.wall
	switch {
	case p.digits == 2:
		return w, fmt.Errorf("the year of %q has two digits: want four, or a layout with YY", p.text)
	case p.digits == 0, strings.Contains(p.text, "."), w.month == w.day:
		return w, nil // the year comes first, or points: both put the rest in order
	case w.month > 12 && w.day <= 12:
		w.month, w.day = w.day, w.month
		return w, nil
	case w.month <= 12 && w.day <= 12:
		return w, fmt.Errorf("%q is ambiguous: day %d of month %d or day %d of month %d; give the source a date layout such as DD/MM/YYYY",
			p.text, w.day, w.month, w.month, w.day)
	}
	return w, nil
}

// dayAround reads the day of which the month's name is piece i, from the numbers around it:
// 19 September 2026, September 19, 2026, 2026 September 19, 2026. gada 19. septembris. It reports false if
// the numbers around make no day.
func (r *dateReader) dayAround(i int) (w wallTime, name string, found bool, err error) {
	before, after := r.neighbour(i, -1), r.neighbour(i, +1)
	var day, year *datePiece
	switch {
	case before.isDay() && after.isYear():
		day, year = before, after
	case after.isDay() && before.isYear():
		day, year = after, before
	case after.isDay() && r.beyond(after, +1).isYear():
		day, year = after, r.beyond(after, +1)
	case before.isDay() && r.beyond(before, -1).isYear():
		day, year = before, r.beyond(before, -1)
	case before.isDay() && after.isDay() && !r.beyond(after, +1).is(monthRole):
		return w, "", false, fmt.Errorf("the year of %q has two digits: want four, or a layout with YY",
			strings.Join([]string{before.text, r.pieces[i].text, after.text}, " "))
	default:
		return w, "", false, nil
	}
	month, err := monthOf(&r.pieces[i])
	if err != nil {
		return w, "", false, err
	}
	day.used, year.used = true, true
	name = strings.Join([]string{day.text, r.pieces[i].text, year.text}, " ")
	return wallTime{year: year.n, month: int(month), day: day.n}, name, true, nil
}

// monthOf returns the month that a word means. The error says if languages disagree.
func monthOf(p *datePiece) (time.Month, error) {
	var months []time.Month
	var readings []string
	for _, m := range p.meanings {
		if m.role == monthRole {
			months = append(months, m.month)
			readings = append(readings, fmt.Sprintf("%d in %s", m.month, m.language))
		}
	}
	slices.Sort(months)
	if len(slices.Compact(months)) > 1 {
		return 0, fmt.Errorf("%q is month %s: the language must be known", p.text, strings.Join(readings, ", "))
	}
	return months[0], nil
}

func (p *datePiece) isDay() bool {
	return p != nil && p.kind == numberPiece && !p.used && p.n >= 0 && p.digits <= 2
}

func (p *datePiece) isYear() bool {
	return p != nil && p.kind == numberPiece && !p.used && p.digits == 4
}

// neighbour returns the piece next to piece i, one step being -1 or +1, links, endings and hours left out;
// nil at the ends.
func (r *dateReader) neighbour(i, step int) *datePiece {
	for i += step; i >= 0 && i < len(r.pieces); i += step {
		p := &r.pieces[i]
		between := p.glued || p.kind == clockPiece || p.kind == zonePiece || p.is(linkRole) || p.is(zoneRole)
		if !between || p.is(monthRole) {
			return p
		}
	}
	return nil
}

func (r *dateReader) beyond(p *datePiece, step int) *datePiece {
	for i := range r.pieces {
		if p == &r.pieces[i] {
			return r.neighbour(i, step)
		}
	}
	return nil
}

// strayMonth reports the name of a month that stands beside a number or another month and belongs to no
// day: half of a range. Elsewhere such a word is no month ("you may apply until"), nor where it is a weekday.
func (r *dateReader) strayMonth() error {
	for i := range r.pieces {
		p := &r.pieces[i]
		if !p.is(monthRole) || p.is(weekdayRole) || r.inDay(i) {
			continue
		}
		for _, step := range []int{-1, +1} {
			n := r.neighbour(i, step)
			if n != nil && (n.kind == numberPiece || n.kind == dayPiece || n.is(monthRole)) {
				return fmt.Errorf("the month %q belongs to no date: want one date", p.text)
			}
		}
	}
	return nil
}

// inDay reports whether the month at piece i is part of a day that was found.
func (r *dateReader) inDay(i int) bool {
	before, after := r.neighbour(i, -1), r.neighbour(i, +1)
	used := func(p *datePiece) bool { return p != nil && p.kind == numberPiece && p.used }
	switch {
	case used(before) && used(after):
		return true
	case used(after):
		return used(r.beyond(after, +1))
	case used(before):
		return used(r.beyond(before, -1))
	}
	return false
}

// noDay says what is missing.
func (r *dateReader) noDay() error {
	for i := range r.pieces {
		if !r.pieces[i].is(monthRole) {
			continue
		}
		before, after := r.neighbour(i, -1), r.neighbour(i, +1)
		switch {
		case before.isDay() || after.isDay():
			return errors.New("a day and a month, but no year")
		case before.isYear() || after.isYear():
			return errors.New("a month and a year, but no day")
		}
	}
	return errors.New("no date in it: want such as 19 September 2026, 19.09.2026 or 2026-09-19")
}

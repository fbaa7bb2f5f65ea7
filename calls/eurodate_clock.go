package calls

import (
	"errors"
	"fmt"
)

// readClock returns the one hour that the text states, with its zones; the zero wallTime if there is none.
// Numbers that turn out to be hours ("17 Uhr", "5 pm") become clocks or are marked as used.
func (r *dateReader) readClock() (wallTime, error) {
	for i := range r.pieces {
		r.findHour(i)
	}
	for i := range r.pieces {
		if err := r.applyHalf(i); err != nil {
			return wallTime{}, err
		}
	}
	w, err := r.oneClock()
	if err != nil || !w.hasHour {
		return wallTime{}, err
	}
	return r.withZones(w), w.checkHour()
}

// findHour makes a clock of the number beside a word such as "Uhr" or "klo".
func (r *dateReader) findHour(i int) {
	p := &r.pieces[i]
	switch {
	case p.is(hourAfterRole) && r.hourLike(i-1) && !r.monthAt(i+1): // "19ú Meán Fómhair" is no hour
		r.makeClock(i - 1)
	case p.is(hourBeforeRole) && r.hourLike(i+1) && !r.monthAt(i+2):
		r.makeClock(i + 1)
	case (p.is(pmRole) || p.is(amRole) && !r.german(i)) && r.hourLike(i-1):
		r.makeClock(i - 1)
	}
}

func (r *dateReader) hourLike(i int) bool {
	return i >= 0 && i < len(r.pieces) && r.pieces[i].isDay() && r.pieces[i].n <= 24
}

func (r *dateReader) monthAt(i int) bool { return i < len(r.pieces) && r.pieces[i].is(monthRole) }

func (r *dateReader) makeClock(i int) {
	p := &r.pieces[i]
	p.kind, p.used = clockPiece, true
	p.wall = wallTime{hasHour: true, hour: p.n}
}

// applyHalf applies the words am, pm, noon and midnight.
func (r *dateReader) applyHalf(i int) error {
	p := &r.pieces[i]
	var clock *datePiece
	if i > 0 && r.pieces[i-1].kind == clockPiece {
		clock = &r.pieces[i-1]
	}
	switch {
	case p.is(noonRole):
		r.name(i, 12)
	case p.is(midnightRole):
		r.name(i, 24)
	case clock != nil && p.is(pmRole):
		return clock.afternoon()
	case clock != nil && p.is(amRole):
		return r.morning(i, clock)
	}
	return nil
}

// name makes a clock of the word noon or midnight and takes in the number before it ("12 noon", "12:00
// midnight"). Whatever else states an hour must state the same.
func (r *dateReader) name(i int, hour int) {
	r.pieces[i].kind = clockPiece
	r.pieces[i].wall = wallTime{hasHour: true, hour: hour}
	if i == 0 {
		return
	}
	p := &r.pieces[i-1]
	said := p.n
	if p.kind == clockPiece && p.wall.minute == 0 && p.wall.second == 0 {
		said = p.wall.hour
	}
	if said == 12 || said == hour {
		p.kind, p.used, p.wall = clockPiece, true, r.pieces[i].wall
	}
}

func (p *datePiece) afternoon() error {
	switch h := p.wall.hour; {
	case h == 0:
		return fmt.Errorf("%s pm is no hour", p.text)
	case h < 12:
		p.wall.hour += 12
	}
	return nil // 12 pm is noon; 17:00 pm means what it says
}

// morning applies "am", which is also the German for "on": "um 17:00 Uhr am 19. September".
func (r *dateReader) morning(i int, clock *datePiece) error {
	if r.german(i) {
		if r.language == "" && clock.wall.hour == 12 {
			return errors.New("12 am before a day: midnight in English, noon in German; the language must be known")
		}
		return nil
	}
	return clock.forenoon()
}

func (p *datePiece) forenoon() error {
	switch h := p.wall.hour; {
	case h == 0, h > 12:
		return fmt.Errorf("%s am is no hour", p.text)
	case h == 12:
		p.wall.hour = 0
	}
	return nil
}

// german reports whether the "am" at i may be the German word: a day follows, and the text is not known to
// be English.
func (r *dateReader) german(i int) bool {
	if r.language == "en" || i+1 >= len(r.pieces) {
		return false
	}
	next := r.pieces[i+1].kind
	return next == numberPiece || next == dayPiece
}

// oneClock returns the only hour in the text.
func (r *dateReader) oneClock() (wallTime, error) {
	var w wallTime
	var first string
	for _, p := range r.pieces {
		if p.kind != clockPiece {
			continue
		}
		if w.hasHour && (p.wall.hour != w.hour || p.wall.minute != w.minute || p.wall.second != w.second) {
			return wallTime{}, fmt.Errorf("two hours in one text (%s, %s): want one", first, p.text)
		}
		zones := append(w.zones, p.wall.zones...)
		w, first = p.wall, p.text
		w.zones = zones
	}
	return w, nil
}

// withZones adds the zones that stand beside the hour.
func (r *dateReader) withZones(w wallTime) wallTime {
	for _, p := range r.pieces {
		if p.kind == zonePiece {
			w.zones = append(w.zones, p.wall.zones...)
		}
		for _, m := range p.meanings {
			if m.role == zoneRole {
				w.zones = append(w.zones, m.zone)
			}
		}
	}
	return w.endOfDay()
}

// endOfDay writes 24:00 as the last second of the day, so that the day stays that day.
func (w wallTime) endOfDay() wallTime {
	if w.hour == 24 && w.minute == 0 && w.second == 0 {
		w.hour, w.minute, w.second = 23, 59, 59
	}
	return w
}

func (w wallTime) checkHour() error {
	w = w.endOfDay()
	if w.hour < 0 || w.hour > 23 || w.minute > 59 || w.second > 59 {
		return fmt.Errorf("%d:%02d:%02d is no hour of a day", w.hour, w.minute, w.second)
	}
	return nil
}

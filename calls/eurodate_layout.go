package calls

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// CheckDateLayout returns what is wrong with a layout for [DateOptions], nil if it can be used. A layout
// is written in one of two ways:
//
//   - letters: YYYY (YY: two digits, 2000 to 2060), MM or M, MMMM or MMM (the month's name in any of its
//     forms), DD or D, HH or H, mm, ss, and a for am or pm. Case does not matter; the first MM after HH means minutes.
//     DDDD is a weekday's name. Other letters stand in single quotes: HH'h'MM.
//   - Go's reference date: 02.01.2006 15:04, 2 January 2006, 01/02/2006 3:04 PM.
//
// Day, month and year must be there, once. One digit is accepted where two are asked for; white space may
// be more or less than the layout has.
func CheckDateLayout(layout string) error {
	_, err := compileLayout(layout)
	return err
}

// A layoutField is one element of a layout.
type layoutField rune

const (
	fieldLiteral layoutField = iota
	fieldYear
	fieldShortYear
	fieldMonth
	fieldMonthName
	fieldWeekday
	fieldDay
	fieldHour
	fieldMinute
	fieldSecond
	fieldHalf // am or pm
)

type layoutElement struct {
	field   layoutField
	literal string // folded
}

func compileLayout(layout string) ([]layoutElement, error) {
	var elements []layoutElement
	var err error
	if strings.ContainsAny(layout, "0123456789") {
		elements = goLayout(layout)
	} else {
		elements, err = letterLayout(layout)
	}
	if err != nil {
		return nil, fmt.Errorf("layout %q: %w", layout, err)
	}
	if err := completeLayout(elements); err != nil {
		return nil, fmt.Errorf("layout %q: %w", layout, err)
	}
	return elements, nil
}

// completeLayout checks that a layout holds a whole date, and nothing twice.
func completeLayout(elements []layoutElement) error {
	count := map[layoutField]int{}
	for _, e := range elements {
		count[e.field]++
	}
	year, month := count[fieldYear]+count[fieldShortYear], count[fieldMonth]+count[fieldMonthName]
	switch {
	case year != 1 || month != 1 || count[fieldDay] != 1:
		return errors.New("want a day, a month and a year, each once, such as DD.MM.YYYY")
	case count[fieldHour] > 1 || count[fieldMinute] > 1 || count[fieldSecond] > 1:
		return errors.New("an hour, minute or second stands in it twice")
	case count[fieldHour] == 0 && count[fieldMinute]+count[fieldSecond]+count[fieldHalf] > 0:
		return errors.New("minutes need an hour")
	}
	return nil
}

// goFields lists the elements of Go's reference date, the longer before those that begin like them.
var goFields = []struct {
	text  string
	field layoutField
}{
	{"January", fieldMonthName}, {"Jan", fieldMonthName}, {"Monday", fieldWeekday}, {"Mon", fieldWeekday},
	{"2006", fieldYear}, {"01", fieldMonth}, {"02", fieldDay}, {"_2", fieldDay}, {"03", fieldHour}, {"04", fieldMinute},
	{"05", fieldSecond}, {"06", fieldShortYear}, {"15", fieldHour}, {"PM", fieldHalf}, {"pm", fieldHalf},
	{"1", fieldMonth}, {"2", fieldDay}, {"3", fieldHour}, {"4", fieldMinute}, {"5", fieldSecond},
}

func goLayout(layout string) []layoutElement {
	var elements []layoutElement
next:
	for layout != "" {
		for _, f := range goFields {
			if strings.HasPrefix(layout, f.text) {
				elements = append(elements, layoutElement{field: f.field})
				layout = layout[len(f.text):]
				continue next
			}
		}
		elements, layout = literalElement(elements, layout)
	}
	return elements
}

// literalElement moves one character of a layout to the elements. White space is left out: it is
// optional wherever it stands.
func literalElement(elements []layoutElement, layout string) ([]layoutElement, string) {
	_, size := utf8.DecodeRuneInString(layout)
	if literal := strings.TrimSpace(Fold(layout[:size])); literal != "" {
		elements = append(elements, layoutElement{literal: literal})
	}
	return elements, layout[size:]
}

func letterLayout(layout string) ([]layoutElement, error) {
	var elements []layoutElement
	wantMinutes := false // an hour stands before, and no minutes yet
	for layout != "" {
		if quoted, rest, ok := quotedLiteral(layout); ok {
			for quoted != "" {
				elements, quoted = literalElement(elements, quoted)
			}
			layout = rest
			continue
		}
		if !asciiLetter(layout[0]) {
			elements, layout = literalElement(elements, layout)
			continue
		}
		run := len(layout) - len(strings.TrimLeft(layout, strings.ToLower(layout[:1])+strings.ToUpper(layout[:1])))
		field, err := letterField(lowerASCII(layout[0]), run, wantMinutes)
		if err != nil {
			return nil, fmt.Errorf("%q: %w", layout[:run], err)
		}
		wantMinutes = field == fieldHour || wantMinutes && field != fieldMinute
		elements, layout = append(elements, layoutElement{field: field}), layout[run:]
	}
	return elements, nil
}

func asciiLetter(c byte) bool { c = lowerASCII(c); return 'a' <= c && c <= 'z' }

// quotedLiteral returns what stands in single quotes at the start of a layout.
func quotedLiteral(layout string) (quoted, rest string, ok bool) {
	if layout[0] != '\'' {
		return "", "", false
	}
	return strings.Cut(layout[1:], "'")
}

// letterField returns what a run of one letter means.
func letterField(letter byte, run int, wantMinutes bool) (layoutField, error) {
	switch {
	case letter == 'y' && run == 4:
		return fieldYear, nil
	case letter == 'y' && run == 2:
		return fieldShortYear, nil
	case letter == 'm' && run >= 3 && run <= 4:
		return fieldMonthName, nil
	case letter == 'm' && run <= 2 && wantMinutes:
		return fieldMinute, nil
	case letter == 'm' && run <= 2:
		return fieldMonth, nil
	case letter == 'd' && run <= 2:
		return fieldDay, nil
	case letter == 'd' && run <= 4:
		return fieldWeekday, nil
	case letter == 'h' && run <= 2:
		return fieldHour, nil
	case letter == 's' && run <= 2:
		return fieldSecond, nil
	case letter == 'a' && run == 1:
		return fieldHalf, nil
	}
	return 0, errors.New("not part of a date; want YYYY, MM, DD, HH, MM, SS, other letters in single quotes")
}

// readLayout reads a text that is written as the layout says.
func readLayout(text, layout string, words *dateVocabulary, language string) (wallTime, error) {
	elements, err := compileLayout(layout)
	if err != nil {
		return wallTime{}, err
	}
	m := layoutMatch{rest: Fold(text), words: words, language: language}
	for _, e := range elements {
		if !m.take(e) {
			return wallTime{}, fmt.Errorf("not written as the layout %s", layout)
		}
	}
	if strings.TrimSpace(m.rest) != "" {
		return wallTime{}, fmt.Errorf("%q is left over after the layout %s", strings.TrimSpace(m.rest), layout)
	}
	if err := m.applyHalf(); err != nil {
		return wallTime{}, err
	}
	if m.monthName != nil {
		month, err := monthOf(m.monthName)
		if err != nil {
			return wallTime{}, err
		}
		m.wall.month = int(month)
	}
	if err := m.wall.checkHour(); err != nil {
		return wallTime{}, err
	}
	return m.wall.endOfDay(), nil
}

// A layoutMatch is a text on its way through a layout.
type layoutMatch struct {
	rest      string // folded
	words     *dateVocabulary
	language  string
	wall      wallTime
	monthName *datePiece
	half      dateRole // amRole, pmRole or 0
	point     bool     // the point of an abbreviated month has just been read
}

// take reads one element off the front of the text. It reports false if something else stands there.
func (m *layoutMatch) take(e layoutElement) bool {
	m.rest = strings.TrimLeft(m.rest, " \t\r\n")
	point := m.point
	m.point = false
	switch e.field {
	case fieldLiteral:
		rest, ok := strings.CutPrefix(m.rest, e.literal)
		m.rest = rest
		return ok || point && e.literal == "."
	case fieldMonthName:
		m.monthName = m.takeName(monthRole)
		return m.monthName != nil
	case fieldHalf:
		return m.takeHalf()
	case fieldWeekday:
		word := lettersRun.FindString(m.rest)
		m.rest = m.rest[len(word):]
		return word != ""
	}
	return m.takeNumber(e.field)
}

func (m *layoutMatch) takeNumber(field layoutField) bool {
	least, most := 1, 2
	switch field {
	case fieldYear:
		least, most = 4, 4
	case fieldShortYear:
		least = 2
	}
	n := 0
	for n < most && n < len(m.rest) && digit(m.rest[n]) {
		n++
	}
	if n < least {
		return false
	}
	v := dateNumber(m.rest[:n])
	m.rest = m.rest[n:]
	switch field {
	case fieldYear:
		m.wall.year = v
	case fieldShortYear:
		m.wall.year = 2000 + v
	case fieldMonth:
		m.wall.month = v
	case fieldDay:
		m.wall.day = v
	case fieldHour:
		m.wall.hour, m.wall.hasHour = v, true
	case fieldMinute:
		m.wall.minute = v
	case fieldSecond:
		m.wall.second = v
	}
	return true
}

// takeName reads the longest run of one or two words that has the role, with a final point if there is one.
func (m *layoutMatch) takeName(role dateRole) *datePiece {
	first := lettersRun.FindString(m.rest)
	ends := []int{len(first)}
	if second := lettersRun.FindString(strings.TrimPrefix(m.rest[len(first):], " ")); second != "" {
		ends = append(ends, len(first)+1+len(second))
	}
	for _, end := range slices.Backward(ends) {
		if end > len(m.rest) {
			continue
		}
		p := &datePiece{kind: wordPiece, text: m.rest[:end], meanings: m.words.means(m.rest[:end], m.language)}
		if p.is(role) {
			m.rest, m.point = strings.CutPrefix(m.rest[end:], ".")
			return p
		}
	}
	return nil
}

func (m *layoutMatch) takeHalf() bool {
	found := amShape.FindStringSubmatch(m.rest)
	if found == nil {
		return false
	}
	m.half = amRole
	if found[1] == "p" || found[2] == "μ" {
		m.half = pmRole
	}
	m.rest = strings.TrimPrefix(m.rest[len(found[0]):], ".")
	return true
}

func (m *layoutMatch) applyHalf() error {
	p := datePiece{text: fmt.Sprint(m.wall.hour), wall: m.wall}
	var err error
	switch m.half {
	case amRole:
		err = p.forenoon()
	case pmRole:
		err = p.afternoon()
	}
	m.wall = p.wall
	return err
}

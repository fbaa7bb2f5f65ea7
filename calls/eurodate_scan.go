package calls

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A dateKind says what a piece of a text with a date is.
type dateKind int

const (
	numberPiece dateKind = iota
	dayPiece             // a whole date in digits
	clockPiece           // an hour in digits: 17:00, 17h00, 17.00
	zonePiece            // UTC+2, +02:00
	wordPiece
)

// A datePiece is one piece of a text with a date. White space and signs between pieces are dropped.
type datePiece struct {
	kind     dateKind
	text     string // folded
	n        int    // of a number; -1 if it is too long to mean anything in a date
	digits   int    // of a number
	used     bool   // of a number: its meaning is found
	wall     wallTime
	glued    bool          // of a word: it is the ending of a number, "19th", "19-én"
	meanings []dateMeaning // of a word
}

func (p *datePiece) is(role dateRole) bool {
	if p == nil {
		return false
	}
	for _, m := range p.meanings {
		if m.role == role {
			return true
		}
	}
	return false
}

// The shapes of pieces, tried in this order at each place. A shape never ends inside a number.
var (
	yearFirst  = regexp.MustCompile(`^(\d{4})( ?[-./] ?)(\d{1,2})( ?[-./] ?)(\d{1,2})`)
	yearLast   = regexp.MustCompile(`^(\d{1,2})( ?[-./] ?)(\d{1,2})( ?[-./] ?)(\d{4}|\d{2})`)
	clockShape = regexp.MustCompile(`^(\d{1,2})(?:[:.]| ?h ?)(\d{2})(?:[:.](\d{2}))?(z\b)?`)
	utcShape   = regexp.MustCompile(`^(?:utc|gmt) ?([-+]) ?(\d{1,2})(?::?(\d{2}))?`)
	plusShape  = regexp.MustCompile(`^(\+)(\d{2}):?(\d{2})`)
	amShape    = regexp.MustCompile(`^([ap])\.? ?m\b|^([πμ])\. ?μ\.`)
	digitsRun  = regexp.MustCompile(`^\d+`)
	lettersRun = regexp.MustCompile(`^\pL+`)
)

var plainSigns = strings.NewReplacer("‐", "-", "⁄", "/", "∕", "/")

// scan takes a text apart.
func (r *dateReader) scan(text string) {
	s := strings.Join(strings.Fields(plainSigns.Replace(Fold(text))), " ")
	end := 0 // of the last piece
	for i := 0; i < len(s); {
		piece, n := r.pieceAt(s[i:])
		if n == 0 {
			c, size := utf8.DecodeRuneInString(s[i:])
			if unicode.IsNumber(c) { // of another script: must not be passed over in silence
				r.pieces = append(r.pieces, datePiece{kind: numberPiece, text: string(c), n: -1})
			}
			i += size
			continue
		}
		piece.glued = piece.kind == wordPiece && r.afterNumber() && slices.Contains(gluedBy, s[end:i])
		r.pieces = append(r.pieces, piece)
		i += n
		end = i
	}
	r.joinPairs()
}

// gluedBy lists what can stand between a number and its ending: 19th, 19-én, 19:e, 1.º, 19'a.
var gluedBy = []string{"", "-", ":", ".", "'"}

func (r *dateReader) afterNumber() bool {
	return len(r.pieces) > 0 && r.pieces[len(r.pieces)-1].kind == numberPiece
}

// pieceAt returns the piece at the start of s and its length; 0 if there is none.
func (r *dateReader) pieceAt(s string) (datePiece, int) {
	shapes := []struct {
		shape *regexp.Regexp
		read  func(m []string) (datePiece, bool)
	}{
		{yearFirst, yearFirstPiece}, {yearLast, yearLastPiece}, {clockShape, newClockPiece},
		{utcShape, newZonePiece}, {plusShape, r.plusPiece}, {amShape, r.meridiemPiece},
		{digitsRun, newNumberPiece}, {lettersRun, r.newWordPiece},
	}
	for _, shape := range shapes {
		m := shape.shape.FindStringSubmatch(s)
		if m == nil || len(m[0]) < len(s) && digit(s[len(m[0])]) {
			continue
		}
		if piece, ok := shape.read(m); ok {
			piece.text = m[0]
			return piece, len(m[0])
		}
	}
	return datePiece{}, 0
}

// sameSigns reports whether the two signs between the numbers of a date agree: "19. 9.2026" does,
// "19-21/09" does not.
func sameSigns(a, b string) bool { return strings.TrimSpace(a) == strings.TrimSpace(b) }

func yearFirstPiece(m []string) (datePiece, bool) {
	w := wallTime{year: dateNumber(m[1]), month: dateNumber(m[3]), day: dateNumber(m[5])}
	return datePiece{kind: dayPiece, wall: w}, sameSigns(m[2], m[4])
}

// yearLastPiece reads 19.09.2026. With spaces only a year of four digits makes a date, or the hour of
// "19. 17.00" would become one.
func yearLastPiece(m []string) (datePiece, bool) {
	spaced := strings.Contains(m[2]+m[4], " ")
	if !sameSigns(m[2], m[4]) || spaced && len(m[5]) != 4 {
		return datePiece{}, false
	}
	w := wallTime{year: dateNumber(m[5]), month: dateNumber(m[3]), day: dateNumber(m[1])}
	return datePiece{kind: dayPiece, digits: len(m[5]), wall: w}, true
}

func newClockPiece(m []string) (datePiece, bool) {
	w := wallTime{hasHour: true, hour: dateNumber(m[1]), minute: dateNumber(m[2])}
	if m[3] != "" {
		w.second = dateNumber(m[3])
	}
	if m[4] != "" {
		w.zones = append(w.zones, offsetZone(0))
	}
	return datePiece{kind: clockPiece, wall: w}, true
}

func newZonePiece(m []string) (datePiece, bool) {
	const farthest = 14 // hours from Greenwich
	hours, minutes := dateNumber(m[2]), 0
	if m[3] != "" {
		minutes = dateNumber(m[3])
	}
	if hours > farthest || minutes > 59 {
		return datePiece{}, false
	}
	seconds := (hours*60 + minutes) * 60
	if m[1] == "-" {
		seconds = -seconds
	}
	p := datePiece{kind: zonePiece}
	p.wall.zones = append(p.wall.zones, offsetZone(seconds))
	return p, true
}

// plusPiece reads the offset of "17:00 +02:00". With a minus it would be a range of hours.
func (r *dateReader) plusPiece(m []string) (datePiece, bool) {
	if last := len(r.pieces) - 1; last < 0 || r.pieces[last].kind != clockPiece {
		return datePiece{}, false
	}
	return newZonePiece(m)
}

func (r *dateReader) meridiemPiece(m []string) (datePiece, bool) {
	if m[1] != "" {
		return r.word(m[1] + "m"), true
	}
	return r.word(m[2] + "μ"), true
}

func newNumberPiece(m []string) (datePiece, bool) {
	return datePiece{kind: numberPiece, n: dateNumber(m[0]), digits: len(m[0])}, true
}

func (r *dateReader) newWordPiece(m []string) (datePiece, bool) { return r.word(m[0]), true }

func (r *dateReader) word(text string) datePiece {
	return datePiece{kind: wordPiece, meanings: r.words.means(text, r.language)}
}

// joinPairs makes one piece of two words that mean something together, such as "Meán Fómhair".
func (r *dateReader) joinPairs() {
	joined := r.pieces[:0]
	for _, p := range r.pieces {
		if last := len(joined) - 1; p.kind == wordPiece && last >= 0 && joined[last].kind == wordPiece {
			pair := joined[last].text + " " + p.text
			if meanings := r.words.means(pair, r.language); meanings != nil {
				joined[last].text, joined[last].meanings, joined[last].glued = pair, meanings, false
				continue
			}
		}
		joined = append(joined, p)
	}
	r.pieces = joined
}

// dateNumber reads a run of ASCII digits; -1 if it is too long to mean anything in a date.
func dateNumber(digits string) int {
	const longest = 4
	n, err := strconv.Atoi(digits)
	if err != nil || len(digits) > longest {
		return -1
	}
	return n
}

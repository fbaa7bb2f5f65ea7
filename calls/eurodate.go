package calls

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// longestDate is how many bytes of text may hold a date: a cell of a table or a sentence, not a page.
const longestDate = 400

// DateOptions says what is known of the page that a date stands on. The zero value knows nothing.
type DateOptions struct {
	// Language is the BCP 47 tag of the text, such as "de" or "pt-BR". It settles words that two
	// languages share ("listopad"). "", or a language that is not one of [Languages]: unknown.
	Language string

	// Layout says how the source writes dates; then nothing else is accepted, so that a page that
	// changes is noticed. See [CheckDateLayout]. "": any way that Europeans write.
	Layout string

	// Zone is where hours are meant if the text does not say. Nil: Brussels.
	Zone *time.Location
}

// language returns the primary tag if we know the language, else "".
func (o DateOptions) language() string {
	tag, _, _ := strings.Cut(strings.ToLower(o.Language), "-")
	if !IsLanguage(tag) {
		return ""
	}
	return tag
}

func (o DateOptions) zone() *time.Location {
	if o.Zone == nil {
		return brussels
	}
	return o.Zone
}

// ParseEuroDate reads a date as Europeans write it, in any of the 24 languages, with or without an hour,
// and returns it as [Raw] wants it: "2026-09-19" if there is no hour, "2026-09-19T17:00" for an hour in
// Brussels (with seconds if they are not zero), RFC 3339 for an hour elsewhere. It reads
//
//	Sept 19th, 2026 at 5 pm    19. September 2026   19 septembre 2026, 17h00   2026. szeptember 19.
//	2026 m. rugsėjo 19 d.      19.09.2026 17:00     19/09/2026                 2026-09-19
//
// and the machine forms of ISO 8601. Words around the date, weekdays among them, are passed over; every
// number must be explained. The rules:
//
//   - Points put the day first: 03.04.2026 is in April. Slashes and hyphens do not tell: 03/04/2026 is
//     an error unless one number is above twelve, both are equal, or a layout says it. No language
//     settles it, for content systems write American dates on European pages.
//   - Years have four digits and lie between 2000 and 2060. The day must exist.
//   - "noon" is 12:00. "midnight" and 24:00 are the end of the day that is named, 23:59:59, which is what
//     a deadline means; 00:00 is its start; both together is an error.
//   - "CET" and "CEST" mean the clock in Brussels, summer or winter, as most who write them do. Capitals
//     ("Athens time") count as a zone when there is an hour.
//   - Two different days or hours in one text are an error that names them: the caller chose the wrong text.
//
// What it returns, it reads again as the same, given no layout. Every error quotes the text.
func ParseEuroDate(text string, o DateOptions) (string, error) {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return "", errors.New("date is empty")
	case len(text) > longestDate:
		return "", fmt.Errorf("date %q: %d bytes are too long for a date", cut(text, 60), len(text))
	}
	written, err := readDate(text, o)
	if err != nil {
		return "", fmt.Errorf("date %q: %w", text, err)
	}
	return written, nil
}

func readDate(text string, o DateOptions) (string, error) {
	words, err := dateWords()
	if err != nil {
		return "", err
	}
	if o.Layout != "" {
		w, err := readLayout(text, o.Layout, words, o.language())
		if err != nil {
			return "", err
		}
		return w.write(o.zone())
	}
	if w, ok := machineDate(text); ok {
		return w.write(o.zone())
	}
	r := dateReader{words: words, language: o.language()}
	w, err := r.read(text)
	if err != nil {
		return "", err
	}
	return w.write(o.zone())
}

// A wallTime is what a text says: a day, perhaps an hour, perhaps the zones in which the hour is meant.
type wallTime struct {
	year, month, day     int
	hasHour              bool
	hour, minute, second int
	zones                []*time.Location // empty: not said
}

// Machine forms, tried on the whole text. Fractions of a second are read with all that have seconds.
var (
	wallForms    = []string{"2006-01-02T15:04", "2006-01-02T15:04:05"}
	instantForms = []string{time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04Z07:00"}
)

// machineDate reads the forms of ISO 8601 that hold a T. A day alone is read like any other text.
func machineDate(text string) (wallTime, bool) {
	for _, form := range wallForms {
		if t, err := time.Parse(form, text); err == nil {
			return wallOf(t), true
		}
	}
	for _, form := range instantForms {
		if t, err := time.Parse(form, text); err == nil {
			w := wallOf(t)
			_, offset := t.Zone()
			w.zones = []*time.Location{offsetZone(offset)}
			return w, true
		}
	}
	return wallTime{}, false
}

func wallOf(t time.Time) wallTime {
	return wallTime{t.Year(), int(t.Month()), t.Day(), true, t.Hour(), t.Minute(), t.Second(), nil}
}

// offsetZone returns the zone that is so many seconds east of Greenwich.
func offsetZone(seconds int) *time.Location {
	if seconds == 0 {
		return time.UTC
	}
	return time.FixedZone("", seconds)
}

// write returns w as [Raw] wants it; zone is where hours are meant if the text did not say.
func (w wallTime) write(zone *time.Location) (string, error) {
	day := time.Date(w.year, time.Month(w.month), w.day, 0, 0, 0, 0, time.UTC)
	if day.Year() != w.year || int(day.Month()) != w.month || day.Day() != w.day {
		return "", fmt.Errorf("there is no day %d of month %d in %d", w.day, w.month, w.year)
	}
	if w.year < earliestYear || w.year > latestYear {
		return "", fmt.Errorf("year outside %d to %d", earliestYear, latestYear)
	}
	if !w.hasHour {
		return day.Format(time.DateOnly), nil
	}
	if len(w.zones) > 0 {
		zone = w.zones[0]
	}
	t := w.at(zone)
	for _, other := range w.zones {
		if !w.at(other).Equal(t) {
			return "", errors.New("two zones in one text that do not agree")
		}
	}
	switch {
	case zone.String() != brussels.String():
		return t.Format(time.RFC3339), nil
	case w.second != 0:
		return w.plain("2006-01-02T15:04:05"), nil
	}
	return w.plain("2006-01-02T15:04"), nil
}

func (w wallTime) at(zone *time.Location) time.Time {
	return time.Date(w.year, time.Month(w.month), w.day, w.hour, w.minute, w.second, 0, zone)
}

// plain writes the wall time as it was read, even in the hour that the clocks of Brussels leave out in March.
func (w wallTime) plain(layout string) string { return w.at(time.UTC).Format(layout) }

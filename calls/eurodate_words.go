package calls

import (
	_ "embed" // the table below
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

//go:embed rules/datewords.tsv
var dateWordsTable string

// dateWords reads rules/datewords.tsv once, when the first date has to be read. The error can only come
// from a mistake in the table.
var dateWords = sync.OnceValues(func() (*dateVocabulary, error) { return loadDateWords(dateWordsTable) })

// A dateRole says what a word does in a date.
type dateRole int

// The roles of words. A word can have several: "mar" is March and Tuesday.
const (
	monthRole dateRole = iota
	weekdayRole
	hourAfterRole
	hourBeforeRole
	noonRole
	midnightRole
	amRole
	pmRole
	linkRole
	zoneRole
)

var dateRoles = map[string]dateRole{
	"month": monthRole, "weekday": weekdayRole, "hour-after": hourAfterRole, "hour-before": hourBeforeRole,
	"noon": noonRole, "midnight": midnightRole, "am": amRole, "pm": pmRole, "link": linkRole, "zone": zoneRole,
}

// A dateMeaning is one thing that a word can mean.
type dateMeaning struct {
	role     dateRole
	language string // "*" for all
	month    time.Month
	zone     *time.Location
}

// A dateVocabulary knows what the words of dates mean, by folded word; two words are joined by a space.
type dateVocabulary struct {
	byWord map[string][]dateMeaning
}

func loadDateWords(table string) (*dateVocabulary, error) {
	rows, errs := tableRows("rules/datewords.tsv", table, 6)
	v := &dateVocabulary{make(map[string][]dateMeaning, 4*len(rows))}
	for _, row := range rows {
		if err := v.add(row); err != nil {
			errs = append(errs, err)
		}
	}
	return v, errors.Join(errs...)
}

func (v *dateVocabulary) add(row tableRow) error {
	meaning, err := newDateMeaning(row.fields)
	if err != nil {
		return fmt.Errorf("%s: %w", row.place, err)
	}
	if row.fields[3] == "-" && row.fields[4] == "-" {
		return fmt.Errorf("%s: no words", row.place)
	}
	for _, list := range row.fields[3:5] {
		for _, word := range strings.Split(list, ", ") {
			if word == "-" {
				continue
			}
			key := joinWords(word)
			if key == "" {
				return fmt.Errorf("%s: %q holds no word", row.place, word)
			}
			if !slices.Contains(v.byWord[key], meaning) {
				v.byWord[key] = append(v.byWord[key], meaning)
			}
		}
	}
	return nil
}

// newDateMeaning reads the first three fields: kind, value, language.
func newDateMeaning(fields []string) (dateMeaning, error) {
	role, ok := dateRoles[fields[0]]
	if !ok {
		return dateMeaning{}, fmt.Errorf("unknown kind %q", fields[0])
	}
	m := dateMeaning{role: role, language: fields[2]}
	if m.language != "*" && !IsLanguage(m.language) {
		return dateMeaning{}, fmt.Errorf("unknown language %q", m.language)
	}
	switch role {
	case monthRole:
		n, err := strconv.Atoi(fields[1])
		if err != nil || n < 1 || n > 12 {
			return dateMeaning{}, fmt.Errorf("month %q: want 1 to 12", fields[1])
		}
		m.month = time.Month(n)
	case zoneRole:
		zone, err := time.LoadLocation(fields[1])
		if err != nil {
			return dateMeaning{}, fmt.Errorf("zone %q: %w", fields[1], err)
		}
		m.zone = zone
	}
	return m, nil
}

// joinWords returns the words of s, folded and joined by one space: "Meán Fómhair" is "mean fomhair".
func joinWords(s string) string {
	words := Words(s)
	parts := make([]string, len(words))
	for i, w := range words {
		parts[i] = w.Text
	}
	return strings.Join(parts, " ")
}

// means returns what a folded word can mean to a reader of the language ("" if not known). If the word
// means something in that language, what it means in others does not count: "listopad" is November in
// Czech, October in Croatian.
func (v *dateVocabulary) means(word, language string) []dateMeaning {
	all := v.byWord[word]
	if language == "" || len(all) < 2 {
		return all
	}
	var own []dateMeaning
	for _, m := range all {
		if m.language == language || m.language == "*" {
			own = append(own, m)
		}
	}
	if len(own) == 0 {
		return all
	}
	return own
}

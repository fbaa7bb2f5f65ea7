package notify

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"

	"fundwatch/calls"
)

// The words of every language (one catalogue each, "de.json") and the ways to write dates, numbers
// and money (formats.json, one record per language). A language is added by adding these two.
//
//go:embed locale/*.json
var localeFiles embed.FS

const formatsFile = "formats.json"

// fallbackLanguage is the language of those whose own is not there yet.
const fallbackLanguage = "en"

// A Locale writes dates, numbers, money and sentences of one language. Days and hours are those of
// Brussels. It is safe for use by several goroutines. The zero Locale is not usable: see [NewLocale].
type Locale struct {
	lang   string
	format formatRecord

	date, plainDate, shortDate, shortDateYear pattern
	clock, money, moneyRange                  pattern

	sentences    map[string]sentence // by key
	plurals      *i18n.Localizer
	englishNames map[string]string // of the EU's languages and those of its candidates that towns are twinned with
}

// A formatRecord is one language's entry in formats.json. Month names stand in the form they take in
// a date.
type formatRecord struct {
	Plurals     string   `json:"plurals"`  // tag of the plural rules: Portuguese needs "pt-PT", plain "pt" is Brazil's
	Weekdays    []string `json:"weekdays"` // from Sunday
	Months      []string `json:"months"`
	ShortMonths []string `json:"short_months"`
	FirstDay    string   `json:"first_day"` // the first of a month: "1er" in French
	Date        string   `json:"date"`
	PlainDate   string   `json:"plain_date"`
	ShortDate   string   `json:"short_date"`
	ShortYear   string   `json:"short_date_year"` // "" if the year only follows the short date
	Clock       string   `json:"clock"`
	Group       string   `json:"group"`      // between groups of three digits
	GroupFrom   int      `json:"group_from"` // fewest digits that are grouped: 4, or 5 in Spanish and Polish
	Money       string   `json:"money"`
	MoneyRange  string   `json:"money_range"`
}

type formatTable struct {
	Source       string                  `json:"source"`
	Checked      string                  `json:"checked"`
	EnglishNames map[string]string       `json:"english_names"`
	Formats      map[string]formatRecord `json:"formats"`
}

// Languages returns the languages that letters and cards can be written in, such as "de", sorted.
func Languages() []string {
	entries, err := localeFiles.ReadDir("locale")
	if err != nil {
		panic("notify: embedded catalogues are missing: " + err.Error())
	}
	var langs []string
	for _, e := range entries {
		if e.Name() != formatsFile {
			langs = append(langs, strings.TrimSuffix(e.Name(), ".json"))
		}
	}
	return langs
}

// NewLocale returns the locale of the language, such as "de" or "de-AT". A language that is not among
// [Languages] gets English; [Locale.Language] tells. The error says which embedded file is broken.
func NewLocale(lang string) (*Locale, error) {
	lang = baseLanguage(lang)
	catalogue, err := localeFiles.ReadFile("locale/" + lang + ".json")
	if err != nil {
		lang = fallbackLanguage
		if catalogue, err = localeFiles.ReadFile("locale/" + lang + ".json"); err != nil {
			return nil, fmt.Errorf("read catalogue: %w", err)
		}
	}
	l := &Locale{lang: lang}
	if err := l.readFormats(); err != nil {
		return nil, fmt.Errorf("locale %s: %s: %w", lang, formatsFile, err)
	}
	if err := l.readCatalogue(catalogue); err != nil {
		return nil, fmt.Errorf("locale %s: %s.json: %w", lang, lang, err)
	}
	return l, nil
}

// baseLanguage returns "de" for "de-AT", and "" for what is no language tag.
func baseLanguage(tag string) string {
	if len(tag) == 2 && tag[0] >= 'a' && tag[0] <= 'z' && tag[1] >= 'a' && tag[1] <= 'z' {
		return tag // nearly always, and parsing takes time
	}
	t, err := language.Parse(tag)
	if err != nil {
		return ""
	}
	base, _ := t.Base()
	return base.String()
}

// formats reads formats.json once, however many languages are asked for. The error can only come from a mistake
// in the file.
var formats = sync.OnceValues(func() (table formatTable, err error) {
	raw, err := localeFiles.ReadFile("locale/" + formatsFile)
	if err != nil {
		return table, err
	}
	return table, json.Unmarshal(raw, &table)
})

func (l *Locale) readFormats() error {
	table, err := formats()
	if err != nil {
		return err
	}
	format, ok := table.Formats[l.lang]
	if !ok {
		return errors.New("no record for this language")
	}
	l.format, l.englishNames = format, table.EnglishNames
	return l.compileFormats()
}

func (l *Locale) compileFormats() error {
	f := l.format
	if len(f.Weekdays) != 7 || len(f.Months) != 12 || len(f.ShortMonths) != 12 {
		return fmt.Errorf("got %d weekdays, %d months, %d short months, want 7, 12, 12",
			len(f.Weekdays), len(f.Months), len(f.ShortMonths))
	}
	if f.FirstDay == "" || f.GroupFrom < 4 {
		return errors.New("first_day or group_from is missing")
	}
	if f.ShortYear == "" {
		f.ShortYear = f.ShortDate + " {year}"
	}
	var problems []error
	for _, p := range []struct {
		into *pattern
		text string
	}{
		{&l.date, f.Date}, {&l.plainDate, f.PlainDate}, {&l.shortDate, f.ShortDate},
		{&l.shortDateYear, f.ShortYear}, {&l.clock, f.Clock},
		{&l.money, f.Money}, {&l.moneyRange, f.MoneyRange},
	} {
		var err error
		*p.into, err = parseFormat(p.text)
		problems = append(problems, err)
	}
	return errors.Join(problems...)
}

// Language returns the language of the locale, such as "de".
func (l *Locale) Language() string { return l.lang }

// Date returns the day of t in Brussels with its weekday, "Wednesday 23 September 2026". The zero time
// is "not stated", as in all methods that write times.
func (l *Locale) Date(t time.Time) string { return l.formatTime(l.date, t) }

// PlainDate returns the day of t in Brussels without its weekday, "23 September 2026".
func (l *Locale) PlainDate(t time.Time) string { return l.formatTime(l.plainDate, t) }

// ShortDate returns the day of t in Brussels in few letters, "23 Sep", with the year if now is so far
// away that the day could be taken for another year's.
func (l *Locale) ShortDate(t, now time.Time) string {
	const nearlyYear = 300 * 24 * time.Hour
	if distance := t.Sub(now).Abs(); distance > nearlyYear {
		return l.formatTime(l.shortDateYear, t)
	}
	return l.formatTime(l.shortDate, t)
}

// Clock returns the hour of t in Brussels, "17:00". Sources write 16:59:59 where they mean 17:00, so
// the minute is rounded, but never into the next day.
func (l *Locale) Clock(t time.Time) string {
	if rounded := t.Round(time.Minute); calls.Day(rounded) == calls.Day(t) {
		t = rounded
	}
	return l.formatTime(l.clock, t)
}

func (l *Locale) formatTime(p pattern, t time.Time) string {
	if t.IsZero() {
		return l.Text("unstated", nil)
	}
	t = t.In(calls.Brussels())
	return p.expand(func(name string) string { return l.timeField(name, t) })
}

func (l *Locale) timeField(name string, t time.Time) string {
	switch name {
	case "weekday":
		return l.format.Weekdays[t.Weekday()]
	case "day":
		if t.Day() == 1 {
			return l.format.FirstDay
		}
		return strconv.Itoa(t.Day())
	case "month":
		return l.format.Months[t.Month()-1]
	case "short_month":
		return l.format.ShortMonths[t.Month()-1]
	case "year":
		return strconv.Itoa(t.Year())
	case "hour":
		return strconv.Itoa(t.Hour())
	case "hour2":
		return t.Format("15")
	case "minute":
		return t.Format("04")
	}
	return ""
}

// Number returns n with the language's grouping, "50,745".
func (l *Locale) Number(n int64) string {
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	if len(digits) < l.format.GroupFrom {
		return sign + digits
	}
	head := (len(digits)-1)%3 + 1
	var b strings.Builder
	b.WriteString(sign + digits[:head])
	for i := head; i < len(digits); i += 3 {
		b.WriteString(l.format.Group + digits[i:i+3])
	}
	return b.String()
}

// Money returns an amount in whole euro, "EUR 50,745".
func (l *Locale) Money(euro int64) string { return l.formatMoney(l.money, euro, euro) }

// MoneyRange returns two amounts in whole euro, "EUR 8,455 to 50,745".
func (l *Locale) MoneyRange(low, high int64) string { return l.formatMoney(l.moneyRange, low, high) }

func (l *Locale) formatMoney(p pattern, low, high int64) string {
	return p.expand(func(name string) string {
		if name == "high" {
			return l.Number(high)
		}
		return l.Number(low)
	})
}

package notify_test

import (
	"strings"
	"testing"
	"time"

	"fundwatch/calls"
	"fundwatch/notify"
)

// writtenFormats is how each language writes 23 September 2026, 1 March 2027, 23 September this year,
// 1 March 2028 in short, 9:05, 1234567, 8455, 6 million euro, and 8455 to 50745 euro. "~" is a space
// that does not break, "_" a narrow one.
var writtenFormats = map[string]string{
	"bg": "сряда, 23~септември 2026~г. | 1~март 2027~г. | 23.09 | 1.03.2028~г. | 9:05~ч. | 1~234~567 | 8455 | 6~000~000~евро | 8455 до 50~745~евро",
	"cs": "středa 23.~září 2026 | 1.~března 2027 | 23.~9. | 1.~3.~2028 | 9:05 | 1~234~567 | 8~455 | 6~000~000~EUR | 8~455 až 50~745~EUR",
	"da": "onsdag den 23.~september 2026 | 1.~marts 2027 | 23.~sep. | 1.~mar. 2028 | kl.~9.05 | 1.234.567 | 8.455 | 6.000.000~euro | 8.455 til 50.745~euro",
	"de": "Mittwoch, 23. September 2026 | 1. März 2027 | 23. Sept. | 1. März 2028 | 09:05~Uhr | 1.234.567 | 8.455 | 6.000.000~€ | 8.455 bis 50.745~€",
	"el": "Τετάρτη 23~Σεπτεμβρίου 2026 | 1η~Μαρτίου 2027 | 23~Σεπ | 1η~Μαρ 2028 | 09:05 | 1.234.567 | 8.455 | 6.000.000~€ | 8.455 έως 50.745~€",
	"en": "Wednesday 23 September 2026 | 1 March 2027 | 23 Sep | 1 Mar 2028 | 09:05 | 1,234,567 | 8,455 | EUR~6,000,000 | EUR~8,455 to 50,745",
	"es": "miércoles, 23~de septiembre de 2026 | 1~de marzo de 2027 | 23~sept | 1~mar 2028 | 9:05 | 1.234.567 | 8455 | 6.000.000~€ | 8455 a 50.745~€",
	"et": "kolmapäev, 23.~september 2026 | 1.~märts 2027 | 23.~sept | 1.~märts 2028 | kell~9.05 | 1~234~567 | 8455 | 6~000~000~eurot | 8455–50~745~eurot",
	"fi": "keskiviikko 23.~syyskuuta 2026 | 1.~maaliskuuta 2027 | 23.9. | 1.3.2028 | klo~9.05 | 1~234~567 | 8~455 | 6~000~000~euroa | 8~455~–~50~745~euroa",
	"fr": "mercredi 23 septembre 2026 | 1er mars 2027 | 23 sept. | 1er mars 2028 | 9~h~05 | 1_234_567 | 8_455 | 6_000_000~€ | 8_455 à 50_745~€",
	"ga": "Dé Céadaoin 23~Meán Fómhair 2026 | 1~Márta 2027 | 23~MFómh | 1~Márta 2028 | 09:05 | 1,234,567 | 8,455 | €6,000,000 | €8,455 go €50,745",
	"hr": "srijeda, 23.~rujna 2026. | 1.~ožujka 2027. | 23.~9. | 1.~3.~2028. | 9:05 | 1.234.567 | 8.455 | 6.000.000~€ | 8.455 do 50.745~€",
	"hu": "2026.~szeptember~23., szerda | 2027.~március~1. | szept.~23. | 2028.~márc.~1. | 9:05 | 1~234~567 | 8455 | 6~000~000~euró | 8455–50~745~euró",
	"it": "mercoledì 23 settembre 2026 | 1º marzo 2027 | 23 set | 1º mar 2028 | 09:05 | 1.234.567 | 8.455 | 6.000.000~€ | da 8.455 a 50.745~€",
	"lt": "2026~m. rugsėjo 23~d., trečiadienis | 2027~m. kovo 1~d. | rugs. 23~d. | 2028~m. kovo 1~d. | 9.05~val. | 1~234~567 | 8~455 | 6~000~000~Eur | nuo 8~455 iki 50~745~Eur",
	"lv": "trešdiena, 2026. gada 23. septembris | 2027. gada 1. marts | 23. sept. | 2028. gada 1. marts | plkst.~9.05 | 1~234~567 | 8455 | 6~000~000~EUR | no 8455 līdz 50~745~EUR",
	"mt": "l-Erbgħa, 23 ta’ Settembru 2026 | 1 ta’ Marzu 2027 | 23 Set | 1 Mar 2028 | 09:05 | 1,234,567 | 8,455 | €6,000,000 | minn €8,455 sa €50,745",
	"nl": "woensdag 23 september 2026 | 1 maart 2027 | 23 sep | 1 mrt 2028 | 9.05~uur | 1.234.567 | 8.455 | €~6.000.000 | €~8.455 tot €~50.745",
	"pl": "środa, 23 września 2026 | 1 marca 2027 | 23 wrz | 1 mar 2028 | godz.~9:05 | 1~234~567 | 8455 | 6~000~000~euro | od 8455 do 50~745~euro",
	"pt": "quarta-feira, 23 de setembro de 2026 | 1 de março de 2027 | 23 set. | 1 mar. 2028 | 9h05 | 1~234~567 | 8455 | 6~000~000~€ | de 8455 a 50~745~€",
	"ro": "miercuri, 23 septembrie 2026 | 1 martie 2027 | 23 sept. | 1 mar. 2028 | 09:05 | 1.234.567 | 8.455 | 6.000.000~EUR | de la 8.455 la 50.745~EUR",
	"sk": "streda 23. septembra 2026 | 1. marca 2027 | 23.~9. | 1.~3. 2028 | 9:05~h | 1~234~567 | 8~455 | 6~000~000~€ | od 8~455 do 50~745~€",
	"sl": "sreda, 23. septembra 2026 | 1. marca 2027 | 23. sept. | 1. mar. 2028 | 9.05 | 1.234.567 | 8.455 | 6.000.000~€ | od 8.455 do 50.745~€",
	"sv": "onsdag 23 september 2026 | 1 mars 2027 | 23 sep. | 1 mars 2028 | kl.~09.05 | 1~234~567 | 8~455 | 6~000~000~euro | 8~455 till 50~745~euro",
}

func TestEveryLanguageWritesDatesNumbersAndMoney(t *testing.T) {
	t.Parallel()
	for _, lang := range notify.Languages() {
		l := newLocale(t, lang)
		got := strings.Join([]string{
			l.Date(brussels(t, "2026-09-23 00:00:00")), l.PlainDate(brussels(t, "2027-03-01 23:59:59")),
			l.ShortDate(brussels(t, "2026-09-23 17:00:00"), letterNow), l.ShortDate(brussels(t, "2028-03-01 17:00:00"), letterNow),
			l.Clock(brussels(t, "2026-12-01 09:04:59")), l.Number(1234567), l.Number(8455), l.Money(6000000), l.MoneyRange(8455, 50745),
		}, " | ")
		got = strings.NewReplacer("\u00a0", "~", "\u202f", "_").Replace(got)
		if want := writtenFormats[lang]; got != want {
			t.Errorf("%s writes\n%s\nwant\n%s", lang, got, want)
		}
	}
}

func TestNegativeAndSmallNumbers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		lang string
		n    int64
		want string
	}{
		{"en", -1234, "-1,234"}, {"en", 999, "999"}, {"fr", -1234, "-1\u202f234"}, {"de", -999, "-999"},
		{"bg", 9999, "9999"}, {"bg", 10000, "10\u00a0000"}, {"bg", -10000, "-10\u00a0000"},
	} {
		if got := newLocale(t, c.lang).Number(c.n); got != c.want {
			t.Errorf("%s writes %d as %q, want %q", c.lang, c.n, got, c.want)
		}
	}
}

// What a language calls its months is known to the reader of dates, too: it must understand each.
func TestEveryDayIsReadBackAsWritten(t *testing.T) {
	t.Parallel()
	for _, lang := range notify.Languages() {
		l := newLocale(t, lang)
		for day := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC); day.Year() == 2026; day = day.AddDate(0, 0, 9) {
			for style, text := range map[string]string{
				"date": l.Date(day), "plain_date": l.PlainDate(day), "short_date": l.ShortDate(day, letterNow.AddDate(2, 0, 0)),
			} {
				got, err := calls.ParseEuroDate(text, calls.DateOptions{Language: lang})
				if want := day.Format(time.DateOnly); err != nil || got != want {
					t.Errorf("%s %s writes %s as %q, which reads as %q, %v", lang, style, want, text, got, err)
				}
			}
		}
	}
}

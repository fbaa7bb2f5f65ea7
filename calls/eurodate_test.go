package calls_test

import (
	"strings"
	"testing"
	"time"

	"fundwatch/calls"
)

func TestParseEuroDate(t *testing.T) {
	t.Parallel()
	tests := []struct{ text, language, want string }{
		// As the sources write them.
		{"19. September 2026", "de", "2026-09-19"},
		{"19 septembre 2026", "fr", "2026-09-19"},
		{"19.09.2026", "", "2026-09-19"},
		{"19. 9. 2026", "cs", "2026-09-19"},
		{"19.09. 2026", "de", "2026-09-19"},
		{"2026-09-19", "", "2026-09-19"},
		{"2026/09/19", "", "2026-09-19"},
		{"2026. 09. 19. 17:00", "hu", "2026-09-19T17:00"},
		{"19/09/2026 17:00", "", "2026-09-19T17:00"},
		{"19-09-2026", "", "2026-09-19"},
		{"09/19/2026", "", "2026-09-19"},
		{"Thursday, 19 September 2026 at 17:00 (Brussels time)", "en", "2026-09-19T17:00"},
		{"19. syyskuuta 2026 klo 17.00", "fi", "2026-09-19T17:00"},
		{"2026. szeptember 19.", "hu", "2026-09-19"},
		{"2026. szeptember 19-én 17 órakor", "hu", "2026-09-19T17:00"},
		{"2026 m. rugsėjo 19 d. 17 val.", "lt", "2026-09-19T17:00"},
		{"2026. gada 19. septembris plkst. 17.00", "lv", "2026-09-19T17:00"},
		{"19 Σεπτεμβρίου 2026", "el", "2026-09-19"},
		{"19η ΣΕΠΤΕΜΒΡΙΟΥ 2026, ώρα 5:00 μ.μ.", "", "2026-09-19T17:00"},
		{"19 септември 2026 г., 17:00 ч.", "bg", "2026-09-19T17:00"},
		{"19 de setembro de 2026 às 17h00", "pt", "2026-09-19T17:00"},
		{"sábado, 19 de septiembre de 2026, 17:00 horas", "es", "2026-09-19T17:00"},
		{"19 ta’ Settembru 2026", "mt", "2026-09-19"},
		{"19ú Meán Fómhair 2026", "ga", "2026-09-19"},
		{"19ú Meán Fómhair 2026", "", "2026-09-19"},
		{"Dé Sathairn 19 MFómh 2026", "", "2026-09-19"},
		{"lørdag den 19. september 2026 kl. 17.00", "da", "2026-09-19T17:00"},
		{"mar. 17 mars 2026", "fr", "2026-03-17"},
		{"mar 15 sept 2026", "es", "2026-09-15"},
		{"1er mars 2026 à 17 h", "fr", "2026-03-01T17:00"},
		{"1º de março de 2026", "pt", "2026-03-01"},
		{"1.º de março de 2026", "pt", "2026-03-01"},
		{"September 1st, 2026", "en", "2026-09-01"},
		{"the 2nd of May 2026", "", "2026-05-02"},
		{"Deadline: 19.09.2026 (extended)", "en", "2026-09-19"},
		{"You may apply until 19 September 2026", "en", "2026-09-19"},
		{"19-Sep-2026", "", "2026-09-19"},
		{"Sat Sep 19 17:00:00 UTC 2026", "", "2026-09-19T17:00:00Z"},
		{"19.09.2026 (19 September 2026)", "", "2026-09-19"},
		{"１９．０９．２０２６", "", "2026-09-19"},
		{"  19\u00a0September\u202f2026\n", "", "2026-09-19"},
		{"29 February 2028", "", "2028-02-29"},
		{"03.04.2026", "", "2026-04-03"},
		{"03/03/2026", "", "2026-03-03"},
		// The hour.
		{"19.09.2026 17h00", "", "2026-09-19T17:00"},
		{"19.09.2026 17 h 30", "", "2026-09-19T17:30"},
		{"17:00, 19 September 2026", "", "2026-09-19T17:00"},
		{"19 września 2026 r., godz. 17", "pl", "2026-09-19T17:00"},
		{"19 settembre 2026 alle ore 17:00", "it", "2026-09-19T17:00"},
		{"19 september 2026 om 17.00 u", "nl", "2026-09-19T17:00"},
		{"19. september 2026 ob 17. uri", "sl", "2026-09-19T17:00"},
		{"um 17:00 Uhr am 19. September 2026", "de", "2026-09-19T17:00"},
		{"um 12:00 Uhr am 19. September 2026", "", "2026-09-19T12:00"},
		{"19 September 2026, 5 pm", "en", "2026-09-19T17:00"},
		{"19 September 2026, 5:30 p.m.", "en", "2026-09-19T17:30"},
		{"5 am 19 September 2026", "en", "2026-09-19T05:00"},
		{"19 September 2026, 12 pm", "en", "2026-09-19T12:00"},
		{"19 September 2026, 12 am", "en", "2026-09-19T00:00"},
		{"1 February 2026, 12:00 noon CET", "en", "2026-02-01T12:00"},
		{"19 September 2026, 12 noon", "en", "2026-09-19T12:00"},
		{"19 septembre 2026 à midi", "fr", "2026-09-19T12:00"},
		{"19 de setembro de 2026 ao meio-dia", "pt", "2026-09-19T12:00"},
		{"19 September 2026, midnight", "en", "2026-09-19T23:59:59"},
		{"19 September 2026, 12:00 midnight", "en", "2026-09-19T23:59:59"},
		{"19. September 2026, 24:00 Uhr", "de", "2026-09-19T23:59:59"},
		{"19. September 2026, 24 Uhr", "de", "2026-09-19T23:59:59"},
		{"19 septembrie 2026, miezul nopții", "ro", "2026-09-19T23:59:59"},
		{"19.09.2026 00:00", "", "2026-09-19T00:00"},
		{"19.09.2026 23:59:59", "", "2026-09-19T23:59:59"},
		// Where the hour is meant.
		{"19 September 2026 17:00 CET", "", "2026-09-19T17:00"},
		{"19 September 2026 17:00 CEST (Brussels time)", "", "2026-09-19T17:00"},
		{"19 September 2026 17:00 GMT", "", "2026-09-19T17:00:00Z"},
		{"19 September 2026 17:00Z", "", "2026-09-19T17:00:00Z"},
		{"19 September 2026 17:00 UTC+2", "", "2026-09-19T17:00:00+02:00"},
		{"19 September 2026, 17:00 (Brussels time, UTC+2)", "", "2026-09-19T17:00"},
		{"2026-09-19 17:00:00 +0200", "", "2026-09-19T17:00:00+02:00"},
		{"19 September 2026, 17:00 (Athens time)", "", "2026-09-19T17:00:00+03:00"},
		{"Athens, 19 September 2026", "", "2026-09-19"},
		// Machine forms.
		{"2026-09-19T17:00", "", "2026-09-19T17:00"},
		{"2026-09-19T17:00:00", "", "2026-09-19T17:00"},
		{"2026-09-19T17:00:30", "", "2026-09-19T17:00:30"},
		{"2026-09-19T15:00:00Z", "", "2026-09-19T15:00:00Z"},
		{"2026-09-19T15:00Z", "", "2026-09-19T15:00:00Z"},
		{"2026-09-19T17:00:00+02:00", "", "2026-09-19T17:00:00+02:00"},
		{"2026-09-23T00:00:00.000+0000", "", "2026-09-23T00:00:00Z"},
		// Words that languages share.
		{"19. listopadu 2026", "cs", "2026-11-19"},
		{"19 listopada 2026", "pl", "2026-11-19"},
		{"19. listopada 2026.", "hr", "2026-10-19"},
		{"19. listopada 2026.", "hr-HR", "2026-10-19"},
		{"19 September 2026", "hu", "2026-09-19"}, // another language's words are still read
	}
	for _, tt := range tests {
		got, err := calls.ParseEuroDate(tt.text, calls.DateOptions{Language: tt.language})
		if err != nil || got != tt.want {
			t.Errorf("ParseEuroDate(%q, %q) = %q, %v, want %q", tt.text, tt.language, got, err, tt.want)
		}
	}
}

func TestParseEuroDateRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct{ text, language, want string }{
		{"", "", "empty"},
		{" \t", "", "empty"},
		{strings.Repeat("x", 500), "", "too long"},
		{"rolling", "", "no date in it"},
		{"03/04/2026", "", "ambiguous"},
		{"03/04/2026", "en", "ambiguous"},
		{"03/04/2026", "fr", "ambiguous"},
		{"4/5/2026", "", "ambiguous"},
		{"03-04-2026", "nl", "ambiguous"},
		{"31 February 2026", "", "no day 31"},
		{"29.02.2026", "", "no day 29"},
		{"31/04/2026", "", "no day 31"},
		{"19.13.2026", "", "no day 19 of month 13"},
		{"0.9.2026", "", "no day 0"},
		{"32 September 2026", "", "no day 32"},
		{"2026/19/09", "", "month 19"},
		{"19.09.26", "", "two digits"},
		{"19/09/26", "", "two digits"},
		{"19 September 26", "", "two digits"},
		{"19 September 1970", "", "year outside"},
		{"1999-12-31", "", "year outside"},
		{"19.09.2061", "", "year outside"},
		{"19 September", "", "no year"},
		{"September 2026", "", "no day"},
		{"19.09.2026 and 03.10.2026", "", "2 dates"},
		{"from 1 September 2026 to 19 October 2026", "", "1 september 2026, 19 october 2026"},
		{"1-19 September 2026", "", "number 1 "},
		{"1.–19. September 2026", "de", "number 1 "},
		{"19-21/09/2026", "", "number 19"},
		{"19 September – 3 October 2026", "", "belongs to no date"},
		{"August/September 19, 2026", "", "belongs to no date"},
		{"19 September 2026 or October", "", ""}, // "or" parts them: one date, and a word
		{"19 projects in September 2026", "", "no day"},
		{"5 partners until 19 September 2026", "", "number 5"},
		{"19 September 2026²", "", "no year"},
		{"19 September ٢٠٢٦", "", "no year"},
		{"19.09.2026, 9:00-17:00", "", "two hours"},
		{"19.09.2026, midnight (00:00)", "", "two hours"},
		{"19.09.2026 25:00", "", "no hour"},
		{"19.09.2026 17:61", "", "no hour"},
		{"19.09.2026 13:00 am", "en", "no hour"},
		{"19.09.2026 00:30 pm", "en", "no hour"},
		{"12:00 am 19 September 2026", "", "language must be known"},
		{"19.09.2026 17:00 UTC (Brussels time)", "", "do not agree"},
		{"19. listopada 2026", "", "language must be known"},
		{"EUR 50.000", "", "no date"},
	}
	for _, tt := range tests {
		got, err := calls.ParseEuroDate(tt.text, calls.DateOptions{Language: tt.language})
		if tt.want == "" {
			if err != nil {
				t.Errorf("ParseEuroDate(%q): %v", tt.text, err)
			}
			continue
		}
		if err == nil {
			t.Errorf("ParseEuroDate(%q) = %q, want an error with %q", tt.text, got, tt.want)
			continue
		}
		if !strings.Contains(err.Error(), tt.want) {
			t.Errorf("ParseEuroDate(%q): %v, want %q", tt.text, err, tt.want)
		}
	}
}

func TestParseEuroDateLayouts(t *testing.T) {
	t.Parallel()
	tests := []struct{ layout, text, language, want string }{
		{"DD/MM/YYYY", "03/04/2026", "", "2026-04-03"},
		{"MM/DD/YYYY", "03/04/2026", "", "2026-03-04"},
		{"D/M/YYYY", "3/4/2026", "", "2026-04-03"},
		{"DD.MM.YYYY HH:MM", "19.09.2026 17:00", "", "2026-09-19T17:00"},
		{"dd.MM.yyyy HH:mm:ss", "19.09.2026 17:00:05", "", "2026-09-19T17:00:05"},
		{"DD.MM.YY", "19.09.26", "", "2026-09-19"},
		{"YYYYMMDD", "20260919", "", "2026-09-19"},
		{"HH'h'MM, DD/MM/YYYY", "17h00, 03/04/2026", "", "2026-04-03T17:00"},
		{"D. MMM. YYYY", "19. Sept. 2026", "de", "2026-09-19"},
		{"D. MMMM YYYY", "19. září 2026", "cs", "2026-09-19"},
		{"D MMMM YYYY", "19 Meán Fómhair 2026", "ga", "2026-09-19"},
		{"DDDD D MMMM YYYY", "samedi 19 septembre 2026", "fr", "2026-09-19"},
		{"D MMM YYYY h:mm a", "19 Sep 2026 5:00 p.m.", "en", "2026-09-19T17:00"},
		{"02/01/2006", "03/04/2026", "", "2026-04-03"},
		{"01/02/2006 3:04 PM", "03/04/2026 12:30 am", "", "2026-03-04T00:30"},
		{"Monday, 2 January 2006", "Samstag, 19 September 2026", "de", "2026-09-19"},
		{"DD.MM.YYYY HH:MM", "19.09.2026 24:00", "", "2026-09-19T23:59:59"},
	}
	for _, tt := range tests {
		got, err := calls.ParseEuroDate(tt.text, calls.DateOptions{Layout: tt.layout, Language: tt.language})
		if err != nil || got != tt.want {
			t.Errorf("layout %q, %q: got %q, %v, want %q", tt.layout, tt.text, got, err, tt.want)
		}
	}
	refused := []struct{ layout, text, want string }{
		{"DD/MM/YYYY", "2026-09-19", "not written as the layout"},
		{"DD/MM/YYYY", "19/09/2026 17:00", "left over"},
		{"DD/MM/YYYY", "31/02/2026", "no day"},
		{"DD/MM/YYYY", "19/09/26", "not written"},
		{"DD/MM/YYYY HH:MM", "19/09/2026 17:60", "no hour"},
		{"D MMM YYYY", "19 lis 2026", "language must be known"},
		{"DD.MM", "19.09", "a day, a month and a year"},
		{"DD.MM.YYYY YYYY", "x", "each once"},
		{"DD.MM.YYYY MM", "x", "each once"},
		{"DD.MM.YYYY ss", "x", "minutes need an hour"},
		{"DD of MM YYYY", "x", "single quotes"},
	}
	for _, tt := range refused {
		got, err := calls.ParseEuroDate(tt.text, calls.DateOptions{Layout: tt.layout})
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("layout %q, %q: got %q, %v, want an error with %q", tt.layout, tt.text, got, err, tt.want)
		}
	}
	if err := calls.CheckDateLayout("DD.MM.YYYY"); err != nil {
		t.Error(err)
	}
	if err := calls.CheckDateLayout("tomorrow"); err == nil || !strings.Contains(err.Error(), `"tomorrow"`) {
		t.Errorf("CheckDateLayout(tomorrow) = %v, want an error that quotes it", err)
	}
}

func TestParseEuroDateZone(t *testing.T) {
	t.Parallel()
	athens, err := time.LoadLocation("Europe/Athens")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"19.09.2026 17:00":                 "2026-09-19T17:00:00+03:00",
		"19.01.2026 17:00":                 "2026-01-19T17:00:00+02:00",
		"19.09.2026 17:00 (Brussels time)": "2026-09-19T17:00",
		"19.09.2026":                       "2026-09-19",
		"2026-09-19T17:00":                 "2026-09-19T17:00:00+03:00",
	} {
		if got, err := calls.ParseEuroDate(text, calls.DateOptions{Zone: athens}); err != nil || got != want {
			t.Errorf("ParseEuroDate(%q, Athens) = %q, %v, want %q", text, got, err, want)
		}
	}
}

// FuzzParseEuroDate holds that whatever is read reads again as the same and is believed by Normalise,
// and that an error quotes the text.
func FuzzParseEuroDate(f *testing.F) {
	for _, seed := range []string{
		"19. September 2026", "2026 m. rugsėjo 19 d. 17 val.", "12 noon, 19/09/2026", "2026-09-19T17:00:00.5+02:00", "19 Σεπτεμβρίου 2026 5 μ.μ.",
		"19ú Meán Fómhair 2026", "12:00 am 1 May 2026", "mar. 17 mars 2026", "29 March 2026 02:30 (Athens time)", "2026. gada 19. septembris",
	} {
		f.Add(seed, "de", "")
		f.Add(seed, "", "D. MMM YYYY HH'h'MM a")
	}
	programmes := loadProgrammes(f)
	f.Fuzz(func(t *testing.T, text, language, layout string) {
		got, err := calls.ParseEuroDate(text, calls.DateOptions{Language: language, Layout: layout})
		if err != nil {
			if err.Error() == "" {
				t.Error("an error without words")
			}
			return
		}
		again, err := calls.ParseEuroDate(got, calls.DateOptions{Language: language})
		if err != nil || again != got {
			t.Errorf("ParseEuroDate(%q) = %q, which reads as %q, %v", text, got, again, err)
		}
		raw := calls.Raw{Source: "s", Reference: "r", Title: "t", Deadlines: []string{got}}
		if c, odd, _ := calls.Normalise(raw, programmes, time.Unix(0, 0)); len(odd) > 0 || len(c.Deadlines) != 1 {
			t.Errorf("ParseEuroDate(%q) = %q, which Normalise does not believe: %v", text, got, odd)
		}
	})
}

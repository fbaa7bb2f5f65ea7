package calls

import (
	"strings"
	"testing"
)

func TestContacts(t *testing.T) {
	t.Parallel()
	if _, err := contacts(); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		programme, country string
		want               []string // countries
	}{
		{"CERV", "DE", []string{"DE", AllCountries}},
		{"CERV", "MT", []string{AllCountries}}, // nobody told us of one
		{"LIFE", "DE", nil},
		{"", "", nil},
	} {
		var got []string
		for _, c := range ContactsOf(test.programme, test.country) {
			got = append(got, c.Country)
		}
		if strings.Join(got, " ") != strings.Join(test.want, " ") {
			t.Errorf("%s in %q: contact points of %v, want %v", test.programme, test.country, got, test.want)
		}
	}
	if all := ContactsOf("CERV", ""); len(all) < 9 || all[len(all)-1].Country != AllCountries || all[len(all)-1].URL == "" {
		t.Errorf("of all countries: %+v, want several and then the page that lists all", all)
	}
}

func TestContactsWithMistakesAreRefused(t *testing.T) {
	t.Parallel()
	countries, err := LoadCountries()
	if err != nil {
		t.Fatal(err)
	}
	for fields, want := range map[string]string{
		"CERV\tEL\tName\t-\tstated\ts\t2026-11-22":                `t:1: "EL" is no country`,
		"CERV\tDE\tName\thttp://a.example\tstated\ts\t2026-11-22": `t:1: "http://a.example" is no web address`,
		"CERV\tDE\t\t-\tstated\ts\t2026-11-22":                    "want a value and a source",
		"CERV\tDE\tName\t-\tsurely\ts\t2026-11-22":                `certainty "surely"`,
		"CERV\tDE\tName\t-\tstated\ts\tyesterday":                 `checked on "yesterday"`,
	} {
		_, err := readContact(tableRow{strings.Split(fields, "\t"), "t:1"}, countries)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", fields, err, want)
		}
	}
}

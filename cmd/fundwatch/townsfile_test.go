package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fundwatch/calls"
)

// realVocabulary is the one the program uses; reading it takes longer than most tests.
var realVocabulary = sync.OnceValues(newVocabulary)

func vocabulary(t testing.TB) Vocabulary {
	t.Helper()
	v, err := realVocabulary()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// ludwigsburg is the town of the specification's example.
func ludwigsburg() calls.Municipality {
	return calls.Municipality{
		ID: "ludwigsburg-de", Name: "Ludwigsburg", Country: "DE", LAU: "08118048", Population: calls.Known(93000),
		Twins: []calls.Twin{{Name: "Montbéliard", Country: "FR"}, {Name: "Nový Jičín", Country: "CZ"}, {Name: "Caerphilly", Country: "GB"}},
		Interests: calls.Interests{
			Topics:   []string{"town-twinning", "youth"},
			Keywords: []string{"Radverkehr", `"erneuerbare Energie"`},
			Exclude:  []string{"Wasserstoff"},
		},
		Subscribers: []calls.Subscriber{{
			Municipality: "ludwigsburg-de", Email: "partnerschaften@ludwigsburg.example", Name: "Amt für Kultur",
			Language: "de", Frequency: calls.Weekly,
		}},
	}
}

func TestParseTownsOfFiles(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"example.yaml", "wrapped.yml", "comma.csv", "semicolon.csv", "tabs.tsv", "notelling", "table"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(filepath.Join("testdata", "towns", name))
			if err != nil {
				t.Fatal(err)
			}
			towns, warnings, err := ParseTowns(name, data, vocabulary(t))
			if err != nil || warnings != nil {
				t.Fatalf("ParseTowns: %v, warnings %v", err, warnings)
			}
			if diff := cmp.Diff([]calls.Municipality{ludwigsburg()}, towns); diff != "" {
				t.Errorf("ParseTowns (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseTownsProblems(t *testing.T) {
	t.Parallel()
	const good = "  interests: {topics: [youth]}\n"
	town := func(rest string) string { return "- name: Gdańsk\n  country: PL\n" + rest }
	for _, test := range []struct {
		name, text string
		want       []string // beginnings, in order
	}{
		{"nothing", "", []string{"t.yaml: no municipality is in this file"}},
		{"empty list", "[]", []string{"t.yaml: no municipality is in this file"}},
		{"a word", "hello", []string{"t.yaml:1: want a list of municipalities"}},
		{"no name, no country", "- interests: {topics: [youth]}\n- id: x\n  name:\n  country: ''\n" + good, []string{
			"t.yaml:1: name: is missing", "t.yaml:1: country: is missing", "t.yaml:3: name: is missing", "t.yaml:4: country: is missing",
		}},
		{"unknown keys", town("  twin: [a]\n  topics: [youth]\n  interests: {topcis: [youth], everything: true}\n  subscribers: [{mail: x}, y]\n"), []string{
			"t.yaml:3: twin: unknown key (did you mean twins?)",
			"t.yaml:4: topics: unknown key (did you mean interests.topics?)",
			"t.yaml:5: interests.topcis: unknown key (did you mean topics?)",
			"t.yaml:6: subscribers.mail: unknown key (did you mean email?)",
			"t.yaml:6: subscribers: want a subscriber with its keys",
			"t.yaml:6: email: is missing",
		}},
		{"ids across case", "- {id: gdansk-PL, name: A, country: PL, interests: {topics: [youth]}}\n- {name: Gdańsk, country: pl, interests: {topics: [youth]}}\n", []string{
			"t.yaml:2: id: gdansk-pl is already the town on line 1",
		}},
		{"bad id", town("  id: Ludwigs burg\n" + good), []string{`t.yaml:3: id: "ludwigs burg" is no id (did you mean ludwigs-burg?)`}},
		{"no id to make", "- name: \"!!\"\n  country: PL\n" + good, []string{"t.yaml:1: id: no id can be made from this name"}},
		{"country", "- {name: A, country: Poland, interests: {everything: true}}\n", []string{`t.yaml:1: country: "Poland" is no country (did you mean PL?)`}},
		{"population", town("  population: 93.000\n" + good), []string{`t.yaml:3: population: "93.000" is no whole number (digits only`}},
		{"negative", town("  population: -1\n  interests: {topics: [youth], min_grant: -5}\n"), []string{
			`t.yaml:3: population: "-1" is no whole number`, `t.yaml:4: min_grant: "-5" is no whole number`,
		}},
		{"no interests", town(""), []string{"t.yaml:1: interests: no interests: this town would never get a call (name topics"}},
		{"empty interests", town("  interests: {exclude: [x], everything: false}\n"), []string{"t.yaml:3: interests: no interests"}},
		{"broken interests", town("  interests: {topics: youth}\n"), []string{"t.yaml:3: interests.topics: want a list (write [A, B]"}},
		{"unknown words", town("  interests: {topics: [yuoth], programmes: [CREV], keywords: ['*', '', 'a*', '\"'], exclude: ['x*y']}\n"), []string{
			`t.yaml:3: topics: "yuoth" is no topic (did you mean youth`,
			`t.yaml:3: keywords: "*" holds no word`,
			`t.yaml:3: keywords: "" holds no word`,
			`t.yaml:3: keywords: "a*": at least 3 letters must stand before *`,
			`t.yaml:3: keywords: "\"" holds no word`,
			`t.yaml:3: exclude: "x*y":`,
			`t.yaml:3: programmes: "CREV" is no programme (did you mean`,
		}},
		{"twins", town("  twins: [\"Sopot (QQ)\", \"(PL)\", \" \"]\n" + good), []string{
			`t.yaml:3: twins: "QQ" is no country`, "t.yaml:3: twins: a twin town without a name", "t.yaml:3: twins: a twin town without a name",
		}},
		{"control characters", town("  lau: \"a\\u0007b\"\n  twins: [\"a\\u202eb (PL)\"]\n" + good), []string{
			"t.yaml:3: lau: the text holds an invisible or broken character (U+0007)",
			"t.yaml:4: twins: the text holds an invisible or broken character (U+202E)",
		}},
		{"same name twice", town("  lau: \"1\"\n"+good) + town("  lau: \"0 2\"\n"+good), []string{
			"t.yaml:5: id: gdansk-pl is already the town on line 1 (give it an id of its own, such as gdansk-pl-0-2)",
		}},
		{"sizes", "- name: " + strings.Repeat("x", 201) + "\n  country: PL\n  twins: [" + strings.Repeat("a (PL), ", 200) + "b (PL)]\n  interests: {keywords: [" + strings.Repeat("aaa, ", 200) + "b]}\n", []string{
			"t.yaml:1: name: the text has 201 letters", "t.yaml:3: twins: 201 twin towns", "t.yaml:4: keywords: 201 entries",
		}},
		{"mailboxes", town(good + `  subscribers:
    - {email: a@b.example}
    - {email: A@B.example, frequency: daily, language: no}
    - {email: "Clerk <c@d.example>"}
    - {email: "e@f.example\nBcc: x@y.example"}
    - {email: g@h}
    - {email: "grüße@town.example"}
    - {email: x@-täst.example}
    - {email: "x@[127.0.0.1]"}
    - {email: "a b@c.example"}
`), []string{
			`t.yaml:6: language: "no" is no official language of the EU`,
			`t.yaml:6: frequency: "daily" is not known`,
			`t.yaml:6: email: "A@B.example" is there twice in one town`,
			`t.yaml:7: email: "Clerk <c@d.example>" holds a name`,
			`t.yaml:8: email: "e@f.example Bcc: …" is no mail address`,
			`t.yaml:9: email: "g@h" has no full domain`,
			`t.yaml:10: email: "grüße@town.example" holds a letter that many mail servers refuse`,
			`t.yaml:11: email: "x@-täst.example" is no mail address`,
			`t.yaml:12: email: "x@[127.0.0.1]" is no mail address`,
			`t.yaml:13: email: "a b@c.example" is no mail address`,
		}},
		{"no single language", "- {name: Gent, country: BE, interests: {everything: true}, subscribers: [{email: a@b.example}]}\n", []string{
			"t.yaml:1: language: is missing, and BE has no single official language of the EU",
		}},
		{"not UTF-8", "- name: K\xf6ln\n", []string{"t.yaml:1: the text is not UTF-8"}},
		{"UTF-16", "\xff\xfe-\x00", []string{"t.yaml:1: the file is encoded as UTF-16"}},
		{"zero byte", "- name: a\n\x00", []string{"t.yaml:2: the file holds a zero byte"}},
		{"nesting", strings.Repeat("[", 100000), []string{"t.yaml:1: brackets, lists or sections are nested too deeply"}},
		{"nested lists", strings.Repeat("- ", 100000), []string{"t.yaml:1: brackets, lists or sections are nested too deeply"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			comparePrefixes(t, townProblems(t, "t.yaml", test.text), test.want)
		})
	}
}

// townProblems returns what is wrong with a file, and wants no town from it.
func townProblems(t *testing.T, name, text string) []string {
	t.Helper()
	towns, _, err := ParseTowns(name, []byte(text), vocabulary(t))
	var problems Problems
	if !errors.As(err, &problems) || towns != nil {
		t.Fatalf("ParseTowns = %v, %v; want Problems alone", towns, err)
	}
	return strings.Split(err.Error(), "\n")
}

func TestParseTownsCSVProblems(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, text string
		want       []string
	}{
		{"nothing", " \n", []string{"t.csv: no municipality is in this file"}},
		{"no rows", "name,country\n,\n", []string{"t.csv: no municipality is in this file"}},
		{"empty cells", "name,country,topics\n,,youth\n", []string{"t.csv:2: name: is missing", "t.csv:2: country: is missing"}},
		{"columns", "Name,contry,topics,topics\nx,DE,youth,\n", []string{
			"t.csv:1: contry: unknown column (did you mean country?)", "t.csv:1: topics: this column is there twice", "t.csv:1: country: this column is missing",
		}},
		{"places after a quoted line break", "name,country,topics,population\n\"Bad\nHomburg\",DE,youth,1\nBonn,DE,youth,x\n", []string{
			`t.csv:4: population: "x" is no whole number`,
		}},
		{"too many cells", "name,country,topics\nBonn,DE,youth,,\nKöln,DE,youth,x\n", []string{"t.csv:3: the row has more cells than the 3 columns of the header"}},
		{"open quote", "name,country,topics\nBonn,DE,youth\n\"Köln,DE,youth\nUlm,DE,youth\n", []string{"t.csv:3: the quotes of this row do not fit"}},
		{"stray quote", "name,country,keywords\nBonn,DE,x\"y\"\n", []string{"t.csv:2: the quotes of this row do not fit"}},
		{"mailbox without address", "name,country,topics,language\nBonn,DE,youth,de\n", []string{"t.csv:2: email: is missing"}},
		{"five parts", "name,country,topics,subscribers\nBonn,DE,youth,a@b.example|de|weekly|x|y\n", []string{"t.csv:2: subscribers: a subscriber has at most four parts"}},
		{"everything", "name,country,everything\nBonn,DE,perhaps\nUlm,DE,TRUE\n", []string{
			`t.csv:2: everything: "perhaps" is neither true nor false`, "t.csv:2: interests: no interests",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			comparePrefixes(t, townProblems(t, "t.csv", test.text), test.want)
		})
	}
}

func TestParseTownsDetails(t *testing.T) {
	t.Parallel()
	const text = "name;country;twins;keywords;min_grant;programmes;email;subscriber_name;subscribers\r\n" +
		"'s-Hertogenbosch;nl;\"Leuven (BE);\r\nTrier (de); Wetter (Hessen) (DE); Athens (EL); Pristina (KS); Somewhere\";'=SUM(1);5000;cerv;a@b.example;;\"c@d.example|fr|monthly|Jan \\| Piet; e@f.example\"\r\n" +
		"\"Bad\r\nHom\u00adburg\";UK;;jumelage*;;43353764;;;\r\n;;;;;;;;\r\n"
	towns, warnings, err := ParseTowns("t.csv", []byte(text), vocabulary(t))
	if err != nil {
		t.Fatal(err)
	}
	want := []calls.Municipality{
		{
			ID: "s-hertogenbosch-nl", Name: "'s-Hertogenbosch", Country: "NL",
			Twins: []calls.Twin{
				{Name: "Leuven", Country: "BE"}, {Name: "Trier", Country: "DE"}, {Name: "Wetter (Hessen)", Country: "DE"},
				{Name: "Athens", Country: "GR"}, {Name: "Pristina", Country: "XK"}, {Name: "Somewhere"},
			},
			Interests: calls.Interests{Keywords: []string{"=SUM(1)"}, Programmes: []string{"CERV"}, MinGrant: 5000},
			Subscribers: []calls.Subscriber{
				{Municipality: "s-hertogenbosch-nl", Email: "a@b.example", Language: "nl", Frequency: calls.Weekly},
				{Municipality: "s-hertogenbosch-nl", Email: "c@d.example", Name: "Jan | Piet", Language: "fr", Frequency: calls.Monthly},
				{Municipality: "s-hertogenbosch-nl", Email: "e@f.example", Language: "nl", Frequency: calls.Weekly},
			},
		},
		{ID: "bad-homburg-gb", Name: "Bad Homburg", Country: "GB", Interests: calls.Interests{Keywords: []string{"jumelage*"}, Programmes: []string{"ERASMUS"}}},
	}
	if diff := cmp.Diff(want, towns); diff != "" {
		t.Errorf("ParseTowns (-want +got):\n%s", diff)
	}
	comparePrefixes(t, strings.Split(warnings.Error(), "\n"), []string{
		`t.csv:2: twins: "Somewhere" has no country and counts for nothing`,
		`t.csv:4: name: invisible characters were dropped from "Bad Homburg"`,
	})
}

func TestTownID(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, country, want string }{
		{"Ludwigsburg", "DE", "ludwigsburg-de"},
		{"Nový Jičín", "CZ", "novy-jicin-cz"},
		{"Łódź", "PL", "lodz-pl"},
		{"  L'Aquila ", "IT", "l-aquila-it"},
		{"Θεσσαλονίκη", "GR", "thessaloniki-gr"},
		{"Ηράκλειο", "GR", "irakleio-gr"},
		{"Велико Търново", "BG", "veliko-tarnovo-bg"},
		{"Baile Átha Cliath", "IE", "baile-atha-cliath-ie"},
		{"?!", "FR", ""},
	} {
		if got := townID(test.name, test.country); got != test.want {
			t.Errorf("townID(%q, %s) = %q, want %q", test.name, test.country, got, test.want)
		}
	}
}

func TestSoleLanguage(t *testing.T) {
	t.Parallel()
	countries, err := calls.LoadCountries()
	if err != nil {
		t.Fatal(err)
	}
	several := []string{}
	for _, code := range countries.Codes() {
		tag, ok := soleLanguage(code)
		switch {
		case ok && !countries.Member(code):
			t.Errorf("soleLanguage(%s) = %s, but it is no member state", code, tag)
		case ok && !calls.IsLanguage(tag):
			t.Errorf("soleLanguage(%s) = %s, which is no official language", code, tag)
		case !ok && countries.Member(code):
			several = append(several, code)
		}
	}
	if got, want := fmt.Sprint(several), "[BE FI IE LU MT]"; got != want {
		t.Errorf("member states with several languages: %s, want %s", got, want)
	}
}

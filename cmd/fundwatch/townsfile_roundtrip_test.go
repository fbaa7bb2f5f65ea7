package main

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"fundwatch/calls"
)

var townFormats = []string{"yaml", "csv", "json"}

// TestTownsRoundTrip exports towns with hostile texts in every format and wants the same towns back.
func TestTownsRoundTrip(t *testing.T) {
	t.Parallel()
	v := vocabulary(t)
	rapid.Check(t, func(t *rapid.T) {
		want := drawTowns(t)
		for _, format := range townFormats {
			var b bytes.Buffer
			if err := WriteTowns(&b, format, want); err != nil {
				t.Fatal(err)
			}
			got, _, err := ParseTowns("towns."+format, b.Bytes(), v)
			if err != nil {
				t.Fatalf("read back %s: %v\n%s", format, err, b.String())
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("read back %s (-want +got):\n%s\n%s", format, diff, b.String())
			}
		}
	})
}

// awkward are texts that one of the formats has a meaning for.
var awkward = []string{
	"true", "null", "NO", "~", "0123", "1e3", "=SUM(A1)", "+49", "-x", "@x", "'s-Hertogenbosch", "'=x", "''@", `a\b`, `a\`, "a;b", "a|b",
	"a: b", "- a", "# a", "a #b", "[a]", "{a}", `"a"`, "'a'", "&a", "*a", "!a", "%a", "a, b", "a\"b", "?", ":", "Αθήνα", "Łódź", "sep=,", "a (b)", "|", ">", "<<",
}

// townText draws what ParseTowns leaves as it is.
func townText() *rapid.Generator[string] {
	words := rapid.StringOfN(rapid.SampledFrom([]rune("aZé0ß-_'\"\\;|,:#=+@()[]{}&*!%><?~`./")), 1, 12, -1)
	return rapid.OneOf(rapid.SampledFrom(awkward), words)
}

func drawTowns(t *rapid.T) []calls.Municipality {
	ids := rapid.SliceOfNDistinct(rapid.StringMatching(`[a-z0-9]{1,3}(-[a-z0-9]{1,3})?`), 1, 4, rapid.ID).Draw(t, "ids")
	towns := make([]calls.Municipality, len(ids))
	for i, id := range ids {
		towns[i] = drawTown(t, id)
	}
	return towns
}

func drawTown(t *rapid.T, id string) calls.Municipality {
	m := calls.Municipality{
		ID: id, Name: townText().Draw(t, "name"), Country: rapid.SampledFrom([]string{"DE", "NO", "GR", "XK"}).Draw(t, "country"),
		LAU: rapid.OneOf(rapid.Just(""), townText(), rapid.Just("08118048")).Draw(t, "lau"),
		Interests: calls.Interests{
			Topics:     some(t, "topics", rapid.SampledFrom([]string{"youth", "town-twinning"})),
			Keywords:   some(t, "keywords", townKeyword()),
			Exclude:    some(t, "exclude", townKeyword()),
			Programmes: some(t, "programmes", rapid.SampledFrom([]string{"CERV", "ERASMUS", "99999999"})),
			MinGrant:   rapid.SampledFrom([]int64{0, 1, 60000}).Draw(t, "grant"),
			Everything: rapid.Bool().Draw(t, "everything"),
		},
	}
	if rapid.Bool().Draw(t, "counted") {
		m.Population = calls.Known(rapid.Int64Range(0, 1<<40).Draw(t, "population"))
	}
	if len(m.Interests.Topics)+len(m.Interests.Keywords) == 0 {
		m.Interests.Everything = true
	}
	for _, name := range rapid.SliceOfNDistinct(townText(), 0, 3, calls.Fold).Draw(t, "twins") {
		if strings.Trim(name, " ") != "" {
			m.Twins = append(m.Twins, calls.Twin{Name: name, Country: rapid.SampledFrom([]string{"", "FR", "GB"}).Draw(t, "twin country")})
		}
	}
	for _, local := range rapid.SliceOfNDistinct(rapid.StringMatching(`[a-z=+'|!-]{1,8}`), 0, 3, rapid.ID).Draw(t, "mailboxes") {
		m.Subscribers = append(m.Subscribers, calls.Subscriber{
			Municipality: id, Email: local + "@town.example", Name: rapid.OneOf(rapid.Just(""), townText()).Draw(t, "subscriber"),
			Language:  rapid.SampledFrom(calls.Languages()).Draw(t, "language"),
			Frequency: rapid.SampledFrom([]calls.Frequency{calls.Weekly, calls.Monthly}).Draw(t, "frequency"),
		})
	}
	return m
}

func townKeyword() *rapid.Generator[string] {
	return townText().Filter(func(s string) bool { _, err := calls.ParsePattern(s); return err == nil })
}

// some draws a list without repeats; an empty one is nil, as ParseTowns has it.
func some(t *rapid.T, label string, of *rapid.Generator[string]) []string {
	items := rapid.SliceOfNDistinct(of, 0, 2, rapid.ID).Draw(t, label)
	if len(items) == 0 {
		return nil
	}
	return items
}

func TestWriteTownsLeavesOutTheUnwilling(t *testing.T) {
	t.Parallel()
	m := ludwigsburg()
	for _, state := range []calls.SubscriberState{calls.SubscriberUnsubscribed, calls.SubscriberBounced, calls.SubscriberPaused} {
		m.Subscribers = append(m.Subscribers, calls.Subscriber{Email: string(state) + "@town.example", Language: "de", Frequency: calls.Weekly, State: state})
	}
	for _, format := range townFormats {
		var b strings.Builder
		if err := WriteTowns(&b, format, []calls.Municipality{m}); err != nil {
			t.Fatal(err)
		}
		for address, want := range map[string]bool{"partnerschaften@": true, "paused@": true, "unsubscribed@": false, "bounced@": false} {
			if got := strings.Contains(b.String(), address); got != want {
				t.Errorf("%s holds %s: %v, want %v", format, address, got, want)
			}
		}
	}
}

func TestWriteTownsUnknownFormat(t *testing.T) {
	t.Parallel()
	if err := WriteTowns(new(strings.Builder), "xml", nil); err == nil || !strings.Contains(err.Error(), `"xml"`) {
		t.Errorf("WriteTowns as xml: %v, want an error that names it", err)
	}
}

// TestNoCellRunsAsFormula holds every cell of an export against what spreadsheets run.
func TestNoCellRunsAsFormula(t *testing.T) {
	t.Parallel()
	m := ludwigsburg()
	m.Name, m.Interests.Keywords, m.Twins = "=cmd|x", []string{"+calc*"}, []calls.Twin{{Name: "@SUM(1)", Country: "FR"}}
	m.Subscribers[0].Email = "-x@town.example"
	var b bytes.Buffer
	if err := WriteTowns(&b, "csv", []calls.Municipality{m}); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, cell := range rows[1] {
		if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
			t.Errorf("cell %q would run", cell)
		}
	}
	if got := strings.Count(strings.Join(rows[1], "\x00"), "\x00'"); got != 4 {
		t.Errorf("%d cells are protected, want 4: %q", got, rows[1])
	}
}

func TestCells(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cell := rapid.StringOf(rapid.SampledFrom([]rune("'=a;\\| \t"))).Draw(t, "cell")
		if got := unprotectCell(protectCell(cell)); got != cell {
			t.Fatalf("unprotectCell(protectCell(%q)) = %q", cell, got)
		}
		if got := unescape(escape(cell)); got != cell {
			t.Fatalf("unescape(escape(%q)) = %q", cell, got)
		}
	})
}

func FuzzTownsYAML(f *testing.F) {
	f.Add([]byte("- id: a\n  name: Gdańsk\n  country: PL\n  twins: [\"Sopot (PL)\"]\n  interests: {topics: [youth], keywords: ['\"a b\"', \"x*\"]}\n  subscribers: [{email: a@b.example, language: pl}]\n"))
	f.Add([]byte(`[{"name":"A","country":"EL","population":null,"interests":{"everything":true}}]`))
	f.Add([]byte("municipalities:\n  - {name: &a x, country: *a}\n---\n"))
	f.Add([]byte("? [a]\n: |\n  x\n<<: {a: !b c}\n"))
	f.Fuzz(func(t *testing.T, data []byte) { checkAcceptedTowns(t, "towns.yaml", data) })
}

func FuzzTownsCSV(f *testing.F) {
	f.Add([]byte("\ufeffname;country;topics;twins;email\r\nBonn;DE;youth;\"Oxford (UK);x\";a@b.example\r\n"))
	f.Add([]byte("name,country,keywords,subscribers\nBonn,DE,'=a\\;b,a@b.example|de|weekly|x\\|y\n"))
	f.Add([]byte("name\tcountry\teverything\n\"a\nb\"\tFR\ttrue\n"))
	f.Fuzz(func(t *testing.T, data []byte) { checkAcceptedTowns(t, "towns.csv", data) })
}

// checkAcceptedTowns wants whatever is accepted to survive a round trip in every format.
func checkAcceptedTowns(t *testing.T, name string, data []byte) {
	t.Helper()
	v := vocabulary(t)
	towns, _, err := ParseTowns(name, data, v)
	if err != nil {
		return
	}
	for _, format := range townFormats {
		var b bytes.Buffer
		if err := WriteTowns(&b, format, towns); err != nil {
			t.Fatal(err)
		}
		again, _, err := ParseTowns("towns."+format, b.Bytes(), v)
		if err != nil {
			t.Fatalf("read back %s: %v\n%s", format, err, b.String())
		}
		if diff := cmp.Diff(towns, again); diff != "" {
			t.Fatalf("read back %s (-want +got):\n%s", format, diff)
		}
	}
}

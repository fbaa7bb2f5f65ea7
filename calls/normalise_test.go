package calls_test

import (
	"strings"
	"testing"
	"unicode"

	"fundwatch/calls"
)

func programmes(t testing.TB) *calls.Programmes {
	t.Helper()
	p, err := calls.LoadProgrammes()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func townTwinning() calls.Raw {
	return calls.Raw{
		Source: "portal", Reference: "51050034TOPICSen", Identifier: "CERV-2026-CITIZENS-TOWN-TT", Kind: calls.KindTopic,
		Title: "Call Town Twinning 2026", Programme: "43251589", URL: "https://ec.europa.eu/x", Opens: "2026-05-06",
		Deadlines: []string{"2026-09-23"}, UsualHour: "17:00", Status: calls.Forthcoming, Budget: "6000000", GrantMax: "50745", Grants: "0",
	}
}

func TestNormaliseDeadlines(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		raw, usual string
		want       string
		hour       calls.Hour
	}{
		"day with a usual hour, summer": {"2026-09-23", "17:00", "2026-09-23T15:00:00Z", calls.HourUsual},
		"day with a usual hour, winter": {"2026-01-15", "17:00", "2026-01-15T16:00:00Z", calls.HourUsual},
		"day alone":                     {"2026-09-23", "", "2026-09-23T21:59:59Z", calls.HourUnsaid},
		"wall time":                     {"2026-06-08T23:59", "17:00", "2026-06-08T21:59:00Z", calls.HourStated},
		"instant":                       {"2026-06-14T10:00:54Z", "", "2026-06-14T10:00:54Z", calls.HourStated},
		"instant with an offset":        {"2026-06-14T12:00:00+02:00", "", "2026-06-14T10:00:00Z", calls.HourStated},
	}
	for name, test := range tests {
		raw := townTwinning()
		raw.Opens, raw.Deadlines, raw.UsualHour = "", []string{test.raw}, test.usual
		c, odd, ok := calls.Normalise(raw, programmes(t), at("2026-04-29T03:15:00Z"))
		if !ok || len(odd) > 0 || len(c.Deadlines) != 1 {
			t.Errorf("%s: got ok %t, odd %v, deadlines %v", name, ok, odd, c.Deadlines)
			continue
		}
		if got := c.Deadlines[0]; !got.At.Equal(at(test.want)) || got.Hour != test.hour {
			t.Errorf("%s: got %v, want %s %s", name, got, test.want, test.hour)
		}
	}
}

func TestNormaliseKeepsAndSortsAllDeadlines(t *testing.T) {
	t.Parallel()
	raw := townTwinning()
	raw.Deadlines = []string{"2027-03-01", "2026-09-23", "2026-09-23"}
	c, _, _ := calls.Normalise(raw, programmes(t), at("2026-04-29T03:15:00Z"))
	if got := strings.Join(calls.Days(c.Deadlines), " "); got != "2026-09-23 2027-03-01" {
		t.Errorf("got %s", got)
	}
}

// What cannot be believed is left out and named; the rest of the record stays.
func TestNormaliseOddFields(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		spoil func(*calls.Raw)
		want  string
	}{
		"deadline that is none":  {func(r *calls.Raw) { r.Deadlines = []string{"soon"} }, `"soon"`},
		"deadline of 1970":       {func(r *calls.Raw) { r.Deadlines = []string{"1970-01-01"} }, "year outside"},
		"opening that is none":   {func(r *calls.Raw) { r.Opens = "31.12.2026" }, `"31.12.2026"`},
		"link with a script":     {func(r *calls.Raw) { r.URL = "javascript:alert(1)" }, "no plain web address"},
		"link with a password":   {func(r *calls.Raw) { r.URL = "https://a:b@ec.europa.eu" }, "no plain web address"},
		"budget without a scale": {func(r *calls.Raw) { r.Budget = "1.2" }, "too small"},
		"budget in words":        {func(r *calls.Raw) { r.Budget = "six" }, "no sensible number"},
		"budget below nothing":   {func(r *calls.Raw) { r.Budget = "-5000" }, "no sensible number"},
		"unknown status":         {func(r *calls.Raw) { r.Status = "maybe" }, `"maybe"`},
		"unknown model":          {func(r *calls.Raw) { r.Model = "three-stage" }, `"three-stage"`},
		"grants turned round":    {func(r *calls.Raw) { r.GrantMin = "60000" }, "above largest"},
		"opens after its end":    {func(r *calls.Raw) { r.Opens = "2026-10-01" }, "after its last deadline"},
		"what the parser said":   {func(r *calls.Raw) { r.Problems = []string{"budgetOverview: broken JSON"} }, "broken JSON"},
		"no title":               {func(r *calls.Raw) { r.Title = " " }, "identifier stands in"},
	}
	for name, test := range tests {
		raw := townTwinning()
		test.spoil(&raw)
		c, odd, ok := calls.Normalise(raw, programmes(t), at("2026-04-29T03:15:00Z"))
		if !ok || c.Title == "" {
			t.Errorf("%s: the whole record was given up", name)
		}
		if len(odd) != 1 || !strings.Contains(odd[0].Problem, test.want) || odd[0].Reference != raw.Reference {
			t.Errorf("%s: got odd %v, want one that says %s", name, odd, test.want)
		}
	}
}

func TestNormaliseRefuses(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*calls.Raw){
		"no reference":         func(r *calls.Raw) { r.Reference = "" },
		"no source":            func(r *calls.Raw) { r.Source = "" },
		"nothing to call it":   func(r *calls.Raw) { r.Title, r.Identifier = "", "" },
		"reference of nothing": func(r *calls.Raw) { r.Reference = "\x00\u202e" },
	} {
		raw := townTwinning()
		spoil(&raw)
		if _, odd, ok := calls.Normalise(raw, programmes(t), at("2026-04-29T03:15:00Z")); ok || len(odd) == 0 {
			t.Errorf("%s: got ok %t with %v", name, ok, odd)
		}
	}
}

func TestUnknownStaysUnknown(t *testing.T) {
	t.Parallel()
	raw := calls.Raw{Source: "portal", Reference: "1", Title: "A call", Programme: "99999999", Grants: "0", Budget: "0"}
	c, odd, ok := calls.Normalise(raw, programmes(t), at("2026-04-29T03:15:00Z"))
	if !ok || len(odd) > 0 {
		t.Fatalf("got ok %t, odd %v", ok, odd)
	}
	if c.Budget.Known || c.Grants.Known || !c.Opens.IsZero() || len(c.Deadlines) > 0 || c.Programme != "99999999" {
		t.Errorf("got %+v", c)
	}
}

func TestCleanLine(t *testing.T) {
	t.Parallel()
	tests := []struct{ in, want string }{
		{"  Town\u00a0Twinning \r\n 2026\t", "Town Twinning 2026"},
		{"\x1b[31mred\x1b[0m", "red"},
		{"\x1b]0;title\x07rest", "rest"},
		{"\x1b", ""},
		{"\x1b[", ""},
		{"safe\u202egnp.exe", "safegnp.exe"},
		{"zero\u200bwidth", "zerowidth"},
		{"bad\xffbytes", "badbytes"},
		{"<img onerror=x>", "<img onerror=x>"}, // harmless as text; whoever writes HTML escapes it
		{"Łódź, Αθήνα, София", "Łódź, Αθήνα, София"},
	}
	for _, test := range tests {
		if got := calls.CleanLine(test.in, 0); got != test.want {
			t.Errorf("CleanLine(%q) = %q, want %q", test.in, got, test.want)
		}
	}
	if got := calls.CleanLine("one two three", 8); got != "one two…" {
		t.Errorf("cut: got %q", got)
	}
}

func FuzzClean(f *testing.F) {
	f.Add("\x1b[31m\r\n\u202e<b>")
	f.Add("plain")
	f.Fuzz(func(t *testing.T, s string) {
		line := calls.CleanLine(s, 0)
		for _, r := range line {
			if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
				t.Errorf("CleanLine(%q) = %q holds %U", s, line, r)
			}
		}
		if again := calls.CleanLine(line, 0); again != line {
			t.Errorf("cleaning twice: %q, once: %q", again, line)
		}
		text := calls.CleanText(s, 0)
		if again := calls.CleanText(text, 0); again != text {
			t.Errorf("cleaning a text twice: %q, once: %q", again, text)
		}
		for l := range strings.Lines(text) {
			if strings.TrimSpace(l) == "" {
				t.Errorf("CleanText(%q) holds a blank line", s)
			}
			if calls.CleanLine(l, 0) != strings.TrimSuffix(l, "\n") {
				t.Errorf("CleanText(%q) holds the line %q, which is not clean", s, l)
			}
		}
	})
}

func FuzzNormaliseDates(f *testing.F) {
	for _, s := range []string{"2026-09-23", "2026-09-23T17:00", "2026-06-14T10:00:54Z", "", "0000-00-00"} {
		f.Add(s)
	}
	p := programmes(f)
	f.Fuzz(func(t *testing.T, s string) {
		raw := townTwinning()
		raw.Opens, raw.Deadlines = s, []string{s}
		c, _, ok := calls.Normalise(raw, p, at("2026-04-29T03:15:00Z"))
		if !ok {
			t.Fatalf("a date made the record unusable: %q", s)
		}
		for _, d := range c.Deadlines {
			if y := d.At.Year(); y < 1999 || y > 2061 {
				t.Errorf("%q became %v", s, d.At)
			}
		}
	})
}

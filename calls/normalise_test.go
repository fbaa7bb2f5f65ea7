package calls_test

import (
	"net/url"
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

// Whatever a source writes into its fields: what is kept of it no terminal, header or page has to fear, and what is not
// kept is said in lines that they need not fear either.
func FuzzNormalise(f *testing.F) {
	const address = "https://example.org/"
	for _, text := range []string{
		"Town Twinning", "a\r\nBcc: b@c.example", "\x1b]0;x\x07\x1b[31m\x9b31m\u009b", "\u202ee\u2066\ufeff\u00ad", "caf\xe9\xff", "1e400", "-0", "NaN", "43251589",
		strings.Repeat("\U0001f1ea", 600), "\u2028\u0085",
	} {
		f.Add(text, text, address+text)
		f.Add(text, text, address+"?"+text)
		f.Add(text, text, address+"#"+text)
	}
	f.Add("x", "1234567.89", "//\u202e")
	f.Add("x", "0", "http://a\"b#c") // the parser takes the host, and not what it writes of it
	p := programmes(f)
	f.Fuzz(func(t *testing.T, text, amount, address string) {
		raw := calls.Raw{
			Source: text, Reference: text, Identifier: text, Title: text, Summary: text, Body: text, Umbrella: text, Keywords: []string{text, text},
			Programme: text, Divisions: []string{text}, ActionType: text, Language: text, Status: calls.Status(text), Model: calls.DeadlineModel(text),
			Season: calls.Season(text), URL: address, Budget: amount, GrantMin: amount, GrantMax: text, Grants: amount, Problems: []string{text},
			Opens: text, Deadlines: []string{amount},
		}
		c, odd, ok := calls.Normalise(raw, p, at("2026-04-29T03:15:00Z"))
		if ok && (c.Key.Source == "" || c.Key.Reference == "" || c.Title == "") || !ok && len(odd) == 0 {
			t.Errorf("usable %t: %q, %q, odd %v", ok, c.Key, c.Title, odd)
		}
		lines := append([]string{
			c.Key.Source, c.Key.Reference, c.Identifier, c.Title, c.Summary, c.Umbrella, c.Programme, c.ActionType, c.URL, c.Language,
			string(c.StatedStatus), string(c.Model), string(c.Season),
		}, append(c.Keywords, c.Divisions...)...)
		for _, o := range odd {
			lines = append(lines, o.Reference, o.Problem)
		}
		for _, line := range lines {
			if calls.CleanLine(line, 0) != line {
				t.Errorf("%q is kept as it came", line)
			}
		}
		if calls.CleanText(c.Body, 0) != c.Body {
			t.Errorf("text %q is kept as it came", c.Body)
		}
		if u, err := url.Parse(c.URL); err != nil || c.URL != "" && (u.Host == "" || calls.CleanAddress(c.URL) != c.URL) {
			t.Errorf("address %q is kept: %v", c.URL, err)
		}
		for _, n := range []calls.Number{c.Budget, c.GrantMin, c.GrantMax, c.Grants} {
			if n.Known && n.N <= 0 || !n.Known && n.N != 0 {
				t.Errorf("amount %+v", n)
			}
		}
	})
}

// What stands in an address as it may is left as it is, for the address is how a page is found again.
func TestCleanAddress(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"https://a.example/b_(c)?d=e&f=%C3%BC#g":   "https://a.example/b_(c)?d=e&f=%C3%BC#g",
		"https://[::1]:80/~x'y;z,!$*+@":            "https://[::1]:80/~x'y;z,!$*+@",
		"https://a.example/?q=\u202ex y\xff\u009b": "https://a.example/?q=%E2%80%AEx%20y%FF%C2%9B",
		"https://a.example/\r\nBcc:<x>|\\\"":       "https://a.example/%0D%0ABcc:%3Cx%3E%7C%5C%22",
		"":                                         "",
	} {
		if got := calls.CleanAddress(in); got != want {
			t.Errorf("CleanAddress(%q) = %q, want %q", in, got, want)
		}
	}
}

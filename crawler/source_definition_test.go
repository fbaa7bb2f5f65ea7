package crawler_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/google/go-cmp/cmp"

	"fundwatch/calls"
	"fundwatch/crawler"
)

const goodDefinition = `id: my-region
name: My region
kind: html
url: https://region.example/calls
language: fr
enabled: true
item: article.call
fields:
  title: h3
  link: h3 a@href
  deadlines: {select: .date, match: '(\d+ \w+ \d{4})'}
pager:
  page: page={n}
  first: 0
`

func TestParseSource(t *testing.T) {
	t.Parallel()
	def := define(t, goodDefinition)
	rules := crawler.FieldRules{
		Title:     crawler.Rule{Select: "h3"},
		Link:      crawler.Rule{Select: "h3 a", Attr: "href"},
		Deadlines: crawler.Rule{Select: ".date", Match: `(\d+ \w+ \d{4})`},
	}
	if diff := cmp.Diff(rules, def.Fields); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
	if def.ID != "my-region" || def.Kind != crawler.SourceHTML || !def.Enabled || def.Pager.First == nil || *def.Pager.First != 0 {
		t.Errorf("got %+v", def)
	}
}

// Every problem is reported at once, with its line and a hint.
func TestParseSourceProblems(t *testing.T) {
	t.Parallel()
	change := func(old, new string) string { return strings.Replace(goodDefinition, old, new, 1) }
	for _, tc := range []struct {
		name, text string
		want       []string
	}{
		{"empty", "", []string{"f.yaml: it is empty"}},
		{"not YAML", "a: [", []string{"f.yaml:1: the YAML is broken here"}},
		{"not UTF-8", "name: \xff", []string{"f.yaml: the text is not UTF-8"}},
		{"a list", "- a", []string{"f.yaml:1: want a section with keys of its own"}},
		{"two documents", goodDefinition + "---\nid: b\n", []string{"f.yaml:16: a second document begins here"}},
		{"unknown keys", change("item:", "itme:"), []string{"f.yaml:7: itme: unknown key (did you mean item or name?)", "f.yaml:1: item: the selector of one call is missing"}},
		{"unknown inner key", change("  title: h3", "  titel: h3"), []string{"f.yaml:9: fields.titel: unknown key (did you mean title?)", "f.yaml:8: fields.title: the rule for the title is missing"}},
		{"key twice", goodDefinition + "name: again\n", []string{"f.yaml:15: name: already given on line 2"}},
		{"wrong types", change("enabled: true", "enabled: perhaps"), []string{`f.yaml:6: enabled: "perhaps" is neither true nor false`}},
		{"list for a text", change("name: My region", "name: [a]"), []string{"f.yaml:2: name: want one value, not a list or a section"}},
		{"text for a list", goodDefinition + "hosts: a.example\n", []string{"f.yaml:15: hosts: want a list"}},
		{"text for a section", change("pager:\n  page: page={n}\n  first: 0", "pager: next"), []string{"f.yaml:12: pager: want a section with keys of its own"}},
		{"anchor", change("title: h3", "title: &a h3"), []string{"f.yaml:9: fields.title: want a section"}},
		{"no number", change("first: 0", "first: many"), []string{`f.yaml:14: pager.first: "many" is no whole number`}},
		{"bad id", change("my-region", "My Region"), []string{`f.yaml:1: id: "My Region" is no name for a source`}},
		{"portal", change("my-region", "portal"), []string{"f.yaml:1: id: portal is the Funding & Tenders Portal"}},
		{"bad kind", change("kind: html", "kind: htm"), []string{`f.yaml:3: kind: "htm" is no kind of source (did you mean html?)`}},
		{"bad url", change("https://region.example/calls", "ftp://region.example"), []string{`f.yaml:4: url: "ftp://region.example" is no web address`}},
		{"password in url", change("https://", "https://a:b@"), []string{"f.yaml:4: url: the address may hold neither a password nor a #"}},
		{"bad language", change("language: fr", "language: french"), []string{`f.yaml:5: language: "french" is no official language`}},
		{"bad selector", change("article.call", "article..call"), []string{`f.yaml:7: item: selector "article..call" cannot be read`}},
		{"bad expression", change(`(\d+ \w+ \d{4})`, `(\d+`), []string{"f.yaml:11: fields.deadlines: the expression cannot be read: error parsing regexp: missing closing )"}},
		{"rule without place", change("title: h3", "title: {optional: true}"), []string{"f.yaml:9: fields.title: it says nothing about where to look", "fields.title: the rule for the title is missing"}},
		{"layout of a title", change("title: h3", "title: {select: h3, layout: DD}"), []string{"f.yaml:9: fields.title: layout and language belong to dates alone"}},
		{"impossible layout", change("deadlines: {", "deadlines: {layout: QQ, "), []string{`f.yaml:11: fields.deadlines: layout "QQ"`}},
		{"status without words", change("title: h3", "title: h3\n  status: b"), []string{"f.yaml:10: fields.status: the meaning of the source's words is missing"}},
		{"status of no meaning", change("title: h3", "title: h3\n  status: {select: b, words: {Offen: opened}}"), []string{`f.yaml:10: fields.status.words.Offen: "opened" is no status (did you mean open?)`}},
		{"pager without number", change("page={n}", "page=2"), []string{"f.yaml:13: pager.page: the place of the number is missing"}},
		{"two pagers", change("page: page={n}", "page: page={n}\n  next: a"), []string{"f.yaml:13: pager.page: next is given too"}},
		{"unknown end", change("first: 0", "end: never"), []string{`f.yaml:14: pager.end: "never" is no end`}},
		{"needs no field", goodDefinition + "needs: [deadline]\n", []string{`f.yaml:15: needs[0]: "deadline" is no field (did you mean deadlines?)`}},
		{"rounds of a page", goodDefinition + "rounds: [{title: x, rolling: true}]\n", []string{"f.yaml:15: rounds: this means nothing to a source of kind html"}},
		{"headers of a page", goodDefinition + "  total_header: X\n", []string{"f.yaml:12: pager.pages_header: this means nothing to a source of kind html"}},
		{"bad host", goodDefinition + "hosts: ['https://a.example']\n", []string{`f.yaml:15: hosts[0]: "https://a.example" is no name of a host`}},
		{"bad zone, hour, day, country", goodDefinition + "timezone: Athens\nusual_hour: noon\nchecked: today\ncountry: France\n", []string{
			`f.yaml:15: timezone: "Athens" is no time zone`, `f.yaml:16: usual_hour: "noon" is no hour`, `f.yaml:17: checked: "today" is no day`, `f.yaml:18: country: "France" is no code`}},
		{"item of a feed", "{id: a, name: A, kind: feed, url: https://a.example, item: x, fields: {title: header}}", []string{
			`f.yaml:1: fields.title: "header" is nothing that an item of a feed has`, "f.yaml:1: item: this means nothing to a source of kind feed"}},
		{"bad path", "{id: a, name: A, kind: json, url: https://a.example, item: 'a[b]', fields: {title: a..b}}", []string{
			`f.yaml:1: item: path "a[b]" cannot be read at "[b]"`, `f.yaml:1: fields.title: path "a..b" cannot be read at ""`}},
		{"attribute of JSON", "{id: a, name: A, kind: json, url: https://a.example, item: a, fields: {title: a@b}}", []string{`f.yaml:1: fields.title: "b" is no attribute`}},
		{"detail without link", "{id: a, name: A, kind: json, url: https://a.example, item: a, fields: {title: a}, detail: {link: a}}", []string{
			"detail: there is no fields.link", "detail: link and reference are taken from the list alone"}},
		{"calendar without rounds", "{id: a, name: A, kind: calendar, url: https://a.example}", []string{"rounds: a calendar without rounds says nothing"}},
		{"bad rounds", `{id: a, name: A, kind: calendar, url: https://a.example, rounds: [
{day: "02-29", hour: "12", opens_before: soon},
{title: b, name: B, expected: true, hour: "12:00", day: "01-01", url: x, dates: [{deadline: tomorrow, opens: today}]},
{title: c, rolling: true, day: "01-01"},
{title: d, day: "01-01"},
{title: e}]}`, []string{
			`f.yaml:2: rounds[0].opens_before: "soon" is no number of days`, "f.yaml:2: rounds[0].title: the title is missing",
			`f.yaml:2: rounds[0].day: "02-29" is no day of every year`, `f.yaml:2: rounds[0].hour: "12" is no hour`,
			`f.yaml:3: rounds[1].name: "B" is no name`, `f.yaml:3: rounds[1].url: "x" is no web address`, "f.yaml:3: rounds[1].hour: an expected day has no hour",
			`f.yaml:3: rounds[1].dates[0].deadline: "tomorrow" is no date`, `f.yaml:3: rounds[1].dates[0].opens: "today" is no day`,
			"f.yaml:4: rounds[2]: a rolling round has no dates", `f.yaml:5: rounds[3].name: "01-01" names two rounds`, "f.yaml:6: rounds[4]: neither a day nor dates are given"}},
		{"nested deeply", strings.Repeat("[", 1000), []string{"f.yaml:1: this is nested too deeply"}},
		{"endless", strings.Repeat("a", 70_000), []string{"f.yaml: it is larger than 32 KiB"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := crawler.ParseSource("f.yaml", []byte(tc.text))
			var problems crawler.SourceProblems
			if !errors.As(err, &problems) {
				t.Fatalf("got error %v, want problems", err)
			}
			for _, want := range tc.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got\n%v\nwant a line with %s", err, want)
				}
			}
			if len(problems) > len(tc.want) {
				t.Errorf("got\n%v\nwant %d problems", err, len(tc.want))
			}
		})
	}
}

// A configuration changes what it names of a built-in source, and nothing else of it or of another copy.
func TestOverlay(t *testing.T) {
	t.Parallel()
	node := func(text string) ast.Node {
		tree, err := parser.ParseBytes([]byte(text), 0)
		if err != nil {
			t.Fatal(err)
		}
		return tree.Docs[0].Body
	}
	before := builtin(t, "euroaccess", "https://www.euro-access.eu/en/calls")
	after, err := before.Overlay("config.yaml", node("enabled: true\nfields:\n  deadlines: td.end\nhosts: [a.example]"))
	if err != nil {
		t.Fatal(err)
	}
	if !after.Enabled || after.Fields.Deadlines.Select != "td.end" || !slices.Equal(after.Hosts, []string{"a.example"}) {
		t.Errorf("got %+v, want the three keys changed", after)
	}
	if diff := cmp.Diff(before.Fields.Title, after.Fields.Title); diff != "" || after.URL != before.URL {
		t.Errorf("other keys changed: %s", diff)
	}
	if before.Enabled || before.Fields.Deadlines.Select == "td.end" || before.Hosts != nil {
		t.Error("the overlay changed what it was laid over")
	}
	_, err = before.Overlay("config.yaml", node("\n\nitem: 'a['\nid: other"))
	for _, want := range []string{`config.yaml:3: item: selector "a[" cannot be read`, `id: it is "other" here, but the source is named "euroaccess"`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got error %v, want %s", err, want)
		}
	}
	own, err := crawler.SourceDef{ID: "my-region", Enabled: true}.Overlay("config.yaml", node("{name: R, kind: html, url: https://r.example, item: p, fields: {title: a}}"))
	if err != nil || !own.Enabled || own.ID != "my-region" {
		t.Errorf("got %+v, %v, want a new source", own, err)
	}
	if same, err := own.Overlay("config.yaml", nil); err != nil || same.Name != "R" {
		t.Errorf("got %+v, %v, want nothing changed", same, err)
	}
}

// The built-in definitions are whole, say where they come from, and none is read from the web unasked.
func TestBuiltinSources(t *testing.T) {
	t.Parallel()
	defs, err := crawler.BuiltinSources()
	if err != nil {
		t.Fatal(err)
	}
	if len(defs) < 10 {
		t.Errorf("got %d built-in sources, want at least 10", len(defs))
	}
	p := programmes(t)
	for _, def := range defs {
		if problems := def.Validate(); problems != nil {
			t.Errorf("%s: %v", def.ID, problems)
		}
		if def.Source == "" || def.Checked == "" || def.Name == "" {
			t.Errorf("%s: want source, checked and name", def.ID)
		}
		if calendar := def.Kind == crawler.SourceCalendar; def.Enabled != calendar {
			t.Errorf("%s: got enabled %v, want %v: pages that nobody saw live are off", def.ID, def.Enabled, calendar)
		}
		if !def.Enabled && def.Note == "" {
			t.Errorf("%s: want a note that says why it is off", def.ID)
		}
		if _, known := p.Programme(def.Programme); def.Programme != "" && !known {
			t.Errorf("%s: programme %q is unknown", def.ID, def.Programme)
		}
	}
}

func FuzzParseSource(f *testing.F) {
	f.Add([]byte(goodDefinition))
	f.Add([]byte("{id: a, name: A, kind: calendar, url: https://a.example, rounds: [{title: c, day: '01-01', opens_before: 30d}]}"))
	f.Add([]byte("a: &b [*b]\n? !x {}: |\n  text"))
	f.Fuzz(func(t *testing.T, data []byte) {
		def, err := crawler.ParseSource("f.yaml", data)
		if err == nil && def.Validate() != nil {
			t.Errorf("the definition was accepted and has problems: %v", def.Validate())
		}
		if err != nil && strings.ContainsAny(err.Error(), "\x00\x1b") {
			t.Errorf("the error holds control characters: %q", err)
		}
	})
}

// Rounds that are taken tell of what is to come, by names that stay the same tomorrow.
func FuzzCalendarRounds(f *testing.F) {
	const head = "{id: a, name: A, kind: calendar, url: https://a.example, rounds: ["
	for _, rounds := range []string{
		"{title: c, day: '02-28', opens_before: 30d}", "{title: c, rolling: true}", "{name: y, title: c, day: '12-31', hour: '23:59', dates: [{deadline: 2026-12-31}]}",
		"{name: y, title: c, expected: true, day: '01-01'}", "{name: y, title: c, dates: [{opens: 2026-02-30, deadline: 2026-03-29T02:30}, {deadline: 9999-12-31}]}",
		"{title: c, day: '06-30', opens_before: 99999999d}", "{title: \"\\u202e\\0\", day: '06-30', url: 'https://b.example/?\\x', programme: X}", "{title: c, name: z, dates: [{deadline: 0001-01-01}]}",
	} {
		f.Add(rounds)
	}
	p := programmes(f)
	f.Fuzz(func(t *testing.T, rounds string) {
		def, err := crawler.ParseSource("a.yaml", []byte(head+rounds+"]}"))
		if err != nil || def.Kind != crawler.SourceCalendar {
			return
		}
		sweep := crawler.New(impatient(), still()).Source(t.Context(), def, p)
		names := map[calls.Key]bool{}
		for _, c := range sweep.Found {
			if names[c.Key] || c.Key.Source != def.ID || c.Key.Reference == "" || c.Title == "" || calls.CleanLine(c.Title, 0) != c.Title {
				t.Errorf("%q, or it stands twice: %q", c.Key, c.Title)
			}
			names[c.Key] = true
			if last, ok := c.LastDeadline(); ok && !last.At.After(started) {
				t.Errorf("%q closed on %s", c.Key, last.At)
			}
		}
		if len(sweep.Found) == 0 && sweep.Err == nil && len(sweep.Odd) == 0 && !strings.Contains(rounds, "dates") {
			t.Errorf("%q gives nothing, and nothing is said about it", rounds)
		}
	})
}

// Whatever a page holds: no panic, and calls that can be stored.
func FuzzSourcePage(f *testing.F) {
	f.Add("html", threeTitles+`<a class=next href=/2>`)
	f.Add("json", `{"data": {"calls": [{"name": "A", "url": "/a"}]}}`)
	f.Add("feed", `<?xml version="1.0" encoding="iso-8859-2"?><rss version="2.0"><channel><item><title>x</title></item></channel></rss>`)
	defs := map[string]crawler.SourceDef{}
	for kind, text := range map[string]string{"html": linkedList, "json": jsonList, "feed": anyFeed} {
		def, err := crawler.ParseSource(kind, []byte(strings.ReplaceAll(text, "HOST", "https://town.example")))
		if err != nil {
			f.Fatal(err)
		}
		defs[kind] = def
	}
	p := programmes(f)
	f.Fuzz(func(t *testing.T, kind, body string) {
		def, known := defs[kind]
		if !known {
			return
		}
		edge := still()
		edge.Transport = answering(body)
		cfg := impatient()
		cfg.MaxPages = 2
		sweep := crawler.New(cfg, edge).Source(t.Context(), def, p)
		for _, c := range sweep.Found {
			if c.Title == "" || c.Key.Reference == "" || calls.CleanLine(c.Title, 0) != c.Title || calls.CleanLine(c.Key.Reference, 0) != c.Key.Reference {
				t.Errorf("got a call %q with title %q", c.Key, c.Title)
			}
		}
		if sweep.Complete && sweep.Err != nil {
			t.Errorf("complete, with error %v", sweep.Err)
		}
	})
}

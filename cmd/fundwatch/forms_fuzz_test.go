package main

import (
	"encoding/csv"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode"
	"unicode/utf8"

	ics "github.com/arran4/golang-ical"
	"github.com/mmcdole/gofeed"

	"fundwatch/calls"
)

// Whatever a call is called: each form stays what it says it is, tells one call, and gives a terminal nothing to obey.
func FuzzForms(f *testing.F) {
	for _, text := range []string{
		"Town Twinning", "=cmd|'/c calc'!A1", "a\tb\r\nc|d\\", "x](javascript:y) <img> `z` **b** ~~s~~ [a]: b", "\x1b[31m\x07\u009b31m\x9b", "\u202e\u200b\ufeff",
		"caf\xe9 \xff", strings.Repeat("日本", 90), strings.Repeat("\U0001f1ea\U0001f1fa", 30), "\"a\",\"b\"\n", "'=x", "", "]]>&amp;<b>", "</script>",
	} {
		f.Add(text, "ID-1", "https://example.org/a_(b)|c?x=<y>&z=1")
		f.Add("Town Twinning", text, "https://example.org/"+text)
	}
	programmes, err := calls.LoadProgrammes()
	if err != nil {
		f.Fatal(err)
	}
	a := &app{programmes: programmes, topics: sync.OnceValues(calls.LoadTopics), now: fixedClock}
	f.Fuzz(func(t *testing.T, title, identifier, address string) {
		c := hostileCall(title)
		c.Identifier, c.URL, c.Programme, c.Summary = identifier, address, identifier, title
		found := &findings{searchRequest: searchRequest{now: fixedClock(), Conditions: calls.Conditions{Find: calls.Search{Clauses: calls.ParseQuery(title)}}}, app: a,
			calls: []finding{{Hit: calls.Hit{Call: c, Snippet: title}}}}
		print := func(sc screen, name string) string {
			var b strings.Builder
			sc.out = &b
			a.screen = &sc
			if err := found.print(format{name: name}); err != nil {
				t.Fatal(err)
			}
			return b.String()
		}
		checkJSON(t, print(screen{}, formatJSON), title, identifier)
		checkCSV(t, print(screen{}, formatCSV), title)
		checkLines(t, print(screen{}, formatTable), 1, '\t', 11)
		checkLines(t, strings.ReplaceAll(print(screen{}, formatMD), `\\`, ""), 3, '|', 5)
		for _, width := range []int{40, 80, 200} {
			checkTerminal(t, print(screen{tty: true, width: width}, formatTable), width)
		}
		if calendar, err := ics.ParseCalendar(strings.NewReader(print(screen{}, formatICS))); err != nil || len(calendar.Components) != 2 {
			t.Errorf("the calendar is spoilt (%v)", err)
		}
		if feed, err := gofeed.NewParser().ParseString(print(screen{}, formatAtom)); err != nil || len(feed.Items) != 1 {
			t.Errorf("the feed is spoilt (%v)", err)
		}
	})
}

func checkJSON(t *testing.T, text, title, identifier string) {
	t.Helper()
	var list []struct{ Title, Identifier *string }
	if err := json.Unmarshal([]byte(text), &list); err != nil || len(list) != 1 {
		t.Fatalf("%v in\n%s", err, text)
	}
	for got, want := range map[*string]string{list[0].Title: title, list[0].Identifier: identifier} {
		if got == nil && want != "" || got != nil && *got != strings.ToValidUTF8(want, "\ufffd") && utf8.ValidString(want) {
			t.Errorf("%q became %v:\n%s", want, got, text)
		}
	}
}

func checkCSV(t *testing.T, text, title string) {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(rows) != 2 {
		t.Fatalf("%d rows, %v:\n%s", len(rows), err, text)
	}
	got := rows[1][slices.Index(rows[0], "title")]
	if want := strings.ReplaceAll(title, "\r\n", "\n"); unprotectCell(got) != want && !strings.Contains(title, "\r") {
		t.Errorf("%q became %q", want, got)
	}
	for _, cell := range rows[1] {
		if cell != "" && strings.IndexByte("=+-@\t\r", cell[0]) >= 0 {
			t.Errorf("%q runs as a formula", cell)
		}
	}
}

// checkLines counts lines, and the signs that part the cells of each.
func checkLines(t *testing.T, text string, lines int, part rune, parts int) {
	t.Helper()
	if n := strings.Count(text, "\n"); n != lines {
		t.Errorf("%d lines, want %d:\n%s", n, lines, text)
	}
	for line := range strings.Lines(text) {
		if n := strings.Count(strings.ReplaceAll(line, `\|`, ""), string(part)); n != parts {
			t.Errorf("%d %q in the line %q, want %d", n, part, line, parts)
		}
		checkObedience(t, line, part)
	}
}

// checkTerminal holds a table against its width, and a terminal's commands.
func checkTerminal(t *testing.T, text string, width int) {
	t.Helper()
	for line := range strings.Lines(text) {
		if n := cells.StringWidth(strings.TrimSuffix(line, "\n")); n > width {
			t.Errorf("line of %d cells on %d: %q", n, width, line)
		}
		checkObedience(t, line, ' ')
	}
}

func checkObedience(t *testing.T, line string, part rune) {
	t.Helper()
	line = strings.TrimSuffix(line, "\n")
	if !utf8.ValidString(line) || strings.ContainsFunc(line, func(r rune) bool { return r != part && unicode.IsControl(r) }) {
		t.Errorf("a terminal would obey %q", line)
	}
}

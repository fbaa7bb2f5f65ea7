package main

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestClipMiddle(t *testing.T) {
	t.Parallel()
	tests := []struct {
		in    string
		width int
		want  string
	}{
		{"CERV-2026-CITIZENS-TOWN-TT", 26, "CERV-2026-CITIZENS-TOWN-TT"},
		{"HORIZON-MISS-2026-01-CLIMA-04", 20, "HORIZON-MISS-…IMA-04"},
		{"Łódź-Łódź-Łódź-Łódź", 12, "Łódź-Łó…Łódź"},
		{"abcdefgh", 4, "abc…"},
	}
	for _, test := range tests {
		got := clipMiddle(test.in, test.width)
		if got != test.want || cells.StringWidth(got) > test.width {
			t.Errorf("clipMiddle(%q, %d) = %q, want %q", test.in, test.width, got, test.want)
		}
	}
}

// Whatever the letters, the second column begins in the same cell of every line.
func TestTableIsAlignedAndWithinTheTerminal(t *testing.T) {
	t.Parallel()
	for _, width := range []int{60, 80, 200} {
		var out strings.Builder
		table := table{screen: &screen{out: &out, tty: true, width: width}, columns: []column{
			{title: "town", least: 8}, {title: "note", least: 10},
		}}
		for _, town := range []string{"Ürümqi", "Łódź", "Ωρωπός", "Nový Jičín", "e\u0301", strings.Repeat("Llanfair", 12),
			"北京市", strings.Repeat("日本語", 30), strings.Repeat("e\u0301o\u0308", 40), "👩\u200d👩\u200d👧 family", "ｆｕｌｌ"} {
			table.add(cell{whole: town}, cell{whole: "|" + strings.Repeat("x", 150)})
		}
		if err := table.print(); err != nil {
			t.Fatal(err)
		}
		at := -1
		for _, line := range strings.Split(strings.TrimSpace(out.String()), "\n")[1:] {
			before, _, found := strings.Cut(line, "|")
			if !found || (at >= 0 && cells.StringWidth(before) != at) || cells.StringWidth(line) > width {
				t.Errorf("width %d: %q is not aligned", width, line)
			}
			at = cells.StringWidth(before)
		}
	}
}

// Marked words stay marked, and whole letters, however a cell is cut.
func TestMarksOfCutCells(t *testing.T) {
	t.Parallel()
	const text = "Łódź-Ω-energy-Łódź-energy"
	marks := [][2]int{{strings.Index(text, "energy"), strings.Index(text, "energy") + 6}, {strings.LastIndex(text, "energy"), len(text)}}
	plain := strings.NewReplacer("\x1b[1;4m", "", "\x1b[0m", "")
	for width := 3; width <= 30; width++ {
		for _, tail := range []bool{false, true} {
			table := table{screen: &screen{tty: true, color: true, width: 80}, columns: []column{{tail: tail}}}
			got := table.laidOut(cell{whole: text, marks: marks}, 0, width)
			shown := plain.Replace(got)
			if !utf8.ValidString(shown) || strings.ContainsRune(shown, '\x1b') || cells.StringWidth(shown) != width {
				t.Errorf("width %d: %q", width, got)
			}
			if width == 30 && strings.Count(got, "\x1b[1;4menergy\x1b[0m") != 2 {
				t.Errorf("whole: %q", got)
			}
			if width == 16 && !tail && !strings.Contains(got, "\x1b[1;4menergy\x1b[0m") {
				t.Errorf("cut behind the first mark: %q", got)
			}
		}
	}
}

// Variables decide about terminal, width, height and colour.
func TestScreenObeysVariables(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		environ []string
		noColor bool
		want    screen
	}{
		"a pipe":              {nil, false, screen{width: 80}},
		"a pipe with columns": {[]string{"COLUMNS=120", "LINES=30"}, false, screen{width: 80}},
		"forced":              {[]string{"FORCE_TTY=1"}, false, screen{tty: true, width: 80, color: true}},
		"forced width":        {[]string{"FORCE_TTY=60", "COLUMNS=120"}, false, screen{tty: true, width: 60, color: true}},
		"forced by a word":    {[]string{"FORCE_TTY=yes", "COLUMNS=120", "LINES=30"}, false, screen{tty: true, width: 120, height: 30, color: true}},
		"not forced":          {[]string{"FORCE_TTY=0"}, false, screen{width: 80}},
		"too narrow":          {[]string{"FORCE_TTY=9"}, false, screen{tty: true, width: narrowestLine, color: true}},
		"no colour":           {[]string{"FORCE_TTY=1", "NO_COLOR=1"}, false, screen{tty: true, width: 80}},
		"no colour, empty":    {[]string{"FORCE_TTY=1", "NO_COLOR="}, false, screen{tty: true, width: 80, color: true}},
		"no colour by flag":   {[]string{"FORCE_TTY=1", "CLICOLOR_FORCE=1"}, true, screen{tty: true, width: 80}},
		"dumb":                {[]string{"FORCE_TTY=1", "TERM=dumb"}, false, screen{tty: true, width: 80}},
		"colour in a pipe":    {[]string{"CLICOLOR_FORCE=1"}, false, screen{width: 80, color: true}},
		"colour off wins":     {[]string{"CLICOLOR_FORCE=1", "NO_COLOR=1"}, false, screen{width: 80}},
	} {
		if got := *newScreen(surroundings{environ: tt.environ}, tt.noColor); got != tt.want {
			t.Errorf("%s: %+v, want %+v", name, got, tt.want)
		}
	}
}

func TestPipesGetWholeValues(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	table := table{screen: &screen{out: &out}, columns: []column{{title: "a"}, {title: "b"}}}
	long := strings.Repeat("long ", 100)
	table.add(cell{whole: long, short: "short"}, cell{whole: "tab\there\nand line"})
	if err := table.print(); err != nil {
		t.Fatal(err)
	}
	if got, want := out.String(), long+"\ttab here and line\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestWrap(t *testing.T) {
	t.Parallel()
	got := wrap("one two three\nhttps://example.org/a/very/long/address end", 9)
	want := []string{"one two", "three", "https://example.org/a/very/long/address", "end"}
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestEuro(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{0: "EUR 0", 999: "EUR 999", 50745: "EUR 50,745", 6_000_000: "EUR 6,000,000"} {
		if got := euro(n); got != want {
			t.Errorf("euro(%d) = %q, want %q", n, got, want)
		}
	}
	for n, want := range map[int64]string{999: "999", 8455: "8.5 k", 6_000_000: "6 m", 1_250_000: "1.2 m", 3_600_000_000: "3.6 bn"} {
		if got := euroShort(n); got != want {
			t.Errorf("euroShort(%d) = %q, want %q", n, got, want)
		}
	}
}

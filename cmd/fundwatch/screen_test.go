package main

import (
	"strings"
	"testing"
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
		for _, town := range []string{"Ürümqi", "Łódź", "Ωρωπός", "Nový Jičín", "e\u0301", strings.Repeat("Llanfair", 12)} {
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

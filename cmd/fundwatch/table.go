package main

import (
	"bufio"
	"strings"
	"unicode"
)

// A table prints rows: aligned columns on a terminal, tab-separated whole values into a pipe.
type table struct {
	screen  *screen
	columns []column
	rows    [][]cell
}

// A column describes one column of a table.
type column struct {
	title string
	least int  // cells below which it is not squeezed; 0: never squeezed
	right bool // aligned right
	drop  int  // on terminals narrower than this it is left out
	tail  bool // what is too long is cut in the middle: its end tells it from others
}

// A cell is one value: whole for the pipe, and, if it differs, short and coloured for the terminal.
type cell struct {
	whole string
	short string // "" means whole
	style style
	marks [][2]int // byte ranges of shown text to be marked
}

func (c cell) shown() string {
	if c.short != "" {
		return c.short
	}
	return c.whole
}

func (t *table) add(cells ...cell) { t.rows = append(t.rows, cells) }

// print writes the table.
func (t *table) print() error {
	w := bufio.NewWriter(t.screen.out)
	if t.screen.tty {
		t.printAligned(w)
	} else {
		t.printTabbed(w)
	}
	return w.Flush()
}

func (t *table) printTabbed(w *bufio.Writer) {
	for _, row := range t.rows {
		for i, c := range row {
			if i > 0 {
				w.WriteByte('\t')
			}
			w.WriteString(oneLine(c.whole))
		}
		w.WriteByte('\n')
	}
}

// oneLine makes a value safe for a line of tab-separated values.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) { // U+009B begins a command as ESC [ does
			return ' '
		}
		return r
	}, s)
}

const gap = "  "

func (t *table) printAligned(w *bufio.Writer) {
	widths := t.widths()
	header := make([]cell, len(t.columns))
	for i, c := range t.columns {
		header[i] = cell{whole: c.title, style: faint}
	}
	for _, row := range append([][]cell{header}, t.rows...) {
		var parts []string
		for i, c := range row {
			if widths[i] > 0 {
				parts = append(parts, t.laidOut(c, i, widths[i]))
			}
		}
		w.WriteString(strings.TrimRight(strings.Join(parts, gap), " "))
		w.WriteByte('\n')
	}
}

// laidOut returns a cell cut, padded, aligned and coloured.
func (t *table) laidOut(c cell, i, width int) string {
	whole := oneLine(c.shown())
	text := clip(whole, width)
	if t.columns[i].tail {
		text = clipMiddle(whole, width)
	}
	padding := strings.Repeat(" ", max(0, width-cells.StringWidth(text)))
	painted := t.screen.mark(text, c.style, marksWithin(c.marks, sameStart(whole, text)))
	if t.columns[i].right {
		return padding + painted
	}
	return painted + padding
}

// sameStart returns how many bytes a text and what is left of it have in common at their beginning.
func sameStart(whole, left string) int {
	n := 0
	for n < len(whole) && n < len(left) && whole[n] == left[n] {
		n++
	}
	return n
}

// marksWithin returns the marks of the first n bytes: behind them stands what was cut off, or the mark of
// the cut, whose bytes must stay together.
func marksWithin(marks [][2]int, n int) [][2]int {
	var within [][2]int
	for _, m := range marks {
		if m[0] < n {
			within = append(within, [2]int{m[0], min(m[1], n)})
		}
	}
	return within
}

// mark paints text in a style, with the marked ranges standing out.
func (sc *screen) mark(text string, st style, marks [][2]int) string {
	if !sc.color {
		return text
	}
	var b strings.Builder
	at := 0
	for _, m := range marks {
		if m[0] < at || m[1] > len(text) {
			continue
		}
		b.WriteString(sc.paint(st, text[at:m[0]]))
		b.WriteString(sc.paint(reverse, text[m[0]:m[1]]))
		at = m[1]
	}
	b.WriteString(sc.paint(st, text[at:]))
	return b.String()
}

// widths returns the cells of each column, 0 for one that is left out. What is too much is taken from
// the columns that may be squeezed, the widest first.
func (t *table) widths() []int {
	widths := make([]int, len(t.columns))
	total := -len(gap)
	for i, c := range t.columns {
		if t.screen.width < c.drop {
			continue
		}
		widths[i] = cells.StringWidth(c.title)
		for _, row := range t.rows {
			widths[i] = max(widths[i], cells.StringWidth(row[i].shown()))
		}
		total += widths[i] + len(gap)
	}
	for ; total > t.screen.width; total-- {
		widest := -1
		for i, c := range t.columns {
			if c.least > 0 && widths[i] > c.least && (widest < 0 || widths[i] > widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			break
		}
		widths[widest]--
	}
	return widths
}

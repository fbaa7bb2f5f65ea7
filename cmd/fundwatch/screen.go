package main

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"
	"golang.org/x/term"

	"fundwatch/calls"
)

// A screen is where results go: a terminal of some width, or a pipe. A terminal gets aligned, coloured
// lines cut to its width; a pipe gets whole values and no colour.
type screen struct {
	out    io.Writer
	tty    bool
	width  int // columns; meaningful with tty
	height int // lines; 0 if not known
	color  bool
}

// Widths when the terminal does not tell, and the narrowest that is laid out for.
const (
	usualWidth    = 80
	narrowestLine = 40
)

// newScreen looks at stdout and the surroundings: NO_COLOR and --no-color end colour (no-color.org),
// CLICOLOR_FORCE wants it even in a pipe; FORCE_TTY, with the columns as its value or any other, treats a
// pipe as a terminal.
func newScreen(s surroundings, noColor bool) *screen {
	sc := &screen{out: s.out, width: usualWidth}
	to := s.out
	if r, kept := to.(*results); kept {
		to = r.Writer
	}
	if f, ok := to.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		sc.tty = true
		if w, h, err := term.GetSize(int(f.Fd())); err == nil && w > 0 {
			sc.width, sc.height = w, h
		}
	}
	force := s.getenv("FORCE_TTY")
	sc.tty = sc.tty || isSwitchedOn(force)
	if sc.tty {
		sc.width = numberOr(s.getenv("COLUMNS"), sc.width)
		sc.height = numberOr(s.getenv("LINES"), sc.height)
		if n, err := strconv.Atoi(force); err == nil && n > 1 {
			sc.width = n
		}
	}
	sc.width = max(sc.width, narrowestLine)
	wanted := sc.tty && s.getenv("TERM") != "dumb" || isSwitchedOn(s.getenv("CLICOLOR_FORCE"))
	sc.color = wanted && !noColor && s.getenv("NO_COLOR") == ""
	return sc
}

// isSwitchedOn reports whether a variable such as FORCE_TTY says yes.
func isSwitchedOn(value string) bool { return value != "" && value != "0" }

// numberOr reads a number of columns or lines, and returns otherwise if it is none.
func numberOr(text string, otherwise int) int {
	if n, err := strconv.Atoi(text); err == nil && n > 0 {
		return n
	}
	return otherwise
}

// A style is the SGR parameter of a terminal colour.
type style string

const (
	plain   style = ""
	bold    style = "1"
	faint   style = "2"
	red     style = "31"
	green   style = "32"
	yellow  style = "33"
	cyan    style = "36"
	reverse style = "1;4" // matched words: bold and underlined, so that it is not colour alone
)

func (sc *screen) paint(st style, s string) string {
	if !sc.color || st == plain || s == "" {
		return s
	}
	return "\x1b[" + string(st) + "m" + s + "\x1b[0m"
}

// cells measures text as terminals show it. Ambiguous characters are narrow, as in Europe.
var cells = &runewidth.Condition{EastAsianWidth: false, StrictEmojiNeutral: true}

// fit cuts or pads s to exactly w cells.
func fit(s string, w int) string {
	if cells.StringWidth(s) > w {
		s = cells.Truncate(s, w, "…")
	}
	return s + strings.Repeat(" ", max(0, w-cells.StringWidth(s)))
}

// clip cuts s to at most w cells.
func clip(s string, w int) string { return strings.TrimRight(fit(s, w), " ") }

// clipMiddle cuts s to at most w cells, keeping its beginning and a third of the width of its end. A name that is cut
// so is still understood: see [calls.ShownAs].
func clipMiddle(s string, w int) string {
	if cells.StringWidth(s) <= w || w < 6 {
		return clip(s, w)
	}
	end := s
	for cells.StringWidth(end) > w/3 {
		_, size := utf8.DecodeRuneInString(end)
		end = end[size:]
	}
	return cells.Truncate(s, w-cells.StringWidth(end), calls.CutMark) + end
}

// labelWidth is how wide the labels of facts are.
const labelWidth = 13

// fact prints a label and a text beside it, wrapped on a terminal and whole into a pipe.
func (sc *screen) fact(label, text string) {
	lines := []string{text}
	if sc.tty {
		lines = wrap(text, sc.width-labelWidth)
	}
	for _, line := range lines {
		fmt.Fprintf(sc.out, "%s%s\n", fit(label, labelWidth), line)
		label = ""
	}
}

// widestText is where lines of text stop on wide screens, for reading gets hard.
const widestText = 100

// lines breaks a text that stands beside so many cells: on a terminal to its width, into a pipe not at all.
func (sc *screen) lines(text string, beside int) []string {
	if !sc.tty {
		return []string{text}
	}
	return wrap(text, min(sc.width, widestText)-beside)
}

// paintedFact writes a faint label and a text beside it.
func (sc *screen) paintedFact(w io.Writer, label, text string) {
	for _, line := range sc.lines(text, labelWidth) {
		fmt.Fprintf(w, "%s%s\n", sc.paint(faint, fit(label, labelWidth)), line)
		label = ""
	}
}

// item prints one item of a list.
func (sc *screen) item(text string) {
	mark := "  - "
	for _, line := range sc.lines(text, len(mark)) {
		fmt.Fprintln(sc.out, mark+line)
		mark = "    "
	}
}

// wrap breaks text into lines of at most w cells, at spaces; a longer word stands alone, whole.
func wrap(text string, w int) []string {
	var lines []string
	for paragraph := range strings.Lines(text) {
		line := ""
		for _, word := range strings.Fields(paragraph) {
			if line != "" && cells.StringWidth(line)+1+cells.StringWidth(word) > w {
				lines, line = append(lines, line), ""
			}
			if line != "" {
				line += " "
			}
			line += word
		}
		if line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"fundwatch/calls"
)

// environmentFile stands in Problem.File for what was given as an environment variable.
const environmentFile = "environment"

// A Problem is one thing wrong in a file that a person wrote, or in an environment variable. It never
// holds a piece of the file around the place: the next line may be a password.
type Problem struct {
	File    string // as the user named it, or "environment"
	Line    int    // counted from 1; 0 if the problem has no line
	Key     string // dotted, such as "mail.smtp.port", or the variable's name; "" for the file as a whole
	Message string // what is wrong
	Hint    string // what to do about it; "" if the message says it
}

// Error returns the problem as one line: "config.yaml:12: mail.smtp.port: message (hint)".
func (p Problem) Error() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d", p.Line)
	}
	if p.Key != "" {
		b.WriteString(": " + p.Key)
	}
	b.WriteString(": " + p.Message)
	if p.Hint != "" {
		b.WriteString(" (" + p.Hint + ")")
	}
	return b.String()
}

// Problems is every problem found in one go: as an error if there is any, or as warnings.
type Problems []Problem

// Error returns one problem per line, in the order of the file.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, problem := range p {
		lines[i] = problem.Error()
	}
	return strings.Join(lines, "\n")
}

// err returns the problems in the order of the file, or nil if there are none: a Problems of length
// zero inside an error would not be nil.
func (p Problems) err() error {
	if len(p) == 0 {
		return nil
	}
	return p.sorted()
}

// sorted returns the problems by line; those of the environment stand last.
func (p Problems) sorted() Problems {
	slices.SortStableFunc(p, func(a, b Problem) int {
		return cmp.Or(
			cmp.Compare(environmentRank(a), environmentRank(b)),
			cmp.Compare(a.Line, b.Line),
		)
	})
	return p
}

func environmentRank(p Problem) int {
	if p.File == environmentFile {
		return 1
	}
	return 0
}

// A fault is what is wrong with one value, before its place is known. A nil *fault is a good value.
type fault struct {
	message string
	hint    string
}

func (f *fault) at(file string, line int, key string) Problem {
	return Problem{File: file, Line: line, Key: key, Message: f.message, Hint: f.hint}
}

// quoteShort quotes text from outside for a message: cleaned, and short enough to stay on a line.
func quoteShort(s string) string {
	const limit = 60
	return fmt.Sprintf("%q", calls.CleanLine(beforeNextKey(s), limit))
}

// shortKey returns a key from a file for a message: one clean line of bounded length.
func shortKey(key string) string {
	const limit = 80
	return calls.CleanLine(beforeNextKey(key), limit)
}

// beforeNextKey cuts text after what looks like a key of its own. A line that is indented too far
// becomes part of the value above it, and its own value may be a password.
func beforeNextKey(s string) string {
	for i := range len(s) {
		if s[i] == ':' && (i+1 == len(s) || strings.IndexByte(" \t\r\n", s[i+1]) >= 0) {
			return s[:i+1] + " …"
		}
	}
	return s
}

// oneOf returns a fault unless text is among the names.
func oneOf(text string, names []string) *fault {
	if slices.Contains(names, text) {
		return nil
	}
	return &fault{quoteShort(text) + " is not known", calls.DidYouMean(calls.Nearest(text, names), "one of: "+strings.Join(names, ", "))}
}

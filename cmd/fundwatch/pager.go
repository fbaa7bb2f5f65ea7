package main

import (
	"bytes"
	"fmt"
	"os/exec"
	"slices"
	"strings"
)

// pagerCommand returns the program that shows what is longer than the terminal, with its arguments: what
// FUNDWATCH_PAGER says, else PAGER. It returns nil if none is wanted: it is unset, empty or "cat".
func pagerCommand(s surroundings) []string {
	command := s.getenv("PAGER")
	for _, pair := range s.environ { // an empty one of ours overrules the other
		if own, ok := strings.CutPrefix(pair, pagerVariable+"="); ok {
			command = own
		}
	}
	words := splitCommand(command)
	if len(words) == 0 || len(words) == 1 && words[0] == "cat" {
		return nil
	}
	return words
}

const pagerVariable = "FUNDWATCH_PAGER"

// paged prints through the pager what is longer than the terminal. Without a terminal, without a pager, and
// if the pager cannot be started, it just prints.
func (l *launcher) paged(sc *screen, print func() error) error {
	command := pagerCommand(l.surroundings)
	if !sc.tty || sc.height == 0 || command == nil {
		return print()
	}
	out := sc.out
	var text bytes.Buffer
	sc.out = &text
	err := print()
	sc.out = out
	if err != nil {
		return err
	}
	if bytes.Count(text.Bytes(), []byte("\n")) < sc.height {
		_, err := out.Write(text.Bytes())
		return err
	}
	if err := l.page(command, text.Bytes()); err != nil {
		fmt.Fprintf(l.err, "pager %s: %v\n", command[0], err)
		_, err := out.Write(text.Bytes())
		return err
	}
	return nil
}

// page shows text in the pager and waits until it is left. The error says why it could not be started;
// that it was left early, or how it ended, is none.
func (l *launcher) page(command []string, text []byte) error {
	pager := exec.Command(command[0], command[1:]...) //nolint:gosec // the user's own pager
	pager.Env = pagerEnvironment(l.environ)
	pager.Stdout, pager.Stderr = l.out, l.err
	stdin, err := pager.StdinPipe()
	if err != nil {
		return err
	}
	if err := pager.Start(); err != nil {
		return err
	}
	// What fails from here on fails because the reader left early, or in the reader's own pager.
	stdin.Write(text) //nolint:errcheck // see above
	stdin.Close()     //nolint:errcheck // see above
	pager.Wait()      //nolint:errcheck // see above
	return nil
}

// pagerEnvironment lets less quit if all fits, show colours and keep the screen, unless the user has said
// how it should behave.
func pagerEnvironment(environ []string) []string {
	environ = slices.Clone(environ)
	for _, usual := range []string{"LESS=FRX", "LV=-c"} {
		name, _, _ := strings.Cut(usual, "=")
		if !slices.ContainsFunc(environ, func(pair string) bool { return strings.HasPrefix(pair, name+"=") }) {
			environ = append(environ, usual)
		}
	}
	return environ
}

// splitCommand parts a command as a shell does: at spaces outside quotes; a backslash takes the next
// character as it is, except between single quotes.
func splitCommand(s string) []string {
	var words []string
	var word strings.Builder
	started, quote, escaped := false, rune(0), false
	for _, r := range s {
		switch {
		case escaped:
			word.WriteRune(r)
			escaped = false
		case r == '\\' && quote != '\'':
			started, escaped = true, true
		case r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '"' || r == '\'':
			started, quote = true, r
		case r == ' ' || r == '\t' || r == '\n':
			if started {
				words = append(words, word.String())
			}
			word.Reset()
			started = false
		default:
			word.WriteRune(r)
			started = true
		}
	}
	if started {
		words = append(words, word.String())
	}
	return words
}

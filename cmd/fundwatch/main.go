// Command fundwatch watches the EU's funding calls for towns and their twin towns: it collects calls,
// keeps them in SQLite, matches them against what towns are interested in, and mails each town a
// digest in its language. Staff search the calls in the terminal.
//
// This package is the only room that knows all the others. A command parses its flags, calls one
// stage or one query of [app], and prints. The stages (crawl, match, digest, send) are the same that
// the schedule of `serve` and the tests call.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"fundwatch/calls"
)

// Exit codes (the same for every command).
const (
	exitDone    = 0
	exitPartly  = 1 // search found nothing; status needs a person; crawl or digest partly failed
	exitMisused = 2 // wrong use: nothing was done
	exitFailed  = 3
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, surroundings{
		args:    os.Args[1:],
		environ: os.Environ(),
		in:      os.Stdin,
		out:     os.Stdout,
		err:     os.Stderr,
		now:     time.Now,
	}))
}

// Surroundings are everything that the program takes from outside, so that a test can be the outside.
type surroundings struct {
	args    []string
	environ []string
	in      io.Reader
	out     io.Writer
	err     io.Writer
	now     func() time.Time

	// resolver looks up names for doctor; nil is the machine's own.
	resolver resolver

	// wait pauses before a request is tried again; nil really waits.
	wait func(context.Context, time.Duration) error
}

func (s surroundings) getenv(name string) string { return lookupEnv(s.environ, name) }

// run executes one command line and returns its exit code.
func run(ctx context.Context, s surroundings) int {
	results := &results{Writer: s.out}
	s.out = results
	root := newRoot(s)
	root.SetArgs(negationsLast(s.args))
	err := root.ExecuteContext(ctx)
	var quiet quietError
	if err == nil || errors.As(err, &quiet) && results.failed != nil {
		err = results.failed
	}
	if err == nil {
		return exitDone
	}
	if !errors.As(err, &quiet) {
		fmt.Fprintln(s.err, "fundwatch:", plainError(err))
	}
	return exitCode(err)
}

// Results are where a command writes its answer. They keep the first error: who writes into a full disk is told so,
// whatever command it is.
type results struct {
	io.Writer
	failed error
}

func (r *results) Write(p []byte) (int, error) {
	n, err := r.Writer.Write(p)
	if r.failed == nil {
		r.failed = err
	}
	return n, err
}

// negationsLast lets people type `search youth -exchange`, and the same for `export calls`: words with a minus
// move behind "--", where they are not taken for flags. All words of a search must hold, so their order does
// not matter.
func negationsLast(args []string) []string {
	at := slices.Index(args, "search")
	if i := slices.Index(args, "export"); at < 0 && i >= 0 && slices.Contains(args[i:], "calls") {
		at = i + slices.Index(args[i:], "calls")
	}
	if at < 0 || slices.Contains(args, "--") {
		return args
	}
	kept, negated := slices.Clone(args[:at+1]), []string{}
	for _, arg := range args[at+1:] {
		minus := len(arg) > 2 && arg[0] == '-' && arg[1] != '-'
		if minus {
			negated = append(negated, arg)
		} else {
			kept = append(kept, arg)
		}
	}
	if len(negated) == 0 {
		return args
	}
	return append(append(kept, "--"), negated...)
}

// exitCode returns the code of an error; of several joined ones the worst.
func exitCode(err error) int {
	if quiet, ok := err.(quietError); ok { //nolint:errorlint // each layer is looked at below
		return int(quiet)
	}
	if err == calls.ErrNotFound { //nolint:errorlint // see above
		return exitMisused // what was named does not exist
	}
	switch e := err.(type) { //nolint:errorlint // see above
	case misuseError:
		return exitMisused
	case partlyError:
		return exitPartly
	case tryLaterError:
		return exitTryLater
	case interface{ Unwrap() []error }:
		worst := exitDone
		for _, one := range e.Unwrap() {
			worst = max(worst, exitCode(one))
		}
		return worst
	case interface{ Unwrap() error }:
		if inner := e.Unwrap(); inner != nil {
			return exitCode(inner)
		}
	}
	return exitFailed
}

// A quietError is an exit code without a message: everything was said already.
type quietError int

func (q quietError) Error() string { return fmt.Sprintf("exit code %d", int(q)) }

// A misuseError is a command line or configuration that cannot be obeyed; nothing was done.
type misuseError struct{ err error }

func (m misuseError) Error() string { return m.err.Error() }
func (m misuseError) Unwrap() error { return m.err }

func misusef(format string, args ...any) error {
	return misuseError{fmt.Errorf(format, args...)}
}

// A partlyError says that some of the work was done and some failed.
type partlyError struct{ err error }

func (p partlyError) Error() string { return p.err.Error() }
func (p partlyError) Unwrap() error { return p.err }

// plainError returns an error's text without control characters, since it may quote what a server or
// a file said; line breaks between several problems stay.
func plainError(err error) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && (r < 0x20 || r == 0x7f) {
			return -1
		}
		return r
	}, err.Error())
}

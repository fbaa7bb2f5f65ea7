package main

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"
)

// Whatever is asked: an answer that could not be written is no success.
func TestAnswersThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("no /dev/full here:", err)
	}
	defer full.Close()
	_, environ := standIn(t, 1)
	must(t, environ, "crawl")
	must(t, environ, "municipalities", "add", "Somewhere", "--country", "FR", "--topic", "youth", "--email", "a@a.example")
	const call = "CERV-2026-CITIZENS-TOWN-TT"
	for _, words := range [][]string{
		{"why", call, "somewhere-fr"}, {"check", call, "somewhere-fr"}, {"show", call}, {"search", "town"}, {"status"}, {"subscribers", "pause", "a@a.example"},
		{"topics"}, {"version"}, {"--help"}, {"completion", "bash"},
	} {
		var errs bytes.Buffer
		code := run(context.Background(), surroundings{
			args: words, environ: environ, in: strings.NewReader(""), out: full, err: &errs, now: fixedClock,
		})
		if code != exitFailed || !strings.Contains(errs.String(), "no space left on device") {
			t.Errorf("%v: exit code %d\n%s", words, code, errs.String())
		}
	}
}

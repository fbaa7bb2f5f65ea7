package main

import (
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// The help of every command fits the terminal, and no line of it is too long to read on a wide one.
func TestHelpFitsTheTerminal(t *testing.T) {
	t.Parallel()
	for width, widest := range map[string]int{"60": 60, "72": 72, "200": widestHelp} {
		environ := []string{"FORCE_TTY=" + width, "NO_COLOR=1"}
		for _, path := range commandPaths(newRoot(surroundings{}), nil) {
			for line := range strings.Lines(must(t, environ, append([]string{"help"}, path...)...)) {
				line = strings.TrimRight(line, "\n")
				if cells.StringWidth(line) > widest && !strings.HasPrefix(line, "\t") { // commands of the completion scripts
					t.Errorf("%s columns, help %s: %q", width, strings.Join(path, " "), line)
				}
			}
		}
	}
}

// commandPaths returns the names of a command and of all below it, as `help` takes them.
func commandPaths(cmd *cobra.Command, above []string) [][]string {
	paths := [][]string{above}
	for _, sub := range cmd.Commands() {
		paths = append(paths, commandPaths(sub, append(above[:len(above):len(above)], sub.Name()))...)
	}
	return paths
}

// In a pipe a command and an example are a line each, for those who look for a word in the help.
func TestHelpInAPipeKeepsItsLines(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"":      "\n  doctor         Check what the service needs, and say what to do; exit 1 if something needs a person\n",
		"check": "\n  fundwatch check CERV-2026-CITIZENS-TOWN-TT ludwigsburg-de --with \"Sopot (PL)\" --with \"Namur (BE)\"\n",
	} {
		if help := must(t, nil, append([]string{"help"}, strings.Fields(path)...)...); !strings.Contains(help, want) {
			t.Errorf("help %s lacks %q:\n%s", path, want, help)
		}
	}
}

func TestExamplesStayPasteable(t *testing.T) {
	t.Parallel()
	const examples = "  fundwatch search \"networks of towns\" --programme CERV --limit 20\n" +
		"  fundwatch crawl     collect the calls of today, all of them\n  fundwatch demo"
	const want = "  fundwatch search \\\n      \"networks of towns\" --programme \\\n      CERV --limit 20\n" +
		"  fundwatch crawl\n      collect the calls of today, all of\n      them\n  fundwatch demo"
	if got := fitExamples(examples, 40); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := fitExamples(examples, 100); got != examples {
		t.Errorf("there is room, and it became\n%s", got)
	}
}

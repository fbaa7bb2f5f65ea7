package main

import (
	"strconv"
	"strings"

	"github.com/spf13/cobra"
)

// widestHelp is how wide help texts are written; on narrower terminals they are wrapped anew.
const widestHelp = 100

// fitHelp wraps the help of a command to the width of the terminal. In a pipe texts and flags alone are
// wrapped, and one command stays one line.
func fitHelp(cmd *cobra.Command, sc *screen) {
	width := min(sc.width, widestHelp)
	cmd.Long = fitParagraphs(cmd.Long, width)
	template := strings.ReplaceAll(cmd.UsageTemplate(), ".FlagUsages", ".FlagUsagesWrapped "+strconv.Itoa(width))
	if sc.tty {
		if cmd.Long == "" {
			cmd.Long = fitParagraphs(cmd.Short, width)
		}
		for _, sub := range cmd.Commands() {
			const around = len("  ") + len(" ") // before the name and after it
			sub.Short = hanging(wrap(sub.Short, width-sub.NamePadding()-around), sub.NamePadding()+around)
		}
		cmd.Example = fitExamples(cmd.Example, width)
		const more = `Use "{{.CommandPath}} [command] --help" for more information about a command.`
		told := strings.ReplaceAll(more, "{{.CommandPath}}", cmd.CommandPath())
		template = strings.ReplaceAll(template, more, strings.Join(wrap(told, width), "\n"))
		use := hanging(wrap(cmd.UseLine(), width-deeper), deeper)
		template = strings.ReplaceAll(template, "{{.UseLine}}", use)
	}
	cmd.SetUsageTemplate(template)
}

// fitParagraphs wraps the paragraphs of a text. Commands among them, which begin with a tab, stay whole.
func fitParagraphs(text string, width int) string {
	var paragraphs []string
	for _, p := range strings.Split(text, "\n\n") {
		if !strings.HasPrefix(p, "\t") {
			p = strings.Join(wrap(strings.ReplaceAll(p, "\n", " "), width), "\n")
		}
		paragraphs = append(paragraphs, p)
	}
	return strings.Join(paragraphs, "\n\n")
}

// hanging joins lines so that all but the first begin in the same column.
func hanging(lines []string, column int) string {
	return strings.Join(lines, "\n"+strings.Repeat(" ", column))
}

// What stands before each example, and how far its further lines are moved in.
const (
	exampleMargin = "  "
	deeper        = len(exampleMargin) + 4
)

// fitExamples breaks example lines that are too wide: what explains one goes below it, and a command that is
// too long itself goes on after a backslash, so that it can still be pasted.
func fitExamples(examples string, width int) string {
	var lines []string
	for line := range strings.SplitSeq(examples, "\n") {
		command, told, _ := strings.Cut(strings.TrimPrefix(line, exampleMargin), "  ")
		if cells.StringWidth(line) <= width {
			lines = append(lines, line)
			continue
		}
		lines = append(lines, exampleMargin+hanging(breakCommand(command, width-deeper), deeper))
		for _, some := range wrap(told, width-deeper) {
			lines = append(lines, strings.Repeat(" ", deeper)+some)
		}
	}
	return strings.Join(lines, "\n")
}

// breakCommand breaks a command line between its arguments, with a backslash where it goes on.
func breakCommand(command string, width int) []string {
	var lines []string
	line := ""
	for _, arg := range arguments(command) {
		if line != "" && cells.StringWidth(line+" "+arg+` \`) > width {
			lines, line = append(lines, line+` \`), ""
		}
		line = strings.TrimPrefix(line+" "+arg, " ")
	}
	return append(lines, line)
}

// arguments splits a command line at spaces outside quotes.
func arguments(command string) []string {
	quote := rune(0)
	return strings.FieldsFunc(command, func(r rune) bool {
		switch {
		case quote == 0 && (r == '"' || r == '\''):
			quote = r
		case r == quote:
			quote = 0
		}
		return r == ' ' && quote == 0
	})
}

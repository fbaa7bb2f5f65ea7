package main

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"fundwatch/calls"
)

// Globals are the flags that every command understands.
type globals struct {
	config    string
	db        string
	now       string
	verbose   bool
	logFormat string
	noColor   bool
}

const longHelp = `fundwatch watches the EU's funding calls for towns and their twin towns.

It collects calls, keeps them in a database file, matches them against the interests of
municipalities, and mails each a weekly digest in its own language.

Without a configuration file every command works on defaults: the database lies under
$XDG_DATA_HOME/fundwatch, and mail is written as files beside it.`

const rootExample = `  fundwatch demo                          the whole job, offline, in a few seconds
  fundwatch crawl                         collect the calls of today
  fundwatch search "networks of towns"    find calls
  fundwatch show CERV-2026-CITIZENS-TOWN-TT
  fundwatch municipalities import towns.yaml
  fundwatch check CERV-2026-CITIZENS-TOWN-TT ludwigsburg-de
  fundwatch digest --dry-run preview      see the mails without sending any`

func newRoot(s surroundings) *cobra.Command {
	var g globals
	root := &cobra.Command{
		Use:           "fundwatch",
		Short:         "EU funding calls for towns and their twin towns",
		Long:          longHelp,
		Example:       rootExample,
		Args:          cobra.ArbitraryArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE:          helpOrUnknown,
	}
	root.SetIn(s.in)
	root.SetOut(s.out) // before the command of completions is made, which takes it along
	root.SetErr(s.err)
	flags := root.PersistentFlags()
	flags.StringVar(&g.config, "config", "", "configuration `FILE` (default: none, or $FUNDWATCH_CONFIG)")
	flags.StringVar(&g.db, "db", "", "database `FILE`")
	flags.StringVar(&g.now, "now", "", "pretend that it is this `TIME` (RFC 3339, or a day: its beginning in Brussels)")
	flags.BoolVarP(&g.verbose, "verbose", "v", false, "log what is being done")
	flags.StringVar(&g.logFormat, "log-format", "text", "`text|json`")
	flags.BoolVar(&g.noColor, "no-color", false, "no colours, even on a terminal")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		problem, _, _ := strings.Cut(err.Error(), ": strconv.") // the flag and its value say it already
		return misusef("%s%s\nTry '%s --help'.", problem, nearestFlag(cmd, err), cmd.CommandPath())
	})
	for _, add := range []func(*launcher) *cobra.Command{
		newDemo, newCrawl, newSearch, newShow, newWhy, newCheck, newMunicipalities, newSubscribers, newDigest, newSend,
		newOutbox, newInbound, newSources, newTopics, newStatus, newDoctor, newExport, newServe, newBackup, newConfig,
		newVersion, newMan,
	} {
		root.AddCommand(add(&launcher{s, &g}))
	}
	root.CompletionOptions.HiddenDefaultCmd = false
	refuseUnknownShell(root)
	markMisuse(root, s.args)
	refuseUnknownHelp(root)
	help := root.HelpFunc()
	root.SetHelpFunc(func(cmd *cobra.Command, args []string) {
		fitHelp(cmd, newScreen(s, true))
		help(cmd, args)
	})
	return root
}

// refuseUnknownShell makes "completion tcsh" an error of use, as an unknown command of any other group is.
func refuseUnknownShell(root *cobra.Command) {
	root.InitDefaultCompletionCmd()
	for _, completion := range root.Commands() {
		if completion.Name() == "completion" {
			completion.Args, completion.RunE = cobra.ArbitraryArgs, helpOrUnknown
		}
	}
}

// refuseUnknownHelp makes "help serach" an error of use: cobra would answer it with the help of what it knows.
func refuseUnknownHelp(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	for _, help := range root.Commands() {
		if help.Name() != "help" {
			continue
		}
		help.Args = func(_ *cobra.Command, args []string) error {
			if found, rest, err := root.Find(args); err != nil || len(rest) > 0 {
				return helpOrUnknown(found, rest)
			}
			return nil
		}
	}
}

// markMisuse makes wrong arguments and empty flags of every command an error of use. The whole command line is typed.
func markMisuse(cmd *cobra.Command, typed []string) {
	if check := cmd.Args; check != nil {
		cmd.Args = func(c *cobra.Command, args []string) error {
			if err := check(c, args); err != nil {
				return misusef("%swant: %s\nTry '%s --help'.", looseValue(c, typed), c.UseLine(), c.CommandPath())
			}
			return nil
		}
	}
	if run := cmd.RunE; run != nil {
		cmd.RunE = func(c *cobra.Command, args []string) error {
			if err := emptyFlag(c); err != nil {
				return err
			}
			return run(c, args)
		}
	}
	for _, sub := range cmd.Commands() {
		markMisuse(sub, typed)
	}
}

// emptyMeans marks flags whose empty value means something, or is judged where it is read.
const emptyMeans = "empty means something"

func allowEmpty(cmd *cobra.Command, names ...string) {
	for _, name := range names {
		cmd.Flags().SetAnnotation(name, emptyMeans, nil) //nolint:errcheck // of a flag that was just defined
	}
}

// emptyFlag refuses a flag that was given without a value. It comes of a variable of a script that is not set, and
// to take it as not given would send to every town in place of one, or send in place of a preview.
func emptyFlag(cmd *cobra.Command) (err error) {
	cmd.Flags().Visit(func(f *pflag.Flag) {
		_, allowed := f.Annotations[emptyMeans]
		if err == nil && !allowed && f.Value.Type() == "string" && strings.TrimSpace(f.Value.String()) == "" {
			err = misusef("--%s is empty: give it a value, or leave it out", f.Name)
		}
	})
	return err
}

// looseValue says how to write a value that was typed as a word of its own after a flag that stands alone or
// takes one behind "=" only: "--everything no". It returns "" if there is none.
func looseValue(cmd *cobra.Command, typed []string) string {
	for i, arg := range typed[:max(0, len(typed)-1)] {
		name, long := strings.CutPrefix(arg, "--")
		flag := cmd.Flags().Lookup(name)
		if long && flag != nil && takesBehindEquals(flag, typed[i+1]) {
			return fmt.Sprintf("the value of %s stands behind \"=\": %s=%s\n", arg, arg, typed[i+1])
		}
	}
	return ""
}

// takesBehindEquals reports whether a word is a yes or no that a flag takes, but only behind "=".
func takesBehindEquals(flag *pflag.Flag, word string) bool {
	if _, err := strconv.ParseBool(word); err != nil && flag.Value.Type() == "bool" {
		return false
	}
	return flag.NoOptDefVal != "" && slices.Contains([]string{"yes", "no", "true", "false", "1", "0"}, strings.ToLower(word))
}

// nearestFlag offers flags that are spelt like one that is unknown; "" if the error is another or none is near.
func nearestFlag(cmd *cobra.Command, err error) string {
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return ""
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	near := calls.Nearest(unknown.GetSpecifiedName(), names)
	for i := range near {
		near[i] = "--" + near[i]
	}
	return orMeant(near)
}

// orMeant goes on, behind what was not known, with what was perhaps meant; "" if nothing is near.
func orMeant(near []string) string {
	if len(near) == 0 {
		return ""
	}
	return "; " + calls.DidYouMean(near, "")
}

// A launcher starts commands: it turns the global flags into an [app].
type launcher struct {
	surroundings
	*globals
}

// clock returns the clock of this run: the real one, or one that stands still at --now.
func (l *launcher) clock() (func() time.Time, error) {
	if l.globals.now == "" {
		return l.surroundings.now, nil
	}
	t, err := calls.ParseMoment(l.globals.now)
	if err != nil {
		return nil, misusef("--now: %w", err)
	}
	if y := t.Year(); y < 2000 || y > 2100 {
		return nil, misusef("--now %s: want a time from 2000 to 2100", l.globals.now)
	}
	return func() time.Time { return t }, nil
}

func (l *launcher) logger() (*slog.Logger, error) {
	options := &slog.HandlerOptions{Level: slog.LevelWarn, ReplaceAttr: withoutAddresses}
	if l.verbose {
		options.Level = slog.LevelInfo
	}
	switch l.logFormat {
	case "text":
		return slog.New(slog.NewTextHandler(l.err, options)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(l.err, options)), nil
	}
	return nil, misusef("--log-format %q: want text or json", l.logFormat)
}

// group returns a command that only holds others. Alone it does the first of them that needs no
// arguments and only looks, else it prints its help; a wrong word is answered with the nearest right one.
func group(use, short string, subs ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{Use: use, Short: short, Args: cobra.ArbitraryArgs, RunE: helpOrUnknown}
	cmd.AddCommand(subs...)
	if list := subs[0]; list.Name() == "list" {
		cmd.RunE = func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				list.SetContext(cmd.Context())
				return list.RunE(list, nil)
			}
			return helpOrUnknown(cmd, args)
		}
	}
	return cmd
}

// helpOrUnknown prints the help of a command that holds others, or refuses a word that is none of them.
func helpOrUnknown(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return cmd.Help()
	}
	var names []string
	for _, sub := range cmd.Commands() {
		names = append(names, sub.Name())
	}
	return misusef("unknown command %q for %q%s\nTry '%s --help'.", args[0], cmd.CommandPath(), orMeant(calls.Nearest(args[0], names)), cmd.CommandPath())
}

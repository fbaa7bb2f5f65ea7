package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"fundwatch/calls"
)

// The forms in which calls are printed.
const (
	formatTable = "" // a table on a terminal, tab-separated values into a pipe
	formatJSON  = "json"
	formatCSV   = "csv"
	formatMD    = "md"
	formatICS   = "ics"
	formatAtom  = "atom"
)

// A format is a form with what was chosen about it.
type format struct {
	name   string
	fields []string // of JSON and CSV, in this order; nil for all
}

// tellsExpected reports whether foreseen rounds, which have ranges in place of days, can be told so.
func (f format) tellsExpected() bool {
	return slices.Contains([]string{formatTable, formatJSON, formatCSV}, f.name)
}

// FormatFlags are the flags that choose a form.
type formatFlags struct {
	json, csv fieldList // "" if the form was not chosen
	md, ics   bool
}

// A fieldList is the value of a flag that may stand alone, everyField, or name fields behind an equals sign.
type fieldList string

// everyField is what --json alone means. Cobra prints it in the help.
const everyField fieldList = "FIELDS"

func (f *fieldList) String() string { return string(*f) }

// Set implements pflag.Value.
func (f *fieldList) Set(text string) error {
	if text == "" {
		return errNoFields
	}
	*f = fieldList(text)
	return nil
}

var errNoFields = errors.New("name fields behind the equals sign, or leave it out")

// Type implements pflag.Value: flags of this type are shown as --json[=FIELDS], as they are written.
func (f *fieldList) Type() string { return "bool" }

func (f *formatFlags) define(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.Var(&f.json, formatJSON, "print JSON: all fields, or those that are named")
	flags.Var(&f.csv, formatCSV, "print comma-separated values: all fields, or those that are named")
	flags.BoolVar(&f.md, formatMD, false, "print a Markdown table, to paste into a newsletter")
	flags.BoolVar(&f.ics, formatICS, false, "print the deadlines to come as iCalendar")
	for _, name := range []string{formatJSON, formatCSV} {
		flags.Lookup(name).NoOptDefVal = string(everyField)
		completeWith(cmd, name, completeFields)
	}
}

// chosen returns the form that the flags ask for.
func (f *formatFlags) chosen(words []string) (format, error) {
	var names []string
	for _, form := range []struct {
		name  string
		given bool
	}{{formatJSON, f.json != ""}, {formatCSV, f.csv != ""}, {formatMD, f.md}, {formatICS, f.ics}} {
		if form.given {
			names = append(names, form.name)
		}
	}
	switch len(names) {
	case 0:
		return format{}, nil
	case 1:
		return f.withFields(names[0], words)
	}
	return format{}, misusef("--%s exclude each other: choose one", strings.Join(names, " and --"))
}

func (f *formatFlags) withFields(name string, words []string) (format, error) {
	asked := map[string]fieldList{formatJSON: f.json, formatCSV: f.csv}[name]
	if i := slices.IndexFunc(words, isFieldList); i >= 0 && asked == everyField {
		return format{}, misusef("--%s %s: fields are written --%s=%s", name, words[i], name, words[i])
	}
	if asked == "" || asked == everyField {
		return format{name: name}, nil
	}
	fields, err := checkFields("--"+name, strings.Split(string(asked), ","))
	return format{name, fields}, err
}

// isFieldList reports whether a word of a search is a list of fields, from one who writes --json as for gh.
func isFieldList(word string) bool {
	names := fieldNames[callView]()
	parts := strings.Split(word, ",")
	return len(parts) > 1 && !slices.ContainsFunc(parts, func(p string) bool { return !slices.Contains(names, p) })
}

// checkFields refuses names that neither calls nor foreseen rounds have as a field.
func checkFields(place string, names []string) ([]string, error) {
	known := fieldNames[callView]()
	for i, name := range names {
		names[i] = strings.TrimSpace(name)
		if !slices.Contains(known, names[i]) && !slices.Contains(fieldNames[expectedView](), names[i]) {
			hint := calls.DidYouMean(calls.Nearest(names[i], known), "choose from those below")
			return nil, misusef("%s: there is no field %q; %s\nFields: %s", place, names[i], hint, strings.Join(known, " "))
		}
	}
	return names, nil
}

// print prints findings in the form that was chosen.
func (f *findings) print(out format) error {
	switch out.name {
	case formatTable:
		return f.printTable()
	case formatMD:
		return f.printMarkdown()
	case formatICS:
		return f.printCalendar()
	case formatAtom:
		return f.printFeed()
	case formatJSON, formatCSV:
		return f.printFields(out)
	}
	return fmt.Errorf("format %q is unknown", out.name)
}

// printFields prints all that is known of each finding, or the fields that were chosen.
func (f *findings) printFields(out format) error {
	if f.Expected {
		return printViews(f.app.screen.out, out, expectedViews(f.foreseen, f.app.now()))
	}
	views, err := f.views(out)
	if err != nil {
		return err
	}
	return printViews(f.app.screen.out, out, views)
}

// views returns the findings as programs read them. The topic data is read only if the form names topics.
func (f *findings) views(out format) ([]callView, error) {
	v := viewer{programmes: f.app.programmes, now: f.now, label: func(string) string { return "" }}
	if out.fields == nil || slices.Contains(out.fields, "topics") || slices.Contains(out.fields, "reasons") {
		var err error
		if v, err = f.app.viewer("en"); err != nil {
			return nil, err
		}
	}
	views := make([]callView, 0, len(f.calls))
	for i := range f.calls {
		found := &f.calls[i]
		view := v.view(&found.Call)
		if found.Score != 0 {
			view.Score = &found.Score
		}
		view.Snippet = stated(found.Snippet)
		if found.changes != nil {
			view.History = historyView(found.changes)
		}
		if found.match != nil {
			texts, err := f.app.reasonTexts(found.match)
			if err != nil {
				return nil, err
			}
			view.Reasons = reasonViews(found.match.Reasons, texts)
			if view.Eligibility == nil { // what is closed to all is closed to this town
				view.Eligibility = stated(found.verdict)
			}
		}
		views = append(views, view)
	}
	return views, nil
}

package main

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"fundwatch/calls"
)

// SearchFlags are the flags that say which calls are meant, for every command that lists calls. Most are
// conditions, and those are kept by cobra alone: see [searchFlags.conditions].
type searchFlags struct {
	set   *pflag.FlagSet
	usual []calls.Status // without a condition on the status; nil for all
	sort  string
	limit int
	exact bool
}

// conditionFlags gives each flag that is a condition the name of that.
var conditionFlags = map[string]string{
	"programme":       calls.QualifierProgramme,
	"topic":           calls.QualifierTopic,
	"status":          calls.QualifierStatus,
	"source":          calls.QualifierSource,
	"deadline-before": calls.ConditionDeadlineBefore,
	"deadline-after":  calls.ConditionDeadlineAfter,
	"new-since":       calls.QualifierNew,
	"changed-since":   calls.QualifierChanged,
	"min-grant":       calls.QualifierMinGrant,
	"country":         calls.QualifierCountry,
	"for":             calls.QualifierFor,
}

// define adds the flags to a command that lists at most so many calls.
func (f *searchFlags) define(l *launcher, cmd *cobra.Command, limit int, usual string) {
	flags := cmd.Flags()
	f.set = flags
	flags.StringSlice("programme", nil, "only these `PROGRAMMES`, such as CERV,LIFE")
	flags.StringSlice("topic", nil, "only these `TOPICS` (see 'fundwatch topics')")
	flags.StringSlice("status", nil, "open, forthcoming, closed, withdrawn, all, or expected: the next rounds, foreseen from past ones (default "+usual+")")
	flags.StringSlice("source", nil, "only calls of these `SOURCES` (see 'fundwatch sources')")
	flags.String("deadline-before", "", "next deadline before this `DAY`")
	flags.String("deadline-after", "", "next deadline on or after this `DAY`")
	flags.String("new-since", "", "first seen since a `DAY` or a time such as 7d")
	flags.String("changed-since", "", "new or changed since a `DAY` or a time such as 7d")
	flags.String("min-grant", "", "one project can get at least this many `EURO`, or it is not stated")
	flags.StringSlice("country", nil, "bodies of one of these `COUNTRIES` can take part, or it is not stated")
	flags.String("for", "", "only what concerns this `MUNICIPALITY`, as its digest decides, and why")
	flags.StringVar(&f.sort, "sort", string(calls.SortBest), "best, deadline, newest or budget")
	flags.IntVar(&f.limit, "limit", limit, "at most this many; 0 for all")
	flags.BoolVar(&f.exact, "exact", false, "only these words, not what they mean")
	allowEmpty(cmd, "deadline-before", "deadline-after", "new-since", "changed-since", "min-grant", "for") // see conditions
	complete(cmd, "status", calls.StatusWords())
	complete(cmd, "sort", wordsOf(calls.SortOrders()))
	completeWith(cmd, "topic", l.topicWords)
	completeWith(cmd, "programme", l.programmeWords)
	completeWith(cmd, "source", l.sourceWords)
	completeWith(cmd, "country", countryWords)
	completeWith(cmd, "for", l.municipalityWords)
	cmd.ValidArgsFunction = l.completeQuery
}

// conditions returns what the flags ask for. A flag that was given with an empty value is one: a script
// whose variable is empty should not find everything.
func (f *searchFlags) conditions() []calls.Condition {
	var all []calls.Condition
	f.set.Visit(func(flag *pflag.Flag) {
		name, ok := conditionFlags[flag.Name]
		if !ok {
			return
		}
		values := []string{flag.Value.String()}
		if list, ok := flag.Value.(pflag.SliceValue); ok {
			values = list.GetSlice()
		}
		if len(values) == 0 {
			values = []string{""}
		}
		all = append(all, calls.Condition{Place: "--" + flag.Name, Name: name, Values: values})
	})
	return all
}

func wordsOf[T ~string](list []T) []string {
	words := make([]string, len(list))
	for i, s := range list {
		words[i] = string(s)
	}
	return words
}

package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"fundwatch/calls"
	"fundwatch/calls/store"
)

// complete offers fixed words for a flag.
func complete(cmd *cobra.Command, flag string, words []string) {
	err := cmd.RegisterFlagCompletionFunc(flag, func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return words, cobra.ShellCompDirectiveNoFileComp
	})
	if err != nil {
		panic("complete: " + err.Error()) // a flag that was never defined
	}
}

// A wordSource returns what may stand somewhere on the command line, each word with a tab and what it is
// about where that helps. A shell that completes must never print an error, so it has none to give.
type wordSource func(cmd *cobra.Command) []string

// completeWith offers the words of a source for a flag, also behind a comma if it takes several.
func completeWith(cmd *cobra.Command, flag string, words wordSource) {
	_, several := cmd.Flags().Lookup(flag).Value.(pflag.SliceValue)
	several = several || flag == formatJSON || flag == formatCSV
	err := cmd.RegisterFlagCompletionFunc(flag, func(cmd *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		before := ""
		if several {
			before = typed[:strings.LastIndexByte(typed, ',')+1]
		}
		return prefixed(before, words(cmd)), cobra.ShellCompDirectiveNoFileComp
	})
	if err != nil {
		panic("complete: " + err.Error()) // a flag that was never defined
	}
}

func prefixed(before string, words []string) []string {
	for i := range words {
		words[i] = before + words[i]
	}
	return words
}

func (l *launcher) topicWords(*cobra.Command) []string {
	topics, err := calls.LoadTopics()
	if err != nil {
		return nil
	}
	words := topics.IDs()
	for i, id := range words {
		words[i] = id + "\t" + topics.Label(id, "en")
	}
	return words
}

func (l *launcher) programmeWords(*cobra.Command) []string {
	programmes, err := calls.LoadProgrammes()
	if err != nil {
		return nil
	}
	words := programmes.Codes()
	for i, code := range words {
		words[i] = code + "\t" + programmes.Name(code)
	}
	return words
}

func countryWords(*cobra.Command) []string {
	countries, err := calls.LoadCountries()
	if err != nil {
		return nil
	}
	words := countries.Codes()
	for i, code := range words {
		words[i] = code + "\t" + countries.Name(code)
	}
	return words
}

func (l *launcher) sourceWords(cmd *cobra.Command) []string {
	return l.wordsFrom(cmd, func(a *app) ([]string, error) { return a.knownSources(cmd.Context()) })
}

// completeSources offers the sources that were not named yet.
func (l *launcher) completeSources(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	var words []string
	if a, err := l.assemble(); err == nil {
		words, _ = a.configuredSources() // a broken configuration is told by the command itself
	}
	named := func(source string) bool { return slices.Contains(args, source) }
	return slices.DeleteFunc(words, named), cobra.ShellCompDirectiveNoFileComp
}

func (l *launcher) municipalityWords(cmd *cobra.Command) []string {
	return l.wordsFrom(cmd, func(a *app) ([]string, error) {
		towns, err := a.db.MunicipalityNames(cmd.Context())
		return namedWords(towns), err
	})
}

func namedWords(names []store.Named) []string {
	var words []string
	for _, n := range names {
		words = append(words, n.Name+"\t"+n.Title)
	}
	return words
}

func completeFields(*cobra.Command) []string { return fieldNames[callView]() }

// completeQuery offers the conditions that may stand among the words of a search and, behind the colon of
// one, what it can be.
func (l *launcher) completeQuery(cmd *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
	name, _, chosen := strings.Cut(strings.TrimPrefix(typed, "-"), ":")
	if !chosen {
		names := calls.Qualifiers()
		for i := range names {
			names[i] += ":"
		}
		return names, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	}
	values := map[string]wordSource{
		calls.QualifierProgramme: l.programmeWords,
		calls.QualifierTopic:     l.topicWords,
		calls.QualifierSource:    l.sourceWords,
		calls.QualifierFor:       l.municipalityWords,
		calls.QualifierCountry:   countryWords,
		calls.QualifierStatus:    func(*cobra.Command) []string { return calls.StatusWords() },
	}[name]
	if values == nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	before := typed[:strings.LastIndexAny(typed, ":,")+1]
	return prefixed(before, values(cmd)), cobra.ShellCompDirectiveNoFileComp
}

func (l *launcher) completeCalls(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return l.wordsFrom(cmd, func(a *app) ([]string, error) {
		names, err := a.db.Identifiers(cmd.Context(), typed)
		if err != nil || len(names) > 0 || cmd.Name() == "mute" || cmd.Name() == "unmute" {
			return namedWords(names), err
		}
		foreseen, err := a.foreseen(cmd.Context()) // show, check and why take rounds that are not published yet
		for i := range foreseen {
			if e := &foreseen[i]; calls.ShownAs(e.Identifier(), typed) {
				names = append(names, store.Named{Name: e.Identifier(), Title: e.Name()})
			}
		}
		return namedWords(names), err
	}), cobra.ShellCompDirectiveNoFileComp
}

func (l *launcher) completeMunicipalities(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return l.municipalityWords(cmd), cobra.ShellCompDirectiveNoFileComp
}

func (l *launcher) completeWhy(cmd *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
	if len(args) == 1 {
		return l.completeMunicipalities(cmd, nil, word)
	}
	return l.completeCalls(cmd, args, word)
}

// wordsFrom asks the database.
func (l *launcher) wordsFrom(cmd *cobra.Command, words func(*app) ([]string, error)) []string {
	a, err := l.open(cmd.Context())
	if err != nil {
		return nil
	}
	defer a.close()
	list, err := words(a)
	if err != nil {
		return nil
	}
	return list
}

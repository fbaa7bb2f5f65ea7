package main

import (
	"github.com/spf13/cobra"

	"fundwatch/calls"
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

func (l *launcher) completeTopics(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	topics, err := calls.LoadTopics()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	return topics.IDs(), cobra.ShellCompDirectiveNoFileComp
}

func (l *launcher) completeProgrammes(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	programmes, err := calls.LoadProgrammes()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	return programmes.Codes(), cobra.ShellCompDirectiveNoFileComp
}

func (l *launcher) completeCalls(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return l.completeFrom(cmd, func(a *app) ([]string, error) {
		hits, err := a.db.Search(cmd.Context(), calls.Search{Statuses: []calls.Status{calls.Open, calls.Forthcoming}}, a.now())
		var words []string
		for i := range hits {
			words = append(words, identifierOf(&hits[i].Call)+"\t"+hits[i].Call.Title)
		}
		return words, err
	})
}

func (l *launcher) completeMunicipalities(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return l.completeFrom(cmd, func(a *app) ([]string, error) {
		towns, err := a.db.Municipalities(cmd.Context())
		var words []string
		for i := range towns {
			words = append(words, towns[i].ID+"\t"+towns[i].Name)
		}
		return words, err
	})
}

func (l *launcher) completeWhy(cmd *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
	if len(args) == 1 {
		return l.completeMunicipalities(cmd, nil, word)
	}
	return l.completeCalls(cmd, args, word)
}

// completeFrom asks the database. A shell that completes must never print an error.
func (l *launcher) completeFrom(cmd *cobra.Command, words func(*app) ([]string, error)) ([]string, cobra.ShellCompDirective) {
	a, err := l.open(cmd.Context())
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	defer a.close()
	list, err := words(a)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return list, cobra.ShellCompDirectiveNoFileComp
}

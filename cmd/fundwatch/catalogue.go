package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"fundwatch/calls"
)

func newTopics(l *launcher) *cobra.Command {
	var language string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "topics", Short: "List the topics that a town can be interested in", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return l.listTopics(language, asJSON) },
	}
	cmd.Flags().StringVar(&language, "lang", "en", "language of the labels: any official `LANGUAGE` of the EU")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	complete(cmd, "lang", calls.Languages())
	return cmd
}

func (l *launcher) listTopics(language string, asJSON bool) error {
	if !slices.Contains(calls.Languages(), language) {
		return misusef("--lang %q: want one of %s", language, strings.Join(calls.Languages(), ", "))
	}
	topics, err := calls.LoadTopics()
	if err != nil {
		return err
	}
	screen := newScreen(l.surroundings, l.noColor)
	type entry struct {
		ID    string `json:"id"`
		Label string `json:"label"`
	}
	entries := []entry{}
	t := table{screen: screen, columns: []column{{title: "topic", least: 12}, {title: "label", least: 20}}}
	for _, id := range topics.IDs() {
		entries = append(entries, entry{id, topics.Label(id, language)})
		t.add(cell{whole: id, style: bold}, cell{whole: topics.Label(id, language)})
	}
	if asJSON {
		return writeJSON(l.out, entries)
	}
	return t.print()
}

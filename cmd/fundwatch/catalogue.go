package main

import (
	"context"
	"fmt"
	"slices"

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
		return misusef("--lang %q: want one of %v", language, calls.Languages())
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

func newSources(l *launcher) *cobra.Command {
	list := &cobra.Command{
		Use: "list", Short: "List sources and their last crawl", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return l.listSources(cmd.Context()) },
	}
	return group("sources", "Look at where calls are collected", list)
}

func (l *launcher) listSources(ctx context.Context) error {
	a, err := l.open(ctx)
	if err != nil {
		return err
	}
	defer a.close()
	runs, err := a.db.LastRuns(ctx)
	if err != nil {
		return err
	}
	t := table{screen: a.screen, columns: []column{
		{title: "source"}, {title: "last"}, {title: "seen", right: true}, {title: "state", least: 16}, {title: "address", least: 20, drop: 100},
	}}
	for _, name := range a.sourceNames() {
		last, seen, state := cell{whole: ""}, "", "never collected"
		if r, ok := runs[name]; ok {
			last = cell{whole: rfc3339(r.Started), short: r.Started.In(a.zone).Format("2 Jan 15:04")}
			seen, state = fmt.Sprint(r.Seen), runState(r)
		}
		t.add(cell{whole: name, style: bold}, last, cell{whole: seen}, cell{whole: state}, cell{whole: a.cfg.Sources.Portal.URL, style: faint})
	}
	if len(a.sourceNames()) == 0 {
		fmt.Fprintln(l.err, "No source is enabled.")
		return nil
	}
	return t.print()
}

func runState(r calls.Run) string {
	switch {
	case r.Error != "":
		return "failed: " + r.Error
	case r.Complete:
		return "complete"
	}
	return "not complete"
}

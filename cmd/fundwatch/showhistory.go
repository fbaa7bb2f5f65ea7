package main

import (
	"bufio"
	"context"
	"fmt"

	"fundwatch/calls"
)

// showHistory prints only what changed about a call, oldest first: as lines for people, as tab-separated
// values (time, kind, old, new, the source's reason) into a pipe, or as JSON.
func (l *launcher) showHistory(ctx context.Context, name string, asJSON bool) error {
	a, c, err := l.openCall(ctx, name)
	if err != nil {
		return err
	}
	defer a.close()
	history, err := a.db.History(ctx, c.Key)
	if err != nil {
		return fmt.Errorf("history of %s: %w", c.Key, err)
	}
	switch {
	case asJSON:
		return writeJSON(a.screen.out, historyView(history))
	case !a.screen.tty:
		return printHistoryLines(a.screen, history)
	}
	return l.paged(a.screen, func() error {
		k := card{screen: a.screen, call: c, history: history}
		w := bufio.NewWriter(a.screen.out)
		k.heading(w)
		k.changeLines(w)
		return w.Flush()
	})
}

func printHistoryLines(sc *screen, history []calls.Change) error {
	t := table{screen: sc}
	for _, h := range history {
		t.add(cell{whole: rfc3339(h.At)}, cell{whole: string(h.Kind)}, cell{whole: h.Old}, cell{whole: h.New}, cell{whole: h.Reason})
	}
	return t.print()
}

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"

	"fundwatch/calls"
)

// roundNamed returns the round that is foreseen and has that identifier or family or, if there is none, the one
// whose identifier may be meant by it (see [calls.ShownAs]). The error wraps [calls.ErrNotFound] if there is none, and
// names them if there are several.
func (a *app) roundNamed(ctx context.Context, name string) (*calls.Prospect, error) {
	outlook, err := a.outlook(ctx)
	if err != nil {
		return nil, err
	}
	var beginning []calls.Prospect
	for _, p := range outlook.All() {
		if strings.EqualFold(p.Identifier(), name) || strings.EqualFold(p.Family, name) {
			return &p, nil
		}
		if calls.ShownAs(p.Identifier(), name) {
			beginning = append(beginning, p)
		}
	}
	switch len(beginning) {
	case 0:
		return nil, fmt.Errorf("foreseen round %q: %w", name, calls.ErrNotFound)
	case 1:
		return &beginning[0], nil
	}
	var choice namesakes
	for i := range beginning {
		choice.add(beginning[i].Identifier(), beginning[i].Name())
	}
	return nil, misusef("%d expected rounds begin with %q. Choose one:%s", len(beginning), name, choice.lines())
}

// Namesakes are what a name may mean, to choose from.
type namesakes []([2]string)

func (n *namesakes) add(name, title string) { *n = append(*n, [2]string{name, title}) }

// lines returns a line for each, with a line break before it.
func (n namesakes) lines() string {
	var b strings.Builder
	for _, one := range n {
		fmt.Fprintf(&b, "\n  %-32s %s", one[0], clip(one[1], 80))
	}
	return b.String()
}

// prospect returns the round that is foreseen and will bear that identifier, reading no other family. The error
// wraps [calls.ErrNotFound] if there is none.
func (a *app) prospect(ctx context.Context, identifier string) (*calls.Prospect, error) {
	h, err := a.roundsOf(ctx, &calls.Call{Identifier: identifier})
	if err != nil {
		return nil, err
	}
	if h.next == nil || !strings.EqualFold(h.next.Identifier(), identifier) {
		return nil, fmt.Errorf("foreseen round %q: %w", identifier, calls.ErrNotFound)
	}
	foreseen := []calls.Expected{*h.next}
	last, err := a.lastRounds(ctx, foreseen)
	if err != nil {
		return nil, err
	}
	topics, err := a.topics()
	if err != nil {
		return nil, err
	}
	return &calls.NewOutlook(topics, foreseen, last).All()[0], nil
}

// callOrRound returns the call that name means or, if there is none yet, the round that is foreseen under that
// name with a call that is like it. Round is nil for a call that was seen. A name that means neither is the
// error that the search for a call gave: it says what is near.
func (a *app) callOrRound(ctx context.Context, name string) (c *calls.Call, round *calls.Expected, err error) {
	c, err = a.oneCall(ctx, name)
	if !errors.Is(err, calls.ErrNotFound) {
		return c, nil, err
	}
	p, failed := a.roundNamed(ctx, name)
	switch {
	case errors.Is(failed, calls.ErrNotFound):
		return nil, nil, err
	case failed != nil:
		return nil, nil, failed
	}
	c = p.Next()
	c.Title = p.Name()
	return c, &p.Expected, nil
}

// notPublished says when a round is, or was, to be expected.
func (a *app) notPublished(round *calls.Expected) string {
	verb := "expected"
	if round.Overdue(a.now()) {
		verb = "was expected"
	}
	return fmt.Sprintf("not published yet: %s to open %s and to close %s", verb,
		dayRange(round.OpensFrom, round.OpensTo), dayRange(round.ClosesFrom, round.ClosesTo))
}

// showRound shows a round that is only foreseen, in the form that the flags ask for.
func (l *launcher) showRound(ctx context.Context, a *app, c *calls.Call, round *calls.Expected, f showFlags) error {
	if f.json {
		return writeJSON(a.screen.out, expectedViews([]calls.Expected{*round}, a.now())[0])
	}
	v, err := a.viewer(f.language)
	if err != nil {
		return err
	}
	who, err := a.eligibility(ctx, c, f.town)
	if err != nil {
		return err
	}
	rounds, err := a.roundLines(ctx, c)
	if err != nil {
		return err
	}
	k := card{screen: a.screen, viewer: v, call: c, rounds: rounds, who: who}
	return l.paged(a.screen, func() error { return k.printRound(round, a.notPublished(round)) })
}

// printRound prints a foreseen round in the order of a call's card.
func (k card) printRound(round *calls.Expected, status string) error {
	w := bufio.NewWriter(k.screen.out)
	k.heading(w)
	if k.who.verdict != "" {
		k.fact(w, "Verdict", k.who.verdict)
	}
	k.fact(w, "Status", status)
	k.fact(w, "Because", round.Basis)
	k.fact(w, "Note", "a guess from past rounds: the new one may differ in its dates and in its rule")
	for _, f := range k.who.facts() {
		k.fact(w, f[0], f[1])
	}
	k.fact(w, "Programme", k.programme())
	k.topicFacts(w)
	k.fact(w, "Last round", strings.TrimSpace(orNotStated(round.LastIdentifier)+" "+round.LastURL))
	k.pastRounds(w)
	return w.Flush()
}

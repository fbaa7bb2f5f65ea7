package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"fundwatch/calls"
	"fundwatch/calls/store"
)

func newWhy(l *launcher) *cobra.Command {
	return &cobra.Command{
		Use:               "why CALL MUNICIPALITY",
		Short:             "Say whether and why a call concerns a municipality, and what it was told",
		Example:           "  fundwatch why CERV-2026-CITIZENS-TOWN-TT ludwigsburg-de",
		Args:              cobra.ExactArgs(2),
		ValidArgsFunction: l.completeWhy,
		RunE:              func(cmd *cobra.Command, args []string) error { return l.why(cmd.Context(), args[0], args[1]) },
	}
}

func (l *launcher) why(ctx context.Context, name, id string) error {
	a, err := l.open(ctx)
	if err != nil {
		return err
	}
	defer a.close()
	c, round, err := a.callOrRound(ctx, name)
	if err != nil {
		return err
	}
	m, err := a.db.Municipality(ctx, id)
	if err != nil {
		return err
	}
	topics, err := a.topics()
	if err != nil {
		return err
	}
	assessment, err := a.assess(ctx, c, m)
	if err != nil {
		return err
	}
	fmt.Fprintf(l.out, "%s\n%s\n\n", a.screen.paint(bold, c.Title), identifierOf(c))
	a.explain(calls.Explain(topics, c, m), topics, c, m)
	a.explainAssessment(&assessment)
	if round != nil {
		fmt.Fprintln(l.out, a.notPublished(round))
		return nil
	}
	if status := c.Status(a.now()); status == calls.Closed || status == calls.Withdrawn {
		fmt.Fprintln(l.out, "but "+closedWhy(c, a.now()))
	}
	return a.printTold(ctx, c, m)
}

func (a *app) explain(e calls.Explanation, topics *calls.Topics, c *calls.Call, m *calls.Municipality) {
	w := a.screen.out
	if e.Match == nil {
		fmt.Fprintf(w, "does not concern %s: %s\n", m.Name, e.Excluded)
		return
	}
	fmt.Fprintf(w, "concerns %s (score %.2f):\n", m.Name, e.Match.Score)
	for _, r := range e.Match.Reasons {
		a.screen.item(reasonLine(r, topics))
	}
	if why, closed := c.ClosedToNewcomers(a.now()); closed {
		fmt.Fprintf(w, "not in digests: closed to newcomers, %s\n", why)
	}
}

// explainAssessment says whether the town may apply and has the partners, and what follows for its digests.
func (a *app) explainAssessment(as *calls.Assessment) {
	for _, line := range a.screen.lines("may it apply? "+verdictLine(as), 0) {
		fmt.Fprintln(a.screen.out, line)
	}
	if claim := as.Town.Claim; claim.Source != "" {
		a.screen.item(claim.String())
	}
	if as.Hopeless() {
		fmt.Fprintln(a.screen.out, "not in digests: the town may not apply, and no twin town of its could")
	}
}

// reasonLine tells one reason in English.
func reasonLine(r calls.Reason, topics *calls.Topics) string {
	evidence := topicReason(calls.TopicHit{Rule: r.Rule, Field: r.Field, Words: r.Words})
	switch {
	case r.Rule == calls.RuleEverything:
		return "the town asked for every call"
	case r.Keyword != "" && r.Topic != "":
		return fmt.Sprintf("its word %q means the topic %q: %s", r.Keyword, topics.Label(r.Topic, "en"), evidence)
	case r.Keyword != "":
		return fmt.Sprintf("its word %q: %s", r.Keyword, evidence)
	}
	return fmt.Sprintf("its topic %q: %s", topics.Label(r.Topic, "en"), evidence)
}

// printTold lists what each mailbox of the town was told about the call, and what became of the mail.
func (a *app) printTold(ctx context.Context, c *calls.Call, m *calls.Municipality) error {
	for i := range m.Subscribers {
		s := &m.Subscribers[i]
		tellings, err := a.db.Tellings(ctx, s.ID)
		if err != nil {
			return err
		}
		told := false
		fmt.Fprintf(a.screen.out, "\n%s:\n", s.Email)
		muted, err := a.db.MutedSince(ctx, s.ID, c.Key)
		if err != nil {
			return err
		}
		if !muted.IsZero() {
			a.screen.item("wants to hear no more of it since " + calls.Day(muted))
		}
		for _, t := range tellings {
			if t.Notice.Call == c.Key {
				told = true
				a.screen.item(tellingLine(t))
			}
		}
		if !told {
			fmt.Fprintln(a.screen.out, "  - was told nothing about it")
		}
	}
	return nil
}

// tellingLine says what was told, in which mail, and what the mail server said to it.
func tellingLine(t store.Telling) string {
	d := t.Delivery
	line := fmt.Sprintf("%s, in mail %d of %s: %s", t.Notice.Kind, d.ID, calls.Day(d.Created), d.State)
	if d.Answer != "" {
		line += fmt.Sprintf(" (%s)", d.Answer)
	}
	if !t.Counts {
		line += "; it did not arrive and will be told again"
	}
	return line
}

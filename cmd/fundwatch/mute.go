package main

import (
	"context"

	"github.com/spf13/cobra"

	"fundwatch/calls"
)

// muteCall mutes or unmutes a call for every subscriber that has the address or number.
func (l *launcher) muteCall(ctx context.Context, who, name string, do func(*app, context.Context, int64, *calls.Call) (string, error)) error {
	a, c, err := l.openCall(ctx, name)
	if err != nil {
		return err
	}
	defer a.close()
	return a.eachNamed(ctx, who, func(s *calls.Subscriber) (string, error) {
		done, err := do(a, ctx, s.ID, c)
		return identifierOf(c) + " " + done, err
	})
}

func (a *app) mute(ctx context.Context, subscriber int64, c *calls.Call) (string, error) {
	return "muted", a.db.Mute(ctx, subscriber, c.Key, a.now())
}

func (a *app) unmute(ctx context.Context, subscriber int64, c *calls.Call) (string, error) {
	facts := c.Facts(a.now())
	muted, err := a.db.Unmute(ctx, subscriber, c.Key, &facts, a.now())
	if err == nil && !muted {
		return "was not muted", nil
	}
	return "no longer muted", err
}

func (l *launcher) completeMute(cmd *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
	if len(args) == 1 {
		return l.completeCalls(cmd, nil, word)
	}
	return nil, cobra.ShellCompDirectiveNoFileComp
}

package main

import (
	"context"
	"time"

	"fundwatch/calls/store"
)

// How long things are kept. Calls, what was told to whom, who is subscribed and who must not be written to, are
// kept for ever. None of these is a setting: each is longer than anything that reads it looks back.
const (
	// The bytes of mails that have ended: long enough to answer "what did you send us last week". No longer,
	// because they are the one place that holds addresses of pages with their tokens; what was told is kept without
	// them. At 30 KB a mail and 100,000 readers a week it makes 6 GB.
	keepMessages = 14 * 24 * time.Hour
	// Runs: to compare with the same season of last year.
	keepRuns = 400 * 24 * time.Hour
	// Mails that came back: what they say of a mailbox counts for weeks, and a report may come in twice.
	keepInbound = 180 * 24 * time.Hour
	// Odd records, which every run finds again as long as they are odd.
	keepOdd = 30 * 24 * time.Hour
	// Copies of pages: the crawler believes none that is older than a week.
	keepCopies = 30 * 24 * time.Hour
)

// keepSignUps is how long a confirmation that nobody gave is known after it has expired: who comes a day too
// late is told so.
const keepSignUps = 24 * time.Hour

// pruneEvery is how often serve looks for what is too old.
const pruneEvery = 24 * time.Hour

// prune drops what is too old, once a day, and gives room back to the disk.
func (d *daemon) prune(ctx context.Context) error {
	now := d.now()
	if !d.pruned.IsZero() && now.Sub(d.pruned) < pruneEvery {
		return nil
	}
	dropped, err := d.db.Prune(ctx, store.Befores{
		Messages: now.Add(-keepMessages), Runs: now.Add(-keepRuns), Odd: now.Add(-keepOdd),
		Inbound: now.Add(-keepInbound), Copies: now.Add(-keepCopies),
	})
	if err != nil {
		return err
	}
	if _, err := d.db.DropSignUps(ctx, now.Add(-keepSignUps)); err != nil {
		return err
	}
	freed, err := d.db.Tidy(ctx)
	if err != nil {
		return err
	}
	d.pruned = now
	d.log.Info("pruned", "mails", dropped.Messages, "runs", dropped.Runs, "odd", dropped.Odd, "inbound", dropped.Inbound, "copies", dropped.Copies, "freed", freed)
	return nil
}

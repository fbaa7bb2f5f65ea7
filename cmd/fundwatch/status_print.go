package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"fundwatch/calls"
)

// In which order states are shown.
var (
	subscriberStates = []calls.SubscriberState{
		calls.SubscriberActive, calls.SubscriberPending, calls.SubscriberPaused, calls.SubscriberUnsubscribed, calls.SubscriberBounced,
	}
	deliveryStates = []calls.DeliveryState{
		calls.DeliveryQueued, calls.DeliverySending, calls.DeliverySent, calls.DeliveryUncertain,
		calls.DeliveryFailed, calls.DeliveryBounced, calls.DeliverySuppressed,
	}
)

func (v statusView) print(a *app) {
	sc := a.screen
	sc.fact("database", fmt.Sprintf("%s, %s", v.Database, byteSize(v.Bytes)))
	sc.fact("calls", fmt.Sprintf("%d open, %d forthcoming, %d closed, %d withdrawn",
		v.Calls[calls.Open], v.Calls[calls.Forthcoming], v.Calls[calls.Closed], v.Calls[calls.Withdrawn]))
	for _, s := range v.Sources {
		sc.fact("source", s.line(a.zone))
	}
	sc.fact("subscribers", counted(v.Subscribers, subscriberStates))
	sc.fact("outbox", counted(v.Outbox, deliveryStates)+v.whyWaiting(a.zone))
	for _, name := range []string{"crawl", "digest"} {
		sc.fact("next "+name, stamp(v.Next[name], a.zone))
	}
	sc.fact("reminders", "next "+stamp(v.Next["reminders"], a.zone))
	for _, w := range v.Working {
		sc.fact("at work", w.Stage+", process "+w.By)
	}
	if len(v.Attention) == 0 {
		fmt.Fprintln(sc.out, sc.paint(green, "all is well"))
	}
	for _, need := range v.Attention {
		sc.fact("look", strings.ReplaceAll(need.Problem, "\n", "; ")) // of several failures each is a line
		sc.fact("", "-> "+need.Hint)
	}
}

func (s *sourceView) line(zone *time.Location) string {
	if s.Started == nil {
		return s.Source + ": never collected"
	}
	line := fmt.Sprintf("%s: %s, %s, %d seen, %d new, %d changed, %d odd", s.Source, s.Health,
		s.startedAt.In(zone).Format("Mon 2 Jan 2006 15:04"), s.Seen, s.New, s.Changed, s.Odd)
	if s.Verified != nil {
		line += ", " + *s.Verified
	}
	return line
}

// whyWaiting says since when the mail that waits longest does, and what the mail server said to it; "" if none waits
// that was tried.
func (v statusView) whyWaiting(zone *time.Location) string {
	if v.Waiting == nil || v.Waiting.Answer == nil {
		return ""
	}
	return fmt.Sprintf("; mail %d waits since %s: %s", v.Waiting.Mail, stamp(v.Waiting.Created, zone), *v.Waiting.Answer)
}

// counted names the counts that are not zero.
func counted[K ~string](counts map[K]int, order []K) string {
	var parts []string
	for _, name := range order {
		if n := counts[name]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, name))
		}
	}
	return orNone(parts)
}

func (a *app) listOdd(ctx context.Context, v statusView) error {
	t := table{screen: a.screen, columns: []column{{title: "source"}, {title: "record", least: 16}, {title: "problem", least: 24}}}
	for _, s := range v.Sources {
		odd, err := a.db.OddRecords(ctx, s.run)
		if err != nil {
			return err
		}
		for _, o := range odd {
			t.add(cell{whole: s.Source}, cell{whole: orNotStated(o.Reference)}, cell{whole: o.Problem})
		}
	}
	return t.print()
}

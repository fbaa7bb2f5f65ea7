package main

import (
	"context"

	"fundwatch/calls"
	"fundwatch/notify/web"
)

// sampleList gathers the numbers that Prometheus reads.
type sampleList []web.Sample

func (l *sampleList) gauge(name, help string, value float64, labels ...string) {
	*l = append(*l, web.Sample{Name: "fundwatch_" + name, Help: help, Kind: "gauge", Labels: labels, Value: value})
}

// samples returns what a person who runs fundwatch has to watch: calls, crawls, mail, subscribers.
func (a *app) samples(ctx context.Context) ([]web.Sample, error) {
	var l sampleList
	for _, read := range []func(context.Context, *sampleList) error{
		a.sampleCalls, a.sampleCrawls, a.sampleOutbox, a.sampleSubscribers,
	} {
		if err := read(ctx, &l); err != nil {
			return nil, err
		}
	}
	return l, nil
}

func (a *app) sampleCalls(ctx context.Context, l *sampleList) error {
	counts, err := a.db.CountCalls(ctx, a.now())
	for _, status := range calls.Statuses() {
		l.gauge("calls", "Calls by status.", float64(counts[status]), "status", string(status))
	}
	return err
}

func (a *app) sampleCrawls(ctx context.Context, l *sampleList) error {
	runs, err := a.db.LastRuns(ctx)
	if err != nil {
		return err
	}
	for source, r := range runs {
		for _, n := range []struct {
			name  string
			count int
		}{{"seen", r.Seen}, {"new", r.New}, {"changed", r.Changed}, {"unchanged", r.Unchanged}, {"gone", r.Gone}, {"odd", r.Odd}} {
			l.gauge("crawl_records", "Records of the newest crawl of a source, by what became of them.", float64(n.count), "source", source, "kind", n.name)
		}
		l.gauge("crawl_seconds", "How long the newest crawl of a source took.", r.Ended.Sub(r.Started).Seconds(), "source", source)
		l.gauge("crawl_held", "1 if the newest crawl of a source waits for a person.", float64(count(r.Held)), "source", source)
	}
	complete, err := a.db.LastComplete(ctx)
	for source, at := range complete {
		l.gauge("crawl_complete_age_seconds", "Time since a source was last read in full.", a.now().Sub(at).Seconds(), "source", source)
	}
	if err != nil {
		return err
	}
	failures, err := a.db.FailuresInARow(ctx)
	for source := range runs {
		l.gauge("crawl_failures", "Failed crawls of a source since its last complete one.", float64(failures[source]), "source", source)
	}
	return err
}

func (a *app) sampleOutbox(ctx context.Context, l *sampleList) error {
	counts, err := a.db.CountOutbox(ctx)
	if err != nil {
		return err
	}
	for _, state := range []calls.DeliveryState{
		calls.DeliveryQueued, calls.DeliverySending, calls.DeliverySent, calls.DeliveryUncertain,
		calls.DeliveryFailed, calls.DeliveryBounced, calls.DeliverySuppressed,
	} {
		l.gauge("outbox_mails", "Mails by state.", float64(counts[state]), "state", string(state))
	}
	oldest, err := a.db.OldestDelivery(ctx, calls.DeliveryQueued, calls.DeliverySending, calls.DeliveryUncertain)
	age := 0.0
	if oldest != nil {
		age = a.now().Sub(oldest.Created).Seconds()
	}
	l.gauge("outbox_oldest_age_seconds", "Age of the oldest mail that is not settled; 0 if there is none.", age)
	return err
}

func (a *app) sampleSubscribers(ctx context.Context, l *sampleList) error {
	byState, err := a.db.CountSubscribers(ctx)
	for _, state := range []calls.SubscriberState{
		calls.SubscriberPending, calls.SubscriberActive, calls.SubscriberPaused, calls.SubscriberUnsubscribed, calls.SubscriberBounced,
	} {
		l.gauge("subscribers", "Mailboxes by state.", float64(byState[state]), "state", string(state))
	}
	l.gauge("build_info", "Always 1; the version is in the label.", 1, "version", version())
	return err
}

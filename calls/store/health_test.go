package store_test

import (
	"fmt"
	"testing"
	"time"

	"fundwatch/calls"
)

func TestHealth(t *testing.T) {
	t.Parallel()
	db := readyTown(t)
	same(t, "oldest of none", must(db.OldestDelivery(t.Context(), calls.DeliveryQueued))(t), nil)
	for i := range 3 {
		enqueue(t, db, 1, fmt.Sprint("period ", i))
	}
	claimed := must(db.Claim(t.Context(), nil, now, lease))(t)
	ok(t, db.Record(t.Context(), claimed.ID, calls.Outcome{State: calls.DeliveryFailed, Code: 550}, now))
	oldest := must(db.OldestDelivery(t.Context(), calls.DeliveryFailed, calls.DeliveryUncertain))(t)
	same(t, "oldest failure", oldest.ID, claimed.ID)
	same(t, "its code", oldest.Code, 550)
	same(t, "oldest waiting", must(db.OldestDelivery(t.Context(), calls.DeliveryQueued))(t).ID > claimed.ID, true)
	same(t, "subscribers", must(db.CountSubscribers(t.Context()))(t), map[calls.SubscriberState]int{calls.SubscriberActive: 1, calls.SubscriberPending: 1})
	same(t, "active ones", len(must(db.SubscribersIn(t.Context(), calls.SubscriberActive, 1))(t)), 1)
	same(t, "bounced ones", len(must(db.SubscribersIn(t.Context(), calls.SubscriberBounced, 0))(t)), 0)

	held, _, _, err := db.AcquireLease(t.Context(), "crawl", "somebody", time.Minute, now)
	ok(t, err)
	same(t, "held", held, true)
	leases := must(db.Leases(t.Context(), now))(t)
	same(t, "leases", len(leases) == 1 && leases[0].Name == "crawl" && leases[0].Owner == "somebody", true)
	same(t, "leases when it has run out", len(must(db.Leases(t.Context(), now.Add(time.Hour)))(t)), 0)
}

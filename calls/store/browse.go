package store

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"fundwatch/calls"
)

// Browse is [DB.Search] for the readers of web pages, who come in crowds and mostly ask the same: which calls a
// search finds, and in what order, is found out once a minute and after each change of a call. The calls
// themselves are read anew each time. So a deadline may still stand in a list for a minute after it has passed.
func (db *DB) Browse(ctx context.Context, q calls.Search, now time.Time) ([]calls.Hit, error) {
	now = now.Truncate(time.Minute)
	s, possible, err := newSelection(&q, now)
	if err != nil || !possible {
		return nil, err
	}
	if !s.words && s.limit > 0 {
		s.limit = (s.limit + browsedAtOnce - 1) / browsedAtOnce * browsedAtOnce // the next pages cost nothing more
	}
	key, err := orderKey(q, s.limit)
	if err != nil {
		return nil, err
	}
	var hits []calls.Hit
	err = db.view(ctx, "browse", func(tx querier) error {
		revision, err := scanOne[int64](tx.QueryRowContext(ctx, `SELECT value FROM counters WHERE name = 'revision'`))
		if err != nil {
			return err
		}
		of := edition{revision, now}
		ranked, known := db.orders.find(of, key)
		if !known {
			if ranked, err = s.run(ctx, tx, q.Clauses); err != nil {
				return err
			}
			db.orders.keep(of, key, ranked)
		}
		ranked = ranked[min(q.Offset, len(ranked)):]
		if q.Limit > 0 {
			ranked = ranked[:min(q.Limit, len(ranked))]
		}
		hits, err = loadHits(ctx, tx, ranked, q.Clauses)
		return err
	})
	return hits, err
}

// browsedAtOnce is for how many calls the order is found out together: nobody reads more pages than that.
const browsedAtOnce = 200

// orderKey tells searches apart that find other calls or in another order.
func orderKey(q calls.Search, limit int) (string, error) {
	q.Offset, q.Limit = 0, limit
	key, err := json.Marshal(q)
	if err != nil {
		return "", fmt.Errorf("name a search: %w", err)
	}
	return string(key), nil
}

// An edition is a state of all calls at a minute: within it a search finds the same.
type edition struct {
	revision int64
	minute   time.Time
}

// Orders are what searches of one edition found. The zero value is ready; it is safe for concurrent use.
type orders struct {
	mu sync.Mutex
	of edition
	by map[string][]rankedCall
}

// How many orders are kept, and how many calls one may have: together less than two megabytes.
const (
	mostOrders   = 64
	longestOrder = 2000
)

// find returns what a search found in an edition, if that is known. The caller must not change it.
func (o *orders) find(of edition, key string) ([]rankedCall, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.of != of {
		return nil, false
	}
	ranked, known := o.by[key]
	return ranked, known
}

// keep notes what a search found. Those of another edition are forgotten.
func (o *orders) keep(of edition, key string, ranked []rankedCall) {
	if len(ranked) > longestOrder {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.of != of || len(o.by) >= mostOrders {
		o.of, o.by = of, map[string][]rankedCall{}
	}
	o.by[key] = ranked
}

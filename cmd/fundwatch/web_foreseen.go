package main

import (
	"context"
	"sync"
	"time"

	"fundwatch/calls"
)

// outlookKept is how long the pages tell of the same expected rounds: they change with a crawl, or overnight.
const outlookKept = 5 * time.Minute

// A lastOutlook keeps an outlook for a while: to read every past round takes too long to be done for each of a crowd.
type lastOutlook struct {
	sync.Mutex
	made    time.Time
	outlook *calls.Outlook // nil: none was made yet
}

// foreseenBy returns the expected rounds that fit a search on the pages.
func (d *daemon) foreseenBy(ctx context.Context, q calls.Search) ([]calls.Expected, error) {
	d.ahead.Lock() // who comes meanwhile waits for the same
	defer d.ahead.Unlock()
	if age := d.now().Sub(d.ahead.made); d.ahead.outlook == nil || age < 0 || age >= outlookKept {
		outlook, err := d.outlook(ctx)
		if err != nil {
			return nil, err
		}
		d.ahead.made, d.ahead.outlook = d.now(), outlook
	}
	return fitting(d.ahead.outlook.All(), q), nil
}

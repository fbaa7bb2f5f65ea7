package web

import (
	"net/netip"
	"sync"
	"time"
)

// How often a network may do what costs others something.
const (
	signUpsPerHour     = 20
	wrongTokensPerHour = 60
	mostNetworks       = 10_000 // remembered at a time
)

// A limiter counts by network within a span of time. What it forgets when it is full it forgets for all:
// who wants to be forgotten has to come from ten thousand networks.
type limiter struct {
	mu    sync.Mutex
	most  int
	span  time.Duration
	since time.Time
	count map[netip.Prefix]int
}

func newLimiter(most int, span time.Duration) *limiter {
	return &limiter{most: most, span: span, count: map[netip.Prefix]int{}}
}

// allow counts one more, and reports whether that was not too many.
func (l *limiter) allow(from netip.Prefix, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now.Sub(l.since).Abs() >= l.span || len(l.count) >= mostNetworks {
		l.since = now
		clear(l.count)
	}
	l.count[from]++
	return l.count[from] <= l.most
}

package calls

import "time"

// retryWaits are the waits after the first, second, ... temporary failure of a mail. They start short,
// because greylisting servers take the second try after a few minutes, and grow, because a server that
// is down for a day gains nothing from being asked every hour. All in all 70 hours and 20 minutes: a
// server that is repaired on Monday still gets Friday evening's digest.
func retryWaits() [8]time.Duration {
	return [...]time.Duration{
		5 * time.Minute, 15 * time.Minute,
		time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour,
		24 * time.Hour, 24 * time.Hour,
	}
}

// retrySpread is how far a wait may be moved either way, as a share of it.
const retrySpread = 0.2

// Retry returns how long a mail waits before it is tried again, when attempts of it have failed for a
// temporary reason (a 4xx answer, a broken connection), and whether it is tried again at all.
//
// The waits are 5 and 15 minutes, 1, 3, 6, 12, 24 and 24 hours, about three days in all; after the
// ninth failure again is false and wait is 0. Attempts below 1 count as 1.
//
// Jitter in [0, 1) moves the wait evenly between -20 % (at 0) and +20 %, so that mails that failed
// together do not come back together; 0.5 leaves it as it is. What lies outside is taken as the nearer
// end, and what is not a number as 0.5.
func Retry(attempts int, jitter float64) (wait time.Duration, again bool) {
	waits := retryWaits()
	attempts = max(attempts, 1)
	if attempts > len(waits) {
		return 0, false
	}
	if jitter != jitter { // NaN
		jitter = 0.5
	}
	jitter = min(max(jitter, 0), 1)
	share := 1 - retrySpread + 2*retrySpread*jitter
	return time.Duration(float64(waits[attempts-1]) * share).Round(time.Second), true
}

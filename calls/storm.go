package calls

// When digests are a storm: they hold far more than usual, and more than a busy week brings. The brake is for
// faults that no crawl has noticed, such as a rule that suddenly matches everything; a reader who once got
// four hundred calls stops reading.
const (
	stormTimes   = 5  // as much as usual
	stormLeast   = 25 // calls for each reader; a week in which a programme publishes its year brings about ten
	stormReaders = 3  // fewer say nothing
	usualPeriods = 4  // fewer say nothing of what is usual
)

// A Load is how many calls digests hold: Items of them in Digests.
type Load struct {
	Items, Digests int
}

// Mean returns the calls of one digest, 0 for no digests.
func (l Load) Mean() float64 {
	if l.Digests == 0 {
		return 0
	}
	return float64(l.Items) / float64(l.Digests)
}

// IsStorm reports whether digests that are about to be sent hold far more than those sent before. First
// letters, which list all that is open, must count in neither. With too few readers or too short a past
// nothing is a storm.
func IsStorm(now, usual Load) bool {
	if now.Digests < stormReaders || usual.Digests < usualPeriods {
		return false
	}
	return now.Mean() > stormLeast && now.Mean() > stormTimes*usual.Mean()
}

// Items returns how many calls the digest holds.
func (d *Digest) Items() int { return len(d.New) + len(d.Changed) + len(d.Closing) + len(d.Opening) }

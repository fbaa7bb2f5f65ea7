package notify

import (
	"time"

	"fundwatch/calls"
)

// Assessment says in sentences whether a town may apply and whether it and its partners are enough, as letters
// do: "You still lack 1 partner: ...". The town is addressed.
func (l *Locale) Assessment(a *calls.Assessment) string {
	w := writer{Locale: l}
	return w.assessment(a).Text
}

// ExpectedLead says that rounds which are to be expected are an estimate, and no promise.
func (l *Locale) ExpectedLead() string { return l.Text("expected.lead", nil) }

// ExpectedStatus says in the place of a state that a round is expected and not announced yet.
func (l *Locale) ExpectedStatus() string { return l.Text("status.expected", nil) }

// ExpectedOpening says between which days a round will probably open, that it should have and did not, or that
// this cannot be foreseen.
func (l *Locale) ExpectedOpening(e *calls.Expected, now time.Time) string {
	w := writer{Locale: l, now: now}
	return w.opening(e).plain()
}

// ExpectedDeadline says between which days the deadline of a round will probably be, or that it cannot be foreseen.
func (l *Locale) ExpectedDeadline(e *calls.Expected) string {
	w := writer{Locale: l}
	return w.window(e.ClosesFrom, e.ClosesTo).plain()
}

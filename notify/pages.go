package notify

import "fundwatch/calls"

// Assessment says in sentences whether a town may apply and whether it and its partners are enough, as letters
// do: "You still lack 1 partner: ...". The town is addressed.
func (l *Locale) Assessment(a *calls.Assessment) string {
	w := writer{Locale: l}
	return w.assessment(a).Text
}

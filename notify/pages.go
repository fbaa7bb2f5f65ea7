package notify

import "fundwatch/calls"

// Assessment says in sentences whether a town may apply and whether it and its partners are enough, as letters
// do: "You still lack 1 partner: ...". The town is addressed.
func (l *Locale) Assessment(a *calls.Assessment) string {
	w := writer{Locale: l}
	return w.assessment(a).Text
}

// UsualHour says that the hour of a deadline is the usual one of its source, and not stated.
func (l *Locale) UsualHour() string { return l.Text("calendar.usual", nil) }

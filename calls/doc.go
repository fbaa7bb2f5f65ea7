// Package calls holds the nouns and the rules of fundwatch: what a funding call is, when it is open,
// what changed about it, which municipality it concerns and why, and what a digest tells whom.
//
// The package is pure: no network, no SQL, no clock of its own, no log. Every function takes values
// and a time and returns values, so that the crawler, the database, the mailer, the terminal and the
// tests all share one opinion.
//
// # One direction
//
//	fetch -> parse -> Normalise -> store (Diff) -> Match -> NewDigest -> outbox -> send
//	bytes    []Raw    Call         tx 1: Changes   tx 2     Digest       tx 3      one Delivery at a time
//
// A parser turns bytes into [Raw] strings that nobody has believed yet. [Normalise] believes them, or
// says what it does not believe. The store compares each [Call] with the one it knew by [Diff] and
// keeps the [Change]s. The [Matcher] decides which of the changed calls concern a municipality, and
// [Explain] gives the [Reason]s. [NewDigest] compares what a reader was told ([Told]) with what is true now, and a
// [Delivery] carries the composed mail, frozen, until a mail server has taken it.
//
// # Who may apply
//
// A [Rulebook] holds the [Terms] of each family of calls as data, each fact with its source: whether a town
// of a country may apply ([Terms.Town]), whether it and its twins are enough ([Rulebook.Consortium]), and
// who would help ([Rulebook.Suggest]). All answers have a third value, not stated.
//
// # Unknown is unknown
//
// A [Number] that a source did not state is not zero, a missing date is the zero [time.Time], and
// whoever prints them says "not stated".
//
// # Time
//
// Instants are UTC. Days, and whether a deadline has passed, are decided in Brussels ([Brussels]).
package calls

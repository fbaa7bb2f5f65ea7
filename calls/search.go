package calls

import "time"

// A Term is one thing to look for in a call's text.
type Term struct {
	Words  []string // folded as by [Words]; at least one; several are a phrase in this order
	Prefix bool     // the last word is the beginning of a word
}

// A Clause holds if any of its terms is found or, with Not, if none is. It also holds if the call
// carries one of the Topics: see [Topics.Widen].
type Clause struct {
	Any    []Term
	Not    bool
	Topics []string // ids; never with Not
}

// A SortOrder says how hits are ordered.
type SortOrder string

// The orders. Ties are broken by next deadline, then identifier, then key, so that two runs agree.
const (
	SortBest     SortOrder = "best"     // by score; without words, by next deadline
	SortDeadline SortOrder = "deadline" // nearest first; calls without a deadline last
	SortNewest   SortOrder = "newest"   // first seen last, first
	SortBudget   SortOrder = "budget"   // largest first; not stated last
)

// SortOrders lists all orders.
func SortOrders() []SortOrder { return []SortOrder{SortBest, SortDeadline, SortNewest, SortBudget} }

// A Search says which calls to find. Its zero value finds every call. Lists are joined by OR inside
// and by AND between each other.
type Search struct {
	Clauses        []Clause // joined by AND
	Statuses       []Status
	Programmes     []string // short codes or numbers, any case
	Topics         []string // ids
	Sources        []string
	NotProgrammes  []string  // none of these; a call without a programme stays in
	NotTopics      []string  // none of these
	NotSources     []string  // none of these
	DeadlineAfter  time.Time // next deadline at or after it; zero: no bound
	DeadlineBefore time.Time // next deadline before it; either bound leaves out calls without a deadline
	NewSince       time.Time // first seen at or after it
	ChangedSince   time.Time // changed or first seen at or after it
	MinGrant       int64     // euro one project can get; calls that state no amount stay in
	Sort           SortOrder // "" is SortBest
	Limit          int       // 0: no limit
	Offset         int       // how many of the first are left out
}

// A Hit is one call that a search found.
type Hit struct {
	Call    Call
	Score   float64 // BM25, higher is better; 0 without words. Only comparable within one search
	Snippet string  // a piece of the original text around the first words found; "" without words
}

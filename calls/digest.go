package calls

// Told is what a reader has been told about a call: the facts whose later change is worth a line.
type Told struct {
	Title     string   `json:"title"`
	Status    Status   `json:"status"`
	Deadlines []string `json:"deadlines"` // days
	Budget    Number   `json:"budget"`
}

// A NoticeKind names a thing that is told once.
type NoticeKind string

// The kinds of notice.
const (
	NoticeNew       NoticeKind = "new"
	NoticeOpened    NoticeKind = "opened"
	NoticeDeadline  NoticeKind = "deadline"
	NoticeBudget    NoticeKind = "budget"
	NoticeTitle     NoticeKind = "title"
	NoticeReopened  NoticeKind = "reopened"
	NoticeWithdrawn NoticeKind = "withdrawn"
	NoticeClosing56 NoticeKind = "closing-56" // days before the deadline
	NoticeClosing28 NoticeKind = "closing-28"
	NoticeClosing7  NoticeKind = "closing-7"
	NoticeClosing2  NoticeKind = "closing-2"
)

// A Notice is one thing told to one subscriber about one call. Kind and Fact together are told once.
type Notice struct {
	Call Key
	Kind NoticeKind
	Fact string // "" for new; "old>new" for a change; the deadline's day for closing
	Told Told   // all facts as the mail states them
}

// A Candidate is a call that matches a subscriber's municipality, with what the subscriber knows of it.
type Candidate struct {
	Call    Call
	Match   Match
	Told    *Told    // nil if never told
	Notices []Notice // told or on their way, oldest first; Told of each may be left empty
}

// An Item is one call in a digest.
type Item struct {
	Call    Call
	Match   Match
	Changes []Change // net differences against what was told; only in Digest.Changed
	Notices []Notice // what becomes told when the mail is delivered
}

// A Digest is the content of one mail: what one subscriber should learn in one period.
type Digest struct {
	Subscriber   Subscriber
	Municipality Municipality
	Period       string // "2026-W48" or "2026-11"
	First        bool   // nothing was ever told to this subscriber: New lists what is open now
	New          []Item
	Changed      []Item
	Closing      []Item
}

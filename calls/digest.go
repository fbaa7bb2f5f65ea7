package calls

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"
)

// A NoticeKind names a thing that is told once.
type NoticeKind string

// The kinds of notice. Those of changes are spelt like their [ChangeKind].
const (
	NoticeNew       NoticeKind = "new"
	NoticeOpened    NoticeKind = "opened"
	NoticeDeadline  NoticeKind = "deadline"
	NoticeBudget    NoticeKind = "budget"
	NoticeTitle     NoticeKind = "title"
	NoticeReopened  NoticeKind = "reopened"
	NoticeWithdrawn NoticeKind = "withdrawn"
	NoticeClosed    NoticeKind = "closed"     // before the day that was told
	NoticeOpening   NoticeKind = "opening"    // that it opens soon
	NoticeClosing56 NoticeKind = "closing-56" // days before the deadline
	NoticeClosing28 NoticeKind = "closing-28"
	NoticeClosing7  NoticeKind = "closing-7"
	NoticeClosing2  NoticeKind = "closing-2"
)

// A Notice is one thing told to one subscriber about one call. Kind and Fact together are told once.
type Notice struct {
	Call Key
	Kind NoticeKind
	Fact string // "" for new; "old>new@period" for a change; the deadline's day for closing; that of opening
	Told Told   // all facts as the mail states them
}

// A Candidate is a call that may concern a subscriber, with what the subscriber knows of it.
type Candidate struct {
	Call    Call
	Match   Match    // Score 0: it does not match (any more), but was told. Reasons may be left out
	Told    *Told    // newest facts told or on their way; nil if never told
	Notices []Notice // told or on their way; Told of each may be left empty

	Muted   bool      // the reader wants to hear no more of it
	Unmuted time.Time // when it wanted to again: what was due until then is not caught up; zero if it never was muted

	Recorded []Change // the call's recorded changes that have a Reason or reopened it, newest first; may be nil
}

// An Item is one call in a digest.
type Item struct {
	Call    Call
	Match   Match
	Changes []Change // net differences against what was told; only in Digest.Changed
	Notices []Notice // what becomes told when the mail is delivered; never empty

	Assessment *Assessment // whether the town may apply and has the partners; nil if that was not looked at
}

// A DigestKind says what kind of mail a digest becomes.
type DigestKind string

// The kinds of digest.
const (
	DigestLetter   DigestKind = ""         // what is new, changed and close, once a period
	DigestReminder DigestKind = "reminder" // deadlines that cannot wait for the letter: only Closing is filled
	DigestQuiet    DigestKind = "quiet"    // that there was nothing to tell for long: no section but Expected is filled
)

// Name returns the kind as it stands in the key and the Message-ID of a mail.
func (k DigestKind) Name() string {
	if k == DigestLetter {
		return "digest"
	}
	return string(k)
}

// DigestKindOf returns the kind whose name a mail bears. It reports false if there is no such kind.
func DigestKindOf(name string) (DigestKind, bool) {
	for _, k := range []DigestKind{DigestLetter, DigestReminder, DigestQuiet} {
		if k.Name() == name {
			return k, true
		}
	}
	return "", false
}

// A Digest is the content of one mail: what one subscriber should learn in one period. A call stands
// in one section only, the first that fits in the order New, Changed, Closing, Opening.
type Digest struct {
	Kind         DigestKind
	Subscriber   Subscriber
	Municipality Municipality
	Period       string // see [PeriodKey]
	First        bool   // nothing was ever told to this subscriber: New lists what is open now
	New          []Item // best first
	Changed      []Item // nearest deadline first
	Closing      []Item // nearest deadline first
	Opening      []Item // known calls that open soon, the next one first

	// Rounds that do not exist yet, soonest first. They never make a mail by themselves: a guess about
	// next year is no reason to write to somebody who was promised mail about calls, and nothing is lost
	// by a week. They stand in the first letter of a quarter that has something else to tell, or in the
	// word that all is quiet, whose readers have the most time to plan.
	Expected []Expected

	Stale []StaleSource // sources that could not be read in full for days; nil if all is well
}

// A StaleSource is a source whose newest calls and changes may be missing.
type StaleSource struct {
	ID     string    // as in [Key]
	Source string    // its name
	Since  time.Time // when it was last read in full; never zero
}

// A DigestRequest says for whom and when a digest is made.
type DigestRequest struct {
	Subscriber   Subscriber
	Municipality Municipality
	Period       string
	First        bool
	Candidates   []Candidate
	Stale        []StaleSource
	Now          time.Time

	Rules    *Rulebook // nil: who may apply is not looked at
	Partners []Twin    // the town's twins, see [Partners]

	Outlook  *Outlook // nil: expected rounds are not to be told, or were told this quarter
	Unwanted []Key    // calls of which the subscriber wants to hear no more, nor of their next round
}

// NewDigest decides what the subscriber should learn now. It reports false if there is nothing worth a
// mail. "New" is the absence of a notice, never a comparison of times: a call found late, or after an
// outage, is still new to whoever was not told.
func NewDigest(r DigestRequest) (Digest, bool) {
	d := Digest{Subscriber: r.Subscriber, Municipality: r.Municipality, Period: r.Period, First: r.First, Stale: r.Stale}
	t := teller{period: r.Period, now: r.Now, every: daysBetween(r.Subscriber.Frequency)}
	for i := range r.Candidates {
		d.place(&r.Candidates[i], r.assess(&r.Candidates[i].Call), t)
	}
	slices.SortFunc(d.New, byScore(r.Now))
	slices.SortFunc(d.Changed, byDeadline(r.Now))
	slices.SortFunc(d.Closing, byDeadline(r.Now))
	slices.SortFunc(d.Opening, byOpening(r.Now))
	if d.Items() == 0 {
		return d, false
	}
	d.Expected = r.expected()
	return d, true
}

// Explain gives each item its reasons, by the matcher that found it: also what is over, which matches no more and was
// told for the same reasons. What the municipality has no interest in any more gets none.
func (d *Digest) Explain(t *Topics) {
	for _, items := range [][]Item{d.New, d.Changed, d.Closing, d.Opening} {
		for i := range items {
			items[i].Match.Reasons = Explain(t, &items[i].Call, &d.Municipality).Reasons
		}
	}
}

// assess returns what is known about the town and a call; nil if nobody asked for it.
func (r *DigestRequest) assess(c *Call) *Assessment {
	if r.Rules == nil {
		return nil
	}
	a := r.Rules.Assess(c, &r.Municipality, r.Partners)
	return &a
}

// place puts a candidate where it belongs, or nowhere. A call that is certainly nothing for the town is not
// told.
func (d *Digest) place(c *Candidate, a *Assessment, t teller) {
	if c.Muted {
		return
	}
	item := Item{Call: c.Call, Match: c.Match, Assessment: a}
	item.Changes = t.changes(c)
	concerns := c.concerns(t.now, a)
	// Who counts on a call must hear that it is over, also if it no longer matches: what is over matches nobody.
	if over := !canStillApply(&c.Call, t.now); len(item.Changes) > 0 && (concerns || over) {
		d.Changed = append(d.Changed, t.tellChanges(item, c))
		return
	}
	if !concerns {
		return
	}
	kind, day, due := t.closing(&c.Call)
	opens, soon := t.opening(&c.Call)
	switch {
	case c.Told == nil && canStillApply(&c.Call, t.now):
		d.New = append(d.New, t.tell(item, c, NoticeNew, ""))
	case c.Told != nil && due && !t.reminded(c, kind, day):
		d.Closing = append(d.Closing, t.tell(item, c, kind, day))
	case c.Told != nil && soon && !t.announced(c, opens):
		d.Opening = append(d.Opening, t.tell(item, c, NoticeOpening, opens))
	}
}

// concerns reports whether the reader can still do something with the call, as far as was looked at.
func (c *Candidate) concerns(now time.Time, a *Assessment) bool {
	_, tooLate := c.Call.ClosedToNewcomers(now)
	hopeless := a != nil && a.Hopeless()
	return !tooLate && !hopeless && c.Match.Score > 0
}

// withReasons gives each net change the reason of the newest recorded change that led to the same value.
func withReasons(changes, explained []Change) []Change {
	for i := range changes {
		j := slices.IndexFunc(explained, func(e Change) bool { return e.Kind == changes[i].Kind && e.New == changes[i].New })
		if j >= 0 {
			changes[i].Reason = explained[j].Reason
		}
	}
	return changes
}

func canStillApply(c *Call, now time.Time) bool {
	s := c.Status(now)
	return s == Open || s == Forthcoming
}

// A teller adds to an item the notices that it becomes when it is delivered.
type teller struct {
	period string
	now    time.Time
	every  int // days between two digests
	gap    int // days until the next reminders; 0: this is no reminder
}

// tell adds a notice, and with it the reminder that the same card already gives by showing the
// deadline: otherwise next week's digest would repeat it.
func (t teller) tell(item Item, c *Candidate, kind NoticeKind, fact string) Item {
	told := item.Call.Facts(t.now)
	item.Notices = append(item.Notices, Notice{item.Call.Key, kind, fact, told})
	closing, day, ok := t.closing(&item.Call)
	if ok && !hasNotice(item.Notices, closing, day) && !hasNotice(c.Notices, closing, day) {
		item.Notices = append(item.Notices, Notice{item.Call.Key, closing, day, told})
	}
	if early, day, ok := farNotice(&item.Call, t.now, t.every); ok && kind == NoticeNew && early != closing {
		item.Notices = append(item.Notices, Notice{item.Call.Key, early, day, told})
	}
	return t.mention(item, c, kind)
}

// tellChanges adds a notice per change. The period is part of the fact, so that a date that moves
// away, back and away again is told each time.
func (t teller) tellChanges(item Item, c *Candidate) Item {
	for _, change := range item.Changes {
		fact := change.Old + ">" + change.New + "@" + t.period
		item = t.tell(item, c, noticeOf(change.Kind), fact)
	}
	return item
}

// byScore orders best first: by strength, then those for which the town has what it takes, then by score; ties
// by nearest deadline, then identifier, then key.
func byScore(now time.Time) func(a, b Item) int {
	tie := byDeadline(now)
	return func(a, b Item) int {
		return cmp.Or(
			cmp.Compare(b.Match.strength(), a.Match.strength()),
			cmp.Compare(a.Assessment.obstacle(), b.Assessment.obstacle()),
			cmp.Compare(b.Match.Score, a.Match.Score),
			tie(a, b))
	}
}

// strength returns the score in tenths. What lies within one is a matter of one more word in a text, and says
// less about the use of a call than whether the town can apply.
func (m *Match) strength() int { return int(math.Round(m.Score*ScoreSteps)) / (ScoreSteps / 10) }

// byDeadline orders by nearest deadline, calls without one last; ties by identifier, then key.
func byDeadline(now time.Time) func(a, b Item) int {
	return func(a, b Item) int {
		return cmp.Or(
			compareDeadlines(&a.Call, &b.Call, now),
			strings.Compare(a.Call.Identifier, b.Call.Identifier),
			strings.Compare(a.Call.Key.String(), b.Call.Key.String()))
	}
}

// byOpening orders by opening day; ties as byDeadline does.
func byOpening(now time.Time) func(a, b Item) int {
	tie := byDeadline(now)
	return func(a, b Item) int { return cmp.Or(a.Call.Opens.Compare(b.Call.Opens), tie(a, b)) }
}

func compareDeadlines(a, b *Call, now time.Time) int {
	x, okX := a.NextDeadline(now)
	y, okY := b.NextDeadline(now)
	switch {
	case okX && okY:
		return x.At.Compare(y.At)
	case okX:
		return -1
	case okY:
		return 1
	}
	return 0
}

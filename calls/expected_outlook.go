package calls

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Identifier returns the identifier that the round will bear if it is written as before.
func (e *Expected) Identifier() string {
	return strings.Replace(e.Family, "*", strconv.Itoa(e.Year), 1)
}

// Name returns the title of the round with its year or, where no title is known, its identifier.
func (e *Expected) Name() string {
	if e.Title == "" {
		return e.Identifier()
	}
	return fmt.Sprintf("%s %d", e.Title, e.Year)
}

// LastRound returns what is known of the newest round as far as it takes to find its rule.
func (e *Expected) LastRound() *Call {
	return &Call{Identifier: e.LastIdentifier, Title: e.Title, Programme: e.Programme}
}

// PagePath returns the path of the round's page below the address of the web pages: letters link to it, and the
// pages serve it.
func (e *Expected) PagePath() string { return "/expected/" + url.PathEscape(e.Identifier()) }

// Overdue reports whether the last day is over on which the round was expected to open, and it has not
// appeared. It may still come: nobody promised the day.
func (e *Expected) Overdue(now time.Time) bool { return e.OpensTo != "" && e.OpensTo < Day(now) }

// A Prospect is an expected round and a call that is like it.
type Prospect struct {
	Expected
	Like *Call // its last round without dates, or what title, identifier and programme say
}

// An Outlook tells which of the rounds that are to be expected concern a town. Make one with [NewOutlook];
// it is safe for concurrent use.
type Outlook struct {
	prospects []Prospect
	matcher   *Matcher
}

// NewOutlook returns the outlook on rounds (see [Expect]). last holds their last rounds by LastKey; where
// it lacks one, a call is made up of what the round is called.
func NewOutlook(t *Topics, rounds []Expected, last map[Key]Call) *Outlook {
	likes := make([]Call, len(rounds))
	o := &Outlook{prospects: make([]Prospect, len(rounds))}
	for i, e := range rounds {
		likes[i] = e.like(t, last)
		o.prospects[i] = Prospect{e, &likes[i]}
	}
	o.matcher = NewMatcher(t, likes)
	return o
}

// like returns the call that stands for the round. Dates of the last round would say that it is over.
func (e *Expected) like(t *Topics, last map[Key]Call) Call {
	if c, held := last[e.LastKey]; held {
		c.StatedStatus, c.Recorded, c.Model, c.Deadlines = "", "", "", nil
		c.Opens, c.Withdrawn = time.Time{}, time.Time{}
		return c
	}
	c := Call{Kind: KindTopic, Title: e.Title, Identifier: e.LastIdentifier, Programme: e.Programme, Language: "en"}
	c.Topics = t.Classify(&c)
	return c
}

// All returns every prospect, soonest first. The caller must not change them.
func (o *Outlook) All() []Prospect { return o.prospects }

// Concerning returns the prospects that concern a municipality with these interests, by the matcher that
// finds its calls; soonest first, nil if there are none.
func (o *Outlook) Concerning(in *Interests) []Prospect {
	var concerning []Prospect
	for _, found := range o.matcher.Match(in) {
		concerning = append(concerning, o.prospects[found.Call])
	}
	return concerning
}

// Next returns the call that the round will be, as far as a rule of eligibility can ask: without dates.
func (p *Prospect) Next() *Call {
	c := *p.Like
	if c.Identifier != "" {
		c.Identifier = p.Expected.Identifier()
	}
	return &c
}

// An ExpectedNotice says that a reader was told of an expected round. Each is told once a quarter.
type ExpectedNotice struct {
	Family  string
	Year    int    // of the round
	Quarter string // in which it was told, see [Quarter]
}

// Quarter returns the quarter of a period, such as "2026-Q4" for "2026-W48" and "2026-11"; "" for what
// is no period of letters. A week belongs to the quarter of its Thursday, as it does to its year, so that
// the quarter depends on the period alone: a letter that is made up for on another day is still of its own.
func Quarter(period string) string {
	day, err := time.Parse("2006-01", period)
	if weekKey.MatchString(period) {
		day, err = thursdayOf(period)
	}
	if err != nil {
		return ""
	}
	return fmt.Sprintf("%04d-Q%d", day.Year(), (int(day.Month())+2)/3)
}

// thursdayOf returns the Thursday of an ISO week: 4 January always lies in week 1.
func thursdayOf(week string) (time.Time, error) {
	year, errYear := strconv.Atoi(week[:4])
	number, errWeek := strconv.Atoi(week[6:])
	fourth := time.Date(year, time.January, 4, 0, 0, 0, 0, time.UTC)
	sinceMonday := (int(fourth.Weekday()) + 6) % 7
	return fourth.AddDate(0, 0, 3-sinceMonday+7*(number-1)), cmp.Or(errYear, errWeek)
}

// ExpectedNotices returns what becomes told of expected rounds when the mail is delivered; nil if it names
// none.
func (d *Digest) ExpectedNotices() []ExpectedNotice {
	var notices []ExpectedNotice
	for i := range d.Expected {
		e := &d.Expected[i]
		notices = append(notices, ExpectedNotice{e.Family, e.Year, Quarter(d.Period)})
	}
	return notices
}

// expected returns the rounds that the town should know of so that it can plan: those that concern it and
// that are not certainly nothing for it. Whoever did not want to hear of the last round need not hear of a
// guess at the next; of the real call it will. While its source cannot be read nobody knows whether it has appeared.
func (r *DigestRequest) expected() []Expected {
	if r.Outlook == nil {
		return nil
	}
	var rounds []Expected
	for _, p := range r.Outlook.Concerning(&r.Municipality.Interests) {
		next := p.Next()
		_, closed := next.ClosedToNewcomers(r.Now)
		a := r.assess(next)
		if closed || a != nil && a.Hopeless() || slices.Contains(r.Unwanted, p.LastKey) || r.unread(&p.Expected) {
			continue
		}
		rounds = append(rounds, p.Expected)
	}
	return rounds
}

// unread reports whether the source that would list the round, or any if that is not known, cannot be read now.
func (r *DigestRequest) unread(e *Expected) bool {
	source := e.source()
	return slices.ContainsFunc(r.Stale, func(s StaleSource) bool { return source == "" || s.ID == source })
}

// portalSource is the id of the source that lists the families which families.tsv says are the portal's.
const portalSource = "portal"

// source returns the id of the source that would list the round; "" if that is not known.
func (e *Expected) source() string {
	if e.LastKey.Source == "" && e.LastIdentifier != "" {
		return portalSource
	}
	return e.LastKey.Source
}

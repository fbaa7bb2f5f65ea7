package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"fundwatch/calls"
)

// An expectedView is a foreseen round as programs read it.
type expectedView struct {
	Identifier string  `json:"identifier"` // that it will bear if it is as before; 'fundwatch check' takes it
	Family     string  `json:"family"`
	Title      string  `json:"title"`
	Programme  *string `json:"programme"`
	Status     string  `json:"status"` // always "expected"
	Year       int     `json:"year"`
	OpensFrom  *string `json:"opens_from"`
	OpensTo    *string `json:"opens_to"`
	ClosesFrom *string `json:"closes_from"`
	ClosesTo   *string `json:"closes_to"`
	Overdue    bool    `json:"overdue"` // it should have opened by now
	Years      []int   `json:"years"`
	Basis      string  `json:"basis"`
	Last       *string `json:"last_identifier"`
	URL        *string `json:"last_url"`
}

// searchExpected returns the rounds that are to be expected and fit the words, programmes, topics and
// deadlines and, unless it is nil, concern the municipality.
func (a *app) searchExpected(ctx context.Context, q calls.Search, town *calls.Municipality) ([]calls.Expected, error) {
	outlook, err := a.outlook(ctx)
	if err != nil {
		return nil, err
	}
	prospects := outlook.All()
	if town != nil {
		prospects = outlook.Concerning(&town.Interests)
	}
	foreseen := fitting(prospects, q)
	if q.Limit > 0 {
		foreseen = foreseen[:min(len(foreseen), q.Limit)]
	}
	return foreseen, nil
}

// fitting returns those rounds that fit the words, programmes, topics and deadlines of a search.
func fitting(prospects []calls.Prospect, q calls.Search) []calls.Expected {
	var foreseen []calls.Expected
	deadline := calls.Span{From: q.DeadlineAfter, To: q.DeadlineBefore}
	for _, p := range prospects {
		if expectedFits(&p, q) && mayClose(&p.Expected, deadline) {
			foreseen = append(foreseen, p.Expected)
		}
	}
	return foreseen
}

// foreseen returns every round that is to be expected at now, soonest first.
func (a *app) foreseen(ctx context.Context) ([]calls.Expected, error) {
	rounds, seen, err := a.pastRounds(ctx)
	if err != nil {
		return nil, err
	}
	return calls.Expect(rounds.All(), seen, a.now()), nil
}

// pastRounds returns the rounds of the table and the calls of the database that may be rounds.
func (a *app) pastRounds(ctx context.Context) (*calls.Rounds, []calls.Call, error) {
	rounds, err := a.rounds()
	if err != nil {
		return nil, nil, err
	}
	seen, err := a.db.Rounds(ctx)
	return rounds, seen, err
}

// outlook returns what tells which foreseen rounds concern a town, for search and digests alike.
func (a *app) outlook(ctx context.Context) (*calls.Outlook, error) {
	foreseen, err := a.foreseen(ctx)
	if err != nil {
		return nil, err
	}
	topics, err := a.topics()
	if err != nil {
		return nil, err
	}
	last, err := a.lastRounds(ctx, foreseen)
	if err != nil {
		return nil, err
	}
	return calls.NewOutlook(topics, foreseen, last), nil
}

// lastRounds returns the newest round of each foreseen one, as far as the database holds them.
func (a *app) lastRounds(ctx context.Context, foreseen []calls.Expected) (map[calls.Key]calls.Call, error) {
	last := map[calls.Key]calls.Call{}
	for i := range foreseen {
		key := foreseen[i].LastKey
		if key == (calls.Key{}) {
			continue
		}
		c, err := a.db.Call(ctx, key)
		if err != nil {
			return nil, fmt.Errorf("last round of %s: %w", foreseen[i].Family, err)
		}
		last[key] = *c
	}
	return last, nil
}

// lookAhead lets the digest tell of expected rounds, unless the subscriber was told of them this quarter.
func (a *app) lookAhead(ctx context.Context, request *calls.DigestRequest, o digestOptions) error {
	if o.Reminders {
		return nil
	}
	told, err := a.db.ExpectedTold(ctx, request.Subscriber.ID, calls.Quarter(request.Period))
	if err != nil || told {
		return err
	}
	muted, err := a.db.Muted(ctx, request.Subscriber.ID)
	for _, m := range muted {
		if m.Ended.IsZero() {
			request.Unwanted = append(request.Unwanted, m.Call)
		}
	}
	request.Outlook = o.outlook
	return err
}

// expectedFits holds a foreseen round against the words and lists of a search.
func expectedFits(p *calls.Prospect, q calls.Search) bool {
	var about []string
	for _, hit := range p.Like.Topics {
		about = append(about, hit.Topic)
	}
	same := func(code string) bool { return strings.EqualFold(code, p.Programme) }
	switch {
	case len(q.Programmes) > 0 && !slices.ContainsFunc(q.Programmes, same), slices.ContainsFunc(q.NotProgrammes, same):
		return false
	case len(q.Topics) > 0 && !overlap(q.Topics, about), overlap(q.NotTopics, about):
		return false
	}
	text := p.Title + " " + p.LastIdentifier + " " + p.Programme
	for _, c := range q.Clauses {
		holds := len(calls.Marks(text, []calls.Clause{{Any: c.Any}})) > 0 || overlap(c.Topics, about)
		if holds == c.Not {
			return false
		}
	}
	return true
}

// mayClose reports whether the deadline of a foreseen round may lie in a span.
func mayClose(e *calls.Expected, span calls.Span) bool {
	from, errFrom := calls.ParseMoment(e.ClosesFrom)
	to, errTo := calls.ParseMoment(e.ClosesTo)
	if errFrom != nil || errTo != nil {
		return span == calls.Span{}
	}
	return to.AddDate(0, 0, 1).After(span.From) && (span.To.IsZero() || from.Before(span.To))
}

func overlap(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}

func (a *app) printExpected(foreseen []calls.Expected) error {
	t := table{screen: a.screen, columns: []column{
		{title: "opens"}, {title: "closes", drop: 66}, {title: "title", least: 12}, {title: "identifier", least: 14, tail: true}, {title: "prog", drop: 100},
		{title: "because", least: 20, drop: 120},
	}}
	for i := range foreseen {
		e := &foreseen[i]
		t.add(
			cell{whole: e.OpensFrom + "/" + e.OpensTo, short: a.opening(e), style: cyan},
			cell{whole: e.ClosesFrom + "/" + e.ClosesTo, short: dayRange(e.ClosesFrom, e.ClosesTo), style: yellow},
			cell{whole: e.Name(), style: bold},
			cell{whole: e.Identifier()},
			cell{whole: e.Programme, style: faint},
			cell{whole: e.Basis, style: faint})
	}
	if len(foreseen) == 0 {
		return nil
	}
	return t.print()
}

// opening says when a round is expected to open, or should have opened: "11-20 Dec 26", "was due 1-20 Nov 26".
func (a *app) opening(e *calls.Expected) string {
	days := dayRange(e.OpensFrom, e.OpensTo)
	if e.Overdue(a.now()) {
		return "was due " + days
	}
	return days
}

// dayRange writes a range of days as short as it stays clear: "11-20 Dec 26", "24 Mar-23 Apr 27".
func dayRange(from, to string) string {
	f, errFrom := calls.ParseMoment(from)
	u, errTo := calls.ParseMoment(to)
	if errFrom != nil || errTo != nil {
		return "not known"
	}
	f, u = f.In(calls.Brussels()), u.In(calls.Brussels())
	switch {
	case from == to:
		return u.Format("2 Jan 06")
	case f.Year() != u.Year():
		return f.Format("2 Jan 06") + "-" + u.Format("2 Jan 06")
	case f.Month() != u.Month():
		return f.Format("2 Jan") + "-" + u.Format("2 Jan 06")
	}
	return f.Format("2") + "-" + u.Format("2 Jan 06")
}

func expectedViews(foreseen []calls.Expected, now time.Time) []expectedView {
	views := make([]expectedView, 0, len(foreseen))
	for _, e := range foreseen {
		views = append(views, expectedView{
			Identifier: e.Identifier(), Family: e.Family, Title: e.Title, Programme: stated(e.Programme), Status: calls.StatusExpected, Year: e.Year,
			OpensFrom: stated(e.OpensFrom), OpensTo: stated(e.OpensTo), ClosesFrom: stated(e.ClosesFrom), ClosesTo: stated(e.ClosesTo), Overdue: e.Overdue(now),
			Years: append([]int{}, e.Years...), Basis: e.Basis, Last: stated(e.LastIdentifier), URL: stated(e.LastURL),
		})
	}
	return views
}

// A familyHistory is what is known of the rounds of a call.
type familyHistory struct {
	rounds []calls.Round     // newest first
	keys   map[int]calls.Key // of those that the database holds, by year
	next   *calls.Expected   // nil if none is foreseen
}

// roundsOf returns the past rounds of a call's family, itself among them, and the one that is foreseen. It is
// empty for what belongs to no family.
func (a *app) roundsOf(ctx context.Context, c *calls.Call) (familyHistory, error) {
	family, _, ok := calls.Family(c.Identifier)
	if !ok || c.Kind == calls.KindCascade {
		return familyHistory{}, nil // cascade calls share the identifier of the call that pays for them
	}
	table, err := a.rounds()
	if err != nil {
		return familyHistory{}, err
	}
	seen, err := a.db.RoundsOf(ctx, family)
	if err != nil {
		return familyHistory{}, err
	}
	known := table.Of(family)
	h := familyHistory{rounds: calls.MergeRounds(known, seen), keys: map[int]calls.Key{}}
	for i := range seen {
		_, year, _ := calls.Family(seen[i].Identifier)
		if _, taken := h.keys[year]; !taken && seen[i].Withdrawn.IsZero() {
			h.keys[year] = seen[i].Key
		}
	}
	slices.Reverse(h.rounds)
	if expected := calls.Expect(known, seen, a.now()); len(expected) > 0 {
		h.next = &expected[0]
	}
	return h, nil
}

// roundLines tells the past rounds of a call's family, newest first, and the one that is foreseen.
func (a *app) roundLines(ctx context.Context, c *calls.Call) ([]string, error) {
	h, err := a.roundsOf(ctx, c)
	var lines []string
	if e := h.next; e != nil {
		opens := "opens " + dayRange(e.OpensFrom, e.OpensTo)
		if e.Overdue(a.now()) {
			opens = "was due to open " + dayRange(e.OpensFrom, e.OpensTo) + " and has not appeared"
		}
		lines = append(lines, fmt.Sprintf("%d expected: %s, closes %s (%s)", e.Year, opens, dayRange(e.ClosesFrom, e.ClosesTo), e.Basis))
	}
	for _, r := range h.rounds {
		lines = append(lines, roundLine(r))
	}
	return lines, err
}

func roundLine(r calls.Round) string {
	line := fmt.Sprintf("%d: opened %s, deadline %s", r.Year, orNotStated(r.Opened), orNotStated(r.Deadline))
	if r.Budget.Known {
		line += ", " + euro(r.Budget.N)
	}
	return line
}

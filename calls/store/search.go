package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"fundwatch/calls"
)

// Search returns the calls that q asks for, in its order, with topics, and a score and a snippet where
// it holds words. The same search on the same data gives the same hits in the same order. A search that
// nothing fulfils gives no hit and no error.
func (db *DB) Search(ctx context.Context, q calls.Search, now time.Time) ([]calls.Hit, error) {
	s, possible, err := newSelection(&q, now)
	if err != nil || !possible {
		return nil, err
	}
	var hits []calls.Hit
	err = db.view(ctx, "search", func(tx querier) error {
		ranked, err := s.run(ctx, tx, q.Clauses)
		if err != nil {
			return err
		}
		ranked = ranked[min(q.Offset, len(ranked)):]
		hits, err = loadHits(ctx, tx, ranked, q.Clauses)
		return err
	})
	return hits, err
}

// throughOffset returns how many calls are ranked: those that are passed over and those that are wanted.
func throughOffset(q *calls.Search) int {
	if q.Limit <= 0 {
		return 0
	}
	return q.Limit + q.Offset
}

func loadHits(ctx context.Context, q querier, ranked []rankedCall, clauses []calls.Clause) ([]calls.Hit, error) {
	ids := make([]int64, len(ranked))
	scores := make(map[int64]float64, len(ranked))
	for i, r := range ranked {
		ids[i], scores[r.id] = r.id, r.score
	}
	found, err := loadCalls(ctx, q, ids)
	if err != nil {
		return nil, err
	}
	var hits []calls.Hit
	for i := range found {
		hit := calls.Hit{Call: found[i].Call, Score: scores[found[i].id]}
		hit.Snippet = calls.Snippet(&hit.Call, clauses)
		hits = append(hits, hit)
	}
	return hits, nil
}

// nextDeadline is the first deadline of a call c after ?1, NULL if there is none. Most calls have one
// deadline, and then the list need not be opened.
const nextDeadline = `
	CASE
		WHEN c.first_deadline > ?1 THEN c.first_deadline
		WHEN c.last_deadline > ?1 THEN
			(SELECT MIN(d.value ->> 'at') FROM json_each(c.deadlines) d WHERE d.value ->> 'at' > ?1)
	END`

// A selection is a search as conditions on calls c. Every parameter has its number, because ?1 (now)
// stands in several places.
type selection struct {
	words bool // it holds words that must be found, so that calls have scores
	best  bool // the order begins with the score
	where []string
	order string
	limit int
	args  []any
}

func newSelection(q *calls.Search, now time.Time) (s *selection, possible bool, err error) {
	s = &selection{args: []any{instant(now)}, limit: throughOffset(q)}
	for _, c := range q.Clauses {
		if c.Not {
			continue
		}
		s.words = true
		if len(quotedTerms(c.Any))+len(c.Topics) == 0 {
			return nil, false, nil
		}
	}
	if none := unwanted(q.Clauses); none != "" {
		s.whereArg("c.id NOT IN (SELECT docid FROM fulltext WHERE fulltext MATCH %s)", none)
	}
	s.filterLists(q)
	s.filterDates(q)
	if q.MinGrant > 0 {
		// As the matcher decides: one project gets at most the largest grant, or all of the budget.
		s.whereArg("IFNULL(COALESCE(c.grant_max, c.budget) >= %s, 1)", q.MinGrant)
	}
	s.order, err = s.orderBy(q.Sort)
	s.best = s.words && (q.Sort == "" || q.Sort == calls.SortBest)
	return s, true, err
}

// arg adds a parameter and returns its name.
func (s *selection) arg(value any) string {
	s.args = append(s.args, value)
	return fmt.Sprintf("?%d", len(s.args))
}

// whereArg adds a condition in which %s stands for a parameter with this value.
func (s *selection) whereArg(condition string, value any) {
	s.where = append(s.where, strings.ReplaceAll(condition, "%s", s.arg(value)))
}

// filterLists adds the conditions that are lists. The parameter of each is one JSON array.
func (s *selection) filterLists(q *calls.Search) {
	const (
		ofProgramme = `(c.programme COLLATE NOCASE IN (SELECT value FROM json_each(%s))
			OR EXISTS (SELECT 1 FROM json_each(c.divisions) d
				WHERE d.value COLLATE NOCASE IN (SELECT value FROM json_each(%s))))`
		onTopic = `EXISTS (SELECT 1 FROM topics t
			WHERE t.call = c.id AND t.topic IN (SELECT value FROM json_each(%s)))`
		ofSource = "c.source IN (SELECT value FROM json_each(%s))"
	)
	if len(q.Statuses) > 0 && !allStatuses(q.Statuses) {
		s.whereArg(statusSQL+" IN (SELECT value FROM json_each(%s))", asJSON(&q.Statuses))
	}
	for _, list := range []struct {
		wanted, unwanted []string
		condition        string
	}{
		{q.Programmes, q.NotProgrammes, ofProgramme}, {q.Topics, q.NotTopics, onTopic}, {q.Sources, q.NotSources, ofSource},
	} {
		if len(list.wanted) > 0 {
			s.whereArg(list.condition, asJSON(&list.wanted))
		}
		if len(list.unwanted) > 0 {
			s.whereArg("NOT "+list.condition, asJSON(&list.unwanted))
		}
	}
}

func allStatuses(statuses []calls.Status) bool {
	return !slices.ContainsFunc(calls.Statuses(), func(s calls.Status) bool { return !slices.Contains(statuses, s) })
}

func (s *selection) filterDates(q *calls.Search) {
	for _, bound := range []struct {
		at        time.Time
		condition string
	}{
		{q.DeadlineAfter, nextDeadline + " >= %s"},
		{q.DeadlineBefore, nextDeadline + " < %s"},
		{q.NewSince, "c.first_seen >= %s"},
		{q.ChangedSince, "MAX(c.first_seen, COALESCE(c.changed, '')) >= %s"},
	} {
		if !bound.at.IsZero() {
			s.whereArg(bound.condition, instant(bound.at))
		}
	}
}

// orderBy ends every order the same way, with the key, so that it is total. The order by score comes before
// it and is not made here.
func (s *selection) orderBy(order calls.SortOrder) (string, error) {
	const ties = "next IS NULL, next, c.identifier, c.source, c.reference"
	switch order {
	case "", calls.SortBest, calls.SortDeadline:
		return ties, nil
	case calls.SortNewest:
		return "c.first_seen DESC, " + ties, nil
	case calls.SortBudget:
		return "c.budget IS NULL, c.budget DESC, " + ties, nil
	}
	return "", fmt.Errorf("search: sort order %q is unknown", order)
}

// run returns the calls of a selection in its order, with scores if it holds words.
//
// The best calls on a common word are among thousands that hold it. So they are held against the other
// conditions from the best on, until there are enough.
func (s *selection) run(ctx context.Context, q querier, clauses []calls.Clause) ([]rankedCall, error) {
	if !s.words {
		ids, err := collect(ctx, q, scanFirst, s.sql("calls c"), s.args...)
		return withScores(ids, nil), err
	}
	found, err := rankClauses(ctx, q, clauses)
	if err != nil {
		return nil, err
	}
	if !s.best || s.limit == 0 {
		return s.pick(ctx, q, found)
	}
	var best []rankedCall
	for size := firstLook * s.limit; len(found) > 0 && len(best) < s.limit; size *= 2 {
		n := endOfTies(found, size)
		some, err := s.pick(ctx, q, found[:n])
		if err != nil {
			return nil, err
		}
		best, found = append(best, some...), found[n:]
	}
	return best[:min(len(best), s.limit)], nil
}

// firstLook is how many times the calls that are wanted are looked at first: some have closed.
const firstLook = 4

// endOfTies returns the first length from n on at which a list can be cut between two scores.
func endOfTies(found []rankedCall, n int) int {
	for n < len(found) && found[n].score == found[n-1].score {
		n++
	}
	return min(n, len(found))
}

// pick returns those of some calls that fulfil the conditions, in the order of the selection.
func (s *selection) pick(ctx context.Context, q querier, some []rankedCall) ([]rankedCall, error) {
	ids := make([]int64, len(some))
	scores := make(map[int64]float64, len(some))
	for i, r := range some {
		ids[i], scores[r.id] = r.id, r.score
	}
	from := fmt.Sprintf("json_each(?%d) found CROSS JOIN calls c ON c.id = found.value", len(s.args)+1)
	kept, err := collect(ctx, q, scanFirst, s.sql(from), append(slices.Clip(s.args), asJSON(&ids))...)
	picked := withScores(kept, scores)
	if s.best {
		slices.SortStableFunc(picked, func(a, b rankedCall) int { return cmp.Compare(b.score, a.score) })
	}
	return picked, err
}

// scanFirst reads an id and passes over what is only there to sort by.
func scanFirst(row scanner) (id int64, err error) {
	var next any
	return id, row.Scan(&id, &next)
}

func withScores(ids []int64, scores map[int64]float64) []rankedCall {
	all := make([]rankedCall, len(ids))
	for i, id := range ids {
		all[i] = rankedCall{id, scores[id]}
	}
	return all
}

func (s *selection) sql(from string) string {
	query := "SELECT c.id, " + nextDeadline + " AS next FROM " + from
	if len(s.where) > 0 {
		query += " WHERE " + strings.Join(s.where, " AND ")
	}
	query += " ORDER BY " + s.order
	if s.limit > 0 && !s.best {
		query += fmt.Sprintf(" LIMIT %d", s.limit)
	}
	return query
}

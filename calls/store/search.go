package store

import (
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
		ranked, err := collect(ctx, tx, scanRanked, s.sql(), s.args...)
		if err != nil {
			return err
		}
		hits, err = loadHits(ctx, tx, ranked, q.Clauses)
		return err
	})
	return hits, err
}

// A rankedCall is a call that was found but not read yet: reading texts and topics is for those only
// that are left after the limit.
type rankedCall struct {
	id    int64
	score float64
}

func scanRanked(row scanner) (r rankedCall, err error) {
	var next any // only to sort by
	return r, row.Scan(&r.id, &r.score, &next)
}

func loadHits(ctx context.Context, q querier, ranked []rankedCall, clauses []calls.Clause) ([]calls.Hit, error) {
	ids := make([]int64, len(ranked))
	for i, r := range ranked {
		ids[i] = r.id
	}
	found, err := loadCalls(ctx, q, ids)
	if err != nil {
		return nil, err
	}
	var hits []calls.Hit
	for i := range found {
		hit := calls.Hit{Call: found[i].Call, Score: ranked[i].score}
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

// A selection is a search as SQL. Every parameter has its number, because ?1 (now) stands in several
// places.
type selection struct {
	full   bool   // a full-text search: score is to be had
	text   string // parameter of the words that score, if clauses hold topics as well; else ""
	about  string // parameter of those topics
	where  []string
	order  string
	limit  int
	offset int
	args   []any
}

func newSelection(q *calls.Search, now time.Time) (s *selection, possible bool, err error) {
	s = &selection{args: []any{instant(now)}, limit: q.Limit, offset: q.Offset}
	if widened(q.Clauses) {
		if !s.filterWidened(q.Clauses) {
			return nil, false, nil
		}
	}
	all, none, possible := matchText(q.Clauses)
	if !possible && s.text == "" {
		return nil, false, nil
	}
	if all != "" && s.text == "" {
		s.full = true
		s.whereArg("fulltext MATCH %s", all)
	}
	if none != "" {
		s.whereArg("c.id NOT IN (SELECT docid FROM fulltext WHERE fulltext MATCH %s)", none)
	}
	s.filterLists(q)
	s.filterDates(q)
	if q.MinGrant > 0 {
		// As the matcher decides: one project gets at most the largest grant, or all of the budget.
		s.whereArg("IFNULL(COALESCE(c.grant_max, c.budget) >= %s, 1)", q.MinGrant)
	}
	s.order, err = s.orderBy(q.Sort)
	return s, true, err
}

func widened(clauses []calls.Clause) bool {
	return slices.ContainsFunc(clauses, func(c calls.Clause) bool { return len(c.Topics) > 0 })
}

// filterWidened adds a condition for each positive clause: its words stand in the call, or the call
// carries one of its topics. One MATCH cannot say that, so each clause asks for itself. It reports false
// if a clause has nothing that could be found.
func (s *selection) filterWidened(clauses []calls.Clause) bool {
	var words, topics []string
	for _, c := range clauses {
		terms := quotedTerms(c.Any)
		var ways []string
		if c.Not {
			continue
		}
		if len(terms) > 0 {
			words = append(words, terms...)
			ways = append(ways, "c.id IN (SELECT docid FROM fulltext WHERE fulltext MATCH "+s.arg(strings.Join(terms, " OR "))+")")
		}
		if len(c.Topics) > 0 {
			topics = append(topics, c.Topics...)
			ways = append(ways, "c.id IN (SELECT t.call FROM topics t WHERE t.topic IN (SELECT value FROM json_each("+s.arg(asJSON(&c.Topics))+")))")
		}
		if len(ways) == 0 {
			return false
		}
		s.where = append(s.where, "("+strings.Join(ways, " OR ")+")")
	}
	if len(words) == 0 {
		words = []string{`""`}
	}
	s.text, s.about = s.arg(strings.Join(words, " OR ")), s.arg(asJSON(&topics))
	return true
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
	if len(q.Statuses) > 0 && !allStatuses(q.Statuses) {
		s.whereArg(statusSQL+" IN (SELECT value FROM json_each(%s))", asJSON(&q.Statuses))
	}
	if len(q.Programmes) > 0 {
		s.whereArg(`(c.programme COLLATE NOCASE IN (SELECT value FROM json_each(%s))
			OR EXISTS (SELECT 1 FROM json_each(c.divisions) d
				WHERE d.value COLLATE NOCASE IN (SELECT value FROM json_each(%s))))`, asJSON(&q.Programmes))
	}
	if len(q.Topics) > 0 {
		s.whereArg(`EXISTS (SELECT 1 FROM topics t
			WHERE t.call = c.id AND t.topic IN (SELECT value FROM json_each(%s)))`, asJSON(&q.Topics))
	}
	if len(q.Sources) > 0 {
		s.whereArg("c.source IN (SELECT value FROM json_each(%s))", asJSON(&q.Sources))
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

// orderBy ends every order the same way, with the key, so that it is total.
func (s *selection) orderBy(order calls.SortOrder) (string, error) {
	const ties = "next IS NULL, next, c.identifier, c.source, c.reference"
	switch order {
	case "", calls.SortBest:
		return "score DESC, " + ties, nil
	case calls.SortDeadline:
		return ties, nil
	case calls.SortNewest:
		return "c.first_seen DESC, " + ties, nil
	case calls.SortBudget:
		return "c.budget IS NULL, c.budget DESC, " + ties, nil
	}
	return "", fmt.Errorf("search: sort order %q is unknown", order)
}

// topicScore is what a topic of the heaviest weight adds to a score: about as much as the words in a
// title, so that a call that is about the matter comes before one that mentions it.
const topicScore = 30.0

func (s *selection) sql() string {
	from, score := "calls c", "0.0"
	if s.full {
		from, score = "fulltext JOIN calls c ON c.id = fulltext.docid", "bm25(matchinfo(fulltext, 'pcnalx'))"
	}
	with := ""
	if s.text != "" {
		// All calls that any clause could find, asked for once; each is then looked up by its id.
		with = fmt.Sprintf(`WITH ranked AS MATERIALIZED (
			SELECT call, SUM(score) AS score FROM (
				SELECT docid AS call, bm25(matchinfo(fulltext, 'pcnalx')) AS score
				FROM fulltext WHERE fulltext MATCH %s
				UNION ALL
				SELECT call, %g * MAX(weight) FROM topics
				WHERE topic IN (SELECT value FROM json_each(%s)) GROUP BY call)
			GROUP BY call) `, s.text, topicScore, s.about)
		from, score = "ranked CROSS JOIN calls c ON c.id = ranked.call", "ranked.score"
	}
	query := with + "SELECT c.id, " + score + " AS score, " + nextDeadline + " AS next FROM " + from
	if len(s.where) > 0 {
		query += " WHERE " + strings.Join(s.where, " AND ")
	}
	return fmt.Sprintf("%s ORDER BY %s LIMIT %d OFFSET %d", query, s.order, noLimit(s.limit), s.offset)
}

package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strings"

	"fundwatch/calls"
)

// A rankedCall is a call that was found but not read yet: reading texts and topics is for those only
// that are left after the limit.
type rankedCall struct {
	id    int64
	score float64
}

// topicScore is what a topic of the heaviest weight adds to a score: about as much as the words in a
// title, so that a call that is about the matter comes before one that mentions it.
const topicScore = 30.0

// rankClauses returns the calls that fulfil every positive clause, best first. A clause is fulfilled if its
// words stand in the call, or if the call carries one of its topics. One MATCH cannot say that: if any
// clause was widened, it asks for all calls with any word, and what each fulfils is seen here.
func rankClauses(ctx context.Context, q querier, clauses []calls.Clause) ([]rankedCall, error) {
	positive := slices.DeleteFunc(slices.Clone(clauses), func(c calls.Clause) bool { return c.Not })
	var ranked []rankedCall
	var err error
	if slices.ContainsFunc(positive, func(c calls.Clause) bool { return len(c.Topics) > 0 }) {
		ranked, err = rankWidened(ctx, q, positive)
	} else {
		ranked, err = rankText(ctx, q, allWords(positive), func(int64, *matchinfo) bool { return true })
	}
	slices.SortFunc(ranked, func(a, b rankedCall) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.id, b.id))
	})
	return ranked, err
}

// rankText returns the calls in which text is found and that are kept, in no order. To rank here costs
// less than a function that SQLite calls for each row.
func rankText(ctx context.Context, q querier, text string, keep func(id int64, m *matchinfo) bool) ([]rankedCall, error) {
	const query = `SELECT docid, matchinfo(fulltext, 'pcnalx') FROM fulltext WHERE fulltext MATCH ?`
	var kept []rankedCall
	_, err := collect(ctx, q, func(s scanner) (none struct{}, err error) {
		var id int64
		var info sql.RawBytes // read before the next row
		if err := s.Scan(&id, &info); err != nil {
			return none, err
		}
		m, err := readMatchinfo(info)
		if err == nil && keep(id, &m) {
			kept = append(kept, rankedCall{id, m.score()})
		}
		return none, err
	}, query, text)
	return kept, err
}

// A wideClause is a clause with the calls that carry one of its topics.
type wideClause struct {
	phrases  int // how many there are in its terms
	carriers idSet
}

// rankWidened adds to the score of the words what the topics of a call say.
func rankWidened(ctx context.Context, q querier, positive []calls.Clause) ([]rankedCall, error) {
	var terms []string
	wide := make([]wideClause, len(positive))
	topical := map[int64]float64{} // by call: what its topics add
	for i, c := range positive {
		quoted := quotedTerms(c.Any)
		terms = append(terms, quoted...)
		carriers, err := carriersOf(ctx, q, c.Topics)
		if err != nil {
			return nil, err
		}
		wide[i].phrases = len(quoted)
		for _, r := range carriers {
			wide[i].carriers.add(r.id)
			topical[r.id] = max(topical[r.id], topicScore*r.score)
		}
	}
	var ranked []rankedCall
	if len(terms) > 0 {
		var err error
		ranked, err = rankText(ctx, q, strings.Join(terms, " OR "), func(id int64, m *matchinfo) bool { return fulfils(wide, id, m) })
		if err != nil {
			return nil, err
		}
	}
	for i := range ranked {
		ranked[i].score += topical[ranked[i].id]
		delete(topical, ranked[i].id)
	}
	for id, score := range topical {
		if fulfils(wide, id, nil) {
			ranked = append(ranked, rankedCall{id, score})
		}
	}
	return ranked, nil
}

// carriersOf returns the calls that carry one of the topics, with the weight of the heaviest.
func carriersOf(ctx context.Context, q querier, topics []string) ([]rankedCall, error) {
	if len(topics) == 0 {
		return nil, nil
	}
	const query = `
		SELECT call, MAX(weight)
		FROM topics
		WHERE topic IN (SELECT value FROM json_each(?))
		GROUP BY call`
	return collect(ctx, q, func(s scanner) (r rankedCall, err error) { return r, s.Scan(&r.id, &r.score) }, query, asJSON(&topics))
}

// fulfils reports whether a call fulfils every clause. m says which of their phrases it holds, in their
// order; nil if it holds none.
func fulfils(wide []wideClause, id int64, m *matchinfo) bool {
	phrase := 0
	for i := range wide {
		next := phrase + wide[i].phrases
		if !wide[i].carriers.has(id) && (m == nil || !m.holdsAny(phrase, next)) {
			return false
		}
		phrase = next
	}
	return true
}

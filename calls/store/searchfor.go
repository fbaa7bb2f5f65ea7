package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"fundwatch/calls"
)

// SearchMatched is [DB.Search] among the calls that concern a municipality, as [DB.Match] found them. The score
// of a hit is that of its match, and the best order goes by it; then by deadline. Reasons are not stored:
// [calls.Explain] tells them. So the texts of those calls alone are read that are wanted.
//
// Settled is false, and nothing is returned, where the stored matches do not decide: if calls or the
// municipality changed since, if version, that of the topic data, is not the one that calls were classified
// with, if closed calls are wanted, or if now lies before the last crawl or before clock, the time by the real
// clock, and a call has closed since: the list may have been written anew after that, and then lacks it.
func (db *DB) SearchMatched(ctx context.Context, q calls.Search, municipality, version string, now, clock time.Time) (
	hits []calls.Hit, settled bool, err error,
) {
	if len(q.Statuses) == 0 || slices.Contains(q.Statuses, calls.Closed) {
		return nil, false, nil
	}
	limit, best := q.Limit, q.Sort == "" || q.Sort == calls.SortBest
	if q.Limit = 0; best {
		q.Sort = calls.SortDeadline // of those that suit equally well
	}
	s, possible, err := newSelection(&q, now)
	if err != nil {
		return nil, false, err
	}
	err = db.view(ctx, fmt.Sprintf("search for %q", municipality), func(tx querier) error {
		if settled, err = matchesSettled(ctx, tx, municipality, version, now, clock); err != nil || !settled || !possible {
			return err
		}
		found, err := s.runAmong(ctx, tx, q.Clauses, municipality)
		if err != nil {
			return err
		}
		if best {
			slices.SortStableFunc(found, func(a, b rankedCall) int { return cmp.Compare(b.score, a.score) })
		}
		if limit > 0 {
			found = found[:min(len(found), limit)]
		}
		hits, err = loadHits(ctx, tx, found, q.Clauses)
		return err
	})
	return hits, settled, err
}

// runAmong returns those calls of a selection that concern a municipality, with the scores of their matches.
func (s *selection) runAmong(ctx context.Context, q querier, clauses []calls.Clause, municipality string) ([]rankedCall, error) {
	list, err := loadMatches(ctx, q, municipality)
	if err != nil {
		return nil, err
	}
	scores := make(map[int64]float64, len(list))
	for _, m := range list {
		scores[m.call] = m.realScore()
	}
	found, err := s.run(ctx, q, clauses)
	among := found[:0]
	for _, r := range found {
		if score, matches := scores[r.id]; matches {
			among = append(among, rankedCall{r.id, score})
		}
	}
	return among, err
}

// matchesSettled reports whether the matches of a municipality are right for what is not closed at now.
func matchesSettled(ctx context.Context, q querier, municipality, version string, now, clock time.Time) (bool, error) {
	stored, err := topicsVersion(ctx, q)
	if err != nil || stored != version {
		return false, err
	}
	const query = `
		SELECT NOT EXISTS (SELECT 1 FROM municipalities WHERE name = ?2 AND revision > matched.value)
			AND NOT EXISTS (SELECT 1 FROM runs WHERE ended > ?1)
			AND NOT EXISTS (SELECT 1 FROM calls c WHERE c.revision > matched.value AND ` + statusSQL + ` <> 'closed')
			AND NOT EXISTS (
				SELECT 1 FROM calls c WHERE c.last_deadline > ?1 AND c.last_deadline <= ?3 AND ` + statusSQL + ` NOT IN ('closed', 'withdrawn'))
		FROM counters matched
		WHERE matched.name = 'matched'`
	return scanOne[bool](q.QueryRowContext(ctx, query, instant(now), municipality, instant(clock)))
}

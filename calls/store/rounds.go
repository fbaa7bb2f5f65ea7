package store

import (
	"context"
	"fmt"
	"slices"

	"fundwatch/calls"
)

// Rounds returns every call that may be a round of a family, or that a source foresees, ordered by key, with no more than
// [calls.Expect] and [calls.MergeRounds] look at: neither texts nor topics are read.
func (db *DB) Rounds(ctx context.Context) ([]calls.Call, error) {
	all, err := collect(ctx, db.read, scanRound, selectRounds+"c.kind = ? AND c.identifier <> '' OR c.season <> '' ORDER BY c.source, c.reference", string(calls.KindTopic))
	if err != nil {
		return nil, fmt.Errorf("read rounds: %w", err)
	}
	return all, nil
}

// RoundsOf returns those of [DB.Rounds] that are of one family, without reading the others.
func (db *DB) RoundsOf(ctx context.Context, family string) ([]calls.Call, error) {
	exact, begun := calls.Identifiers(family)
	const query = selectRounds + `c.kind = ?1
			AND c.id IN (
				SELECT i.id FROM json_each(?2) w CROSS JOIN calls i ON i.identifier COLLATE NOCASE = w.value
				UNION
				SELECT i.id FROM json_each(?3) p CROSS JOIN calls i
					ON i.identifier COLLATE NOCASE BETWEEN p.value AND p.value || char(1114111))
		ORDER BY c.source, c.reference`
	found, err := collect(ctx, db.read, scanRound, query, string(calls.KindTopic), asJSON(&exact), asJSON(&begun))
	if err != nil {
		return nil, fmt.Errorf("read rounds of %s: %w", family, err)
	}
	return slices.DeleteFunc(found, func(c calls.Call) bool { // a beginning may let more through
		of, _, _ := calls.Family(c.Identifier)
		return of != family
	}), nil
}

// selectRounds ends where the conditions begin.
const selectRounds = `
		SELECT
			c.source,
			c.reference,
			c.identifier,
			c.kind,
			c.title,
			c.programme,
			c.url,
			c.opens,
			c.deadlines,
			c.model,
			c.budget,
			c.season,
			c.withdrawn,` + lastSeen + `
		FROM calls c
		WHERE `

func scanRound(row scanner) (c calls.Call, err error) {
	deadlines := deadlineList{&c.Deadlines}
	return c, row.Scan(
		&c.Key.Source,
		&c.Key.Reference,
		&c.Identifier,
		&c.Kind,
		&c.Title,
		&c.Programme,
		&c.URL,
		into(&c.Opens),
		&deadlines,
		&c.Model,
		(*number)(&c.Budget),
		&c.Season,
		into(&c.Withdrawn),
		into(&c.LastSeen),
	)
}

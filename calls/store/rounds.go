package store

import (
	"context"
	"fmt"

	"fundwatch/calls"
)

// Rounds returns every call that may be a round of a family, ordered by key, with no more than
// [calls.Expect] and [calls.MergeRounds] look at: neither texts nor topics are read.
func (db *DB) Rounds(ctx context.Context) ([]calls.Call, error) {
	const query = `
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
			c.withdrawn,` + lastSeen + `
		FROM calls c
		WHERE c.kind = ? AND c.identifier <> ''
		ORDER BY c.source, c.reference`
	all, err := collect(ctx, db.read, scanRound, query, string(calls.KindTopic))
	if err != nil {
		return nil, fmt.Errorf("read rounds: %w", err)
	}
	return all, nil
}

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
		into(&c.Withdrawn),
		into(&c.LastSeen),
	)
}

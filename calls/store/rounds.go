package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"fundwatch/calls"
)

// Rounds returns every call that may be a round of a family, or that a source foresees, ordered by key, with no more than
// [calls.Expect] and [calls.MergeRounds] look at: neither texts nor topics are read.
func (db *DB) Rounds(ctx context.Context) ([]calls.Call, error) {
	all, err := collect(ctx, db.read, scanRound, roundColumns+"c.kind = ? AND c.identifier <> '' OR c.season <> '' ORDER BY c.source, c.reference", string(calls.KindTopic))
	if err != nil {
		return nil, fmt.Errorf("read rounds: %w", err)
	}
	return all, nil
}

// RoundsOf returns those of [DB.Rounds] that are of one family, without reading the others.
func (db *DB) RoundsOf(ctx context.Context, family string) ([]calls.Call, error) {
	seen := map[calls.Key]bool{}
	var all []calls.Call
	for _, spelling := range calls.Spellings(family) {
		found, err := collect(ctx, db.read, scanRound, roundColumns+"c.kind = ? AND c.identifier LIKE ?", string(calls.KindTopic), likeSpelling(spelling))
		if err != nil {
			return nil, fmt.Errorf("read rounds of %s: %w", family, err)
		}
		for i := range found {
			of, _, _ := calls.Family(found[i].Identifier)
			if key := found[i].Key; of == family && !seen[key] {
				seen[key] = true
				all = append(all, found[i])
			}
		}
	}
	slices.SortFunc(all, func(a, b calls.Call) int {
		return cmp.Or(strings.Compare(a.Key.Source, b.Key.Source), strings.Compare(a.Key.Reference, b.Key.Reference))
	})
	return all, nil
}

// likeSpelling writes a spelling as a pattern of LIKE, which may let more through.
func likeSpelling(spelling string) string {
	return strings.NewReplacer("*", "____", "...", "%").Replace(spelling)
}

// roundColumns ends where the conditions begin.
const roundColumns = `
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

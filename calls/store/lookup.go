package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"fundwatch/calls"
)

// statusSQL is calls.Call.Status of a row c as an expression; its parameter ?1 is now.
const statusSQL = `
	CASE
		WHEN c.withdrawn IS NOT NULL THEN 'withdrawn'
		WHEN c.stated_status = 'closed' OR c.last_deadline <= ?1 THEN 'closed'
		WHEN c.opens > ?1 THEN 'forthcoming'
		WHEN c.opens IS NULL AND c.stated_status <> '' THEN c.stated_status
		ELSE 'open'
	END`

// Call returns the call with this key. The error wraps [calls.ErrNotFound] if there is none.
func (db *DB) Call(ctx context.Context, key calls.Key) (*calls.Call, error) {
	var found []storedCall
	err := db.view(ctx, fmt.Sprintf("call %q", key), func(q querier) error {
		id, err := callID(ctx, q, key)
		if err != nil {
			return err
		}
		found, err = loadCalls(ctx, q, []int64{id})
		return err
	})
	if err != nil {
		return nil, err
	}
	return &found[0].Call, nil
}

func callID(ctx context.Context, q querier, key calls.Key) (int64, error) {
	// A row that became one with another call is still known by its old key: mails link to it.
	const query = `
		SELECT id FROM calls WHERE source = ?1 AND reference = ?2
		UNION ALL
		SELECT call FROM listings WHERE source = ?1 AND reference = ?2
		LIMIT 1`
	id, err := scanOne[int64](q.QueryRowContext(ctx, query, key.Source, key.Reference))
	if errors.Is(err, sql.ErrNoRows) {
		return 0, calls.ErrNotFound
	}
	return id, err
}

// FindCalls returns the calls that name may mean, ordered by identifier and key: those with this key (also
// one that another source lists the call by), reference or identifier in any case or, if there is none, those whose
// identifier or reference may be meant by it (see [calls.ShownAs]). The error wraps [calls.ErrNotFound] if there is
// none at all, and names the nearest identifiers.
func (db *DB) FindCalls(ctx context.Context, name string) ([]calls.Call, error) {
	name = strings.TrimSpace(name)
	var found []storedCall
	err := db.view(ctx, fmt.Sprintf("find call %q", name), func(q querier) error {
		ids, err := idsByName(ctx, q, name)
		if err != nil {
			return err
		}
		if len(ids) == 0 {
			return notFound(ctx, q, name)
		}
		found, err = loadCalls(ctx, q, ids)
		return err
	})
	return plain(found), err
}

// mostCandidates bounds how many calls a short prefix may mean: nobody reads more.
const mostCandidates = 50

func idsByName(ctx context.Context, q querier, name string) ([]int64, error) {
	if name == "" {
		return nil, nil
	}
	const order = ` ORDER BY identifier, source, reference LIMIT ?4`
	beginning, end, _ := strings.Cut(name, calls.CutMark)
	for _, query := range []string{
		`SELECT id FROM calls WHERE source || ':' || reference = ?1 COLLATE NOCASE`,
		`SELECT id FROM calls WHERE id IN (SELECT call FROM listings WHERE source || ':' || reference = ?1 COLLATE NOCASE)`,
		`SELECT id FROM calls WHERE identifier = ?1 COLLATE NOCASE OR reference = ?1 COLLATE NOCASE`,
		`SELECT id FROM calls WHERE ` + shownSQL("identifier") + ` OR ` + shownSQL("reference"),
	} {
		ids, err := collect(ctx, q, scanOne[int64], query+order, name, beginning, end, mostCandidates)
		if err != nil || len(ids) > 0 {
			return ids, err
		}
	}
	return nil, nil
}

// shownSQL is [calls.ShownAs] of a column, with ?2 before the mark and ?3 after it.
func shownSQL(column string) string {
	return `(?2 <> '' AND length(` + column + `) >= length(?2) + length(?3) AND substr(` + column + `, 1, length(?2)) = ?2 COLLATE NOCASE
		AND (?3 = '' OR substr(` + column + `, -length(?3)) = ?3 COLLATE NOCASE))`
}

func notFound(ctx context.Context, q querier, name string) error {
	identifiers, err := collect(ctx, q, scanOne[string], `SELECT DISTINCT identifier FROM calls WHERE identifier <> ''`)
	if err != nil {
		return err
	}
	return suggest(name, identifiers, "'fundwatch search' finds calls by words")
}

// suggest returns an error that wraps [calls.ErrNotFound] and names those of among that are near or, if none
// is, says otherwise.
func suggest(name string, among []string, otherwise string) error {
	near := calls.Nearest(name, among)
	if len(near) == 0 {
		return fmt.Errorf("%w: %s", calls.ErrNotFound, otherwise)
	}
	return fmt.Errorf("%w; did you mean %s?", calls.ErrNotFound, strings.Join(near, ", "))
}

// A Named is what people type for something, with what it is called.
type Named struct {
	Name  string // of a call: identifier, or reference where there is none
	Title string // of one of the calls that share the name
}

func scanNamed(row scanner) (n Named, err error) { return n, row.Scan(&n.Name, &n.Title) }

// Identifiers returns the names of all calls that begin with prefix in any case, sorted and without
// repeats: what a shell completes. It reads no texts.
func (db *DB) Identifiers(ctx context.Context, prefix string) ([]Named, error) {
	const query = `
		SELECT COALESCE(NULLIF(identifier, ''), reference) AS name, MIN(title)
		FROM calls
		WHERE substr(name, 1, length(?1)) = ?1 COLLATE NOCASE
		GROUP BY name
		ORDER BY name`
	names, err := collect(ctx, db.read, scanNamed, query, prefix)
	if err != nil {
		return nil, fmt.Errorf("read identifiers: %w", err)
	}
	return names, nil
}

// History returns the changes of a call, oldest first. The error wraps [calls.ErrNotFound] if there is
// no such call.
func (db *DB) History(ctx context.Context, key calls.Key) ([]calls.Change, error) {
	var changes []calls.Change
	err := db.view(ctx, fmt.Sprintf("history of %q", key), func(q querier) error {
		id, err := callID(ctx, q, key)
		if err != nil {
			return err
		}
		const query = `SELECT seq, kind, old, new, at, reason FROM changes WHERE call = ? ORDER BY seq`
		changes, err = collect(ctx, q, changeOf(key), query, id)
		return err
	})
	return changes, err
}

// ChangesSince returns the changes of all calls that were recorded at or after a time, by call, oldest
// first; all changes for the zero time.
func (db *DB) ChangesSince(ctx context.Context, since time.Time) (map[calls.Key][]calls.Change, error) {
	const query = `
		SELECT
			c.source,
			c.reference,
			h.seq,
			h.kind,
			h.old,
			h.new,
			h.at,
			h.reason
		FROM changes h
		JOIN calls c ON c.id = h.call
		WHERE h.at >= IFNULL(?, '')
		ORDER BY h.seq`
	changes, err := collect(ctx, db.read, func(s scanner) (c calls.Change, err error) {
		return c, s.Scan(&c.Call.Source, &c.Call.Reference, &c.Seq, &c.Kind, &c.Old, &c.New, into(&c.At), &c.Reason)
	}, query, instant(since))
	if err != nil {
		return nil, fmt.Errorf("read changes since %s: %w", since, err)
	}
	byCall := make(map[calls.Key][]calls.Change)
	for _, c := range changes {
		byCall[c.Call] = append(byCall[c.Call], c)
	}
	return byCall, nil
}

// changeOf scans a change of the call with this key: seq, kind, old, new, at, reason.
func changeOf(key calls.Key) func(scanner) (calls.Change, error) {
	return func(s scanner) (calls.Change, error) {
		c := calls.Change{Call: key}
		return c, s.Scan(&c.Seq, &c.Kind, &c.Old, &c.New, into(&c.At), &c.Reason)
	}
}

// CountCalls returns how many calls have each status at now. A status that no call has is missing.
func (db *DB) CountCalls(ctx context.Context, now time.Time) (map[calls.Status]int, error) {
	const query = `SELECT ` + statusSQL + ` AS status, COUNT(*) FROM calls c GROUP BY status`
	counts, err := countBy[calls.Status](ctx, db.read, query, instant(now))
	if err != nil {
		return nil, fmt.Errorf("count calls: %w", err)
	}
	return counts, nil
}

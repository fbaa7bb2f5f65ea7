package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"fundwatch/calls"
)

// Work is what matching has to do: the calls that changed against all municipalities, and all calls
// against the municipalities whose interests changed.
type Work struct {
	Calls          []calls.Key // changed since matching last ran, not closed
	Municipalities []string    // ids of those that are new or have other interests
}

// Unmatched returns what [DB.Match] would do now, ordered by id.
func (db *DB) Unmatched(ctx context.Context, now time.Time) (Work, error) {
	var work Work
	err := db.view(ctx, "read what to match", func(q querier) (err error) {
		const changed = `
			SELECT c.source, c.reference
			FROM calls c
			WHERE c.revision > (SELECT value FROM counters WHERE name = 'matched') AND ` + statusSQL + ` <> 'closed'
			ORDER BY c.id`
		work.Calls, err = collect(ctx, q, func(s scanner) (k calls.Key, err error) {
			return k, s.Scan(&k.Source, &k.Reference)
		}, changed, instant(now))
		if err != nil {
			return err
		}
		const dirty = `
			SELECT name
			FROM municipalities
			WHERE revision > (SELECT value FROM counters WHERE name = 'matched')
			ORDER BY name`
		work.Municipalities, err = collect(ctx, q, scanOne[string], dirty)
		return err
	})
	return work, err
}

// Matched counts what matching did.
type Matched struct {
	Calls          int // that changed
	Municipalities int // that changed
	Matches        int // of both
}

// Match finds the matches of the calls and of the municipalities that changed since it last ran, and notes
// that this is done, in one transaction: killed anywhere, it can be run again. Only lists that differ are
// written. Memory is bounded by some megabytes of the calls' texts, whatever their number and that of
// the municipalities.
func (db *DB) Match(ctx context.Context, topics *calls.Topics, now time.Time) (Matched, error) {
	return db.match(ctx, topics, now, groupBytes)
}

// groupBytes is about how much text of calls is matched at a time.
const groupBytes = 16 << 20

func (db *DB) match(ctx context.Context, topics *calls.Topics, now time.Time, groupBytes int) (Matched, error) {
	var done Matched
	err := db.update(ctx, "match", func(tx *sql.Tx) error {
		m := &matching{ctx: ctx, tx: tx, topics: topics, groupBytes: groupBytes}
		if err := m.begin(now); err != nil {
			return err
		}
		if err := m.pass(m.changed, 0); err != nil { // all municipalities
			return fmt.Errorf("changed calls: %w", err)
		}
		if m.done.Municipalities > 0 {
			if err := m.pass(m.rest, m.from); err != nil {
				return fmt.Errorf("changed municipalities: %w", err)
			}
		}
		done = m.done
		_, err := tx.ExecContext(ctx, `UPDATE counters SET value = ? WHERE name = 'matched'`, m.upTo)
		return err
	})
	return done, err
}

// A matching is one run of [DB.Match].
type matching struct {
	ctx           context.Context
	tx            *sql.Tx
	topics        *calls.Topics
	groupBytes    int
	from, upTo    int64 // revisions
	changed, rest []openCall
	open          idSet // both
	done          Matched
}

// An openCall is a call that is not closed.
type openCall struct {
	id    int64
	bytes int // of its texts
}

// begin reads what changed. The lists of municipalities that did are taken away.
func (m *matching) begin(now time.Time) error {
	const revisions = `SELECT
		(SELECT value FROM counters WHERE name = 'revision'),
		(SELECT value FROM counters WHERE name = 'matched')`
	if err := m.tx.QueryRowContext(m.ctx, revisions).Scan(&m.upTo, &m.from); err != nil {
		return err
	}
	if err := m.readOpen(now); err != nil {
		return err
	}
	m.done.Calls = len(m.changed)
	const dirty = `SELECT COUNT(*) FROM municipalities WHERE revision > ?`
	if err := m.tx.QueryRowContext(m.ctx, dirty, m.from).Scan(&m.done.Municipalities); err != nil {
		return err
	}
	const forget = `DELETE FROM matches WHERE municipality IN (SELECT id FROM municipalities WHERE revision > ?)`
	_, err := m.tx.ExecContext(m.ctx, forget, m.from)
	return err
}

func (m *matching) readOpen(now time.Time) error {
	const query = `
		SELECT c.id, octet_length(t.summary) + octet_length(t.body), c.revision > ?2
		FROM calls c
		JOIN texts t ON t.call = c.id
		WHERE ` + statusSQL + ` <> 'closed'
		ORDER BY c.id`
	type row struct {
		openCall
		changed bool
	}
	rows, err := collect(m.ctx, m.tx, func(s scanner) (r row, err error) {
		return r, s.Scan(&r.id, &r.bytes, &r.changed)
	}, query, instant(now), m.from)
	for _, r := range rows {
		m.open.add(r.id)
		if r.changed {
			m.changed = append(m.changed, r.openCall)
		} else {
			m.rest = append(m.rest, r.openCall)
		}
	}
	return err
}

// pass matches calls against the municipalities that changed after a revision.
func (m *matching) pass(list []openCall, since int64) error {
	for len(list) > 0 {
		var ids []int64
		for bytes := 0; len(list) > 0 && bytes < m.groupBytes; list = list[1:] {
			ids = append(ids, list[0].id)
			bytes += list[0].bytes
		}
		g, err := m.group(ids)
		if err != nil {
			return err
		}
		if err := m.towns(g, since); err != nil {
			return err
		}
	}
	return nil
}

func (m *matching) group(ids []int64) (*group, error) {
	found, err := loadCalls(m.ctx, m.tx, ids)
	if err != nil {
		return nil, err
	}
	return &group{ids, newIDSet(ids), m.open, calls.NewMatcher(m.topics, plain(found))}, nil
}

// How many municipalities are matched as one batch, and how many batches wait while they are.
const (
	batchTowns  = 1000
	batchesOpen = 3
)

// towns reads municipalities, matches them and writes their lists, batch by batch: while the database is
// read and written here, other processors match.
func (m *matching) towns(g *group, since int64) error {
	var waiting []*batch
	for after, more := int64(0), true; more || len(waiting) > 0; {
		if more && len(waiting) < batchesOpen {
			b, err := m.read(after, since)
			if err != nil {
				return err
			}
			if more = len(b.towns) == batchTowns; len(b.towns) > 0 {
				after = b.towns[len(b.towns)-1].id
				waiting = append(waiting, b)
				go b.match(g)
			}
			continue
		}
		b := waiting[0]
		waiting = waiting[1:]
		<-b.matched
		if err := m.write(b); err != nil {
			return err
		}
	}
	return nil
}

// A listedTown is what matching needs to know of a municipality.
type listedTown struct {
	id        int64
	interests []byte // an interestsRow
	calls     []byte // a matchList
}

func (m *matching) read(after, since int64) (*batch, error) {
	const query = `
		SELECT u.id, u.interests, m.calls
		FROM municipalities u
		LEFT JOIN matches m ON m.municipality = u.id
		WHERE u.id > ? AND u.revision > ?
		ORDER BY u.id
		LIMIT ?`
	b := &batch{matched: make(chan struct{})}
	var err error
	b.towns, err = collect(m.ctx, m.tx, func(s scanner) (t listedTown, err error) {
		return t, s.Scan(&t.id, &t.interests, &t.calls)
	}, query, after, since, batchTowns)
	return b, err
}

// rowsAtOnce is how many lists one statement writes: the way to C and back costs more than a row.
const rowsAtOnce = 100

func (m *matching) write(b *batch) error {
	if b.err != nil {
		return b.err
	}
	m.done.Matches += b.found
	for some := range slices.Chunk(b.changed, rowsAtOnce) {
		values := make([]any, 0, 2*len(some))
		for _, l := range some {
			values = append(values, l.town, l.list)
		}
		save := `INSERT INTO matches (municipality, calls) VALUES (?, ?)` + strings.Repeat(", (?, ?)", len(some)-1) +
			` ON CONFLICT DO UPDATE SET calls = excluded.calls`
		if _, err := m.tx.ExecContext(m.ctx, save, values...); err != nil {
			return fmt.Errorf("write matches: %w", err)
		}
	}
	if len(b.emptied) == 0 {
		return nil
	}
	const remove = `DELETE FROM matches WHERE municipality IN (SELECT value FROM json_each(?))`
	_, err := m.tx.ExecContext(m.ctx, remove, asJSON(&b.emptied))
	return err
}

// A group is calls that are matched together.
type group struct {
	ids     []int64 // ascending, as in the matcher
	members idSet   // the same
	open    idSet   // calls that are not closed, of all groups
	matcher *calls.Matcher
}

// A batch is municipalities on their way through matching.
type batch struct {
	towns   []listedTown
	matched chan struct{} // closed when what follows is there
	changed []writtenList
	emptied []int64 // municipalities that no call concerns any more
	found   int     // matches with calls of the group
	err     error
}

type writtenList struct {
	town int64
	list []byte
}

func (b *batch) match(g *group) {
	defer close(b.matched)
	var before, after matchList // used again for each town
	for i := range b.towns {
		t := &b.towns[i]
		var in interestsRow
		if b.err = json.Unmarshal(t.interests, &in); b.err != nil {
			b.err = fmt.Errorf("interests of municipality number %d: %w", t.id, b.err)
			return
		}
		if before, b.err = appendMatches(before[:0], t.calls); b.err != nil {
			b.err = fmt.Errorf("municipality number %d: %w", t.id, b.err)
			return
		}
		interests := calls.Interests(in)
		found := g.matcher.Match(&interests)
		b.found += len(found)
		var differs bool
		after, differs = g.merge(after[:0], before, found)
		switch {
		case !differs:
		case len(after) == 0:
			b.emptied = append(b.emptied, t.id)
		default:
			b.changed = append(b.changed, writtenList{t.id, after.encode()})
		}
	}
}

// merge appends to list what was before with the calls of the group replaced by those found, and without
// calls that have closed. It reports whether the group's calls differ from before.
func (g *group) merge(list, before matchList, found []calls.Scored) (merged matchList, differs bool) {
	next := 0 // of found
	for _, old := range before {
		for ; next < len(found) && g.ids[found[next].Call] < old.call; next++ {
			list, differs = append(list, g.matched(found[next])), true
		}
		switch {
		case !g.members.has(old.call):
			if g.open.has(old.call) {
				list = append(list, old)
			}
		case next < len(found) && g.ids[found[next].Call] == old.call:
			list = append(list, g.matched(found[next]))
			differs = differs || list[len(list)-1] != old
			next++
		default:
			differs = true
		}
	}
	for ; next < len(found); next++ {
		list, differs = append(list, g.matched(found[next])), true
	}
	return list, differs
}

func (g *group) matched(s calls.Scored) matched { return matched{g.ids[s.Call], storedScore(s.Score)} }

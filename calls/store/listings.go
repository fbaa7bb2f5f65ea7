package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"fundwatch/calls"
)

// Listings returns where else a call is listed, by source; nil if nowhere.
func (db *DB) Listings(ctx context.Context, key calls.Key) ([]calls.Listing, error) {
	const query = `
		SELECT l.source, l.url
		FROM listings l
		JOIN calls c ON c.id = l.call
		WHERE c.source = ? AND c.reference = ?
		ORDER BY l.source, l.reference`
	all, err := collect(ctx, db.read, func(s scanner) (l calls.Listing, err error) {
		return l, s.Scan(&l.Source, &l.URL)
	}, query, key.Source, key.Reference)
	if err != nil {
		return nil, fmt.Errorf("read listings of %q: %w", key, err)
	}
	return all, nil
}

// listedElsewhere returns the id of the portal's topic that a row of another source is about, 0 if it is a
// call of its own. A row that states a deadline to come is no listing of a topic that has closed: whoever passes on the
// money of a past topic names it, too.
func (s *sweeper) listedElsewhere(c *calls.Call) (int64, error) {
	if c.Kind == calls.KindTopic || c.Identifier == "" {
		return 0, nil
	}
	const query = `
		SELECT c.id FROM calls c
		WHERE c.identifier = ?2 COLLATE NOCASE AND c.source <> ?3 AND c.kind = 'topic' AND c.withdrawn IS NULL
			AND NOT (?4 AND ` + statusSQL + ` = 'closed')
		ORDER BY c.id LIMIT 1`
	_, ahead := c.NextDeadline(s.now)
	id, err := scanOne[int64](s.tx.QueryRowContext(s.ctx, query, instant(s.now), c.Identifier, s.run.Source, ahead))
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return id, err
}

// uniteKnownElsewhere unites a topic with the rows of other sources that told of it before the portal did.
func (s *sweeper) uniteKnownElsewhere(c *calls.Call, topic int64) error {
	if c.Kind != calls.KindTopic || c.Identifier == "" {
		return nil
	}
	const query = `SELECT id FROM calls WHERE identifier = ? COLLATE NOCASE AND source <> ? AND kind = '' ORDER BY id`
	others, err := collect(s.ctx, s.tx, scanOne[int64], query, c.Identifier, s.run.Source)
	if err != nil {
		return err
	}
	for _, other := range others {
		if err := s.unite(other, topic); err != nil {
			return err
		}
	}
	return nil
}

// unite makes a row of another source one call with the portal's topic. Who was told of the row was told of
// the call, its history is the call's, and the row itself becomes a listing: nothing is told a second time,
// and its disappearance is no withdrawal. That the source gave it a title of its own is no change of title.
func (s *sweeper) unite(other, topic int64) error {
	for _, move := range []string{
		`INSERT INTO listings (source, reference, call, url) SELECT source, reference, ?2, url FROM calls WHERE id = ?1
			ON CONFLICT DO UPDATE SET call = ?2`,
		`UPDATE listings SET call = ?2 WHERE call = ?1`,
		`UPDATE notices SET told = json_set(told, '$.title', (SELECT title FROM calls WHERE id = ?2)) WHERE call = ?1`,
		`UPDATE OR IGNORE notices SET call = ?2 WHERE call = ?1`, // ignored is what was told in the same words of both
		`UPDATE OR IGNORE mutes SET call = ?2 WHERE call = ?1`,   // whoever muted either has muted the call
		`UPDATE changes SET call = ?2 WHERE call = ?1`,
		`UPDATE calls SET first_seen = MIN(first_seen, (SELECT first_seen FROM calls WHERE id = ?1)) WHERE id = ?2`,
	} {
		if _, err := s.tx.ExecContext(s.ctx, move, other, topic); err != nil {
			return err
		}
	}
	const onceNew = `
		DELETE FROM changes
		WHERE call = ?1 AND kind = 'new'
			AND seq > (SELECT MIN(seq) FROM changes WHERE call = ?1 AND kind = 'new')`
	if _, err := s.tx.ExecContext(s.ctx, onceNew, topic); err != nil {
		return err
	}
	for _, emptied := range []string{"notices", "mutes", "topics", "folded", "texts"} {
		if _, err := s.tx.ExecContext(s.ctx, `DELETE FROM `+emptied+` WHERE call = ?`, other); err != nil {
			return err
		}
	}
	_, err := s.tx.ExecContext(s.ctx, `DELETE FROM calls WHERE id = ?`, other)
	return err
}

// list notes that a call is listed here too, if that is not known. What was stored as a call of its own, in
// the days before the portal had the topic or while it had lost it, is united with the topic.
func (s *sweeper) list(c *calls.Call, id int64) error {
	if own := s.known[c.Key.Reference]; own != nil {
		delete(s.known, c.Key.Reference)
		if err := s.unite(own.id, id); err != nil {
			return err
		}
	}
	const upsert = `
		INSERT INTO listings (source, reference, call, url) VALUES (?1, ?2, ?3, ?4)
		ON CONFLICT DO UPDATE SET call = ?3, url = ?4 WHERE call <> ?3 OR url <> ?4`
	_, err := s.tx.ExecContext(s.ctx, upsert, s.run.Source, c.Key.Reference, id, c.URL)
	return err
}

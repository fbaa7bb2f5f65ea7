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
// call of its own. What was stored as a call of its own before stays one: to take it away would be told
// as a withdrawal.
func (s *sweeper) listedElsewhere(c *calls.Call) (int64, error) {
	if c.Kind == calls.KindTopic || c.Identifier == "" || s.known[c.Key.Reference] != nil {
		return 0, nil
	}
	const query = `
		SELECT id FROM calls
		WHERE identifier = ? COLLATE NOCASE AND source <> ? AND kind = 'topic' AND withdrawn IS NULL
		ORDER BY id LIMIT 1`
	id, err := scanOne[int64](s.tx.QueryRowContext(s.ctx, query, c.Identifier, s.run.Source))
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return id, err
}

// list notes that a call is listed here too, if that is not known.
func (s *sweeper) list(c *calls.Call, id int64) error {
	const upsert = `
		INSERT INTO listings (source, reference, call, url) VALUES (?1, ?2, ?3, ?4)
		ON CONFLICT DO UPDATE SET call = ?3, url = ?4 WHERE call <> ?3 OR url <> ?4`
	_, err := s.tx.ExecContext(s.ctx, upsert, s.run.Source, c.Key.Reference, id, c.URL)
	return err
}

package store

import (
	"bytes"
	"compress/gzip"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"

	"fundwatch/calls"
)

// Copy returns the copy of a page of a source that was kept at its last good sweep. The error wraps
// [calls.ErrNotFound] if there is none.
func (db *DB) Copy(ctx context.Context, source, address string) (calls.Copy, error) {
	const query = `
		SELECT language, etag, last_modified, header, body, fetched
		FROM copies WHERE source = ? AND address = ?`
	c := calls.Copy{Address: address}
	var packed []byte
	err := db.read.QueryRowContext(ctx, query, source, address).Scan(
		&c.Language, &c.ETag, &c.LastModified, asJSON(&c.Header), &packed, into(&c.Fetched))
	if errors.Is(err, sql.ErrNoRows) {
		err = calls.ErrNotFound
	}
	if err == nil {
		c.Body, err = unpack(packed)
	}
	if err != nil {
		return calls.Copy{}, fmt.Errorf("copy of %q: %w", address, err)
	}
	return c, nil
}

// keepCopies stores the pages that the sweep brought anew, and forgets those that the source no longer has.
// Of a sweep that failed nothing is kept: its pages may be the reason.
func (s *sweeper) keepCopies() error {
	if s.sweep.Err != nil {
		return nil
	}
	current := append([]string{}, s.sweep.Unchanged...)
	for i := range s.sweep.Copies {
		c := &s.sweep.Copies[i]
		if err := s.keepCopy(c); err != nil {
			return fmt.Errorf("page %q: %w", c.Address, err)
		}
		current = append(current, c.Address)
	}
	const forget = `DELETE FROM copies WHERE source = ? AND address NOT IN (SELECT value FROM json_each(?))`
	_, err := s.tx.ExecContext(s.ctx, forget, s.run.Source, asJSON(&current))
	return err
}

func (s *sweeper) keepCopy(c *calls.Copy) error {
	packed, err := pack(c.Body)
	if err != nil {
		return err
	}
	const insert = `
		INSERT OR REPLACE INTO copies (source, address, language, etag, last_modified, header, body, fetched)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)`
	_, err = s.tx.ExecContext(s.ctx, insert, s.run.Source, c.Address, c.Language, c.ETag, c.LastModified,
		asJSON(&c.Header), packed, instant(c.Fetched))
	return err
}

func pack(body []byte) ([]byte, error) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write(body); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return packed.Bytes(), nil
}

// mostUnpacked bounds what a damaged file can make of a copy; the crawler keeps none that is larger.
const mostUnpacked = 16 << 20

func unpack(packed []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(r, mostUnpacked))
}

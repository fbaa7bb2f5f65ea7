package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
)

// Reclassify classifies every call anew if version, that of the topic data, is not the one that the
// stored topics were made with; otherwise it does nothing. It returns how many calls are about
// something else now. All matching is then done again, for the data also says what keywords mean.
func (db *DB) Reclassify(ctx context.Context, version string, classify Classifier) (changed int, err error) {
	stored, err := topicsVersion(ctx, db.read)
	if err != nil || stored == version {
		return 0, err
	}
	err = db.update(ctx, "classify calls", func(tx *sql.Tx) error {
		if stored, err := topicsVersion(ctx, tx); err != nil || stored == version {
			return err // another process was faster
		}
		if changed, err = reclassifyAll(ctx, tx, classify); err != nil {
			return err
		}
		const save = `
			INSERT INTO settings (name, value) VALUES ('topics version', ?)
			ON CONFLICT (name) DO UPDATE SET value = excluded.value`
		if _, err := tx.ExecContext(ctx, save, version); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `UPDATE counters SET value = 0 WHERE name = 'matched'`)
		return err
	})
	return changed, err
}

func topicsVersion(ctx context.Context, q querier) (string, error) {
	const query = `SELECT value FROM settings WHERE name = 'topics version'`
	version, err := scanOne[string](q.QueryRowContext(ctx, query))
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return version, err
}

func reclassifyAll(ctx context.Context, tx *sql.Tx, classify Classifier) (changed int, err error) {
	ids, err := collect(ctx, tx, scanOne[int64], `SELECT id FROM calls ORDER BY id`)
	if err != nil {
		return 0, err
	}
	w, err := newCallWriter(ctx, tx)
	if err != nil {
		return 0, err
	}
	defer w.close()
	const atOnce = 500 // bounds the memory, not the work
	for some := range slices.Chunk(ids, atOnce) {
		n, err := reclassifySome(ctx, tx, w, some, classify)
		if err != nil {
			return 0, err
		}
		changed += n
	}
	return changed, nil
}

func reclassifySome(ctx context.Context, tx *sql.Tx, w *callWriter, ids []int64, classify Classifier) (changed int, err error) {
	found, err := loadCalls(ctx, tx, ids)
	if err != nil {
		return 0, err
	}
	for i := range found {
		c := &found[i]
		before := c.Topics
		c.Topics = nil
		if err := w.topics(c.id, classify(&c.Call)); err != nil {
			return 0, err
		}
		after, err := loadTopics(ctx, tx, []int64{c.id})
		if err != nil {
			return 0, err
		}
		if !slices.Equal(before, after[c.id]) {
			changed++
		}
	}
	return changed, nil
}

package store

import (
	"context"
	"database/sql"
)

// Check reads the whole database, its full-text index included, and returns what is wrong with it,
// mostly in SQLite's words; nil if it is sound. An error means that it could not be read at all.
func (db *DB) Check(ctx context.Context) ([]string, error) {
	var problems []string
	err := db.view(ctx, "check database", func(q querier) error {
		found, err := collect(ctx, q, scanOne[string], `PRAGMA integrity_check`)
		if err != nil {
			return err
		}
		if len(found) != 1 || found[0] != "ok" {
			problems = found
		}
		const missing = `
			SELECT DISTINCT 'a row of ' || "table" || ' names a missing row of ' || parent
			FROM pragma_foreign_key_check
			ORDER BY 1`
		orphans, err := collect(ctx, q, scanOne[string], missing)
		problems = append(problems, orphans...)
		return err
	})
	return problems, err
}

// RebuildIndex makes the full-text index anew from the stored texts: the cure for an index of which
// [DB.Check] says that it does not agree with them.
func (db *DB) RebuildIndex(ctx context.Context) error {
	return db.update(ctx, "rebuild full-text index", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO fulltext (fulltext) VALUES ('rebuild')`)
		return err
	})
}

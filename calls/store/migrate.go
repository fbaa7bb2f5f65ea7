package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
)

// applicationID marks a file as ours, in the header field that SQLite has for it ("fund" in ASCII).
const applicationID = 0x66756e64

// Migrations go forward only, and a file that was ever released is never edited.
//
//go:embed migrations/*.sql
var migrationFiles embed.FS

// migrations returns the names of the migration files; the nth leads to version n.
func migrations() ([]string, error) { return fs.Glob(migrationFiles, "migrations/*.sql") }

// upToDate reports whether the file has the newest version, and refuses files that are not for us.
func upToDate(ctx context.Context, q querier) (bool, error) {
	names, err := migrations()
	if err != nil {
		return false, err
	}
	version, err := fileVersion(ctx, q)
	if err != nil {
		return false, err
	}
	if version > len(names) {
		return false, fmt.Errorf("the file has version %d and this fundwatch knows versions up to %d: "+
			"use the newer fundwatch, or restore a backup", version, len(names))
	}
	return version == len(names), nil
}

// fileVersion returns how many migrations the file has seen; 0 for an empty file.
func fileVersion(ctx context.Context, q querier) (int, error) {
	const query = `
		SELECT
			(SELECT user_version FROM pragma_user_version),
			(SELECT application_id FROM pragma_application_id),
			(SELECT COUNT(*) FROM sqlite_schema)`
	var version, application, tables int
	if err := q.QueryRowContext(ctx, query).Scan(&version, &application, &tables); err != nil {
		return 0, fmt.Errorf("read version: %w", err)
	}
	empty := version == 0 && application == 0 && tables == 0
	if !empty && application != applicationID {
		return 0, fmt.Errorf("the file belongs to another program: name another file")
	}
	return version, nil
}

// migrate runs what is missing. Another process may do the same at this moment: each step looks at the
// version again once it has the write lock.
func (db *DB) migrate(ctx context.Context) error {
	names, err := migrations()
	if err != nil {
		return err
	}
	for i, name := range names {
		err := db.update(ctx, "migrate with "+name, func(tx *sql.Tx) error { return step(ctx, tx, name, i+1) })
		if err != nil {
			return err
		}
	}
	return nil
}

func step(ctx context.Context, tx *sql.Tx, name string, to int) error {
	version, err := fileVersion(ctx, tx)
	if err != nil || version >= to {
		return err
	}
	script, err := migrationFiles.ReadFile(name)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, string(script)); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", to)) // takes no parameter
	return err
}

package store

import (
	"context"
	"database/sql"
	"path/filepath"
	"strings"
	"testing"
)

// A full disk is named with the place and what to do: SQLite says neither.
func TestAFullDiskIsNamed(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "fundwatch.db")
	db, err := Open(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.update(context.Background(), "fill", func(tx *sql.Tx) error {
		if _, err := tx.Exec(`PRAGMA max_page_count = 1`); err != nil { // as far as the file reaches now
			return err
		}
		_, err := tx.Exec(`CREATE TABLE too_much AS SELECT zeroblob(1000000) AS room`)
		return err
	})
	if err == nil || !strings.Contains(err.Error(), "fill: no room left where "+path+" lies, make room and try again: database or disk is full") {
		t.Errorf("got %v", err)
	}
}

package store_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"fundwatch/calls"
)

// oldFile makes a database as the fundwatch of that version wrote it: its migrations, and rows.
func oldFile(t *testing.T, version int, rows string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "old.db")
	raw := outside(t, path)
	defer raw.Close()
	names, err := filepath.Glob("migrations/*.sql")
	if err != nil || len(names) <= version {
		t.Fatalf("%d migrations, %v; version %d is not an old one", len(names), err, version)
	}
	for _, name := range names[:version] {
		script, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		exec(t, raw, string(script))
	}
	exec(t, raw, fmt.Sprintf("PRAGMA user_version = %d", version))
	exec(t, raw, rows)
	return path
}

// A version 1 knew that a run was held by the wording of its error alone.
func TestVersion1Opens(t *testing.T) {
	t.Parallel()
	db := openAt(t, oldFile(t, 1, `
		INSERT INTO runs (source, started, ended, error) VALUES
			('portal', '2026-11-20T05:15:00.000Z', '2026-11-20T05:16:00.000Z', 'held until a person has looked: only 3 open'),
			('portal', '2026-11-21T05:15:00.000Z', '2026-11-21T05:16:00.000Z', 'no answer'),
			('portal', '2026-11-22T05:15:00.000Z', '2026-11-22T05:16:00.000Z', '');
		INSERT INTO calls (source, reference, identifier, kind, title, umbrella, keywords, programme, divisions, action_type,
			url, language, stated_status, deadlines, model, fingerprint, revision, recorded, first_seen, last_seen)
		VALUES ('portal', 'a', 'CERV-2026-A', 'topic', 'A', '', '[]', 'CERV', '[]', '', '', 'en', 'open', '[]', '',
			x'00', 1, 'open', '2026-11-20T05:16:00.000Z', '2026-11-22T05:16:00.000Z');
		INSERT INTO texts VALUES (1, '', 'a body')`))
	runs := must(db.Runs(t.Context(), 0))(t)
	same(t, "held, newest first", []bool{runs[0].Held, runs[1].Held, runs[2].Held}, []bool{false, false, true})
	c := must(db.Call(t.Context(), calls.Key{Source: "portal", Reference: "a"}))(t)
	same(t, "text", c.Body, "a body")
}

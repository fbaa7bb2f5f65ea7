package store_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"testing"

	"fundwatch/calls"
	"fundwatch/calls/store"
)

// TestOldFilesOpen opens files as former versions left them: Ludwigsburg with two mailboxes and matches
// with the calls a reader can apply for, of which b waits in the outbox.
func TestOldFilesOpen(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"version1.db.gz"} {
		db := openAt(t, unpacked(t, name))
		same(t, "problems", must(db.Check(t.Context()))(t), nil)
		town := must(db.Municipality(t.Context(), "ludwigsburg-de"))(t)
		same(t, "mailboxes", len(town.Subscribers), 2)
		same(t, "interests", town.Interests, ludwigsburg().Interests)
		same(t, "found", len(find(t, db, typed("citizens"))), 1)
		same(t, "outbox", len(must(db.Outbox(t.Context()))(t)), 1)

		same(t, "to be matched anew", len(unmatched(t, db, now).Calls), 2)
		matchAll(t, db, now)
		same(t, "matches", matchesOf(t, db, "ludwigsburg-de"), []string{"51050034TOPICSen 0.9", "b 0.63"})
		fresh := candidates(t, db, now)
		same(t, "candidates", len(fresh), 2)
		same(t, "what was told", fresh["b"].Notices, []calls.Notice{{Call: calls.Key{Source: "portal", Reference: "b"}, Kind: calls.NoticeNew}})
		same(t, "sweeps go on", save(t, db, sweepOf(townTwinning(), call("b", "Radverkehr")), now.Add(day)).Unchanged, 2)
		must(store.Open(t.Context(), db.Path()))(t).Close()
	}
}

// unpacked returns a copy of a file in testdata that may be changed.
func unpacked(t *testing.T, name string) string {
	t.Helper()
	packed := must(gzip.NewReader(bytes.NewReader(read(t, filepath.Join("testdata", name)))))(t)
	path := filepath.Join(t.TempDir(), "old.db")
	ok(t, os.WriteFile(path, must(io.ReadAll(packed))(t), 0o600))
	return path
}

package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// Scripts read the exit code: 0 done, 1 nothing found or a person is needed, 2 asked wrongly and nothing done, 3 failed.
func TestExitCodes(t *testing.T) {
	t.Parallel()
	database := filepath.Join(t.TempDir(), "fundwatch.db")
	environ := networksPortal(t, envPair("DATABASE", database))
	now := []string{"--now", "2026-09-01T08:00:00Z"}
	must(t, environ, append(now, "digest")...)
	for _, c := range []struct {
		want int
		args []string
	}{
		{exitDone, []string{}},
		{exitDone, []string{"help"}},
		{exitDone, []string{"version"}},
		{exitDone, []string{"search", "town", "twinning"}},
		{exitDone, []string{"show", "CERV-2026-CITIZENS-TOWN-TT"}},
		{exitDone, []string{"check", "CERV-2026-CITIZENS-TOWN-TT", "drogheda-ie"}}, // "no" is an answer
		{exitDone, []string{"digest"}},                                             // nothing is due
		{exitDone, []string{"topics"}},
		{exitPartly, []string{"search", "quarkbottle"}},
		{exitMisused, []string{"serch", "town"}},
		{exitMisused, []string{"search", "--status", "ajar", "town"}},
		{exitMisused, []string{"search", "--limit", "x", "town"}},
		{exitMisused, []string{"show"}},
		{exitMisused, []string{"--now", "yesterday", "status"}},
		{exitMisused, []string{"crawl", "nowhere"}},
		{exitMisused, []string{"backup", database, "--force"}},
		{exitMisused, []string{"backup", database + ".key", "--force"}},
		{exitMisused, []string{"municipalities", "add", "Nowhere"}},
		{exitMisused, []string{"show", "CERV-1999-NOTHING"}},
		{exitFailed, []string{"backup", filepath.Join(t.TempDir(), "no", "folder.db")}},
		{exitFailed, []string{"--db", filepath.Join(t.TempDir(), "none.db"), "search", "town"}},
	} {
		if out, errs, code := run1(t, environ, append(now, c.args...)...); code != c.want {
			t.Errorf("fundwatch %s: exit code %d, want %d\n%s%s", strings.Join(c.args, " "), code, c.want, out, errs)
		}
	}
}

package main

import (
	"path/filepath"
	"strings"
	"testing"

	"fundwatch/calls"
)

// What a search says about words says them as people write them, not as they are compared.
func TestSearchNamesWordsAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c := benchCalls(1)[0]
	c.Title, c.Body = "Towns meet in Łódź", "Strasbourg, then Nový Jičín and TALLINN."
	benchDatabase(t, dir, []calls.Call{c}).Close()
	for typed, want := range map[string]string{
		"lodzz":                  `"lodzz": did you mean Łódź?`,
		"Jičinn":                 `"Jičinn": did you mean Jičín?`,
		"talllinn":               `"talllinn": did you mean tallinn?`, // capitals are no spelling
		"Städtepartnershaft":     `"Städtepartnershaft": did you mean Städtepartnerschaft?`,
		"towns Müllentsorgungen": `No call holds "Müllentsorgungen"; the other words find 1 call.`,
	} {
		args := append([]string{"search", "--db", filepath.Join(dir, "bench.db")}, strings.Fields(typed)...)
		_, errs, code := run1(t, nil, args...)
		if code != exitPartly || strings.Count(errs, want) != 1 || strings.Count(errs, "did you mean") > 1 {
			t.Errorf("search %s: exit code %d, want once %q in\n%s", typed, code, want, errs)
		}
	}
}

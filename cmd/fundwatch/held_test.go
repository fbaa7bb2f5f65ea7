package main

import (
	"strings"
	"testing"

	"fundwatch/crawler/portaltest"
)

// A portal that lists a third of yesterday's calls, or edits nearly all of them, is not believed until a
// person has looked.
func TestStormsAreHeld(t *testing.T) {
	t.Parallel()
	tests := map[string]func([]portaltest.Record) []portaltest.Record{
		"shrunk": func(r []portaltest.Record) []portaltest.Record { return r[:len(r)/3] },
		"changed": func(r []portaltest.Record) []portaltest.Record {
			for i := range r {
				r[i] = r[i].Clone()
				r[i].Metadata["title"] = []string{"Quite another title " + r[i].Reference}
			}
			return r
		},
	}
	for name, storm := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			portal, environ := standIn(t, 1)
			portal.SetRecords(portaltest.Many(60))
			must(t, environ, "crawl", "--now", "2026-09-01")
			before := must(t, environ, "search", "--limit", "0", "--now", "2026-09-01")
			portal.SetRecords(storm(portaltest.Many(60)))
			for _, day := range []string{"2026-09-02", "2026-09-03"} {
				out, errs, code := run1(t, environ, "crawl", "--now", day)
				if code != exitPartly || !strings.Contains(errs, "held until a person has looked") {
					t.Errorf("%s: exit code %d\n%s%s", day, code, out, errs)
				}
			}
			if after := must(t, environ, "search", "--limit", "0", "--now", "2026-09-01"); after != before {
				t.Errorf("the catalogue changed:\n%s", after)
			}
			if status, _, code := run1(t, environ, "status", "--now", "2026-09-03"); code != exitPartly || !strings.Contains(status, "--accept") {
				t.Errorf("status does not say what to do: %s", status)
			}
			must(t, environ, "crawl", "--accept", "--now", "2026-09-04")
			must(t, environ, "crawl", "--accept", "--now", "2026-09-05")
			if after := must(t, environ, "search", "--limit", "0", "--now", "2026-09-05"); after == before {
				t.Error("an accepted sweep changed nothing")
			}
		})
	}
}

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A machine that was off for three weeks makes up for them with one letter, without calls that closed meanwhile.
func TestThreeWeeksAreMadeUpForOnce(t *testing.T) {
	t.Parallel()
	towns := filepath.Join(t.TempDir(), "towns.yaml")
	const everything = "- {name: A, country: FR, interests: {everything: true}, subscribers: [{email: a@a.example, language: en}]}\n"
	if err := os.WriteFile(towns, []byte(everything), 0o600); err != nil {
		t.Fatal(err)
	}
	server, environ := mailingStandIn(t, towns, "2026-09-07T09:00:00Z")
	serveUntil(t, environ, "2026-09-08T06:00:00Z", "did what was due")
	for range 2 {
		serveUntil(t, environ, "2026-10-01T09:00:00Z", "did what was due")
	}
	mails := server.received()
	if len(mails) != 2 || !strings.Contains(mails[1].data, "2026-W40:weekly:digest:") {
		t.Fatalf("%d mails, want one letter before and one after", len(mails))
	}
	if strings.Contains(mails[1].data, "Call Town Twinning") { // its identifier may stand under the round of next year
		t.Error("a call that closed on 23 September is told on 1 October")
	}
}

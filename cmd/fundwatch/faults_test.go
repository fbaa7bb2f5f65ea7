package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"fundwatch/crawler/portaltest"
)

// faults are what the stand-in can play, each with words that the printed cause must hold.
var faults = map[string]struct {
	fault portaltest.Fault
	cause string
}{
	"html":           {portaltest.HTML(), "markup"},
	"throwable":      {portaltest.Throwable(), "throwable"},
	"ignored query":  {portaltest.IgnoreQuery(), "asked"},
	"repeat":         {portaltest.RepeatRow(), ""},
	"short page":     {portaltest.ShortPage(), "page"},
	"truncated":      {portaltest.TruncatedJSON(), "JSON"},
	"foreign":        {portaltest.ForeignRedirect("http://192.0.2.1/elsewhere"), "redirect"},
	"changing total": {portaltest.ChangingTotal(), "total"},
	"growing total":  {portaltest.GrowingTotal(), ""},
	"server error":   {portaltest.ServerError(), "500"},
	"too many":       {portaltest.TooManyRequests("0"), "429"},
	"cut body":       {portaltest.CutBody(), ""},
	"huge":           {portaltest.Huge(80 << 20), ""},
	"hang":           {portaltest.OnType("8", portaltest.Hang(20*time.Second)), ""},
	"hostile titles": {portaltest.Hostile(), ""},
	"nothing at all": {portaltest.Empty(), ""},
}

func namedFault(name string) (portaltest.Fault, error) {
	f, ok := faults[name]
	if !ok {
		return nil, fmt.Errorf("fault %q: %w", name, errNoSuchFault)
	}
	return f.fault, nil
}

// standIn serves the given day of the catalogue and returns settings that crawl it, on a database of
// the test's own.
func standIn(t *testing.T, day int) (*portaltest.Server, []string) {
	t.Helper()
	portal := portaltest.New(portaltest.Catalogue(day))
	address, stop, err := serveLoopback(portal)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return portal, []string{
		"XDG_DATA_HOME=" + t.TempDir(),
		envPair("SOURCES_PORTAL_URL", "http://"+address+portaltest.Path),
		envPair("CRAWLER_DELAY", "0s"), envPair("CRAWLER_TIMEOUT", patience),
	}
}

// Whatever the portal does wrong: the old calls stay, the cause is named, the exit code is 1, and
// when it is well again nothing is told twice.
func TestFaultsLeaveTheCatalogueUntouched(t *testing.T) {
	t.Parallel()
	harmless := []string{"hostile titles", "repeat"} // a title is only text; a second reading finds the lost row
	for name, f := range faults {
		if slices.Contains(harmless, name) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			portal, environ := standIn(t, 1)
			portal.SetRecords(append(portaltest.Catalogue(1), portaltest.Many(150)...)) // several pages
			must(t, environ, "crawl", "--now", "2026-09-01")
			before := must(t, environ, "search", "--status", "all", "--limit", "0", "--now", "2026-09-01")
			portal.Fail(f.fault)
			faulty := environ
			if name == "hang" { // every other fault has an end of its own
				faulty = append(slices.Clone(environ), envPair("CRAWLER_TIMEOUT", "1s"))
			}
			out, errs, code := run1(t, faulty, "crawl", "--now", "2026-09-02")
			if code != exitPartly || !strings.Contains(errs, f.cause) || !strings.Contains(out, "portal: failed, ") {
				t.Errorf("got exit code %d, want %d, and a cause with %q:\n%s%s", code, exitPartly, f.cause, out, errs)
			}
			if after := must(t, environ, "search", "--status", "all", "--limit", "0", "--now", "2026-09-01"); after != before {
				t.Errorf("the catalogue changed:\n%s\nbefore:\n%s", after, before)
			}
			if status, _, code := run1(t, environ, "status", "--now", "2026-09-02"); code != exitPartly || !strings.Contains(status, "failed") {
				t.Errorf("status hides it (exit code %d):\n%s", code, status)
			}
			portal.Heal()
			if healed := must(t, environ, "crawl", "--now", "2026-09-03"); !strings.Contains(healed, " 0 new, 0 changed") {
				t.Errorf("after it healed: %s", healed)
			}
		})
	}
}

// What hostile titles could do to a terminal, a table of values or a mail, they do not.
func TestHostileTitlesAreHarmless(t *testing.T) {
	t.Parallel()
	portal, environ := standIn(t, 1)
	portal.Fail(portaltest.Hostile())
	must(t, environ, "crawl", "--now", "2026-09-01")
	for _, form := range [][]string{{"search"}, {"search", "--json"}, {"search", "--status", "all", "--limit", "0"}} {
		out := must(t, environ, append(form, "--now", "2026-09-01")...)
		for _, bad := range []string{"\x1b", "\u202e", "\r", "\x00", "\x07"} {
			if strings.Contains(out, bad) {
				t.Errorf("%v: the output holds %q", form, bad)
			}
		}
	}
}

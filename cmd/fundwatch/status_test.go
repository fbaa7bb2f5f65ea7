package main

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fundwatch/crawler/portaltest"
)

// badWeather returns settings of an installation in which much is wrong at the moment that it returns: a
// source that fails, one that was never collected, a mail that came back, one that waits.
func badWeather(t *testing.T) (environ []string, now string) {
	t.Helper()
	portal, environ := standIn(t, 1)
	server, err := newMailServer(t)
	if err != nil {
		t.Fatal(err)
	}
	environ = append(environ, server.settings()...)
	must(t, environ, "municipalities", "import", manyTowns(t, 3), "--now", "2026-09-01")
	must(t, environ, "crawl", "--now", "2026-09-01")
	for _, bad := range []struct {
		code    int
		day     string
		command []string
	}{
		{451, "2026-09-02T08:00:00Z", []string{"digest", "--municipality", "town-0"}},
		{550, "2026-09-02T08:01:00Z", []string{"digest", "--municipality", "town-1"}},
	} {
		server.mu.Lock()
		server.refuse = refusal(bad.code)
		server.mu.Unlock()
		run1(t, environ, append(bad.command, "--now", bad.day)...)
	}
	portal.Fail(portaltest.ServerError())
	run1(t, environ, "crawl", "portal", "--now", "2026-09-03")
	file := filepath.Join(t.TempDir(), "more.yaml")
	if err := os.WriteFile(file, []byte("sources: {eui: {enabled: true}}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return append(environ, "FUNDWATCH_CONFIG="+file), "2026-09-04T12:00:00Z"
}

// TestStatusNames holds the names of the JSON: programs read them.
func TestStatusNames(t *testing.T) {
	t.Parallel()
	environ, now := badWeather(t)
	out, _, code := run1(t, environ, "status", "--json", "--now", now)
	var view map[string]any
	if err := json.Unmarshal([]byte(out), &view); err != nil || code != exitPartly {
		t.Fatalf("exit code %d, %v:\n%s", code, err, out)
	}
	run := "changed complete ended error gone held new odd seen source started unchanged verified"
	mail := "answer attempts code created mail state"
	for path, want := range map[string]string{
		"":               "at attention bytes calls database next oldest_failure oldest_waiting outbox runs sources subscribers version working",
		"calls":          "closed forthcoming open withdrawn",
		"next":           "crawl digest reminders",
		"outbox":         "bounced failed queued sending sent suppressed unknown",
		"subscribers":    "active bounced paused pending unsubscribed",
		"sources":        run + " failures_in_a_row health last_complete",
		"runs":           run,
		"attention":      "about hint problem",
		"oldest_waiting": mail,
	} {
		if got, want := keys(view, path), slices.Sorted(strings.FieldsSeq(want)); !cmp.Equal(got, want) {
			t.Errorf("%q: %s", path, cmp.Diff(want, got))
		}
	}
}

// keys returns the names in an object, or in the first object of a list.
func keys(view map[string]any, path string) []string {
	var at any = view
	if path != "" {
		at = view[path]
	}
	if list, ok := at.([]any); ok && len(list) > 0 {
		at = list[0]
	}
	object, _ := at.(map[string]any)
	return slices.Sorted(maps.Keys(object))
}

func TestStatusInBadWeather(t *testing.T) {
	t.Parallel()
	environ, now := badWeather(t)
	out, _, _ := run1(t, environ, "status", "--json", "--now", now)
	var view statusView
	if err := json.Unmarshal([]byte(out), &view); err != nil {
		t.Fatal(err)
	}
	healths := map[string]health{}
	for _, s := range view.Sources {
		healths[s.Source] = s.Health
	}
	if healths["portal"] != healthFailing || healths["eui"] != healthNever || healths["visegrad"] != healthStale {
		t.Errorf("healths: %v", healths)
	}
	if view.Waiting == nil || view.Waiting.Code == nil || *view.Waiting.Code != 451 || view.Outbox["queued"] != 1 {
		t.Errorf("waiting: %+v, outbox %v", view.Waiting, view.Outbox)
	}
	for _, a := range view.Attention {
		if a.About == "source portal" && !strings.Contains(a.Hint, "'fundwatch crawl portal --dry-run' at what it answers") {
			t.Errorf("what to do about the portal: %s", a.Hint)
		}
	}
	want := []string{"source portal", "sources", "subscriber 2", "outbox"}
	for _, about := range want {
		i := slices.IndexFunc(view.Attention, func(a attention) bool { return a.About == about })
		if i < 0 || view.Attention[i].Hint == "" || view.Attention[i].Problem == "" {
			t.Errorf("nothing about %s: %+v", about, view.Attention)
		}
	}
}

// What nobody crawls is one trouble, however many sources there are; a source that is idle among others that are
// not has its own.
func TestIdleSources(t *testing.T) {
	t.Parallel()
	at := func(h health, day string) sourceView {
		started, _ := time.Parse(time.DateOnly, day) // "": zero
		return sourceView{runView: runView{Source: string(h) + day}, Health: h, startedAt: started}
	}
	stale, older, never, well := at(healthStale, "2026-09-03"), at(healthStale, "2026-09-01"), at(healthNever, ""), at(healthWell, "2026-09-09")
	for want, sources := range map[string][]sourceView{
		"3 sources have not been collected since 2026-09-03: stale2026-09-01, stale2026-09-03, never": {older, well, stale, never},
		"2 sources have never been collected: never, never":                                           {never, never},
		"": {stale, well},
	} {
		var v statusView
		v.idle(idleSources(sources))
		var got string
		if len(v.Attention) > 0 {
			got = v.Attention[0].Problem
		}
		if got != want {
			t.Errorf("said %q, want %q", got, want)
		}
	}
}

func TestStatusFitsTheTerminal(t *testing.T) {
	t.Parallel()
	environ, now := badWeather(t)
	for _, width := range []string{"60", "200"} {
		out, errs, _ := run1(t, append(environ, "FORCE_TTY="+width, "NO_COLOR=1"), "status", "--now", now)
		wantFits(t, out+errs, width, lookupEnv(environ, "XDG_DATA_HOME"))
		for _, want := range []string{"look         portal failed", "-> ", "; mail 1 waits since", "next crawl", "source       visegrad: "} {
			if !strings.Contains(out, want) {
				t.Errorf("at %s columns %q is missing:\n%s", width, want, out)
			}
		}
	}
}

// A new database has no runs, no mails and nothing to be done: lists are empty, not null.
func TestStatusOfANewDatabase(t *testing.T) {
	t.Parallel()
	environ := []string{"XDG_DATA_HOME=" + t.TempDir()}
	must(t, environ, "municipalities", "import", manyTowns(t, 1), "--now", "2026-09-01")
	out, _, code := run1(t, environ, "status", "--json", "--now", "2026-09-01")
	for _, want := range []string{`"runs": []`, `"working": []`, `"oldest_failure": null`, `"oldest_waiting": null`, `"last_complete": null`, `"health": "never"`, `"crawl": "2026-09-01T03:15:00Z"`} {
		if !strings.Contains(out, want) {
			t.Errorf("%s is missing, exit code %d:\n%s", want, code, out)
		}
	}
}

// Whatever is wrong with the file itself, the message names it once and says what to do.
func TestWhatIsWrongWithTheFileIsNamed(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "fundwatch.db")
	must(t, nil, "--db", file, "municipalities", "import", manyTowns(t, 300), "--now", "2026-09-01")
	sound, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	schema := slices.Clone(sound)
	copy(schema[100:], bytes.Repeat([]byte{0xff}, 300)) // the page that says where everything lies
	for want, content := range map[string][]byte{
		file + " is damaged, restore a backup":   schema,
		"name another file, or restore a backup": bytes.Repeat([]byte("no database "), 1000),
	} {
		if err := os.WriteFile(file, content, 0o600); err != nil {
			t.Fatal(err)
		}
		_, errs, code := run1(t, nil, "--db", file, "status", "--now", "2026-09-01")
		if code != exitFailed || !strings.Contains(errs, want) || strings.Count(errs, "open database") != 1 {
			t.Errorf("exit code %d: %s", code, errs)
		}
	}
}

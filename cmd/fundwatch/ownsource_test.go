package main

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// regionPage is a page as a region might publish its calls.
const regionPage = `<!doctype html><html><head><meta charset="utf-8"><title>Aufrufe</title></head><body>
<ul class="aufrufe">
<li><a href="/aufruf/7">Jugendbegegnungen mit Partnerstädten</a> Frist: <time>19. September 2026, 12:00 Uhr</time></li>
<li><a href="/aufruf/8">Klimaschutz in kleinen Gemeinden</a> Frist: <time>03.11.2026</time></li>
</ul></body></html>`

// An operator adds a source in the configuration in ten lines, tries it, collects it, and finds its calls.
func TestOwnSource(t *testing.T) {
	t.Parallel()
	page, sent := regionPage, 0
	address, stop, err := serveLoopback(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/aufrufe" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("ETag", fmt.Sprintf(`"%x"`, sha256.Sum256([]byte(page))))
		if r.Header.Get("If-None-Match") != w.Header().Get("ETag") {
			sent++
		}
		http.ServeContent(w, r, "", time.Time{}, strings.NewReader(page))
	}))
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	config := filepath.Join(t.TempDir(), "config.yaml")
	definition := fmt.Sprintf(`crawler: {delay: 0s}
sources:
  portal: {enabled: false}
  my-region:
    kind: html
    name: My region
    url: http://%s/aufrufe
    language: de
    item: ul.aufrufe li
    fields:
      title: a
      link: a@href
      deadlines: time
  europe-prize: {enabled: false}
`, address)
	if err := os.WriteFile(config, []byte(definition), 0o600); err != nil {
		t.Fatal(err)
	}
	environ := []string{"XDG_DATA_HOME=" + t.TempDir(), "FUNDWATCH_CONFIG=" + config}
	now := []string{"--now", "2026-09-01"}
	with := func(args ...string) []string { return append(args, now...) }

	if out := must(t, environ, with("sources", "check", "my-region")...); !strings.Contains(out, "Sat 19 September 2026, 12:00 Brussels") {
		t.Errorf("check: %s", out)
	}
	must(t, environ, with("crawl")...)
	before := sent
	if out := must(t, environ, with("crawl")...); sent != before || !strings.Contains(out, "2 unchanged") || !strings.Contains(out, "1 page not modified") {
		t.Errorf("an unchanged page was sent %d times more: %s", sent-before, out)
	}
	if out := must(t, environ, with("search", "klimaschutz", "--source", "my-region")...); !strings.Contains(out, "/aufruf/8\n") {
		t.Errorf("search: %s", out)
	}
	if out := must(t, environ, with("sources", "list")...); strings.Contains(out, "europe-prize\tcalendar\t2026") || !strings.Contains(out, "my-region\thtml\t2026-08-31T22:00:00Z\t2\tcomplete") {
		t.Errorf("list: %s", out)
	}
	printed := filepath.Join(t.TempDir(), "printed.yaml")
	if err := os.WriteFile(printed, []byte(must(t, environ, "config", "print")), 0o600); err != nil {
		t.Fatal(err)
	}
	if out := must(t, append(environ, "FUNDWATCH_CONFIG="+printed), with("sources", "check", "my-region")...); !strings.Contains(out, "2 calls") {
		t.Errorf("check with the printed configuration: %s", out)
	}

	page = strings.ReplaceAll(regionPage, "aufrufe", "foerderung") // the page changes its shape
	out, errs, code := run1(t, environ, with("crawl")...)
	if code != exitPartly || !strings.Contains(errs, `ul.aufrufe li`) {
		t.Errorf("a page of another shape: exit code %d\n%s%s", code, out, errs)
	}
	if out := must(t, environ, with("search", "klimaschutz", "--source", "my-region")...); !strings.Contains(out, "/aufruf/8") {
		t.Errorf("its calls did not stay: %s", out)
	}
}

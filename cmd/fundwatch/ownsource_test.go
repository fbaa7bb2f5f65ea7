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

// repeatingPage tells of the portal's calls: by a link, in a title, two in one, and of one that only it has.
const repeatingPage = `<!doctype html><ul>
<li><a href="https://ec.europa.eu/info/funding-tenders/opportunities/portal/screen/opportunities/topic-details/cerv-2026-citizens-town-tt">Begegnungen von Bürgern</a>
<li><a href="/news/12">Klimaanpassung (LIFE-2026-SAP-CLIMA-CCA)</a>
<li><a href="/news/13">CERV-2026-CITIZENS-TOWN-TT und LIFE-2026-SAP-CLIMA-CCA im Vergleich</a>
<li><a href="/news/14">Bürgerfonds der Region</a>
</ul>`

// A list page that names an identifier of the portal tells where else the call stands; it brings no second call.
func TestAListPageThatNamesAPortalIdentifier(t *testing.T) {
	t.Parallel()
	_, environ := standIn(t, 1)
	address, stop, err := serveLoopback(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/news" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, repeatingPage)
	}))
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	config := filepath.Join(t.TempDir(), "config.yaml")
	definition := fmt.Sprintf("sources: {my-region: {kind: html, name: My region, url: 'http://%s/news', item: li, fields: {title: a, link: a@href}}}\n", address)
	if err := os.WriteFile(config, []byte(definition), 0o600); err != nil {
		t.Fatal(err)
	}
	environ = append(environ, "FUNDWATCH_CONFIG="+config)
	must(t, environ, "crawl", "--now", "2026-09-01")
	out := must(t, environ, "crawl", "my-region", "--now", "2026-09-02")
	if strings.Contains(out, "odd: ") {
		t.Errorf("a link to the portal is nothing odd: %s", out)
	}
	list := must(t, environ, "search", "--source", "my-region", "--json=title", "--now", "2026-09-02")
	if strings.Count(list, `"title"`) != 2 || !strings.Contains(list, "Bürgerfonds") || !strings.Contains(list, "im Vergleich") {
		t.Errorf("calls of its own: %s", list)
	}
	for identifier, page := range map[string]string{"CERV-2026-CITIZENS-TOWN-TT": "/news", "LIFE-2026-SAP-CLIMA-CCA": "/news/12"} {
		card := must(t, environ, "show", identifier, "--now", "2026-09-02")
		if !strings.Contains(card, "http://"+address+page+"\n") {
			t.Errorf("the card of %s does not say that %s lists it too:\n%s", identifier, page, card)
		}
	}
}

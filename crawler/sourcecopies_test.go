package crawler_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fundwatch/calls"
	"fundwatch/crawler"
)

// An archive is a site whose pages bear validators, and which counts what it sent whole.
type archive struct {
	pages map[string]string // by path
	etag  string            // of all pages; "" gives them only a date
	extra http.Header
	whole int
	asked int
}

func (a *archive) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	page, known := a.pages[r.URL.Path]
	if !known {
		http.NotFound(w, r)
		return
	}
	sent := httptest.NewRecorder()
	for name, values := range a.extra {
		sent.Header()[name] = values
	}
	sent.Header().Set("Content-Type", "text/html")
	modified := time.Date(2026, 11, 1, 8, 0, 0, 0, time.UTC)
	if a.etag != "" {
		sent.Header().Set("ETag", fmt.Sprintf("%q", a.etag))
		modified = time.Time{}
	}
	http.ServeContent(sent, r, "", modified, strings.NewReader(page))
	a.asked++
	if sent.Code == http.StatusOK {
		a.whole++
	}
	maps.Copy(w.Header(), sent.Header())
	w.WriteHeader(sent.Code)
	w.Write(sent.Body.Bytes()) //nolint:errcheck // the client is the test
}

func (a *archive) open(t *testing.T) string {
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	return server.URL
}

func newArchive() *archive {
	return &archive{etag: "v1", pages: map[string]string{
		"/list":   `<ul><li><a href="/call/1">First</a> <time>2026-12-01</time></li><li><a href="/call/2">Second</a> <time>2026-12-02</time></li></ul>`,
		"/call/1": `<h1>First call</h1><p>About towns.</p>`,
		"/call/2": `<h1>Second call</h1><p>About youth.</p>`,
	}}
}

const archiveDefinition = `
id: archive
name: An archive
kind: html
url: %s/list
item: li
fields: {title: a, link: a@href, deadlines: time}
detail: {title: h1, summary: p}
`

// sweepAgain reads the archive with the copies of an earlier sweep, some time after it.
func sweepAgain(t *testing.T, def crawler.SourceDef, earlier calls.Sweep, later time.Duration) calls.Sweep {
	t.Helper()
	edge := still()
	now := edge.Now().Add(later)
	edge.Now = func() time.Time { return now }
	edge.Copies = func(source, address string) (calls.Copy, bool) {
		for _, c := range earlier.Copies {
			if source == "archive" && c.Address == address {
				return c, true
			}
		}
		return calls.Copy{}, false
	}
	return crawler.New(impatient(), edge).Source(t.Context(), def, programmes(t))
}

func TestUnchangedPagesAreNotSentAgain(t *testing.T) {
	t.Parallel()
	for _, etag := range []string{"v1", ""} {
		site := newArchive()
		site.etag = etag
		def := define(t, fmt.Sprintf(archiveDefinition, site.open(t)))
		first := collect(t, def)
		if first.Err != nil || len(first.Copies) != 3 || site.whole != 3 {
			t.Fatalf("first sweep: %v, %d copies, %d pages sent", first.Err, len(first.Copies), site.whole)
		}
		again := sweepAgain(t, def, first, 24*time.Hour)
		if again.Err != nil || !again.Complete || site.whole != 3 || site.asked != 6 {
			t.Errorf("again: %v, %d of %d pages were sent whole", again.Err, site.whole, site.asked)
		}
		if diff := cmp.Diff(tell(first), tell(again)); diff != "" {
			t.Errorf("the copies read otherwise:\n%s", diff)
		}
		if len(again.Copies) != 0 || len(again.Unchanged) != 3 || !strings.Contains(again.Verified, "3 pages not modified since the last time") {
			t.Errorf("%d fresh, %d unchanged, %q", len(again.Copies), len(again.Unchanged), again.Verified)
		}
	}
}

func TestChangedPagesAreRead(t *testing.T) {
	t.Parallel()
	site := newArchive()
	def := define(t, fmt.Sprintf(archiveDefinition, site.open(t)))
	first := collect(t, def)
	site.etag, site.pages["/call/2"] = "v2", `<h1>Second call, extended</h1><p>About youth.</p>`
	again := sweepAgain(t, def, first, 24*time.Hour)
	if again.Found[1].Title != "Second call, extended" || len(again.Copies) != 3 || again.Copies[0].ETag != `"v2"` {
		t.Errorf("%q, %d copies", again.Found[1].Title, len(again.Copies))
	}
}

// What a copy does not prove is fetched whole.
func TestCopiesAreNotTrustedForEver(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		later  time.Duration
		change func(*archive, *crawler.SourceDef, *calls.Sweep)
	}{
		"a week later":         {7 * 24 * time.Hour, func(*archive, *crawler.SourceDef, *calls.Sweep) {}},
		"from the future":      {-time.Hour, func(*archive, *crawler.SourceDef, *calls.Sweep) {}},
		"in another language":  {time.Hour, func(_ *archive, d *crawler.SourceDef, _ *calls.Sweep) { d.Language = "fr" }},
		"with other validator": {time.Hour, func(a *archive, _ *crawler.SourceDef, _ *calls.Sweep) { a.etag = "v2" }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			site := newArchive()
			def := define(t, fmt.Sprintf(archiveDefinition, site.open(t)))
			first := collect(t, def)
			test.change(site, &def, &first)
			if again := sweepAgain(t, def, first, test.later); again.Err != nil || site.whole != 6 || len(again.Copies) != 3 {
				t.Errorf("%v, %d pages were sent whole, %d kept", again.Err, site.whole, len(again.Copies))
			}
		})
	}
}

func TestPagesThatAreNotKept(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*archive){
		"forbidden":    func(a *archive) { a.extra = http.Header{"Cache-Control": {"private, No-Store"}} },
		"a shape lost": func(a *archive) { a.pages["/list"] = "<p>We are moving house</p>" },
	} {
		site := newArchive()
		change(site)
		if sweep := collect(t, define(t, fmt.Sprintf(archiveDefinition, site.open(t)))); len(sweep.Copies) != 0 {
			t.Errorf("%s: %d pages were kept", name, len(sweep.Copies))
		}
	}
}

// A server that calls unchanged what nobody asked about has sent nothing.
func TestUnaskedNotModified(t *testing.T) {
	t.Parallel()
	address := website{"/list": {status: http.StatusNotModified}}.open(t)
	sweep := collect(t, define(t, fmt.Sprintf(archiveDefinition, address)))
	if sweep.Complete || sweep.Err == nil || !strings.Contains(sweep.Err.Error(), "304") {
		t.Errorf("complete %v, error %v", sweep.Complete, sweep.Err)
	}
}

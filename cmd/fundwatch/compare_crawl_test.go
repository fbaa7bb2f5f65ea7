package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"fundwatch/crawler/portaltest"
)

// An exchange is one question to the portal and what it answered.
type exchange struct {
	Query, ContentType string
	Question           []byte
	answer             []byte
}

// A tape stands before the portal, keeps what was asked and answered, and answers the same again without work.
type tape struct {
	portal http.Handler
	mu     sync.Mutex
	list   []*exchange
	known  map[string]*exchange
}

func (t *tape) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	question, err := io.ReadAll(r.Body)
	if err != nil || r.URL.Path != portaltest.Path {
		http.NotFound(w, r)
		return
	}
	_, parameters, _ := mime.ParseMediaType(r.Header.Get("Content-Type")) // without one nothing is taken out
	key := r.URL.RawQuery + strings.ReplaceAll(string(question), "--"+parameters["boundary"], "--")
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.known[key] == nil {
		answer := httptest.NewRecorder()
		r.Body = io.NopCloser(bytes.NewReader(question))
		t.portal.ServeHTTP(answer, r)
		x := &exchange{r.URL.RawQuery, r.Header.Get("Content-Type"), question, answer.Body.Bytes()}
		t.list, t.known[key] = append(t.list, x), x
	}
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.Write(t.known[key].answer) //nolint:errcheck // who hung up misses it
}

// crawling compares a crawl of 2,000 records of 2 KB, whole process and saved, with a bare loop, a process too, that asks
// the same questions and decodes the same answers.
func (c *comparing) crawling() {
	t := &tape{portal: portaltest.New(largeRecords(2000, 2<<10)), known: map[string]*exchange{}}
	server := httptest.NewServer(t)
	defer server.Close()
	config := filepath.Join(c.dir, "crawl.yaml")
	text := fmt.Sprintf("crawler: {delay: 0s}\nsources: {portal: {url: %q}}\n", server.URL+portaltest.Path)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		c.t.Fatal(err)
	}
	crawl := func(home string) func() {
		cmd := exec.Command(os.Args[0], "crawl", "portal", "--config", config, "--now", "2026-09-01")
		cmd.Env = append(os.Environ(), runAsProgram+"=1", "XDG_DATA_HOME="+home)
		return c.run(cmd)
	}
	known := c.t.TempDir()
	crawl(known)() // fills the tape
	questions, err := json.Marshal(t.list)
	if err != nil {
		c.t.Fatal(err)
	}
	bare := exec.Command(os.Args[0], server.URL+portaltest.Path)
	bare.Env = append(os.Environ(), runAsBareLoop+"=1")
	loop := func() {
		again := *bare
		again.Stdin = bytes.NewReader(questions)
		if out, err := again.CombinedOutput(); err != nil {
			c.t.Fatalf("the bare loop: %v: %s", err, out)
		}
	}
	const other = "a bare loop, whole process, that fetches and decodes the same bytes"
	first, theirs := turns(5, func() { crawl(c.t.TempDir())() }, loop)
	c.row("crawl 2,000 records of 2 KB, whole process, read, told apart, indexed and saved", first, other, theirs)
	unchanged, theirs := turns(5, crawl(known), loop)
	c.row("the same, unchanged", unchanged, other, theirs)
}

// runAsBareLoop makes the test binary ask what stands on its input, and decode what is answered.
const runAsBareLoop = "RUN_AS_BARE_LOOP"

func runBareLoop(in io.Reader, _ io.Writer) error {
	var questions []exchange
	if err := json.NewDecoder(in).Decode(&questions); err != nil {
		return err
	}
	rows := 0
	for _, q := range questions {
		res, err := http.Post(os.Args[1]+"?"+q.Query, q.ContentType, bytes.NewReader(q.Question))
		if err != nil {
			return err
		}
		var answer struct {
			Results []struct {
				Reference, URL, Summary, Language string
				Metadata                          map[string][]string
			}
		}
		err = json.NewDecoder(res.Body).Decode(&answer)
		if err := errors.Join(err, res.Body.Close()); err != nil {
			return err
		}
		rows += len(answer.Results)
	}
	if rows < 2000 {
		return fmt.Errorf("%d rows", rows)
	}
	return nil
}

// The tape must not change what is heard, or the comparison would be of different things.
func TestTapeRepeatsThePortal(t *testing.T) {
	t.Parallel()
	tp := &tape{portal: portaltest.New(portaltest.Catalogue(1)), known: map[string]*exchange{}}
	address, stop, err := serveLoopback(tp)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	_, environ := standIn(t, 1)
	environ = append(environ, envPair("SOURCES_PORTAL_URL", "http://"+address+portaltest.Path))
	first := must(t, environ, "crawl", "portal", "--now", "2026-09-01")
	asked := len(tp.list)
	if again := must(t, environ, "crawl", "portal", "--now", "2026-09-01"); !strings.Contains(again, " 0 new, 0 changed") || asked == 0 || len(tp.list) != asked {
		t.Errorf("%d questions became %d:\n%s%s", asked, len(tp.list), first, again)
	}
}

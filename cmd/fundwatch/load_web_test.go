package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"fundwatch/crawler/portaltest"
)

// The pages of `serve` with 10,000 calls, asked 200 times a second from another process while crawls write: as many
// seconds as FUNDWATCH_LOAD says. Requests start on the beat, whether or not earlier ones were answered, and are
// timed from that beat on, so that a pause is counted for all who had to wait. No answer may be refused or wrong;
// how long they took is told, for it depends on what else the machine does.
func TestPagesUnderLoad(t *testing.T) {
	seconds, err := strconv.Atoi(os.Getenv("FUNDWATCH_LOAD"))
	if err != nil || seconds > 120 {
		t.Skip("FUNDWATCH_LOAD says for how many seconds to ask for pages, 120 at most")
	}
	const calls, rate = 10_000, 200
	portal, environ := standIn(t, 1)
	portal.SetRecords(largeRecords(500, 2<<10))
	list := benchCalls(calls)
	for i := range list {
		list[i].Key.Source = "elsewhere" // no crawl misses them
	}
	dir := t.TempDir()
	benchDatabase(t, dir, list).Close()
	environ = append(environ, envPair("DATABASE", filepath.Join(dir, "bench.db")))
	base := loadedServer(t, environ)

	stop := make(chan struct{})
	var writer sync.WaitGroup
	crawls := 0
	writer.Go(func() { crawls = crawlUntil(t, stop, portal, environ) })
	l := load{t: t, base: base, calls: calls}
	l.fire(rate, time.Duration(seconds)*time.Second)
	close(stop)
	writer.Wait()
	slices.Sort(l.took)
	at := func(share float64) time.Duration {
		return l.took[int(share*float64(len(l.took)-1))].Round(100 * time.Microsecond)
	}
	t.Logf("%d requests, %d a second, %d crawls of 500 changed calls meanwhile: p50 %s, p99 %s, max %s; %d wrong",
		len(l.took), rate, crawls, at(.5), at(.99), at(1), len(l.wrong))
	for _, wrong := range l.wrong[:min(len(l.wrong), 5)] {
		t.Error(wrong)
	}
	if crawls == 0 {
		t.Error("nothing was written meanwhile")
	}
}

// loadedServer starts `serve` as a process of its own and returns where its pages are, once it has done what was
// due.
func loadedServer(t *testing.T, environ []string) string {
	t.Helper()
	cmd := exec.Command(os.Args[0], "serve", "-v", "--now", pagesNow)
	cmd.Env = append(append([]string{}, environ...), runAsProgram+"=1",
		envPair("WEB_LISTEN", "127.0.0.1:0"), envPair("WEB_BASE_URL", "https://fundwatch.example"))
	log := &lockedBuffer{}
	cmd.Stderr = log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGTERM) //nolint:errcheck // Wait tells
		if err := cmd.Wait(); err != nil {
			t.Errorf("serve ended with %v:\n%s", err, log.String())
		}
		t.Logf("serve took %s of processor time", (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Round(time.Millisecond))
	})
	said := regexp.MustCompile(`web pages on (http://\S+),`)
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if found := said.FindStringSubmatch(log.String()); found != nil && strings.Contains(log.String(), "did what was due") {
			return found[1]
		}
	}
	t.Fatalf("no pages within a minute:\n%s", log.String())
	return ""
}

// crawlUntil crawls once a second, each time other texts, and returns how often.
func crawlUntil(t *testing.T, stop <-chan struct{}, portal *portaltest.Server, environ []string) (crawls int) {
	for round := 1; ; round++ {
		select {
		case <-stop:
			return crawls
		case <-time.After(time.Second):
		}
		records := largeRecords(500, 2<<10)
		for i := range records {
			records[i].Metadata["title"] = []string{fmt.Sprintf("Round %d of %d", round, i)}
		}
		portal.SetRecords(records)
		cmd := exec.Command(os.Args[0], "crawl", "portal", "--accept", "--now", pagesNow)
		cmd.Env = append(append([]string{}, environ...), runAsProgram+"=1")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("crawl: %v: %s", err, out)
			return crawls
		}
		crawls++
	}
}

// A load asks for pages and notes how long that took, and what was wrong.
type load struct {
	t     *testing.T
	base  string
	calls int

	mu    sync.Mutex
	took  []time.Duration
	wrong []string
}

// fire asks at a steady rate.
func (l *load) fire(rate int, span time.Duration) {
	transport := &http.Transport{MaxIdleConns: 512, MaxIdleConnsPerHost: 512}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport, Timeout: 30 * time.Second}
	var all sync.WaitGroup
	start, beat := time.Now(), time.Second/time.Duration(rate)
	for i := range int(span / beat) {
		due := start.Add(time.Duration(i) * beat)
		time.Sleep(time.Until(due))
		all.Go(func() { l.ask(client, i, due) })
	}
	all.Wait()
}

// ask asks for a call or, every other time, for a list: its pages, searches and languages in turn.
func (l *load) ask(client *http.Client, i int, due time.Time) {
	n := i * 7919 % l.calls
	path, word := "/calls/elsewhere/"+strconv.Itoa(n), fmt.Sprintf("BENCH-2026-%05d", n)
	if i%2 == 1 {
		asked := []string{"", "page=2", "programme=CERV&sort=deadline", "lang=fr", "topic=youth", "page=5&lang=el", "status=all&sort=newest", "lang=de&q=" + url.QueryEscape("bridge market")}
		path, word = "/calls?"+asked[i/2%len(asked)], `<ul class="cards">`
	}
	problem := l.read(client, path, word)
	took := time.Since(due)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.took = append(l.took, took)
	if problem != "" {
		l.wrong = append(l.wrong, path+": "+problem)
	}
}

// read returns what is wrong with an answer, "" if it is right.
func (l *load) read(client *http.Client, path, word string) string {
	r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, l.base+path, http.NoBody)
	if err != nil {
		return err.Error()
	}
	answer, err := client.Do(r)
	if err != nil {
		return err.Error()
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	switch {
	case err != nil:
		return err.Error()
	case answer.StatusCode != http.StatusOK:
		return answer.Status
	case !strings.Contains(string(text), word) || !strings.HasSuffix(strings.TrimSpace(string(text)), "</html>"):
		return fmt.Sprintf("%d bytes without %s or the end", len(text), word)
	}
	return ""
}

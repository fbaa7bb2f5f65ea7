package main

import (
	"crypto/sha256"
	"fmt"
	"io"
	"math/rand/v2"
	"net/mail"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"fundwatch/crawler/portaltest"
)

// kills is how often each loop kills the program.
const kills = 20

// onTheirWay is how many mails are between final dot and record at most: as many as there are connections.
const onTheirWay = 2

// killed starts the program as a process, kills it (kill -9) after the given time, and reports
// whether it had ended by itself before.
func killed(t *testing.T, environ []string, after time.Duration, args ...string) (finished bool) {
	t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(append([]string{}, environ...), runAsProgram+"=1", "PATH="+os.Getenv("PATH"))
	cmd.Stdout, cmd.Stderr = io.Discard, io.Discard
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		if err != nil {
			t.Fatalf("fundwatch %v: %v", args, err)
		}
		return true
	case <-time.After(after):
		cmd.Process.Kill() //nolint:errcheck // it may just have ended
		<-ended
		return false
	}
}

// wholeRun runs the program to its end and returns how long that took.
func wholeRun(t *testing.T, environ []string, args ...string) time.Duration {
	t.Helper()
	began := time.Now()
	if !killed(t, environ, 10*patience, args...) {
		t.Fatalf("fundwatch %v has no end", args)
	}
	return time.Since(began)
}

// killedAlong is killed, for the ith time of n, when so much of the time of a whole run is over. A run that ends
// before takes less than was thought: after a time that was measured while the machine was busy every kill would
// come too late.
func killedAlong(t *testing.T, environ []string, whole *time.Duration, i, n int, args ...string) (finished bool) {
	t.Helper()
	began := time.Now()
	finished = killed(t, environ, *whole*time.Duration(i+1)/time.Duration(n), args...)
	if finished {
		*whole = min(*whole, time.Since(began))
	}
	return finished
}

func TestKilledCrawlsAreCompletedByTheNext(t *testing.T) {
	t.Parallel()
	portal, environ := standIn(t, 1)
	reference := must(t, append(environ, "XDG_DATA_HOME="+t.TempDir()), "crawl", "--json", "--now", "2026-09-01")
	portal.Fail(portaltest.Slow(15 * time.Millisecond))
	for i := range kills {
		killed(t, environ, time.Duration(20+i*12)*time.Millisecond, "crawl", "--now", "2026-09-01")
	}
	must(t, environ, "crawl", "--now", "2026-09-01")
	fresh := append(environ, "XDG_DATA_HOME="+t.TempDir())
	if got := must(t, fresh, "crawl", "--json", "--now", "2026-09-01"); got != reference {
		t.Fatalf("the stand-in does not repeat itself:\n%s\n%s", got, reference)
	}
	list := []string{"search", "--status", "all", "--limit", "0", "--now", "2026-09-01"}
	if got, want := must(t, environ, list...), must(t, fresh, list...); got != want {
		t.Errorf("after %d kills the catalogue differs from one crawled in peace:\n%s\nwant:\n%s", kills, got, want)
	}
	for line := range strings.Lines(must(t, environ, list...)) {
		key, _, _ := strings.Cut(line, "\t")
		if card := must(t, environ, "show", key, "--json", "--now", "2026-09-01"); strings.Count(card, `"kind": "new"`) != 1 {
			t.Errorf("%s is not new exactly once:\n%s", key, card)
		}
	}
}

// Every subscriber gets each digest; a copy more, byte for byte the same, only where a kill fell
// between the server's taking a mail and our recording it.
func TestKilledSendersLoseNothing(t *testing.T) {
	t.Parallel()
	const towns = 60
	_, environ := standIn(t, 1)
	server, err := newMailServer(t)
	if err != nil {
		t.Fatal(err)
	}
	server.slow = 4 * time.Millisecond
	environ = append(environ, server.settings()...)
	must(t, environ, "municipalities", "import", manyTowns(t, towns), "--now", "2026-09-01")
	must(t, environ, "crawl", "--now", "2026-09-01")
	finished := 0
	for i := range kills {
		if killed(t, environ, time.Duration(60+i*9)*time.Millisecond, "digest", "--now", "2026-09-01T08:00:00Z") {
			finished++
		}
	}
	must(t, environ, "digest", "--now", "2026-09-01T08:30:00Z")
	must(t, environ, "send", "--now", "2026-09-01T20:00:00Z") // what waited for another attempt
	checkCopies(t, server.received(), towns, onTheirWay*(kills-finished))
}

// The same for as many kills as FUNDWATCH_KILLS says, at any moment, with 200 subscribers at a time: when all of
// them have their digest, the next 200 are imported.
func TestManyKills(t *testing.T) {
	t.Parallel()
	wanted, err := strconv.Atoi(os.Getenv("FUNDWATCH_KILLS"))
	if err != nil {
		t.Skip("FUNDWATCH_KILLS says no number of kills")
	}
	const towns = 200
	r := rand.New(rand.NewPCG(5, 6))
	_, environ := standIn(t, 1)
	kept := len(environ)
	total, copies, digests := 0, 0, 0
	for round := 0; total < wanted; round++ {
		server, err := newMailServer(t)
		if err != nil {
			t.Fatal(err)
		}
		environ = append(environ[:kept], server.settings()...)
		must(t, environ, "municipalities", "import", namedTowns(t, fmt.Sprintf("round-%d-town", round), towns), "--now", "2026-09-01")
		must(t, environ, "crawl", "--now", "2026-09-01")
		for kills := 0; ; kills++ {
			// A process needs about 20 ms until its first step; then every moment is as likely.
			if killed(t, environ, time.Duration(20+r.IntN(400))*time.Millisecond, "digest", "--now", "2026-09-01T08:00:00Z") {
				must(t, environ, "send", "--now", "2026-09-01T20:00:00Z")
				total += kills
				copies += checkCopies(t, server.received(), towns, onTheirWay*kills)
				digests += towns
				break
			}
		}
	}
	t.Logf("%d kills, %d digests due and delivered, %d identical copies", total, digests, copies)
}

// manyTowns writes a file of made-up municipalities that all want to hear of town twinning.
func manyTowns(t *testing.T, n int) string {
	t.Helper()
	return namedTowns(t, "town", n)
}

func namedTowns(t *testing.T, name string, n int) string {
	t.Helper()
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "- {id: %[2]s-%[1]d, name: Town %[1]d, country: FR, interests: {topics: [town-twinning]}, "+
			"subscribers: [{email: clerk@%[2]s-%[1]d.example, language: fr, frequency: weekly}]}\n", i, name)
	}
	file := filepath.Join(t.TempDir(), "towns.yaml")
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// checkCopies wants a mail for each town and no more copies than given; it returns how many there were.
func checkCopies(t *testing.T, mails []receivedMail, towns, most int) int {
	t.Helper()
	copies := map[string]int{}
	content := map[string][32]byte{}
	for _, m := range mails {
		copies[m.to]++
		sum := sha256.Sum256([]byte(m.data))
		if before, again := content[m.to]; again && before != sum {
			t.Errorf("%s got two different mails", m.to)
		}
		content[m.to] = sum
		if _, err := mail.ReadMessage(strings.NewReader(m.data)); err != nil {
			t.Errorf("%s got a mail that cannot be read: %v", m.to, err)
		}
	}
	if len(copies) != towns {
		t.Errorf("%d of %d subscribers got their digest", len(copies), towns)
	}
	extra := len(mails) - len(copies)
	if extra > most {
		t.Errorf("%d mails to %d subscribers: %d identical copies, want at most %d", len(mails), len(copies), extra, most)
	}
	return extra
}

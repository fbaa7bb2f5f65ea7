package main

import (
	"bytes"
	"context"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"fundwatch/calls"
	"fundwatch/calls/store"
)

// A daemon that starts finds in the database what is due, does it, and stops when it is told to.
func TestServeDoesWhatIsDueAndStops(t *testing.T) {
	t.Parallel()
	server, environ := mailingStandIn(t, manyTowns(t, 3), "2026-08-31T09:00:00Z")
	const tuesday = "2026-09-01T09:00:00Z"
	for range 2 { // the second one finds that everything is done
		serveUntil(t, environ, tuesday, "did what was due")
	}
	if got := len(server.received()); got != 3 {
		t.Errorf("got %d mails, want 3", got)
	}
	// Who subscribes after Tuesday's run waits for the next one.
	must(t, environ, "municipalities", "import", manyTowns(t, 4), "--now", tuesday)
	serveUntil(t, environ, "2026-09-02T09:00:00Z", "did what was due")
	if got := len(server.received()); got != 3 {
		t.Errorf("got %d mails on Wednesday, want still 3", got)
	}
	serveUntil(t, environ, "2026-09-08T09:00:00Z", "did what was due")
	if got := len(server.received()); got < 4 {
		t.Errorf("got %d mails on the next Tuesday, want the new subscriber's too", got)
	}
	if out := must(t, environ, "status", "--now", "2026-09-08T10:00:00Z"); !strings.Contains(out, "all is well") {
		t.Errorf("status: %s", out)
	}
}

// mailingStandIn is a stand-in portal, a mail server and a database with towns that have joined, for a daemon to run in.
func mailingStandIn(t *testing.T, towns, joined string) (*mailServer, []string) {
	t.Helper()
	_, environ := standIn(t, 1)
	server, err := newMailServer(t)
	if err != nil {
		t.Fatal(err)
	}
	environ = append(environ, server.settings()...)
	must(t, environ, "municipalities", "import", towns, "--now", joined)
	return server, environ
}

// serveUntil runs the daemon until it logs the given words, and wants it to tell of no failure.
func serveUntil(t *testing.T, environ []string, now, words string) {
	t.Helper()
	if log := served(t, environ, now, words); strings.Contains(log, "stage failed") || strings.Contains(log, "@") {
		t.Errorf("the log tells of a failure or of an address:\n%s", log)
	}
}

// served runs the daemon until it logs the given words or patience ends, stops it with SIGTERM, wants it to end
// well, and returns its log.
func served(t *testing.T, environ []string, now, words string, args ...string) string {
	t.Helper()
	cmd := exec.Command(os.Args[0], append([]string{"serve", "-v", "--now", now}, args...)...)
	cmd.Env = append(append([]string{}, environ...), runAsProgram+"=1")
	var log lockedBuffer
	cmd.Stderr = &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(patience); !strings.Contains(log.String(), words) && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond)
	}
	cmd.Process.Signal(syscall.SIGTERM) //nolint:errcheck // Wait tells
	if err := cmd.Wait(); err != nil {
		t.Fatalf("serve ended with %v:\n%s", err, log.String())
	}
	if !strings.Contains(log.String(), words) {
		t.Errorf("the log lacks %q:\n%s", words, log.String())
	}
	return log.String()
}

// besideServe runs a command as staff do while the daemon runs: where that is at the same stage, they come again a
// moment later. The daemon has its stage until it has noted what became of a mail, which is after the mail has come.
func besideServe(t *testing.T, environ []string, args ...string) {
	t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		out, errs, code := run1(t, environ, args...)
		if code == exitDone {
			return
		}
		if !strings.Contains(errs, errElsewhere.Error()) || time.Now().After(end) {
			t.Fatalf("fundwatch %s: exit code %d\n%s%s", strings.Join(args, " "), code, out, errs)
		}
	}
}

// A lockedBuffer is written by a process while a test reads it.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// Two processes start together: one works, the other says who is at it and does nothing.
func TestOneProcessAtATime(t *testing.T) {
	t.Parallel()
	_, environ := standIn(t, 1)
	must(t, environ, "crawl", "--now", "2026-09-01")
	path := lookupEnv(environ, "XDG_DATA_HOME") + "/fundwatch/fundwatch.db"
	db, err := store.Open(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	lease := func(stage, owner string) {
		t.Helper()
		if held, by, _, err := db.AcquireLease(context.Background(), stage, owner, time.Minute, fixedClock()); err != nil || !held {
			t.Fatalf("lease: held by %s, error %v", by, err)
		}
	}
	lease("crawl", "elsewhere/other-boot/1/9/x")
	if _, errs, code := run1(t, environ, "crawl", "--now", "2026-09-02"); code != exitFailed || !strings.Contains(errs, "locked by process 1 on elsewhere") {
		t.Errorf("got exit code %d: %s", code, errs)
	}
	lease("send", "here/"+machine()+"/999999999/9/x") // a process of this machine that is no more
	if _, errs, code := run1(t, environ, "send", "--now", "2026-09-02"); code != exitDone {
		t.Errorf("a dead process still holds the stage: exit code %d: %s", code, errs)
	}
}

// While staff send by hand, the daemon leaves that to them, and its log tells of no failure.
func TestServeLeavesAStageToOthers(t *testing.T) {
	t.Parallel()
	_, environ := standIn(t, 1)
	must(t, environ, "crawl", "--now", "2026-09-01")
	db, err := store.Open(context.Background(), lookupEnv(environ, "XDG_DATA_HOME")+"/fundwatch/fundwatch.db")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	held, _, _, err := db.AcquireLease(context.Background(), "send", "elsewhere/other-boot/1/9/x", time.Hour, time.Now())
	if err != nil || !held {
		t.Fatalf("lease: held %t, error %v", held, err)
	}
	log := served(t, environ, "2026-09-01T06:00:00Z", "did what was due")
	if !strings.Contains(log, `level=INFO msg="left to another process" stage=send`) || strings.Contains(log, "stage failed") {
		t.Errorf("the log:\n%s", log)
	}
}

func TestLastFiring(t *testing.T) {
	t.Parallel()
	tests := []struct{ line, now, want string }{
		{"30 7 * * TUE", "2026-09-01T05:30:00Z", "2026-09-01T05:30:00Z"}, // the very moment
		{"30 7 * * TUE", "2026-09-01T05:29:59Z", "2026-08-25T05:30:00Z"},
		{"30 7 * * TUE", "2026-10-27T06:29:00Z", "2026-10-20T05:30:00Z"}, // winter time has begun
		{"30 7 * * TUE", "2026-10-27T06:30:00Z", "2026-10-27T06:30:00Z"},
		{"15 5 * * *", "2026-09-01T03:14:00Z", "2026-08-31T03:15:00Z"},
		{"0 7 29 2 *", "2026-09-01T03:14:00Z", ""}, // not within 400 days
		{"0 7 1 1 *", "2026-09-01T03:14:00Z", "2026-01-01T06:00:00Z"},
	}
	for _, test := range tests {
		s, err := parseSchedule(test.line, calls.Brussels())
		if err != nil {
			t.Fatal(err)
		}
		now, err := time.Parse(time.RFC3339, test.now)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if firing, ok := lastFiring(s, now); ok {
			got = rfc3339(firing)
		}
		if got != test.want {
			t.Errorf("%s at %s: got %q, want %q", test.line, test.now, got, test.want)
		}
	}
}

// Ten weeks across the end of summer time: each Tuesday is one period, none is skipped or doubled.
func TestEveryWeekIsOnePeriod(t *testing.T) {
	t.Parallel()
	s, err := parseSchedule("30 7 * * TUE", calls.Brussels())
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	start := time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)
	for hour := range 10 * 7 * 24 {
		firing, ok := lastFiring(s, start.Add(time.Duration(hour)*time.Hour))
		if !ok {
			t.Fatal("no firing")
		}
		seen[calls.PeriodKey(calls.Weekly, firing, calls.Brussels())] = true
	}
	if len(seen) != 11 { // the ten, and the one before the first
		t.Errorf("got periods %v, want 11", seen)
	}
}

// A port that cannot be had ends the start with the key that names it and what to do.
func TestServeOnATakenPort(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	environ := []string{
		"XDG_DATA_HOME=" + t.TempDir(), envPair("WEB_LISTEN", listener.Addr()), envPair("WEB_BASE_URL", "https://funds.example"),
	}
	_, errs, code := run1(t, environ, "serve")
	if want := "web.listen"; code != exitFailed || !strings.Contains(errs, want) || !strings.Contains(errs, "choose another one") {
		t.Errorf("exit code %d, want %d, with %q and a hint:\n%s", code, exitFailed, want, errs)
	}
}

// What the pages change is matched within a minute: the feeds of a new mailbox do not wait for the next crawl.
func TestChangedTownsAreMatchedEveryMinute(t *testing.T) {
	t.Parallel()
	_, environ := standIn(t, 1)
	must(t, environ, "crawl", "--now", "2026-09-01")
	clock := func() time.Time { return time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC) }
	l := &launcher{surroundings{environ: environ, out: io.Discard, err: io.Discard, now: clock}, &globals{logFormat: "text"}}
	a, err := l.create(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer a.close()
	town := calls.Municipality{ID: "web-lodeve-fr", Name: "Lodève", Country: "FR", Interests: calls.Interests{Topics: []string{"town-twinning"}}}
	if _, err := a.db.ImportMunicipalities(t.Context(), []calls.Municipality{town}, a.now()); err != nil {
		t.Fatal(err)
	}
	(&daemon{app: a}).deliver(t.Context())
	matches, err := a.db.Matches(t.Context(), town.ID)
	if err != nil || len(matches) == 0 {
		t.Errorf("matches of the town: %v, %v", matches, err)
	}
}

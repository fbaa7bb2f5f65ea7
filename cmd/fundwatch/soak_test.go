package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"fundwatch/calls"
	"fundwatch/crawler/portaltest"
)

// A daemon that lives for long: its schedules, looks, letters, reminders and what it drops, day by day and hour by
// hour (some hours only if it is short), with a clock that runs as fast as the work is done, in a process of its own; its pages are read meanwhile.
// With FUNDWATCH_SOAK=365 it is a year, else some weeks. Each period is told once, and neither memory nor the
// number of goroutines grows with time; of a year the file does not either, but for what is kept for ever.
func TestSoak(t *testing.T) {
	t.Parallel()
	days, long := 8, os.Getenv("FUNDWATCH_SOAK")
	if long != "" {
		n, err := strconv.Atoi(long)
		if err != nil || n < 28 {
			t.Fatalf("FUNDWATCH_SOAK=%q: want a number of days, 28 at least", long)
		}
		days = n
	}
	s := startSoak(t)
	var marks []soakMark
	for day := range days {
		s.portal.SetRecords(soakCalls(day))
		for _, moment := range soakMoments(t, s.cfg, day, long != "") {
			s.say("look " + moment.UTC().Format(time.RFC3339))
		}
		for _, path := range []string{"/", "/calls?q=jumelage", "/calls?q=Jugend", "/calls?q=gemellaggio+clima", "/calls.atom?q=town", "/metrics", "/readyz"} {
			s.get(path)
		}
		if quarter := max(1, days/4); day%quarter == quarter-1 {
			marks = append(marks, s.measure(day+1))
		}
	}
	checkMails(t, s.server.received())
	s.checkWeeks(days)
	checkFlat(t, marks, long != "")
}

// A soakMark is how the daemon stands after some days.
type soakMark struct {
	Day            int `json:"-"` // how many days have gone by
	Goroutines     int
	Heap, Resident float64 // MB; the heap is what is left after collecting
	File           float64 // MB, with the log
}

// checkFlat wants the last mark to be like the one at half time, when everything had been needed once.
func checkFlat(t *testing.T, marks []soakMark, long bool) {
	t.Helper()
	for _, m := range marks {
		t.Logf("day %3d: heap %.1f MB, resident %.1f MB, %d goroutines, file %.1f MB", m.Day, m.Heap, m.Resident, m.Goroutines, m.File)
	}
	half, last := marks[len(marks)/2-1], marks[len(marks)-1]
	const most = 1.25 // times what it was
	if last.Heap > most*half.Heap {
		t.Errorf("the heap grew from %.1f to %.1f MB", half.Heap, last.Heap)
	}
	if last.Goroutines > half.Goroutines+3 { // a page that was just read may keep its connection
		t.Errorf("%d goroutines became %d", half.Goroutines, last.Goroutines)
	}
	if !long {
		return
	}
	if last.Resident > most*half.Resident {
		t.Errorf("resident memory grew from %.1f to %.1f MB", half.Resident, last.Resident)
	}
	if last.File > 1.5*half.File { // calls and what was told stay
		t.Errorf("the file grew from %.1f MB at half time to %.1f MB", half.File, last.File)
	}
}

// A soak is a daemon that lives in a process of its own and is told the time.
type soak struct {
	t      *testing.T
	portal *portaltest.Server
	server *mailServer
	cfg    *Config
	in     io.Writer
	out    *bufio.Scanner
	base   string // of the pages
}

// soakReaders is how many mailboxes there are; every fourth wants a letter a month, the others one a week.
const soakReaders = 24

func startSoak(t *testing.T) *soak {
	t.Helper()
	var towns strings.Builder
	for i := range soakReaders {
		fmt.Fprintf(&towns, "- {id: town-%[1]d, name: Town %[1]d, country: FR, interests: {everything: true}, subscribers: [{email: clerk@town-%[1]d.example, language: fr, frequency: %[2]s}]}\n",
			i, soakFrequency(i))
	}
	file := filepath.Join(t.TempDir(), "towns.yaml")
	if err := os.WriteFile(file, []byte(towns.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	portal, environ := standIn(t, 1)
	server, err := newMailServer(t)
	if err != nil {
		t.Fatal(err)
	}
	environ = append(append(environ, server.settings()...),
		envPair("WEB_LISTEN", "127.0.0.1:0"), envPair("WEB_BASE_URL", "http://127.0.0.1"))
	must(t, environ, "municipalities", "import", file, "--now", soakBegins.AddDate(0, 0, -1).Format(time.RFC3339))
	cfg, err := LoadConfig("", environ)
	if err != nil {
		t.Fatal(err)
	}
	s := &soak{t: t, portal: portal, server: server, cfg: cfg}
	s.start(append(environ, runAsSoak+"=1"))
	return s
}

func soakFrequency(i int) calls.Frequency {
	if i%4 == 3 {
		return calls.Monthly
	}
	return calls.Weekly
}

func (s *soak) start(environ []string) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env, cmd.Stderr = environ, os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.in, s.out = in, bufio.NewScanner(out)
	s.t.Cleanup(func() {
		in.Close() //nolint:errcheck // Wait tells
		if err := cmd.Wait(); err != nil && !s.t.Failed() {
			s.t.Errorf("the daemon ended with %v", err)
		}
		cancel()
	})
	address := strings.Fields(s.hear()) // web pages on ADDRESS, for readers at ...
	if len(address) < 4 {
		s.t.Fatalf("the daemon says no address: %v", address)
	}
	s.base = strings.TrimSuffix(address[3], ",")
}

// say tells the daemon something and returns what it answers.
func (s *soak) say(words string) string {
	s.t.Helper()
	if _, err := fmt.Fprintln(s.in, words); err != nil {
		s.t.Fatal(err)
	}
	return s.hear()
}

func (s *soak) hear() string {
	s.t.Helper()
	if !s.out.Scan() {
		s.t.Fatalf("the daemon says nothing more: %v", s.out.Err())
	}
	return s.out.Text()
}

func (s *soak) get(path string) {
	s.t.Helper()
	answer, err := http.Get(s.base + path)
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil || answer.StatusCode != http.StatusOK {
		s.t.Errorf("%s: status %d, %v", path, answer.StatusCode, err)
	}
}

func (s *soak) measure(day int) soakMark {
	s.t.Helper()
	http.DefaultClient.CloseIdleConnections()
	mark := soakMark{Day: day}
	if answer := s.say("measure"); json.Unmarshal([]byte(answer), &mark) != nil {
		s.t.Fatalf("the daemon says %q in place of figures", answer)
	}
	return mark
}

// checkWeeks wants each weekly reader to have one letter of each week and each monthly one of each month in which
// the letters were due.
func (s *soak) checkWeeks(days int) {
	s.t.Helper()
	line, err := parseSchedule(s.cfg.Schedule.Digest, calls.Brussels())
	if err != nil {
		s.t.Fatal(err)
	}
	want, got, reminders := map[string]int{}, map[string]int{}, 0
	for at := line.Next(soakBegins); at.Before(soakBegins.AddDate(0, 0, days)); at = line.Next(at) {
		want[calls.PeriodKey(calls.Weekly, at, calls.Brussels())] = soakReaders * 3 / 4
		want[calls.PeriodKey(calls.Monthly, at, calls.Brussels())] = soakReaders / 4
	}
	letter := regexp.MustCompile(`(?mi)^Message-Id: <digest\.([0-9W-]+)\.`)
	for _, m := range s.server.received() {
		if period := letter.FindStringSubmatch(m.data); period != nil {
			got[period[1]]++
		} else {
			reminders++
		}
	}
	for _, period := range slices.Sorted(maps.Keys(want)) {
		s.t.Logf("%s: %d letters", period, got[period])
	}
	s.t.Logf("%d reminders", reminders)
	if !maps.Equal(got, want) || reminders == 0 {
		s.t.Errorf("letters by period: %v, want %v", got, want)
	}
}

// runAsSoak makes the test binary a daemon that is told the time on its input. What cron does with the real clock,
// which is to say when to look, is left to who tells it.
const runAsSoak = "RUN_AS_SOAK"

func runSoak(in io.Reader, out io.Writer) error {
	var now time.Time
	clock := func() time.Time { return now }
	l := &launcher{surroundings{environ: os.Environ(), out: io.Discard, err: os.Stderr, now: clock}, &globals{logFormat: "text"}}
	a, err := l.create(context.Background())
	if err != nil {
		return err
	}
	defer a.close()
	a.wallClock = time.Now // of leases, which no schedule makes older
	return a.exclusively(context.Background(), "serve", func(ctx context.Context) error {
		d := &daemon{app: a, queued: make(chan struct{}, 1)}
		pages, err := d.startPages(ctx, out)
		if err != nil {
			return err
		}
		defer pages()
		for lines := bufio.NewScanner(in); lines.Scan(); {
			answer := []byte("done")
			if told, ok := strings.CutPrefix(lines.Text(), "look "); ok {
				if now, err = time.Parse(time.RFC3339, told); err != nil {
					return err
				}
				d.look(ctx)
				d.deliver(ctx)
			} else if answer, err = json.Marshal(figures(a.cfg.Database)); err != nil {
				return err
			}
			fmt.Fprintf(out, "%s\n", answer)
		}
		return nil
	})
}

func figures(database string) soakMark {
	debug.FreeOSMemory() // collects first
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return soakMark{
		Goroutines: runtime.NumGoroutine(), Heap: float64(m.HeapAlloc) / (1 << 20),
		Resident: residentMemory(), File: databaseSize(database),
	}
}

// residentMemory is what this process has resident, in MB; 0 where the system does not tell.
func residentMemory() float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, after, _ := strings.Cut(string(status), "VmRSS:")
	var kilobytes float64
	if _, err := fmt.Sscan(after, &kilobytes); err != nil {
		return 0
	}
	return kilobytes / 1024
}

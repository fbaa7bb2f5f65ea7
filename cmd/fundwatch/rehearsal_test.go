package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"fundwatch/calls"
	"fundwatch/crawler/portaltest"
)

// The whole job for a continent, with the program as a process and a mail server as another: import, crawl, match,
// compose, send, and once more for nothing. With FUNDWATCH_REHEARSAL=1000,10000,100000 it is done for so many readers
// one after the other and prints what each stage took; the towns are real ones where FUNDWATCH_MUNICIPALITIES
// names a folder of them, and the calls those of a captured day where FUNDWATCH_CAPTURES does.
func TestWholeEurope(t *testing.T) {
	sizes := []int{300}
	if underRace {
		sizes[0] = 100
	}
	asked := os.Getenv("FUNDWATCH_REHEARSAL")
	if asked != "" {
		sizes = nil
		for word := range strings.SplitSeq(asked, ",") {
			n, err := strconv.Atoi(strings.TrimSpace(word))
			if err != nil || n < 100 {
				t.Fatalf("FUNDWATCH_REHEARSAL=%q: want numbers of readers, 100 at least", asked)
			}
			sizes = append(sizes, n)
		}
	} else {
		t.Parallel()
	}
	var table strings.Builder
	fmt.Fprintf(&table, "%8s  %-8s %9s %9s %12s %8s %9s\n", "readers", "stage", "clock s", "cpu s", "us/reader", "MB most", "file MB")
	for _, n := range sizes {
		t.Run(strconv.Itoa(n), func(t *testing.T) {
			r := rehearse(t, n, asked != "")
			for _, s := range r.stages {
				fmt.Fprintf(&table, "%8d  %-8s %9.2f %9.2f %12.0f %8.0f %9.1f\n", n, s.name, s.wall.Seconds(), s.cpu.Seconds(),
					float64(s.wall.Microseconds())/float64(n), s.peak, s.file)
			}
		})
	}
	if asked != "" {
		t.Logf("\n%s", table.String())
	}
}

// A rehearsal is one run for so many readers.
type rehearsal struct {
	t       *testing.T
	ctx     context.Context
	readers int
	file    string // the database
	now     string
	environ []string
	stages  []stageCost
}

// A stageCost is what a stage of a process took.
type stageCost struct {
	name string
	cost
	peak, file float64 // MB: memory at its most, and database with its log at the end
}

func rehearse(t *testing.T, readers int, large bool) *rehearsal {
	ctx, cancel := context.WithTimeout(t.Context(), 10*patience+time.Duration(readers)*30*time.Millisecond)
	t.Cleanup(cancel)
	portal, environ := standIn(t, 1)
	records, now := rehearsalCalls(t, large)
	portal.SetRecords(records)
	mails := startSink(t, ctx)
	r := &rehearsal{
		t: t, ctx: ctx, readers: readers, now: now, file: filepath.Join(t.TempDir(), "europe.db"),
		environ: append(environ, mails.environ...),
	}
	r.stage(map[string]string{"matched": ""}, "import", "municipalities", "import", writeEurope(t, readers, large))
	r.stage(map[string]string{"crawled": "crawl", "matched": "match"}, "", "crawl", "portal")
	r.stage(map[string]string{"composed": "compose", "sent": "send"}, "", "digest")
	r.stage(nil, "again", "digest")
	r.checkLetters(mails.counted(t))
	return r
}

// rehearsalCalls returns what the portal lists, and the moment of the weekly run.
func rehearsalCalls(t *testing.T, large bool) ([]portaltest.Record, string) {
	t.Helper()
	switch {
	case large && os.Getenv("FUNDWATCH_CAPTURES") != "":
		return capturedFeedFile(t, "2026-03-13-full-unfiltered.json"), "2026-03-13T06:30:00Z"
	case large:
		return append(portaltest.Catalogue(1), irrelevantCalls(900)...), "2026-09-01T05:30:00Z"
	}
	return portaltest.Catalogue(1), "2026-09-01T05:30:00Z"
}

// irrelevantCalls are what most of the portal is to a town: open, long, and nothing that it asks for.
func irrelevantCalls(n int) []portaltest.Record {
	records := portaltest.Many(n)
	for i := range records {
		text := strings.Repeat(fmt.Sprintf("<p>zorbal%d quintev%d marlupo velstrin%d</p>\n", i, i*7%n, i%13), 40)
		for field, value := range map[string]string{
			"identifier": fmt.Sprintf("HORIZON-NONE-%06d", i), "title": fmt.Sprintf("Zorbal %d", i), "frameworkProgramme": "43108390",
			"descriptionByte": text, "topicConditions": text,
		} {
			records[i].Metadata[field] = []string{value}
		}
		for _, field := range []string{"keywords", "tags", "callTitle", "callIdentifier", "budgetOverview", "programmeDivision"} {
			delete(records[i].Metadata, field)
		}
	}
	return records
}

// stage runs the program and takes down what it took until each of the words that it logs, under the name of the
// stage that ended then, and the rest under the given name. A stage without a name is not taken down.
func (r *rehearsal) stage(ends map[string]string, rest string, args ...string) {
	r.t.Helper()
	cmd := exec.CommandContext(r.ctx, os.Args[0], append(args, "-v", "--db", r.file, "--now", r.now)...)
	cmd.Env = append(slices.Clone(r.environ), runAsProgram+"=1", "PATH="+os.Getenv("PATH"))
	log, err := cmd.StderrPipe()
	if err != nil {
		r.t.Fatal(err)
	}
	var out bytes.Buffer
	cmd.Stdout = &out
	m := &meter{rehearsal: r, since: time.Now()}
	if err := cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	m.pid = cmd.Process.Pid
	watched := make(chan struct{})
	go m.watch(watched)
	var last []string
	for lines := bufio.NewScanner(log); lines.Scan(); {
		line := lines.Text()
		if last = append(last, line); len(last) > 20 {
			last = last[1:]
		}
		for word, name := range ends {
			if strings.Contains(line, " msg="+word+" ") && name != "" {
				m.end(name)
			}
		}
	}
	close(watched)
	if err := cmd.Wait(); err != nil {
		r.t.Fatalf("fundwatch %v: %v\n%s\n%s", args, err, out.String(), strings.Join(last, "\n"))
	}
	m.used = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	m.ended = true
	if rest != "" {
		m.end(rest)
	}
	r.t.Logf("%s", strings.TrimSpace(out.String()))
}

// A meter reads what a process takes, stage by stage.
type meter struct {
	*rehearsal
	pid   int
	ended bool          // then used is what it took in all
	used  time.Duration // of processors

	mu       sync.Mutex
	since    time.Time
	cpuSince time.Duration
	peak     float64
}

// watch looks at the memory now and then: after its end a process tells no more.
func (m *meter) watch(done <-chan struct{}) {
	for tick := time.NewTicker(20 * time.Millisecond); ; {
		select {
		case <-done:
			tick.Stop()
			return
		case <-tick.C:
			m.mu.Lock()
			m.peak = max(m.peak, peakMemory(m.pid))
			m.mu.Unlock()
		}
	}
}

// end takes down a stage, and begins another with the memory that is held now.
func (m *meter) end(name string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	cpu := m.used
	if !m.ended {
		m.peak = max(m.peak, peakMemory(m.pid))
		os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", m.pid), []byte("5"), 0) //nolint:errcheck // else the peak is that of all stages so far
		cpu = processorTime(m.pid)
	}
	m.stages = append(m.stages, stageCost{name, cost{time.Since(m.since), cpu - m.cpuSince}, m.peak, databaseSize(m.file)})
	m.since, m.cpuSince, m.peak = time.Now(), cpu, 0
}

// processorTime is what a living process has used so far, to a hundredth of a second; 0 where the system does not tell.
func processorTime(pid int) time.Duration {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	var ticks time.Duration
	for _, field := range fields[11:13] { // utime and stime
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return 0
		}
		ticks += time.Duration(n)
	}
	return ticks * 10 * time.Millisecond
}

// databaseSize is how many MB a database has on the disk, its log included.
func databaseSize(file string) float64 {
	var bytes int64
	for _, part := range []string{"", "-wal"} {
		if info, err := os.Stat(file + part); err == nil {
			bytes += info.Size()
		}
	}
	return float64(bytes) / (1 << 20)
}

// checkLetters wants exactly one letter for everybody who has something to learn, and none for all others. Of whom that
// is true is found anew, call by call, for some hundred towns spread over all of them.
func (r *rehearsal) checkLetters(sheet tallySheet) {
	r.t.Helper()
	for to, copies := range sheet.Copies {
		if copies != 1 {
			r.t.Errorf("%s got %d letters", to, copies)
		}
	}
	a := r.app()
	defer a.close()
	towns, err := a.db.Municipalities(r.ctx)
	if err != nil {
		r.t.Fatal(err)
	}
	readers, languages, due := 0, map[string]bool{}, 0
	step := max(1, len(towns)/300)
	concerned := r.newOracle(a)
	for i := range towns {
		readers += len(towns[i].Subscribers)
		for _, s := range towns[i].Subscribers {
			languages[s.Language] = true
		}
		if i%step != 0 {
			continue
		}
		want := count(concerned(&towns[i]))
		for _, s := range towns[i].Subscribers {
			if got := sheet.Copies[s.Email]; got != want {
				r.t.Errorf("%s of %s (%s), interested in %v, got %d letters, want %d", s.Email, towns[i].Name, towns[i].Country, towns[i].Interests, got, want)
			}
			due += want
		}
	}
	r.t.Logf("%d readers in %d languages, %d letters of %.0f KB on average; %d letters were held against the rules",
		readers, len(languages), sheet.Mails, float64(sheet.Bytes)/float64(max(1, sheet.Mails))/1024, due)
	spoken := len(languages) == 24 || len(languages) >= 15 && readers < 10_000 // few towns of a real list are Irish or Maltese
	if readers != r.readers || !spoken || due < 50 || sheet.Mails == readers {
		r.t.Errorf("that proves little: %d readers in %v", readers, slices.Sorted(maps.Keys(languages)))
	}
}

func (r *rehearsal) app() *app {
	r.t.Helper()
	l := &launcher{surroundings{environ: r.environ, now: time.Now}, &globals{db: r.file, now: r.now, logFormat: "text"}}
	a, err := l.open(r.ctx)
	if err != nil {
		r.t.Fatal(err)
	}
	return a
}

// newOracle returns what tells whether a town has something to learn in its first letter: a call that it can still
// apply for, that is not closed to newcomers or certainly nothing for it, and that its interests find.
func (r *rehearsal) newOracle(a *app) func(*calls.Municipality) bool {
	r.t.Helper()
	topics, err := a.topics()
	if err != nil {
		r.t.Fatal(err)
	}
	hits, err := a.db.Search(r.ctx, calls.Search{Statuses: []calls.Status{calls.Open, calls.Forthcoming}}, a.now())
	if err != nil {
		r.t.Fatal(err)
	}
	var open []*calls.Call
	for _, hit := range hits {
		c, err := a.db.Call(r.ctx, hit.Call.Key)
		if err != nil {
			r.t.Fatal(err)
		}
		if _, closed := c.ClosedToNewcomers(a.now()); !closed {
			open = append(open, c)
		}
	}
	return func(m *calls.Municipality) bool {
		return slices.ContainsFunc(open, func(c *calls.Call) bool {
			if calls.Explain(topics, c, m).Match == nil {
				return false
			}
			assessment, err := a.assess(r.ctx, c, m)
			if err != nil {
				r.t.Fatal(err)
			}
			return !assessment.Hopeless()
		})
	}
}

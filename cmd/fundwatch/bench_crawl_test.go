package main

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"fundwatch/crawler/portaltest"
)

// The whole program crawling 2,000 records of about 20 KB, as large as real ones, in 20 pages from loopback:
// for the first time, and when nothing has changed. What counts is how much memory the process ever held.
func BenchmarkCrawlProcess(b *testing.B) {
	portal := httptest.NewServer(portaltest.New(largeRecords(2000, 20<<10)))
	defer portal.Close()
	for b.Loop() {
		home := b.TempDir()
		config := filepath.Join(home, "config.yaml")
		text := fmt.Sprintf("crawler: {delay: 0s}\nsources: {portal: {url: %q}}\n", portal.URL+portaltest.Path)
		if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
			b.Fatal(err)
		}
		for _, name := range []string{"first", "unchanged"} {
			cmd := exec.Command(os.Args[0], "crawl", "portal", "--config", config)
			memory := filepath.Join(home, "memory")
			cmd.Env = append(os.Environ(), runMeasured+"="+memory, "XDG_DATA_HOME="+home)
			out, err := cmd.CombinedOutput()
			if err != nil || !strings.Contains(string(out), "2000 seen") {
				b.Fatalf("%v: %s", err, out)
			}
			b.ReportMetric((cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds(), "cpu-s/"+name)
			if most, err := os.ReadFile(memory); err == nil {
				kilobytes, err := strconv.ParseFloat(string(most), 64)
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(kilobytes/1024, "MB/"+name)
			}
		}
	}
}

// largeRecords makes topics that are open for long, each with a text of its own of about that many bytes.
func largeRecords(n, size int) []portaltest.Record {
	records := portaltest.Many(n)
	words := benchVocabulary()
	for i := range records {
		var text strings.Builder
		for at := i * 31; text.Len() < size; at += 7 + i%5 {
			fmt.Fprintf(&text, "<p>%s <strong>%s</strong> &amp; %s</p>\n", words[at%len(words)], words[(at*3)%len(words)], words[(at*7)%len(words)])
		}
		records[i].Metadata["topicConditions"] = []string{text.String()}
	}
	return records
}

// runMeasured makes the test binary behave as fundwatch and write into the file of this name how many
// kilobytes of memory it held at most, where the system says so. (What the parent learns of an ended process
// counts the memory of the parent itself.)
const runMeasured = "RUN_AS_FUNDWATCH_MEASURED"

func runAndMeasure(file string) {
	code := run(context.Background(), surroundings{
		args: os.Args[1:], environ: os.Environ(), in: os.Stdin, out: os.Stdout, err: os.Stderr, now: time.Now,
	})
	status, err := os.ReadFile("/proc/self/status")
	if most := regexp.MustCompile(`VmHWM:\s*(\d+) kB`).FindSubmatch(status); err == nil && most != nil {
		err = os.WriteFile(file, most[1], 0o600)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "memory not measured:", err)
	}
	os.Exit(code)
}

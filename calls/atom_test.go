package calls_test

import (
	"encoding/xml"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fundwatch/calls"
)

func TestAtom(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 9, 1, 10, 0, 0, 0, time.FixedZone("", 7200))
	f := calls.Feed{
		ID: "urn:x", Title: "A & B", Author: "fundwatch", Language: "de", Self: "https://f.example/a?b=1&c=2",
		Entries: []calls.FeedEntry{
			{ID: "1", Title: "<script>", Published: at, Updated: at.Add(time.Hour), Summary: "x\x01y", Categories: []string{"CERV"}, URL: "https://f.example/1"},
			{ID: "2", Title: "Zwei", Published: at, Updated: at},
		},
	}
	const want = `<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de">
  <id>urn:x</id>
  <title>A &amp; B</title>
  <updated>2026-09-01T09:00:00Z</updated>
  <author>
    <name>fundwatch</name>
  </author>
  <link rel="self" href="https://f.example/a?b=1&amp;c=2"></link>
  <entry>
    <id>1</id>
    <title>&lt;script&gt;</title>
    <updated>2026-09-01T09:00:00Z</updated>
    <published>2026-09-01T08:00:00Z</published>
    <link rel="alternate" href="https://f.example/1"></link>
    <summary>x` + "\ufffd" + `y</summary>
    <category term="CERV"></category>
  </entry>
  <entry>
    <id>2</id>
    <title>Zwei</title>
    <updated>2026-09-01T08:00:00Z</updated>
    <published>2026-09-01T08:00:00Z</published>
    <summary></summary>
  </entry>
</feed>
`
	got, err := f.Atom()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("got +, want -\n%s", diff)
	}
	var any struct{}
	if err := xml.Unmarshal(got, &any); err != nil {
		t.Error(err)
	}
	empty, err := (&calls.Feed{Empty: at}).Atom()
	if err != nil || !strings.Contains(string(empty), "<updated>2026-09-01T08:00:00Z</updated>") {
		t.Errorf("an empty feed: %s, %v", empty, err)
	}
}

// What concerns a town now is what its letters tell, told before or not.
func TestConcerning(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 9, 1, 6, 0, 0, 0, time.UTC)
	candidate := func(name string, days int, change func(*calls.Candidate)) calls.Candidate {
		c := calls.Candidate{
			Call: calls.Call{
				Key: calls.Key{Source: "portal", Reference: name}, Identifier: name, Title: name,
				Opens: now.AddDate(0, -1, 0), Deadlines: []calls.Deadline{{At: now.AddDate(0, 0, days), Hour: calls.HourStated}},
			},
			Match: calls.Match{Score: 0.5},
		}
		if change != nil {
			change(&c)
		}
		return c
	}
	candidates := []calls.Candidate{
		candidate("far", 60, nil),
		candidate("told", 3, func(c *calls.Candidate) { c.Told = &calls.Told{} }),
		candidate("muted", 5, func(c *calls.Candidate) { c.Muted = true }),
		candidate("over", -1, nil),
		candidate("no match any more", 5, func(c *calls.Candidate) { c.Match.Score = 0 }),
		candidate("withdrawn", 5, func(c *calls.Candidate) { c.Call.Withdrawn = now }),
		candidate("second stage", 5, func(c *calls.Candidate) {
			c.Call.Model = calls.TwoStage
			c.Call.Deadlines = append([]calls.Deadline{{At: now.AddDate(0, 0, -9), Hour: calls.HourStated}}, c.Call.Deadlines...)
		}),
		candidate("soon", 2, nil),
	}
	var got []string
	for _, c := range calls.Concerning(calls.DigestRequest{Candidates: candidates, Now: now}) {
		got = append(got, c.Title)
	}
	if diff := cmp.Diff([]string{"soon", "told", "far"}, got); diff != "" {
		t.Errorf("got +, want -\n%s", diff)
	}
}

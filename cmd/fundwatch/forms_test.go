package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	ics "github.com/arran4/golang-ical"
	"github.com/mmcdole/gofeed"

	"fundwatch/calls"
)

// hostileCall is a call whose texts want to be more than text. Its key and times are fixed.
func hostileCall(title string) calls.Call {
	return calls.Call{
		Key: calls.Key{Source: "feed", Reference: "ref,1;x"}, Identifier: "ID-1", Title: title, Summary: "A \"b\",\n<c> & ]]>",
		Programme: "CERV", URL: "https://example.org/a_(b)|c?x=<y>&z=1", Budget: calls.Known(1000),
		Deadlines: []calls.Deadline{
			{At: time.Date(2026, 8, 1, 10, 0, 0, 0, time.UTC), Hour: calls.HourStated},
			{At: time.Date(2026, 10, 24, 15, 0, 0, 0, time.UTC), Hour: calls.HourUsual},
			{At: time.Date(2026, 10, 25, 22, 59, 59, 0, time.UTC), Hour: calls.HourUnsaid}, // the day on which the clocks go back
		},
		FirstSeen: time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC), LastSeen: fixedClock(),
		Changed: time.Date(2026, 8, 2, 1, 30, 0, 0, time.UTC),
		Topics:  []calls.TopicHit{{Topic: "youth", Rule: calls.RuleTitle, Field: "title", Words: "Youth"}},
	}
}

// printed prints calls in a form.
func printed(t *testing.T, out format, list ...calls.Call) string {
	t.Helper()
	var b bytes.Buffer
	programmes, err := calls.LoadProgrammes()
	if err != nil {
		t.Fatal(err)
	}
	a := &app{screen: &screen{out: &b}, programmes: programmes, topics: calls.LoadTopics, now: fixedClock}
	found := &findings{searchRequest: searchRequest{now: fixedClock()}, app: a}
	for _, c := range list {
		found.calls = append(found.calls, finding{Hit: calls.Hit{Call: c}})
	}
	if err := found.print(out); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestCSV(t *testing.T) {
	t.Parallel()
	var list []calls.Call
	titles := []string{"=cmd()", "+1", "-1", "@x", "\tx", "'=x", "plain, \"quoted\"\nlines", "-"}
	for _, title := range titles {
		list = append(list, hostileCall(title))
	}
	text := printed(t, format{name: formatCSV}, list...)
	if !strings.HasPrefix(text, "key,identifier,title,") || strings.Contains(strings.ReplaceAll(text, "\r\n", ""), "\r") {
		t.Errorf("no header, or line ends that RFC 4180 does not know: %q", text[:80])
	}
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(rows) != len(titles)+1 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	if want := fieldNames[callView](); !slices.Equal(rows[0], want[:len(want)-2]) { // reasons and history are only there if they are asked for
		t.Errorf("header %q, want %q", rows[0], want)
	}
	cellOf := func(row int, name string) string { return rows[row][slices.Index(rows[0], name)] }
	for i, title := range titles {
		got := cellOf(i+1, "title")
		if strings.ContainsAny(got[:1], "=+-@\t\r") || unprotectCell(got) != title {
			t.Errorf("title %q is written %q", title, got)
		}
	}
	for name, want := range map[string]string{
		"key": "feed:ref,1;x", "topics": "youth", "budget_eur": "1000", "grant_max_eur": "", "days_left": "53", "score": "", "languages": "",
		"deadlines": "2026-08-01T10:00:00Z; 2026-10-24T15:00:00Z; 2026-10-25T22:59:59Z", "changed": "2026-08-02T01:30:00Z",
	} {
		if got := cellOf(1, name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if got := printed(t, format{formatCSV, []string{"days_left", "title"}}, list[0]); got != "days_left,title\r\n53,'=cmd()\r\n" {
		t.Errorf("chosen fields: %q", got)
	}
}

func TestJSONFields(t *testing.T) {
	t.Parallel()
	got := printed(t, format{formatJSON, []string{"title", "grant_max_eur", "topics", "languages", "reasons"}}, hostileCall("A <b> & c"))
	want := `[{"title":"A <b> & c","grant_max_eur":null,"topics":[{"id":"youth","label":"Youth exchanges and participation","reason":"\"Youth\" in the title"}],"languages":[],"reasons":[]}]`
	var compact bytes.Buffer
	if err := json.Compact(&compact, []byte(got)); err != nil || compact.String() != want {
		t.Errorf("got  %s\nwant %s (%v)", compact.String(), want, err)
	}
	if got := printed(t, format{name: formatJSON}); got != "[]\n" {
		t.Errorf("nothing is %q", got)
	}
	for _, name := range strings.Fields(`key identifier title summary programme programme_name source url status opens deadlines next_deadline
		days_left deadline_model budget_eur grant_min_eur grant_max_eur expected_grants action_type topics eligibility first_seen last_seen
		changed languages score snippet`) {
		if !strings.Contains(printed(t, format{name: formatJSON}, hostileCall("x")), `"`+name+`":`) || !slices.Contains(fieldNames[callView](), name) {
			t.Errorf("there is no field %s", name)
		}
	}
}

func TestMarkdown(t *testing.T) {
	t.Parallel()
	lines := strings.Split(printed(t, format{name: formatMD}, hostileCall("A | *b* [c](javascript:x) <img> `d` a_b \\ R&amp;D")), "\n")
	const want = "| [A \\| \\*b\\* \\[c\\](javascript:x) \\<img\\> \\`d\\` a\\_b \\\\ R\\&amp;D](https://example.org/a_%28b%29%7Cc?x=%3Cy%3E&z=1) (ID-1)" +
		" | CERV | Sat 24 October 2026, usually 17:00 Brussels: check the call | EUR 1,000 for all projects |"
	if lines[0] != "| Call | Programme | Deadline | Money |" || lines[1] != "| --- | --- | --- | --- |" || lines[2] != want {
		t.Errorf("got  %s\nwant %s", strings.Join(lines, "\n"), want)
	}
	bars := regexp.MustCompile(`\\\\|\\\||\|`)
	for _, title := range []string{"|", "\\|", "a\nb|", "\\"} {
		row := strings.Split(printed(t, format{name: formatMD}, hostileCall(title)), "\n")[2]
		n := 0
		for _, bar := range bars.FindAllString(row, -1) {
			n += count(bar == "|")
		}
		if n != 5 {
			t.Errorf("title %q makes a row of %d bars: %s", title, n, row)
		}
	}
	c := hostileCall("x")
	c.URL = "javascript:alert(1)"
	if got := printed(t, format{name: formatMD}, c); strings.Contains(got, "javascript") {
		t.Errorf("a link that is none of the web: %s", got)
	}
}

func TestCalendar(t *testing.T) {
	t.Parallel()
	c := hostileCall("Überraschend, langes; \\ Wort " + strings.Repeat("Łódź-Ω-日本-", 20) + "\r\nBEGIN:VEVENT")
	text := printed(t, format{name: formatICS}, c)
	for _, line := range strings.Split(strings.TrimSuffix(text, "\r\n"), "\r\n") {
		if len(line) > 75 || strings.ContainsAny(line, "\r\n") {
			t.Errorf("a line of %d octets: %q", len(line), line)
		}
	}
	calendar, err := ics.ParseCalendar(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	events := calendar.Events()
	if len(events) != 2 {
		t.Fatalf("%d events, want the two deadlines that are to come", len(events))
	}
	for i, want := range []map[ics.ComponentProperty]string{
		{ics.ComponentPropertyUniqueId: "feed-ref_1_x-2@fundwatch", ics.ComponentPropertyDtStart: "20261024T150000Z", ics.ComponentPropertyDtstamp: "20260901T053000Z",
			ics.ComponentPropertySequence: "306810", ics.ComponentPropertyLastModified: "20260802T013000Z", ics.ComponentPropertyCategories: "CERV"},
		{ics.ComponentPropertyUniqueId: "feed-ref_1_x-3@fundwatch", ics.ComponentPropertyDtStart: "20261025", ics.ComponentPropertyDtEnd: "20261026"},
	} {
		for name, value := range want {
			if p := events[i].GetProperty(name); p == nil || p.Value != value {
				t.Errorf("event %d: %s is %v, want %s", i, name, p, value)
			}
		}
		if got, want := events[i].GetProperty(ics.ComponentPropertySummary).Value, "Deadline: "+strings.ReplaceAll(c.Title, "\r", ""); got != want {
			t.Errorf("summary %q, want %q", got, want)
		}
	}
	if got := strings.Count(text, "TRIGGER:-P14D\r\n") + strings.Count(text, "TRIGGER:-P13DT15H\r\n"); got != 2 {
		t.Errorf("%d alarms two weeks before, want 2", got)
	}
}

func TestCalendarWithoutAlarmsThatHaveRung(t *testing.T) {
	t.Parallel()
	c := hostileCall("x")
	c.Deadlines = []calls.Deadline{{At: fixedClock().AddDate(0, 0, 5), Hour: calls.HourStated}}
	if text := printed(t, format{name: formatICS}, c); strings.Contains(text, "-P14D") || !strings.Contains(text, "-P2D") {
		t.Errorf("five days before: %s", text)
	}
	c.Withdrawn = fixedClock()
	if text := printed(t, format{name: formatICS}, c); !strings.Contains(text, "STATUS:CANCELLED") || strings.Contains(text, "VALARM") {
		t.Errorf("withdrawn: %s", text)
	}
}

func TestFeed(t *testing.T) {
	t.Parallel()
	c := hostileCall("A <b>bold</b> & \x01 title")
	c.URL = "https://example.org/a?x=1&y=%C5%81"
	text := printed(t, format{name: formatAtom}, c)
	feed, err := gofeed.NewParser().ParseString(text)
	if err != nil {
		t.Fatal(err)
	}
	e := feed.Items[0]
	if e.Title != "A <b>bold</b> & \ufffd title" || e.Link != c.URL || !e.UpdatedParsed.Equal(c.Changed) || !e.PublishedParsed.Equal(c.FirstSeen) {
		t.Errorf("entry %+v", e)
	}
	if !feed.UpdatedParsed.Equal(c.Changed) || !slices.Equal(e.Categories, []string{"CERV", "youth"}) || !strings.Contains(e.Description, "Budget: EUR 1,000") {
		t.Errorf("updated %s, categories %q, text %q", feed.Updated, e.Categories, e.Description)
	}
	if again := printed(t, format{name: formatAtom}, c); again != text {
		t.Error("the same data give another feed")
	}
	c.Title, c.Changed = "moved on", fixedClock()
	later, err := gofeed.NewParser().ParseString(printed(t, format{name: formatAtom}, c))
	if err != nil || later.Items[0].GUID != e.GUID || e.GUID == "" || later.FeedLink != "" {
		t.Errorf("id %q became %q (%v)", e.GUID, later.Items[0].GUID, err)
	}
	if empty, err := gofeed.NewParser().ParseString(printed(t, format{name: formatAtom})); err != nil || empty.UpdatedParsed == nil {
		t.Errorf("an empty feed: %v", err)
	}
}

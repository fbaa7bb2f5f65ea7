package notify_test

import (
	"strings"
	"testing"
	"time"

	ics "github.com/arran4/golang-ical"
	"github.com/google/go-cmp/cmp"

	"fundwatch/calls"
)

// readCalendar reads the calendar of a mail as a calendar program does.
func readCalendar(t *testing.T, raw []byte) (*ics.Calendar, string) {
	t.Helper()
	_, parts := readMail(t, raw)
	if len(parts) != 3 || parts[2].Type != "text/calendar" || parts[2].Params["method"] != "PUBLISH" {
		t.Fatalf("%d parts, want text, HTML and a calendar", len(parts))
	}
	text := parts[2].Body
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\r\n"), "\r\n") {
		if len(line) > 75 || strings.ContainsAny(line, "\r\n") {
			t.Errorf("line of %d bytes: %q", len(line), line)
		}
	}
	calendar, err := ics.ParseCalendar(strings.NewReader(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return calendar, text
}

// properties returns what matters of every event, by its UID.
func properties(calendar *ics.Calendar) map[string]string {
	all := map[string]string{}
	for _, e := range calendar.Events() {
		var values []string
		for _, name := range []ics.ComponentProperty{ics.ComponentPropertyDtStart, ics.ComponentPropertyStatus, ics.ComponentPropertySequence, ics.ComponentPropertySummary} {
			if p := e.GetProperty(name); p != nil {
				values = append(values, p.Value)
			}
		}
		all[e.Id()] = strings.Join(values, " ")
	}
	return all
}

func TestTheCalendarFollowsACall(t *testing.T) {
	t.Parallel()
	composer := newComposer(t, letterSettings())
	d := mixedDigest(t, "Drogheda", "IE", "en")
	call := townTwinning(t)
	call.Key = calls.Key{Source: "portal", Reference: "510TOPICSen"}
	call.Title = "Town Twinning; really, a \\ title of such length that it has to be folded: ééééééééééééééééééééééééé"
	call.Deadlines = []calls.Deadline{{At: brussels(t, "2026-09-23 17:00:00"), Hour: calls.HourUsual}, {At: brussels(t, "2026-12-01 23:59:59"), Hour: calls.HourUnsaid}}
	letter := func(c calls.Call, changes ...calls.Change) (map[string]string, string) {
		one := item(c)
		one.Changes = changes
		d.New, d.Changed, d.Closing, d.Opening = nil, []calls.Item{one}, nil, nil
		calendar, text := readCalendar(t, compose(t, composer, d).Delivery.Bytes)
		return properties(calendar), text
	}
	first, text := letter(call)
	want := map[string]string{
		"portal-510TOPICSen-1@fundwatch": "20260923T150000Z CONFIRMED 0 Deadline: " + call.Title,
		"portal-510TOPICSen-2@fundwatch": "20261201 CONFIRMED 0 Deadline: " + call.Title,
	}
	if diff := cmp.Diff(want, first); diff != "" {
		t.Errorf("first letter (-want +got):\n%s", diff)
	}
	for _, line := range []string{"DTSTART;VALUE=DATE:20261201\r\nDTEND;VALUE=DATE:20261202", "TRIGGER:-P14D", "TRIGGER:-P2D", `really\, a \\ title`, "The hour is the usual one"} {
		if !strings.Contains(text, line) {
			t.Errorf("the calendar lacks %q:\n%s", line, text)
		}
	}

	// The first date moves, and the second is gone.
	call.Changed = letterNow.Add(-time.Hour)
	call.Deadlines = []calls.Deadline{{At: brussels(t, "2026-09-30 17:00:00"), Hour: calls.HourStated}}
	moved, _ := letter(call, calls.Change{Kind: calls.ChangeDeadline, Old: "2026-09-23,2026-12-01", New: "2026-09-30"})
	want = map[string]string{
		"portal-510TOPICSen-1@fundwatch": "20260930T150000Z CONFIRMED 348750 Deadline: " + call.Title,
		"portal-510TOPICSen-2@fundwatch": "20260930T150000Z CANCELLED 348750 Deadline: " + call.Title,
	}
	if diff := cmp.Diff(want, moved); diff != "" {
		t.Errorf("moved (-want +got):\n%s", diff)
	}

	closed, text := letter(call, calls.Change{Kind: calls.ChangeClosed})
	want = map[string]string{"portal-510TOPICSen-1@fundwatch": "20260930T150000Z CANCELLED 348750 Deadline: " + call.Title}
	if diff := cmp.Diff(want, closed); diff != "" || strings.Contains(text, "VALARM") {
		t.Errorf("closed before its day (-want +got):\n%s\n%s", diff, text)
	}

	call.Withdrawn, call.Changed = letterNow, letterNow
	gone, text := letter(call, calls.Change{Kind: calls.ChangeWithdrawn})
	want = map[string]string{"portal-510TOPICSen-1@fundwatch": "20260930T150000Z CANCELLED 348810 Deadline: " + call.Title}
	if diff := cmp.Diff(want, gone); diff != "" || strings.Contains(text, "VALARM") {
		t.Errorf("withdrawn (-want +got):\n%s\n%s", diff, text)
	}
}

// A letter with hundreds of calls keeps the nearest deadlines, and stays small.
func TestTheCalendarStaysSmall(t *testing.T) {
	t.Parallel()
	d := mixedDigest(t, "Drogheda", "IE", "en")
	d.New, d.Changed, d.Closing, d.Opening = nil, nil, nil, nil
	for i := range 300 {
		c := townTwinning(t)
		c.Key = calls.Key{Source: "portal", Reference: strings.Repeat("x", 1+i)}
		c.Deadlines = []calls.Deadline{{At: letterNow.AddDate(0, 0, 300-i)}}
		d.New = append(d.New, item(c))
	}
	calendar, text := readCalendar(t, compose(t, newComposer(t, letterSettings()), d).Delivery.Bytes)
	n := len(calendar.Events())
	first := calendar.Events()[0].GetProperty(ics.ComponentPropertyDtStart).Value
	if len(text) > 40_000 || n < 40 || n > 299 || first != letterNow.AddDate(0, 0, 1).UTC().Format("20060102T150405Z") {
		t.Errorf("%d bytes, %d events, the first at %s", len(text), n, first)
	}
}

func TestACallWithoutADateHasNoCalendar(t *testing.T) {
	t.Parallel()
	d := mixedDigest(t, "Drogheda", "IE", "en")
	c := townTwinning(t)
	c.Deadlines = nil
	d.New, d.Changed, d.Closing, d.Opening = []calls.Item{item(c)}, nil, nil, nil
	if _, parts := readMail(t, compose(t, newComposer(t, letterSettings()), d).Delivery.Bytes); len(parts) != 2 {
		t.Errorf("%d parts, want 2", len(parts))
	}
}

package calls_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"fundwatch/calls"
)

// Whatever stands in a title, a calendar stays lines of 75 bytes of valid text, and one event.
func TestCalendarHoldsAnyText(t *testing.T) {
	t.Parallel()
	now := at("2026-09-01T06:00:00Z")
	rapid.Check(t, func(r *rapid.T) {
		e := calls.Event{
			UID: "a-1@fundwatch", At: now.AddDate(0, 1, 0), Summary: rapid.String().Draw(r, "summary"),
			Description: rapid.String().Draw(r, "description"), WholeDay: rapid.Bool().Draw(r, "whole day"),
		}
		text := string(calls.Calendar([]calls.Event{e}, 0, now))
		for line := range strings.SplitSeq(strings.TrimSuffix(text, "\r\n"), "\r\n") {
			if len(line) > 75 || strings.ContainsAny(line, "\r\n\x00") || !utf8.ValidString(line) {
				r.Fatalf("line %q", line)
			}
		}
		if n := strings.Count(strings.ReplaceAll(text, "\r\n ", ""), "\r\nEND:VEVENT\r\n"); n != 1 {
			r.Fatalf("%d events:\n%s", n, text)
		}
	})
}

func TestCalendarAlarmsAndLimit(t *testing.T) {
	t.Parallel()
	deadline := at("2026-09-23T15:00:00Z")
	for now, want := range map[string]int{"2026-09-01T06:00:00Z": 2, "2026-09-15T06:00:00Z": 1, "2026-09-22T06:00:00Z": 0} {
		text := string(calls.Calendar([]calls.Event{{UID: "a-1@fundwatch", At: deadline}}, 0, at(now)))
		if got := strings.Count(text, "BEGIN:VALARM"); got != want {
			t.Errorf("%s: %d alarms, want %d", now, got, want)
		}
	}
	many := make([]calls.Event, 100)
	text := calls.Calendar(many, 2000, deadline)
	if len(text) > 2000 || !strings.HasSuffix(string(text), "END:VEVENT\r\nEND:VCALENDAR\r\n") {
		t.Errorf("%d bytes: %s", len(text), text)
	}
}

func TestEventsKeepTheirNames(t *testing.T) {
	t.Parallel()
	c := stored()
	c.Key.Reference = "a b/ü:1"
	c.FirstSeen = at("2026-05-01T00:00:00Z")
	before := c.Events(0)
	c.Deadlines = append(c.Deadlines, deadline("2026-10-23T15:00:00Z"))
	c.Changed = at("2026-06-01T00:00:00Z")
	after := c.Events(3)
	if len(before) != 1 || len(after) != 3 || before[0].UID != after[0].UID || before[0].UID != "portal-a_b___1-1@fundwatch" {
		t.Fatalf("before %+v, after %+v", before, after)
	}
	if after[0].Sequence <= before[0].Sequence || after[1].Cancelled || !after[2].Cancelled || !after[0].Modified.Equal(c.Changed) {
		t.Errorf("before %+v, after %+v", before, after)
	}
	c.Changed = c.Changed.Add(time.Hour)
	if c.Events(0)[0].Sequence <= after[0].Sequence {
		t.Error("the sequence does not rise")
	}
	if events := (&calls.Call{}).Events(2); events != nil {
		t.Errorf("a call without dates: %+v", events)
	}
}

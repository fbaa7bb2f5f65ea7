package main

import (
	"strings"
	"testing"
)

// From a letter to the day before the deadline of Town Twinning (Wednesday 23 September 2026, 17:00), as the
// daemon lives through it: letters on Tuesdays at 07:30, reminders on weekdays at 07:00.
func TestServeReminds(t *testing.T) {
	t.Parallel()
	server, environ := mailingStandIn(t, manyTowns(t, 1), "2026-09-07T09:00:00Z")
	for _, moment := range []struct {
		now   string
		mails int
		says  string
	}{
		{"2026-09-08T05:10:00Z", 0, ""}, // Tuesday: the reminders are due, and leave it to the letter
		{"2026-09-08T06:00:00Z", 1, "digest"},
		{"2026-09-15T06:00:00Z", 2, "digest"}, // brought forward: 8 days before
		{"2026-09-20T09:00:00Z", 2, "digest"}, // a Sunday
		{"2026-09-21T06:00:00Z", 3, "reminder"},
		{"2026-09-21T07:00:00Z", 3, "reminder"},
		{"2026-09-23T06:00:00Z", 3, "reminder"},
	} {
		serveUntil(t, environ, moment.now, "did what was due")
		mails := server.received()
		if len(mails) != moment.mails {
			t.Fatalf("%s: %d mails, want %d", moment.now, len(mails), moment.mails)
		}
		if moment.mails > 0 && !strings.Contains(mails[len(mails)-1].data, ":weekly:"+moment.says+":fundwatch") {
			t.Errorf("%s: the last mail is no %s:\n%.800s", moment.now, moment.says, mails[len(mails)-1].data)
		}
	}
}

// A machine that was off from Monday to Wednesday morning makes up for it once, with the days that are left.
func TestServeRemindsLate(t *testing.T) {
	t.Parallel()
	server, environ := mailingStandIn(t, manyTowns(t, 1), "2026-09-07T09:00:00Z")
	serveUntil(t, environ, "2026-09-15T06:00:00Z", "did what was due")
	serveUntil(t, environ, "2026-09-23T09:00:00Z", "did what was due")
	mails := server.received()
	last := mails[len(mails)-1].data
	if len(mails) != 2 || !strings.Contains(last, ":weekly:digest:") || !strings.Contains(last, "Town Twinning") {
		t.Errorf("%d mails, want the letter that was missed, with the deadline in it:\n%.800s", len(mails), last)
	}
	serveUntil(t, environ, "2026-09-23T15:30:00Z", "did what was due")
	if len(server.received()) != 2 {
		t.Error("something was told after the deadline")
	}
}

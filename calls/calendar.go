package calls

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// An Event is a deadline in a calendar (RFC 5545). [Call.Events] makes them, without the words.
type Event struct {
	UID       string // the same for ever: "portal-51050034TOPICSen-1@fundwatch"
	Sequence  int    // rises whenever the call changes
	At        time.Time
	WholeDay  bool // the source gave a day only: At is within it
	Cancelled bool
	Modified  time.Time // when the call last changed or was first seen; zero if that is not known

	Summary     string // one line
	Description string // may hold line feeds
	URL         string // "" if there is none
	Category    string // "" if there is none
}

// sequenceEpoch is from when minutes are counted: the SEQUENCE of an event must rise, and the time of the
// call's newest change does, without a counter that a second reader of the catalogue would not have.
var sequenceEpoch = time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)

// Events returns one event for each deadline of the call, in their order: the first deadline is number 1 for
// ever. Those of a withdrawn call are cancelled. Told is how many deadlines the reader knows of; those that
// are gone since are cancelled, at the time of the last one that is left.
func (c *Call) Events(told int) []Event {
	modified, sequence := c.FirstSeen, 0
	if !c.Changed.IsZero() {
		modified, sequence = c.Changed, max(1, int(c.Changed.Sub(sequenceEpoch)/time.Minute))
	}
	var events []Event
	for i := range max(len(c.Deadlines), told) {
		if len(c.Deadlines) == 0 {
			break // nothing is stated, and nothing can be put into a calendar
		}
		d := c.Deadlines[min(i, len(c.Deadlines)-1)]
		events = append(events, Event{
			UID:       plainName(c.Key.Source) + "-" + plainName(c.Key.Reference) + "-" + strconv.Itoa(i+1) + "@fundwatch",
			Sequence:  sequence,
			At:        d.At,
			WholeDay:  d.Hour == HourUnsaid,
			Cancelled: !c.Withdrawn.IsZero() || i >= len(c.Deadlines),
			Modified:  modified,
			URL:       c.URL,
		})
	}
	return events
}

// plainName keeps letters, digits and few signs of a name, so that it may stand in a UID.
func plainName(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || strings.ContainsRune("-_.~", r) {
			return r
		}
		return '_'
	}, s)
}

// alarms are how long before a deadline a calendar rings. Of a day without an hour it rings at nine in the
// morning, and not at midnight.
var alarms = []struct {
	trigger, wholeDay string
	before            time.Duration
}{{"-P14D", "-P13DT15H", 14 * 24 * time.Hour}, {"-P2D", "-P1DT15H", 2 * 24 * time.Hour}}

const (
	icsInstant = "20060102T150405Z"
	icsDay     = "20060102"
)

// Calendar writes events as an iCalendar file of at most limit bytes (0: of any size) as of now. Events that
// do not fit are left out, the last ones first. Instants are UTC, so that no zone needs to be explained;
// a day is a day wherever the reader is. Alarms that would have rung already are left out.
func Calendar(events []Event, limit int, now time.Time) []byte {
	const head, foot = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//fundwatch//deadlines//EN\r\nCALSCALE:GREGORIAN\r\nMETHOD:PUBLISH\r\n", "END:VCALENDAR\r\n"
	file := icsFile(make([]byte, 0, 1024+700*len(events)))
	file = append(file, head...)
	for i := range events {
		before := len(file)
		file.event(&events[i], now)
		if limit > 0 && len(file)+len(foot) > limit {
			file = file[:before]
			break
		}
	}
	return append(file, foot...)
}

// An icsFile is an iCalendar file that is being written.
type icsFile []byte

func (f *icsFile) event(e *Event, now time.Time) {
	summary := escapeText(e.Summary)
	f.line("BEGIN:VEVENT", "")
	f.line("UID:", e.UID)
	f.line("DTSTAMP:", now.UTC().Format(icsInstant))
	f.line("SEQUENCE:", strconv.Itoa(e.Sequence))
	if !e.Modified.IsZero() {
		f.line("LAST-MODIFIED:", e.Modified.UTC().Format(icsInstant))
	}
	if e.WholeDay {
		day := startOfDay(e.At)
		f.line("DTSTART;VALUE=DATE:", day.Format(icsDay))
		f.line("DTEND;VALUE=DATE:", day.AddDate(0, 0, 1).Format(icsDay))
	} else {
		f.line("DTSTART:", e.At.UTC().Format(icsInstant))
	}
	f.line("SUMMARY:", summary)
	if e.Description != "" {
		f.line("DESCRIPTION:", escapeText(e.Description))
	}
	if e.URL != "" {
		f.line("URL:", CleanAddress(e.URL))
	}
	if e.Category != "" {
		f.line("CATEGORIES:", escapeText(e.Category))
	}
	f.line("TRANSP:TRANSPARENT", "")
	if e.Cancelled {
		f.line("STATUS:CANCELLED", "")
	} else {
		f.line("STATUS:CONFIRMED", "")
		f.alarms(e, summary, now)
	}
	f.line("END:VEVENT", "")
}

func (f *icsFile) alarms(e *Event, summary string, now time.Time) {
	for _, a := range alarms {
		if e.At.Add(-a.before).Before(now) {
			continue
		}
		trigger := a.trigger
		if e.WholeDay {
			trigger = a.wholeDay
		}
		f.line("BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:", trigger)
		f.line("DESCRIPTION:", summary)
		f.line("END:VALARM", "")
	}
}

// line writes a name, which is short, and a value, in pieces of at most 75 bytes cut between characters.
func (f *icsFile) line(name, value string) {
	const most = 75
	*f = append(*f, name...)
	for room := most - len(name); len(value) > room; room = most - 1 {
		cut := max(room, 0)
		for cut > 0 && !utf8.RuneStart(value[cut]) {
			cut--
		}
		if cut == 0 {
			cut = max(room, 1) // no text at all: it is cut anywhere
		}
		*f = append(append(*f, value[:cut]...), "\r\n "...)
		value = value[cut:]
	}
	*f = append(append(*f, value...), "\r\n"...)
}

var icsEscapes = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\r\n", `\n`, "\n", `\n`, "\r", `\n`)

// escapeText makes a TEXT value. Other control characters cannot stand in one, or end a line for some readers.
func escapeText(s string) string {
	if strings.ContainsAny(s, "\\;,\r\n") {
		s = icsEscapes.Replace(s)
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= '\x7f' && r < '\u00a0' || r == utf8.RuneError {
			return -1
		}
		return r
	}, s)
}

package calls_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	ics "github.com/arran4/golang-ical"
	"github.com/google/go-cmp/cmp"

	"fundwatch/calls"
)

// Whatever a call says of itself, a calendar program reads back one event for each deadline, with those texts and
// nothing beside them, and knows it again by the same name tomorrow.
func FuzzCalendar(f *testing.F) {
	const address = "https://example.org/a?b=1,2;c"
	for _, text := range []string{
		"Town Twinning; really, a \\ title", "x\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:evil", "a\rATTACH:http://evil.example/\nb",
		strings.Repeat("é", 300), strings.Repeat("🇪🇺", 60), "safe \u202eevil\u202c \u2028\u2029\u0085", "caf\xe9 \xff\xfe",
		"\x00\x1b[31m\x7f", `\n\\n\;`, " \t leading", "",
	} {
		f.Add("portal", "51050034TOPICSen", text, text, address, text)
	}
	f.Add("a\r\nb", "c\r\nATTENDEE:x", "t", "d", "https://example.org/\r\nX-EVIL:1", "c")
	f.Add("s", "r", "t", "d", "https://example.org/?"+strings.Repeat("ü", 200)+"\xff\u009b", "c")
	now := at("2026-09-01T06:00:00Z")
	f.Fuzz(func(t *testing.T, source, reference, title, description, address, category string) {
		c := calls.Call{
			Key: calls.Key{Source: source, Reference: reference}, URL: address, FirstSeen: now,
			Deadlines: []calls.Deadline{deadline("2026-09-23T15:00:00Z"), {At: at("2026-10-25T22:59:59Z"), Hour: calls.HourUnsaid}},
		}
		events := c.Events(3) // one is gone since
		for i := range events {
			events[i].Summary, events[i].Description, events[i].Category = title, description, category
		}
		text := string(calls.Calendar(events, 0, now))
		checkCalendarLines(t, text)
		calendar, err := ics.ParseCalendar(strings.NewReader(text))
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if len(calendar.Components) != 3 || len(calendar.CalendarProperties) != 4 {
			t.Fatalf("%d components and %d properties, want 3 and 4:\n%s", len(calendar.Components), len(calendar.CalendarProperties), text)
		}
		again := c.Events(3)
		for i, e := range calendar.Events() {
			want := map[string]string{"UID": again[i].UID, "SUMMARY": shown(title), "STATUS": "CONFIRMED"}
			if description != "" {
				want["DESCRIPTION"] = shown(description)
			}
			if category != "" {
				want["CATEGORIES"] = shown(category)
			}
			if again[i].Cancelled {
				want["STATUS"] = "CANCELLED"
			}
			if diff := cmp.Diff(want, saidBy(t, e)); diff != "" {
				t.Errorf("event %d (-want +got):\n%s\n%s", i+1, diff, text)
			}
		}
	})
}

// checkCalendarLines holds the lines of a calendar against RFC 5545, 3.1.
func checkCalendarLines(t *testing.T, text string) {
	t.Helper()
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\r\n"), "\r\n") {
		if len(line) > 75 || !utf8.ValidString(line) || strings.ContainsFunc(line, unicode.IsControl) {
			t.Fatalf("line %q of %d bytes in\n%s", line, len(line), text)
		}
	}
}

// saidBy returns the properties of an event that hold outside text. Others may only be those that we write.
func saidBy(t *testing.T, e *ics.VEvent) map[string]string {
	t.Helper()
	said := map[string]string{}
	for _, p := range e.Properties {
		if _, twice := said[p.IANAToken]; twice {
			t.Errorf("%s stands twice", p.IANAToken)
		}
		switch p.IANAToken {
		case "UID", "SUMMARY", "DESCRIPTION", "CATEGORIES", "STATUS":
			said[p.IANAToken] = p.Value
		case "URL":
			if strings.ContainsFunc(p.Value, func(r rune) bool { return r <= ' ' || r > '~' }) {
				t.Errorf("address %q is none", p.Value)
			}
		case "DTSTAMP", "DTSTART", "DTEND", "SEQUENCE", "LAST-MODIFIED", "TRANSP":
		default:
			t.Errorf("property %s came from outside", p.IANAToken)
		}
	}
	for _, alarm := range e.Components {
		if _, ok := alarm.(*ics.VAlarm); !ok {
			t.Errorf("component %T came from outside", alarm)
		}
	}
	return said
}

// shown is what a calendar program may show of a text: its lines, without what nobody can see.
func shown(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s)
	return strings.Map(func(r rune) rune {
		if r != '\n' && unicode.IsControl(r) || r == utf8.RuneError {
			return -1
		}
		return r
	}, s)
}

package calls_test

import (
	"strings"
	"testing"
	"time"

	"fundwatch/calls"
)

// spanText shows a span by its first and last second in Brussels.
func spanText(s calls.Span) string {
	show := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.In(calls.Brussels()).Format("2006-01-02T15:04")
	}
	return show(s.From) + "/" + show(s.To)
}

func TestParseSpan(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 10, 24, 22, 30, 0, 0, time.UTC) // already the 25th in Brussels, whose clocks go back that day
	for in, want := range map[string]string{
		"2027-01-31":             "2027-01-31T00:00/2027-02-01T00:00",
		"2027-02":                "2027-02-01T00:00/2027-03-01T00:00",
		"2027":                   "2027-01-01T00:00/2028-01-01T00:00",
		"<2027-01-31":            "/2027-01-31T00:00",
		"<=2027-01-31":           "/2027-02-01T00:00",
		">2027-01-31":            "2027-02-01T00:00/",
		">=2027-01-31":           "2027-01-31T00:00/",
		"2027-01-01..2027-01-31": "2027-01-01T00:00/2027-02-01T00:00",
		"2026-12..2027-01":       "2026-12-01T00:00/2027-02-01T00:00",
		"..2027-01-31":           "/2027-02-01T00:00",
		"2027-01-31..":           "2027-01-31T00:00/",
		"0d":                     "2026-10-25T00:00/2026-10-26T00:00",
		"<=1d":                   "/2026-10-27T00:00",
		"..2w":                   "/2026-11-09T00:00",
	} {
		got, err := calls.ParseSpan(in, now)
		if err != nil || spanText(got) != want {
			t.Errorf("ParseSpan(%q) = %s, %v; want %s", in, spanText(got), err, want)
		}
	}
	for _, in := range []string{"", "soon", "..", "<", "<>2027", "2027-02-30", "1970-01-01", "2027-02..2027-01", "-3d", "+3d", "99999999999d", "2027-01-31T17:00"} {
		if got, err := calls.ParseSpan(in, now); err == nil {
			t.Errorf("ParseSpan(%q) = %s, want an error", in, spanText(got))
		}
	}
}

func TestSpansMeet(t *testing.T) {
	t.Parallel()
	span := func(s string) calls.Span {
		parsed, err := calls.ParseSpan(s, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		return parsed
	}
	for _, tt := range []struct{ a, b, want string }{
		{">=2027-01-10", "<2027-02-01", "2027-01-10T00:00/2027-02-01T00:00"},
		{"<2027-03-01", "<2027-02-01", "/2027-02-01T00:00"},
		{"2027", "2027-05-04", "2027-05-04T00:00/2027-05-05T00:00"},
	} {
		for _, got := range []calls.Span{span(tt.a).Meet(span(tt.b)), span(tt.b).Meet(span(tt.a))} {
			if spanText(got) != tt.want {
				t.Errorf("%s meets %s in %s, want %s", tt.a, tt.b, spanText(got), tt.want)
			}
		}
	}
	if got := span("2027").Meet(calls.Span{}); spanText(got) != spanText(span("2027")) {
		t.Errorf("the open span takes something away: %s", spanText(got))
	}
}

func FuzzParseSpan(f *testing.F) {
	for _, s := range []string{"2027-01-31", "..2027", ">=30d", "9999w", "a..b"} {
		f.Add(s)
	}
	now := time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, s string) {
		span, err := calls.ParseSpan(s, now)
		if err != nil && (span != calls.Span{} || !strings.Contains(err.Error(), "write") && !strings.Contains(err.Error(), "want") && !strings.Contains(err.Error(), "ends")) {
			t.Errorf("ParseSpan(%q) = %v, %v", s, span, err)
		}
		if err == nil && span == (calls.Span{}) {
			t.Errorf("ParseSpan(%q) is everything", s)
		}
	})
}

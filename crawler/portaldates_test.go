package crawler

import "testing"

func TestDatesByKind(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ text, topic, cascade, external string }{
		{"2026-09-23T00:00:00.000+0000", "2026-09-23", "2026-09-23", "2026-09-23T00:00:00Z"},
		{"2026-09-22T22:00:00.000+0000", "2026-09-23", "2026-09-22T22:00", "2026-09-22T22:00:00Z"}, // midnight in Brussels, in summer
		{"2026-12-07T23:00:00.000+0000", "2026-12-08", "2026-12-07T23:00", "2026-12-07T23:00:00Z"}, // and in winter
		{"2026-12-07T22:00:00.000+0000", "2026-12-07T22:00", "2026-12-07T22:00", "2026-12-07T22:00:00Z"},
		{"2024-02-07T17:00:00.000+0000", "2024-02-07T17:00", "2024-02-07T17:00", "2024-02-07T17:00:00Z"}, // older index
		{"2026-06-08T23:59:00.000+0000", "2026-06-08T23:59", "2026-06-08T23:59", "2026-06-08T23:59:00Z"},
		{"2026-06-08T23:59:59.000+0000", "2026-06-08T23:59:59", "2026-06-08T23:59:59", "2026-06-08T23:59:59Z"},
		{"2026-06-14T10:00:54.000+0000", "2026-06-14T10:00:54", "2026-06-14T10:00:54", "2026-06-14T10:00:54Z"},
		{"2024-05-21T00:00:00.000+0200", "2024-05-21", "2024-05-21", "2024-05-20T22:00:00Z"},
		{"2024-05-21T17:00:00.000+0200", "2024-05-21T15:00:00Z", "2024-05-21T15:00:00Z", "2024-05-21T15:00:00Z"},
		{"2026-01-01T00:00:00Z", "2026-01-01", "2026-01-01", "2026-01-01T00:00:00Z"},
		{"2024-09-27+02:00 Europe/Brussels", "2024-09-27", "2024-09-27", "2024-09-27"},
		{"2026-05-06", "2026-05-06", "2026-05-06", "2026-05-06"},
		{"1790114400000", "2026-09-23", "2026-09-22T22:00", "2026-09-22T22:00:00Z"}, // milliseconds
		{" 2026-05-06 ", "2026-05-06", "2026-05-06", "2026-05-06"},
		{"soon", "soon", "soon", "soon"}, // left to calls.Normalise
		{"1790114400", "1790114400", "1790114400", "1790114400"},
		{"-790114400000", "-790114400000", "-790114400000", "-790114400000"},
	} {
		for _, kind := range []struct {
			name    string
			reading dateReading
			want    string
		}{{"topic", readTopicDate, tc.topic}, {"cascade", readWallDate, tc.cascade}, {"external", readInstant, tc.external}} {
			if got := kind.reading.read(list{tc.text}); len(got) != 1 || got[0] != kind.want {
				t.Errorf("%s date %q: got %q, want %q", kind.name, tc.text, got, kind.want)
			}
		}
	}
}

func TestDatesKeepTheirNumber(t *testing.T) {
	t.Parallel()
	got := dateReading(readTopicDate).read(list{"2026-09-23", "", " ", "2026-03-01", "2026-09-23"})
	if want := 3; len(got) != want {
		t.Errorf("got %q, want %d dates", got, want)
	}
}

func TestDay(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"2026-09-23":           "2026-09-23",
		"2026-09-23T17:00":     "2026-09-23",
		"2026-09-23T17:00:30":  "2026-09-23",
		"2026-09-22T22:30:00Z": "2026-09-23", // after midnight in Brussels
		"soon":                 "soon",
		"":                     "",
		"2026-09-23Tomorrow":   "2026-09-23",
	} {
		if got := day(raw); got != want {
			t.Errorf("day(%q): got %q, want %q", raw, got, want)
		}
	}
}

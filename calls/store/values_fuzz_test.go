package store

import (
	"testing"
	"time"

	"fundwatch/calls"
)

// What a file holds for a time, a number or a list is read as what was written, or is an error: a damaged file must not
// move a deadline.
func FuzzValues(f *testing.F) {
	for _, seed := range []string{"2026-09-23T15:00:00.000Z", "2026-09-23T15:00:00Z", "2026-02-30T00:00:00.000Z", "9999-12-31T23:59:59.999Z", "-001-01-01T00:00:00.000Z", "", "2026-09-23T15:00:00,000Z"} {
		f.Add(seed, `["a","b"]`, int64(1790200800))
	}
	f.Add("0001-01-01T00:00:00.000Z", `[]`, int64(0))
	f.Add("x", `[{"At":"2026-09-23T15:00:00Z","Hour":1}]`, int64(-62135596801))
	f.Fuzz(func(t *testing.T, moment, list string, seconds int64) {
		var at time.Time
		if err := into(&at).Scan(moment); err == nil {
			var again time.Time
			written, err := instant(at).Value()
			if err == nil {
				err = into(&again).Scan(written)
			}
			if err != nil || !again.Equal(at) {
				t.Errorf("%q is read as %s, written as %v and read as %s (%v)", moment, at, written, again, err)
			}
		}
		written, err := instant(time.Unix(seconds, 123_456_789)).Value()
		if err == nil {
			if err := into(&at).Scan(written); err != nil || written != nil && !at.Equal(time.Unix(seconds, 123_000_000)) {
				t.Errorf("second %d is written as %v and read as %s (%v)", seconds, written, at, err)
			}
		}
		var deadlines []calls.Deadline
		if asJSON(&deadlines).Scan(list) == nil {
			checkDocument(t, deadlines)
		}
		var words []string
		if asJSON(&words).Scan(list) == nil {
			checkDocument(t, words)
		}
	})
}

// checkDocument writes a list, reads it and writes it again.
func checkDocument[T any](t *testing.T, list []T) {
	t.Helper()
	first, err := asJSON(&list).Value()
	if err != nil {
		return // a year that JSON has no writing for
	}
	var again []T
	if err := asJSON(&again).Scan(first); err != nil || len(again) != len(list) {
		t.Fatalf("%v is written as %v and read as %v (%v)", list, first, again, err)
	}
	if second, err := asJSON(&again).Value(); err != nil || second != first {
		t.Errorf("%v becomes %v (%v)", first, second, err)
	}
}

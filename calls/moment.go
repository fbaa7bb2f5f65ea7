package calls

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ParseMoment reads an instant as people type it: RFC 3339, or a day, which starts in Brussels. The error quotes what
// is no such instant and says what to write.
func ParseMoment(s string) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, nil
	}
	if t, err := time.ParseInLocation(time.DateOnly, s, Brussels()); err == nil {
		return t, nil
	}
	return time.Time{}, fmt.Errorf("%q is no time: write 2026-11-23 or 2026-11-23T07:30:00+01:00", s)
}

// ParseSince reads a moment in the past: as [ParseMoment] does, or as a time before now such as "7d", "2w" or "36h".
// The error quotes what is no such moment and says what to write.
func ParseSince(s string, now time.Time) (time.Time, error) {
	if t, err := ParseMoment(s); err == nil {
		return t, nil
	}
	for unit, length := range map[string]time.Duration{"h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour} {
		digits, ok := strings.CutSuffix(s, unit)
		if n, err := strconv.Atoi(digits); ok && err == nil && n >= 0 && n < 10_000 {
			return now.Add(-time.Duration(n) * length), nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no time: write 7d, 2w, 2026-11-16 or RFC 3339", s)
}

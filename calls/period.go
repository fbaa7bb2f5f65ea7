package calls

import (
	"fmt"
	"regexp"
	"time"
)

// weekKey is how [PeriodKey] writes a week.
var weekKey = regexp.MustCompile(`^\d{4}-W(0[1-9]|[1-4]\d|5[0-3])$`)

// PeriodKey returns the name of the period of t in the zone: the ISO week "2026-W48" for weekly
// subscribers, the month "2026-11" for monthly ones. A subscriber gets at most one digest a period.
func PeriodKey(f Frequency, t time.Time, zone *time.Location) string {
	local := t.In(zone)
	if f == Monthly {
		return local.Format("2006-01")
	}
	year, week := local.ISOWeek() // 1 January may lie in week 53 of the year before
	return fmt.Sprintf("%04d-W%02d", year, week)
}

// LastPeriodKey returns the name of the period before that of [PeriodKey].
func LastPeriodKey(f Frequency, t time.Time, zone *time.Location) string {
	local := t.In(zone)
	if f == Monthly {
		return PeriodKey(f, local.AddDate(0, 0, -local.Day()), zone) // the last day of the month before
	}
	return PeriodKey(f, local.AddDate(0, 0, -7), zone)
}

// FrequencyOf returns the frequency whose periods are named like key, "" if none is.
func FrequencyOf(key string) Frequency {
	if weekKey.MatchString(key) {
		return Weekly
	}
	if _, err := time.Parse("2006-01", key); err == nil {
		return Monthly
	}
	return ""
}

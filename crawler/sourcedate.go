package crawler

import (
	"fmt"
	"strconv"
	"time"

	"fundwatch/calls"
)

// The layouts that are numbers and not writings.
const (
	layoutSeconds = "unix"
	layoutMillis  = "unixms"
)

// date reads a date of a source into one of the writings of [calls.Raw]. What could be two days is an
// error, as is what is none.
func (r *rulePlan) date(text string) (string, error) {
	switch r.Layout {
	case layoutSeconds:
		return unixDate(text, time.Second)
	case layoutMillis:
		return unixDate(text, time.Millisecond)
	}
	return calls.ParseEuroDate(text, calls.DateOptions{Language: r.Language, Layout: r.Layout, Zone: r.zone})
}

func unixDate(text string, unit time.Duration) (string, error) {
	number, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return "", fmt.Errorf("date %s: want a number since 1970", quoted(text))
	}
	if unit == time.Second {
		return time.Unix(number, 0).UTC().Format(time.RFC3339), nil
	}
	return time.UnixMilli(number).UTC().Format(time.RFC3339), nil
}

// checkLayout returns what is wrong with the layout of a rule; nil if nothing is.
func checkLayout(layout string) error {
	if layout == "" || layout == layoutSeconds || layout == layoutMillis {
		return nil
	}
	return calls.CheckDateLayout(layout)
}

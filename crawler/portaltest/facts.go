package portaltest

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// factKeys are the keys that a block of the catalogue may hold, and what their values must be.
var factKeys = map[string]func(string) error{
	"reference":   anything,
	"type":        oneOf("0", "1", "2", "6", "8"),
	"identifier":  anything,
	"title":       anything,
	"call":        anything, // callIdentifier
	"call title":  anything, // of a cascade call: its own title
	"programme":   anything, // the portal's number
	"divisions":   anything,
	"opens":       dates,
	"deadlines":   dates,
	"model":       oneOf("single-stage", "two-stage", "multiple cut-off"),
	"budget":      amount, // euro for all grants together
	"grant min":   amount, // euro for one grant
	"grant max":   amount,
	"grants":      amount, // how many are expected
	"action":      anything,
	"keywords":    anything,
	"tags":        anything,
	"project":     anything, // acronym of the project that passes money on
	"parent":      anything, // number of the topic that a cascade call belongs to
	"country":     anything, // geographical zone of an external action
	"also in":     anything, // further languages in which the index holds the record
	"status":      oneOf(statusForthcoming, statusOpen, statusClosed),
	"quirks":      quirks,
	"news":        dated, // what latestInfos says: a day and a text
	"description": anything,
	"conditions":  anything,
	"from":        oneOf("day 2"),
	"source":      anything, // where the facts come from
	"arranged":    anything, // which of them were made up for the demonstration
}

// check returns every problem of one block.
func check(f facts) error {
	var problems []error
	for _, key := range []string{"reference", "identifier", "title", "description", "source"} {
		if f[key] == "" {
			problems = append(problems, fmt.Errorf("call %q: %s is missing", f["reference"], key))
		}
	}
	for key, value := range f {
		if err := factKeys[strings.TrimPrefix(key, dayTwo)](value); err != nil {
			problems = append(problems, fmt.Errorf("call %q: %s: %w", f["reference"], key, err))
		}
	}
	slices.SortFunc(problems, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errors.Join(problems...)
}

func anything(string) error { return nil }

func oneOf(values ...string) func(string) error {
	return func(value string) error {
		if !slices.Contains(values, value) {
			return fmt.Errorf("%q is none of %s", value, strings.Join(values, ", "))
		}
		return nil
	}
}

func quirks(value string) error {
	for quirk := range strings.SplitSeq(value, ",") {
		if err := oneOf("old index", "keywords as json")(strings.TrimSpace(quirk)); err != nil {
			return err
		}
	}
	return nil
}

func amount(value string) error {
	if n, err := strconv.ParseFloat(value, 64); err != nil || n < 0 || strings.ContainsAny(value, "eExXnN_") {
		return fmt.Errorf("%q is no amount; want digits, such as 6000000", value)
	}
	return nil
}

func dates(value string) error {
	for date := range strings.SplitSeq(value, ",") {
		if _, err := parseDate(strings.TrimSpace(date)); err != nil {
			return fmt.Errorf("%q is no date; want 2026-09-23 or 2026-09-23T15:00:00Z", date)
		}
	}
	return nil
}

func dated(value string) error {
	day, text, _ := strings.Cut(value, " ")
	if _, err := time.Parse(time.DateOnly, day); err != nil || text == "" {
		return fmt.Errorf("%q is no news; want a day and a text, such as 2026-09-07 The deadline has moved", value)
	}
	return nil
}

// parseDate reads a day, which the API writes as its midnight in UTC, or an instant.
func parseDate(value string) (time.Time, error) {
	if t, err := time.Parse(time.DateOnly, value); err == nil {
		return t, nil
	}
	return time.Parse(time.RFC3339, value)
}

// stamps returns the dates under a key as the API writes them.
func (f facts) stamps(key string) []string {
	stamps := []string{}
	for _, date := range f.list(key) {
		if t, err := parseDate(date); err == nil { // checked when the file was read
			stamps = append(stamps, t.UTC().Format(instantLayout))
		}
	}
	return stamps
}

// The portal's numbers of the states (checked 2026-11-22).
const (
	statusForthcoming = "31094501"
	statusOpen        = "31094502"
	statusClosed      = "31094503"
)

// statedStatus returns what the portal says of the call on a day. It says "closed" late, so that
// what closes between the two days is still stated open on the second.
func (f facts) statedStatus(day int) string {
	if f["status"] != "" {
		return f["status"]
	}
	if opens, err := parseDate(f["opens"]); err == nil && opens.After(Clock(day)) {
		return statusForthcoming
	}
	deadlines := f.list("deadlines")
	isPast := func(date string) bool {
		t, err := parseDate(date)
		return err == nil && t.Before(Clock(1))
	}
	if len(deadlines) > 0 && !slices.ContainsFunc(deadlines, func(d string) bool { return !isPast(d) }) {
		return statusClosed
	}
	return statusOpen
}

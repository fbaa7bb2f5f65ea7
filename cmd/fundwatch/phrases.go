package main

import (
	"fmt"
	"strings"
	"time"

	"fundwatch/calls"
)

// deadlineLine writes a deadline with the days that are left: "... 17:00 Brussels (in 30 days)".
func deadlineLine(d calls.Deadline, now time.Time) string {
	return deadlineText(d) + " (" + daysLeft(d, now) + ")"
}

// deadlineText writes a deadline as "Wed 23 September 2026, 17:00 Brussels", and what is not sure about
// its hour.
func deadlineText(d calls.Deadline) string {
	at := d.At.In(calls.Brussels())
	line := at.Format("Mon 2 January 2006")
	switch d.Hour {
	case calls.HourUnsaid:
		line += ", until the end of the day in Brussels"
	case calls.HourUsual:
		line += at.Format(", usually 15:04") + " Brussels: check the call"
	default:
		line += at.Format(", 15:04") + " Brussels"
	}
	return line
}

func daysLeft(d calls.Deadline, now time.Time) string {
	left := d.DaysLeft(now)
	switch {
	case d.Passed(now):
		return "passed"
	case left == 0:
		return "today"
	case left == 1:
		return "tomorrow"
	}
	return fmt.Sprintf("in %d days", left)
}

func grantRange(c *calls.Call) string {
	switch {
	case c.GrantMin.Known && c.GrantMin == c.GrantMax:
		return euro(c.GrantMin.N) + " for one project"
	case c.GrantMin.Known && c.GrantMax.Known:
		return euro(c.GrantMin.N) + " to " + euro(c.GrantMax.N) + " for one project"
	case c.GrantMax.Known:
		return "up to " + euro(c.GrantMax.N) + " for one project"
	case c.GrantMin.Known:
		return "at least " + euro(c.GrantMin.N) + " for one project"
	}
	return "not stated"
}

func budgetLine(c *calls.Call) string {
	if !c.Budget.Known {
		return "not stated"
	}
	line := euro(c.Budget.N) + " for all projects"
	if c.Grants.Known {
		line += fmt.Sprintf(", about %d expected", c.Grants.N)
	}
	return line
}

func orNotStated(s string) string {
	if s == "" {
		return "not stated"
	}
	return s
}

// changeLine tells one change in English.
func changeLine(h calls.Change) string {
	old, new := orNotStated(h.Old), orNotStated(h.New)
	switch h.Kind {
	case calls.ChangeNew:
		return "first seen, " + new
	case calls.ChangeDeadline:
		return fmt.Sprintf("deadline: %s -> %s", strings.ReplaceAll(old, ",", ", "), strings.ReplaceAll(new, ",", ", "))
	case calls.ChangeBudget:
		return fmt.Sprintf("budget: %s -> %s", euroText(h.Old), euroText(h.New))
	case calls.ChangeTitle:
		return fmt.Sprintf("title: %q -> %q", old, new)
	}
	return string(h.Kind)
}

func euroText(digits string) string {
	n, err := calls.ParseNumber(digits)
	if err != nil || !n.Known {
		return "not stated"
	}
	return euro(n.N)
}

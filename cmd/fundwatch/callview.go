package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"fundwatch/calls"
)

// A callView is a call as programs read it: the field names of the JSON, CSV and later other
// outputs. Unknown is null, lists are never null.
type callView struct {
	Key            string       `json:"key"`
	Identifier     string       `json:"identifier"`
	Title          string       `json:"title"`
	Summary        *string      `json:"summary"`
	Programme      *string      `json:"programme"`
	ProgrammeName  *string      `json:"programme_name"`
	Source         string       `json:"source"`
	URL            *string      `json:"url"`
	Status         calls.Status `json:"status"`
	Opens          *string      `json:"opens"`
	Deadlines      []string     `json:"deadlines"`
	NextDeadline   *string      `json:"next_deadline"`
	DaysLeft       *int         `json:"days_left"`
	DeadlineModel  *string      `json:"deadline_model"`
	Season         *string      `json:"season"` // without a stated deadline: "rolling", or the day around which one is expected
	BudgetEUR      calls.Number `json:"budget_eur"`
	GrantMinEUR    calls.Number `json:"grant_min_eur"`
	GrantMaxEUR    calls.Number `json:"grant_max_eur"`
	ExpectedGrants calls.Number `json:"expected_grants"`
	ActionType     *string      `json:"action_type"`
	Topics         []topicView  `json:"topics"`
	Eligibility    *string      `json:"eligibility"` // why no town can win it, or the verdict on one town; null: not looked at
	FirstSeen      string       `json:"first_seen"`
	LastSeen       string       `json:"last_seen"`
	Changed        *string      `json:"changed"`
	Languages      []string     `json:"languages"`
	Score          *float64     `json:"score"`
	Snippet        *string      `json:"snippet"`
	Reasons        []reasonView `json:"reasons,omitempty"` // why it concerns the municipality that was asked for
	History        []changeView `json:"history,omitempty"`
}

// A reasonView is one reason why a call concerns a municipality.
type reasonView struct {
	calls.Reason
	Text string `json:"text"` // in English
}

func reasonViews(reasons []calls.Reason, texts []string) []reasonView {
	views := make([]reasonView, 0, len(reasons))
	for i, r := range reasons {
		views = append(views, reasonView{r, texts[i]})
	}
	return views
}

// A topicView is one topic of a call with the reason for it.
type topicView struct {
	ID     string `json:"id"`
	Label  string `json:"label"`
	Reason string `json:"reason"`
}

// A changeView is one recorded change of a call.
type changeView struct {
	At   string           `json:"at"`
	Kind calls.ChangeKind `json:"kind"`
	Old  string           `json:"old"`
	New  string           `json:"new"`

	Reason *string `json:"reason"`
}

// A viewer turns calls into views: it knows the names of things.
type viewer struct {
	programmes *calls.Programmes
	label      func(topic string) string
	now        time.Time
}

func (v viewer) view(c *calls.Call) callView {
	view := callView{
		Key: c.Key.String(), Identifier: c.Identifier, Title: c.Title, Summary: stated(c.Summary),
		Programme: stated(c.Programme), Source: c.Key.Source, URL: stated(c.URL),
		Status: c.Status(v.now), Opens: stated(openingDay(c.Opens)), Deadlines: []string{},
		DeadlineModel: stated(string(c.Model)), Season: stated(string(c.Season)), BudgetEUR: c.Budget, GrantMinEUR: c.GrantMin,
		GrantMaxEUR: c.GrantMax, ExpectedGrants: c.Grants, ActionType: stated(c.ActionType),
		Topics: []topicView{}, FirstSeen: rfc3339(c.FirstSeen), LastSeen: rfc3339(c.LastSeen),
		Changed: moment(c.Changed), Languages: []string{},
	}
	if c.Programme != "" {
		view.ProgrammeName = stated(v.programmes.Name(c.Programme))
	}
	for _, d := range c.Deadlines {
		view.Deadlines = append(view.Deadlines, rfc3339(d.At))
	}
	if why, closed := c.ClosedToNewcomers(v.now); closed {
		view.Eligibility = stated("closed to newcomers: " + why)
	}
	if next, ok := c.NextDeadline(v.now); ok {
		left := next.DaysLeft(v.now)
		view.NextDeadline, view.DaysLeft = moment(next.At), &left
	}
	if c.Language != "" {
		view.Languages = append(view.Languages, c.Language)
	}
	for _, t := range c.Topics {
		view.Topics = append(view.Topics, topicView{t.Topic, v.label(t.Topic), topicReason(t)})
	}
	return view
}

// topicReason says in English on what evidence a call has a topic.
func topicReason(t calls.TopicHit) string {
	switch t.Rule {
	case calls.RuleIdentifier:
		return fmt.Sprintf("its identifier %s belongs to the topic", t.Words)
	case calls.RuleProgramme:
		return fmt.Sprintf("its programme, and %q in the %s", t.Words, t.Field)
	}
	return fmt.Sprintf("%q in the %s", t.Words, t.Field)
}

func stated(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func moment(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	return stated(rfc3339(t))
}

// openingDay writes the beginning of an opening day with the offset of Brussels: in UTC it would be the
// evening before, and a program that cuts off the hour would be a day early. "" if not stated.
func openingDay(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(calls.Brussels()).Format(time.RFC3339)
}

func rfc3339(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// timeLeft says how soon a call ends, or begins, in a few letters.
func timeLeft(c *calls.Call, now time.Time) (text string, st style) {
	switch status := c.Status(now); status {
	case calls.Closed, calls.Withdrawn:
		return string(status), faint
	case calls.Forthcoming:
		if day, expected := c.Season.Around(); expected && c.Opens.IsZero() {
			return "~ " + dayThisYear(day, now), cyan
		}
		if c.Opens.IsZero() {
			return "later", cyan
		}
		return "opens " + dayThisYear(c.Opens, now), cyan
	}
	if _, closed := c.ClosedToNewcomers(now); closed {
		return "no entry", faint // open, but not for a town that starts today: `show` says why
	}
	next, ok := c.NextDeadline(now)
	if !ok && c.Season == calls.Rolling {
		return "all year", green
	}
	if !ok {
		return "open", green
	}
	left := next.DaysLeft(now)
	switch {
	case left == 0:
		return "today", red
	case left <= 7:
		return strconv.Itoa(left) + " d", red
	case left <= 28:
		return strconv.Itoa(left) + " d", yellow
	}
	return strconv.Itoa(left) + " d", green
}

// dayThisYear writes a day as "9 Feb", with the year unless it is this one.
func dayThisYear(t, now time.Time) string {
	day := t.In(calls.Brussels())
	if day.Year() == now.In(calls.Brussels()).Year() {
		return day.Format("2 Jan")
	}
	return day.Format("2 Jan 06")
}

// money returns what one project can get, else the budget of the call, short.
func money(c *calls.Call) string {
	switch {
	case c.GrantMin.Known && c.GrantMin == c.GrantMax:
		return "= " + euroShort(c.GrantMin.N)
	case c.GrantMax.Known:
		return "≤ " + euroShort(c.GrantMax.N)
	case c.GrantMin.Known:
		return "≥ " + euroShort(c.GrantMin.N)
	case c.Budget.Known:
		return "Σ " + euroShort(c.Budget.N)
	}
	return ""
}

func euroShort(n int64) string {
	switch {
	case n >= 1_000_000_000:
		return trimZero(float64(n)/1e9) + " bn"
	case n >= 1_000_000:
		return trimZero(float64(n)/1e6) + " m"
	case n >= 1000:
		return trimZero(float64(n)/1e3) + " k"
	}
	return strconv.FormatInt(n, 10)
}

func trimZero(f float64) string {
	return strings.TrimSuffix(strconv.FormatFloat(f, 'f', 1, 64), ".0")
}

// euro writes an amount in full: "EUR 50,745".
func euro(n int64) string {
	digits := strconv.FormatInt(n, 10)
	var b strings.Builder
	for i, r := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 && digits[i-1] != '-' {
			b.WriteByte(',')
		}
		b.WriteRune(r)
	}
	return "EUR " + b.String()
}

package crawler

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"fundwatch/calls"
)

// planCalendar checks the rounds of a calendar.
func (p *planner) planCalendar() {
	if len(p.def.Rounds) == 0 {
		p.wrong("rounds", "a calendar without rounds says nothing", "")
	}
	names := map[string]bool{}
	for i := range p.def.Rounds {
		r := &p.def.Rounds[i]
		key := fmt.Sprintf("rounds[%d]", i)
		p.checkRound(key, r)
		name := cmp.Or(r.Name, r.Day)
		if names[name] {
			p.wrong(key+".name", quoted(name)+" names two rounds", "give each a name of its own")
		}
		names[name] = true
	}
}

func (p *planner) checkRound(key string, r *Round) {
	if strings.TrimSpace(r.Title) == "" {
		p.wrong(key+".title", "the title is missing", "")
	}
	if r.Name != "" && !sourceName.MatchString(r.Name) {
		p.wrong(key+".name", quoted(r.Name)+" is no name", "a to z, digits and hyphens, such as youth-1")
	}
	if u, err := url.Parse(r.URL); err != nil || r.URL != "" && (u.Host == "" || u.Scheme != "https" && u.Scheme != "http") {
		p.wrong(key+".url", quoted(r.URL)+" is no web address", "it begins with https:// or http://")
	}
	if r.Rolling {
		if r.Day != "" || r.Hour != "" || r.OpensBefore != 0 || r.Expected || len(r.Dates) > 0 {
			p.wrong(key, "a rolling round has no dates", "")
		}
		return
	}
	p.checkRoundDates(key, r)
}

func (p *planner) checkRoundDates(key string, r *Round) {
	if r.Day == "" && len(r.Dates) == 0 {
		p.wrong(key, "neither a day nor dates are given", `day: "02-01", or rolling: true`)
	}
	if _, err := time.Parse("2006-01-02", "2023-"+r.Day); r.Day != "" && err != nil { // of a year without 29 February
		p.wrong(key+".day", quoted(r.Day)+" is no day of every year", `month and day, as in "02-01"`)
	}
	if r.Hour != "" && !hourOfDay.MatchString(r.Hour) {
		p.wrong(key+".hour", quoted(r.Hour)+" is no hour", `in quotes, as in "12:00"`)
	}
	if r.Name == "" && (r.Expected || len(r.Dates) > 0) {
		p.wrong(key+".name", "the name is missing", "the reference of a round whose day may move is made of its name and year")
	}
	if r.Expected && r.Hour != "" {
		p.wrong(key+".hour", "an expected day has no hour", "")
	}
	for i, date := range r.Dates {
		if _, err := wallTime(date.Deadline); err != nil {
			p.wrong(fmt.Sprintf("%s.dates[%d].deadline", key, i), err.Error(), "")
		}
		if _, err := time.Parse(rawDay, date.Opens); date.Opens != "" && err != nil {
			p.wrong(fmt.Sprintf("%s.dates[%d].opens", key, i), quoted(date.Opens)+" is no day", "as in 2026-11-22")
		}
	}
}

// wallTime reads a day, or a day and an hour, in Brussels. A day alone is its last second.
func wallTime(text string) (time.Time, error) {
	if t, err := time.ParseInLocation("2006-01-02T15:04", text, calls.Brussels()); err == nil {
		return t, nil
	}
	t, err := time.ParseInLocation(rawDay, text, calls.Brussels())
	if err != nil {
		return time.Time{}, fmt.Errorf("%s is no date (as in 2026-02-12T12:00)", quoted(text))
	}
	return t.AddDate(0, 0, 1).Add(-time.Second), nil
}

// rounds returns what is coming of each round: the next announced date, the next day, and no more, so
// that a list of calls is not full of years to come.
func (p *sourcePlan) rounds(now time.Time) []*entry {
	var entries []*entry
	for i := range p.def.Rounds {
		r := &p.def.Rounds[i]
		if r.Rolling {
			e := p.newRound(r)
			e.raw.Status, e.raw.Season = calls.Open, calls.Rolling
			e.raw.Reference = p.roundName(r, "rolling")
			entries = append(entries, e)
			continue
		}
		if e := p.announced(r, now); e != nil {
			entries = append(entries, e)
		}
		if e := p.yearly(r, now); e != nil {
			entries = append(entries, e)
		}
	}
	return entries
}

// newRound returns an entry with all but its dates and its reference.
func (p *sourcePlan) newRound(r *Round) *entry {
	e := p.newEntry(p.base)
	e.raw.Title = r.Title
	e.raw.URL = cmp.Or(r.URL, e.raw.URL)
	e.raw.Programme = cmp.Or(r.Programme, e.raw.Programme)
	e.describe(r.Summary, p.provenance(r))
	return e
}

// describe makes summary and text of the sentences that are not empty.
func (e *entry) describe(sentences ...string) {
	e.raw.Summary = strings.Join(slices.DeleteFunc(sentences, func(s string) bool { return s == "" }), " ")
	e.raw.Body = e.raw.Summary
}

func (p *sourcePlan) roundName(r *Round, suffix string) string {
	if r.Name == "" {
		return p.def.ID + "-" + suffix
	}
	return p.def.ID + "-" + r.Name + "-" + suffix
}

// announced returns the next announced date of a round; nil if there is none.
func (p *sourcePlan) announced(r *Round, now time.Time) *entry {
	var next time.Time
	var announced RoundDate
	for _, date := range r.Dates {
		at, err := wallTime(date.Deadline)
		if err == nil && at.After(now) && (next.IsZero() || at.Before(next)) {
			next, announced = at, date
		}
	}
	if next.IsZero() {
		return nil
	}
	e := p.newRound(r)
	e.raw.Deadlines = []string{announced.Deadline}
	e.raw.Opens = announced.Opens
	e.raw.Reference = p.roundName(r, next.Format("2006"))
	if announced.Opens == "" {
		e.raw.Status = calls.Forthcoming // nobody said that it is open
	}
	return e
}

// yearly returns the next occurrence of a day that comes every year; nil if there is no such day. Years
// that have an announced date are passed over: it counts more.
func (p *sourcePlan) yearly(r *Round, now time.Time) *entry {
	if r.Day == "" {
		return nil
	}
	deadline := ""
	var at time.Time
	for year := now.In(calls.Brussels()).Year(); !at.After(now) || r.announcedIn(at.Year()); year++ {
		deadline = fmt.Sprintf("%04d-%s", year, r.Day)
		if r.Hour != "" {
			deadline += "T" + r.Hour
		}
		var err error
		if at, err = wallTime(deadline); err != nil {
			return nil // the year 10000
		}
	}
	e := p.newRound(r)
	if r.Expected {
		p.expect(e, r, at)
	} else {
		p.fix(e, r, at, deadline)
	}
	return e
}

func (r *Round) announcedIn(year int) bool {
	for _, date := range r.Dates {
		if at, err := wallTime(date.Deadline); err == nil && at.Year() == year {
			return true
		}
	}
	return false
}

// expect tells a day that nobody announced, in words and never as a deadline. The call has neither the
// year in its reference nor in its title: it would look like a withdrawn one when the year is over.
func (p *sourcePlan) expect(e *entry, r *Round, at time.Time) {
	e.raw.Reference = p.roundName(r, "expected")
	e.raw.Status = calls.Forthcoming
	e.raw.Season = calls.SeasonAround(at)
	e.raw.Title += calls.ExpectedMark
	e.describe(r.Summary, fmt.Sprintf("Expected to close around %s, as in past years: no date is announced.", at.Format("2 January 2006")), p.provenance(r))
}

// fix writes the dates of one year.
func (p *sourcePlan) fix(e *entry, r *Round, at time.Time, deadline string) {
	e.raw.Deadlines = []string{deadline}
	e.raw.Reference = p.roundName(r, at.Format("2006"))
	if r.Name == "" {
		e.raw.Reference = p.roundName(r, at.Format(rawDay))
	}
	e.raw.Status = calls.Forthcoming
	if r.OpensBefore > 0 {
		e.raw.Opens = at.AddDate(0, 0, -int(r.OpensBefore)).Format(rawDay)
		e.raw.Status = ""
	}
}

// provenance says where the dates of a round come from.
func (p *sourcePlan) provenance(r *Round) string {
	what := "Date"
	if r.Rolling {
		what = "Rule"
	}
	return fmt.Sprintf("%s according to %s, checked on %s; the funder's page decides.", what, cmp.Or(p.def.Source, siteOf(p.base)), orUnknown(p.def.Checked))
}

package crawler

import (
	"context"
	"errors"
	"time"

	"fundwatch/calls"
)

// mostFirst is how many calls a [Report] shows.
const mostFirst = 5

// A Report says how a definition fits its source today.
type Report struct {
	Source  string        // its ID
	URL     string        // of the list
	Robots  string        // "allowed", or why it is not; "" for a calendar
	Took    time.Duration // by the machine's clock, waiting included
	Pages   int           // of the list; a trial reads two at most
	Details int           // pages of calls; three at most
	Bytes   int           // of all bodies
	Marked  int           // of all pages, those that bear a validator: the next time they are sent only if they changed
	Found   int           // calls
	Passed  int           // items that the definition's filters and needs let pass by
	First   []calls.Call  // at most five
	Fields  []FieldReport // in the order of the definition; nil if no item was read
	Odd     []calls.Odd
	Err     error // why it cannot be collected so; nil if it can
}

// A FieldReport says in how many items a rule found nothing.
type FieldReport struct {
	Field    string // such as "fields.deadlines"
	Rule     string // such as `selector "time @datetime"`
	Missing  int
	Of       int
	Optional bool
}

// Check tries a definition: it reads the first two pages of the list and the pages of the first three
// calls, as politely as [Crawler.Source], and reports what came of it. Nothing is stored. Calls beyond
// the third lack what only their own page says.
func (c *Crawler) Check(ctx context.Context, def SourceDef, programmes *calls.Programmes) Report {
	start := time.Now()
	s := c.newSourceSweep(&def, programmes)
	s.trial = true
	sweep := s.run(ctx)
	report := Report{
		Source: def.ID, URL: def.URL, Robots: "allowed", Took: time.Since(start),
		Pages: s.pages, Details: s.details, Bytes: s.bytes, Found: len(sweep.Found), Passed: s.passed,
		First: sweep.Found[:min(len(sweep.Found), mostFirst)], Fields: s.tally.fields(), Odd: sweep.Odd, Err: sweep.Err,
	}
	if s.copies != nil {
		report.Marked = len(s.copies.fresh)
	}
	switch {
	case def.Kind == SourceCalendar:
		report.Robots = ""
	case errors.Is(sweep.Err, ErrRobots):
		report.Robots = sweep.Err.Error()
	case s.pages == 0:
		report.Robots = "not known"
	}
	return report
}

package web

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"fundwatch/calls"
)

// settle puts together the search that the words of a filter, the conditions among them and its fields ask for: what is
// typed means what it means in the terminal. What is wrong with it is noted on the page.
func (s *Site) settle(ctx context.Context, p *page, f *filter) error {
	typed := calls.ReadQuery(f.Words)
	f.qualifiers = typed.Qualifiers
	all := calls.NewConditions(calls.KnownNames{
		Topics:     func() (*calls.Topics, error) { return s.Topics, nil },
		Programmes: func() (*calls.Programmes, error) { return s.Programmes, nil },
		Countries:  func() (*calls.Countries, error) { return s.Countries, nil },
	}, p.now)
	for _, c := range append(f.conditions(p), typed.Conditions()...) {
		if err := p.noteWrong(all.Add(c)); err != nil {
			return err
		}
	}
	if all.Municipality != "" { // which towns there are, and what they look for, is no stranger's business
		p.wrong("q", "error.condition", "Condition", calls.QualifierFor+":"+all.Municipality, "Example", examples[calls.QualifierFor])
	}
	if err := s.settleSources(ctx, p, all); err != nil {
		return err
	}
	if len(p.Errors) == 0 {
		if err := p.noteWrong(all.Settle([]calls.Status{calls.Open, calls.Forthcoming})); err != nil {
			return err
		}
	}
	f.search, f.expected, f.countries = all.Find, all.Expected, all.Countries
	f.search.Clauses, f.search.Sort = typed.Clauses, calls.SortOrder(f.Sort)
	if !slices.Contains(calls.SortOrders(), f.search.Sort) {
		p.wrong("sort", "error.choice")
	}
	return nil
}

// settleSources checks sources, which are looked up only if there is a condition on them.
func (s *Site) settleSources(ctx context.Context, p *page, all *calls.Conditions) error {
	if len(all.Sources) == 0 {
		return nil
	}
	known, err := s.Sources(ctx)
	if err != nil {
		return err
	}
	return p.noteWrong(all.AddSources(known))
}

// conditions returns what the fields beside the words ask for, and notes those that cannot be read.
func (f *filter) conditions(p *page) []calls.Condition {
	var all []calls.Condition
	add := func(name string, values ...string) {
		if len(values) > 0 {
			all = append(all, calls.Condition{Place: name, Name: name, Values: values})
		}
	}
	add(calls.QualifierProgramme, f.Programmes...)
	add(calls.QualifierTopic, f.Topics...)
	switch {
	case !slices.Contains(statusChoices, f.Status):
		p.wrong("status", "error.choice")
	case f.Status != statusChoices[0]:
		add(calls.QualifierStatus, f.Status)
	}
	if day := readDay(p, calls.ConditionDeadlineAfter, f.After); !day.IsZero() {
		add(calls.ConditionDeadlineAfter, f.After)
	}
	if day := readDay(p, calls.ConditionDeadlineBefore, f.Before); !day.IsZero() {
		add(calls.ConditionDeadlineBefore, f.Before)
	}
	if f.MinGrant != "" {
		add(calls.QualifierMinGrant, strings.NewReplacer(" ", "", ".", "", ",", "").Replace(f.MinGrant))
	}
	return all
}

// firstYear is long before any call.
const firstYear = 1990

// readDay reads a day as the beginning of it in Brussels; "" is the zero time.
func readDay(p *page, field, text string) time.Time {
	if text == "" {
		return time.Time{}
	}
	day, err := time.ParseInLocation(time.DateOnly, text, calls.Brussels())
	if err != nil || day.Year() < firstYear {
		p.wrong(field, "error.day")
		return time.Time{}
	}
	return day
}

// examples show how a condition is written that was not understood. What concerns one town is told to no stranger: who
// asks for that is shown what can be asked.
var examples = map[string]string{
	calls.QualifierProgramme: "programme:CERV", calls.QualifierTopic: "topic:youth", calls.QualifierStatus: "status:open",
	calls.QualifierSource: "source:portal", calls.QualifierDeadline: "deadline:2027-01-31", calls.QualifierNew: "new:7d",
	calls.QualifierChanged: "changed:2w", calls.QualifierMinGrant: "min-grant:50000", calls.QualifierCountry: "country:FR",
	calls.QualifierFor: "topic:town-twinning",
}

// noteWrong notes on the page what is wrong with a condition. Another error is returned.
func (p *page) noteWrong(err error) error {
	var wrong *calls.ConditionError
	if !errors.As(err, &wrong) {
		return err
	}
	c := wrong.Condition
	field := c.Name
	if strings.HasSuffix(c.Place, ":") {
		field = "q"
	}
	switch {
	case c.Name == "":
		p.wrong("q", "error.conditions")
	case c.Name == calls.QualifierTopic:
		p.wrong(field, "error.topic", "Value", wrong.Value)
	case c.Name == calls.QualifierProgramme:
		p.wrong(field, "error.programme", "Value", wrong.Value)
	case field != "q":
		p.wrong(field, "error.number") // the others are checked where they are read
	default:
		typed := calls.Qualifier{Name: c.Name, Values: c.Values, Not: c.Not}
		p.wrong(field, "error.condition", "Condition", typed.String(), "Example", examples[c.Name])
	}
	return nil
}

// find makes the search of a filter. Rules are no columns: if it asks for countries, as many calls are read as it takes.
func (s *Site) find(ctx context.Context, f *filter, now time.Time) ([]calls.Hit, error) {
	if len(f.countries) == 0 {
		return s.Calls.Search(ctx, f.search, now)
	}
	const (
		atFirst = 200  // nearly all calls are open to nearly all countries
		atMost  = 1000 // texts at a time; each search ranks the whole catalogue anew
	)
	var open []calls.Hit
	q := f.search
	most := q.Offset + q.Limit
	q.Offset, q.Limit = 0, atFirst
	for len(open) < most {
		hits, err := s.Calls.Search(ctx, q, now)
		if err != nil {
			return nil, err
		}
		for i := range hits {
			if s.Rules.OpenToOne(&hits[i].Call, f.countries) {
				open = append(open, hits[i])
			}
		}
		if len(hits) < q.Limit {
			break
		}
		q.Offset, q.Limit = q.Offset+q.Limit, min(2*q.Limit, atMost)
	}
	return open[min(f.search.Offset, len(open)):min(most, len(open))], nil
}

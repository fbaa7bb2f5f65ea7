package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"fundwatch/calls"
)

// Bounds of a search by a stranger.
const (
	perPage      = 20
	lastPage     = 500
	longestQuery = 300
	mostChoices  = 40
)

// A filter is a search as a reader typed it, to be shown again.
type filter struct {
	Words      string
	Programmes []string
	Topics     []string
	Status     string // one of statusChoices
	Sort       string
	After      string // days, 2026-12-31
	Before     string
	MinGrant   string
	Exact      bool
	Page       int

	search calls.Search
}

// statusChoices are what a reader can ask for; the first is what is meant without asking.
var statusChoices = []string{"current", "open", "forthcoming", expectedStatus, "closed", "withdrawn", "all"}

// expectedStatus asks for rounds that do not exist yet.
const expectedStatus = "expected"

// readFilter reads the search of a request. What is wrong with it is noted on the page; the search is then
// not to be made.
func (s *Site) readFilter(p *page, r *http.Request) *filter {
	q := r.URL.Query()
	f := &filter{
		Words:      calls.CleanLine(q.Get("q"), longestQuery),
		Programmes: choices(q["programme"]),
		Topics:     choices(q["topic"]),
		Status:     one(q.Get("status"), statusChoices[0]),
		Sort:       one(q.Get("sort"), string(calls.SortBest)),
		After:      calls.CleanLine(q.Get("deadline-after"), 10),
		Before:     calls.CleanLine(q.Get("deadline-before"), 10),
		MinGrant:   calls.CleanLine(q.Get("min-grant"), 15),
		Exact:      q.Get("exact") != "",
		Page:       1,
	}
	f.search = calls.Search{
		Clauses: calls.ParseQuery(f.Words), Programmes: f.Programmes, Topics: f.Topics, Sort: calls.SortOrder(f.Sort),
	}
	s.checkLists(p, f)
	f.search.DeadlineAfter = readDay(p, "deadline-after", f.After)
	f.search.DeadlineBefore = readDay(p, "deadline-before", f.Before)
	if f.MinGrant != "" {
		euro, err := strconv.ParseInt(strings.NewReplacer(" ", "", ".", "", ",", "").Replace(f.MinGrant), 10, 64)
		if err != nil || euro < 0 {
			p.wrong("min-grant", "error.number")
		}
		f.search.MinGrant = euro
	}
	if n, err := strconv.Atoi(q.Get("page")); err == nil {
		f.Page = min(max(n, 1), lastPage)
	}
	return f
}

func one(value, otherwise string) string {
	if value == "" {
		return otherwise
	}
	return strings.ToLower(calls.CleanLine(value, 40))
}

// choices returns what was chosen: several fields of one name, or several values with commas.
func choices(values []string) []string {
	var all []string
	for _, v := range values {
		for choice := range strings.SplitSeq(v, ",") {
			choice = calls.CleanLine(choice, 60)
			if choice != "" && !slices.Contains(all, choice) && len(all) < mostChoices {
				all = append(all, choice)
			}
		}
	}
	return all
}

// checkLists refuses names that nothing has.
func (s *Site) checkLists(p *page, f *filter) {
	for _, id := range f.Topics {
		if !s.Topics.Has(id) {
			p.wrong("topic", "error.topic", "Value", id)
		}
	}
	for _, code := range f.Programmes {
		if _, known := s.Programmes.Programme(code); !known && strings.Trim(code, "0123456789") != "" {
			p.wrong("programme", "error.programme", "Value", code)
		}
	}
	switch f.Status {
	case "current":
		f.search.Statuses = []calls.Status{calls.Open, calls.Forthcoming}
	case "all":
	default:
		if !slices.Contains(statusChoices, f.Status) {
			p.wrong("status", "error.choice")
		}
		f.search.Statuses = []calls.Status{calls.Status(f.Status)}
	}
	if !slices.Contains(calls.SortOrders(), f.search.Sort) {
		p.wrong("sort", "error.choice")
	}
}

// readDay reads a day as the beginning of it in Brussels; "" is the zero time.
// firstYear is long before any call.
const firstYear = 1990

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

// values returns the search as the query of an address, without its page.
func (f *filter) values() url.Values {
	q := url.Values{}
	for name, value := range map[string]string{
		"q": f.Words, "deadline-after": f.After, "deadline-before": f.Before, "min-grant": f.MinGrant,
	} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if f.Status != statusChoices[0] {
		q.Set("status", f.Status)
	}
	if f.Sort != string(calls.SortBest) {
		q.Set("sort", f.Sort)
	}
	if f.Exact {
		q.Set("exact", "1")
	}
	for _, id := range f.Topics {
		q.Add("topic", id)
	}
	for _, code := range f.Programmes {
		q.Add("programme", code)
	}
	return q
}

// address returns the address of this search as a page or, with another path, a feed.
func (f *filter) address(path string, page int) string {
	q := f.values()
	if page > 1 {
		q.Set("page", strconv.Itoa(page))
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// Narrow reports whether more than words is searched for, so that it must not be folded away.
func (f *filter) Narrow() bool {
	q := f.values()
	q.Del("q")
	return len(q) > 0
}

package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

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

	search     calls.Search
	expected   bool              // rounds that do not exist yet, not calls
	countries  []string          // bodies of one of these can take part; nil: any
	qualifiers []calls.Qualifier // conditions among the words
}

// statusChoices are what a reader can ask for; the first is what is meant without asking.
var statusChoices = []string{"current", "open", "forthcoming", calls.StatusExpected, "closed", "withdrawn", calls.StatusAll}

// readFilter reads the search of a request. What is wrong with it is noted on the page; the search is then
// not to be made. The error is one of our own.
func (s *Site) readFilter(p *page, r *http.Request) (*filter, error) {
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
	if n, err := strconv.Atoi(q.Get("page")); err == nil {
		f.Page = min(max(n, 1), lastPage)
	}
	return f, s.settle(r.Context(), p, f)
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

package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"fundwatch/calls"
)

// A card is a call in a list.
type card struct {
	*page
	Call    *calls.Call
	Snippet []snip
}

// A snip is a piece of text, perhaps one of the words that were looked for.
type snip struct {
	Text string
	Hit  bool
}

// CallPath returns the path of the page of a call.
func CallPath(key calls.Key) string {
	return "/calls/" + url.PathEscape(key.Source) + "/" + url.PathEscape(key.Reference)
}

// URL returns the address of the page of the call.
func (c card) URL() string { return c.Link(CallPath(c.Call.Key)) }

// Next returns the next deadline in words, or what takes its place.
func (c card) Next() string {
	if next, ok := c.Call.NextDeadline(c.now); ok {
		return c.facts.Deadline(next, c.now)
	}
	if last, ok := c.Call.LastDeadline(); ok {
		return c.facts.Deadline(last, c.now)
	}
	return c.facts.Undated(c.Call)
}

// Status returns the state of the call in words.
func (c card) Status() string { return c.facts.Status(c.Call, c.now) }

// Current reports whether the call can be applied for, now or later.
func (c card) Current() bool {
	s := c.Call.Status(c.now)
	return s == calls.Open || s == calls.Forthcoming
}

// Grant returns what one project can get.
func (c card) Grant() string { return c.facts.Grant(c.Call.GrantMin, c.Call.GrantMax) }

// Programme returns the name of the programme with its code.
func (c card) Programme() string {
	code := c.Call.Programme
	name := c.site.Programmes.Name(code)
	switch {
	case code == "":
		return c.T("unstated")
	case name == "" || name == code:
		return code
	}
	return name + " (" + code + ")"
}

// cards makes cards of hits.
func (p *page) cards(hits []calls.Hit) []card {
	cards := make([]card, len(hits))
	for i := range hits {
		cards[i] = card{page: p, Call: &hits[i].Call}
	}
	return cards
}

// A listing is the body of the page of a search.
type listing struct {
	*page
	Filter   *filter
	Cards    []card
	Foreseen []roundCard // rounds that do not exist yet; nil unless they are asked for
	First    int         // number of the first card
	Last     int
	Previous string // addresses; "" if there is none
	Next     string
	Calendar string // the same search as one
	Exact    string // the same search without what words mean; "" if nothing was widened
	Widened  []calls.Widening
	Near     []string // words that are spelt like those that found nothing
}

func (s *Site) list(w http.ResponseWriter, r *http.Request) error {
	p := s.newPage(r, "list.title")
	f, err := s.readFilter(p, r)
	if err != nil {
		return err
	}
	l := &listing{page: p, Filter: f}
	l.setFeeds()
	if f.Words != "" {
		p.Title = p.T("list.title.words", "Words", f.Words)
	}
	if len(p.Errors) > 0 {
		return s.render(w, p, http.StatusUnprocessableEntity, "list", l)
	}
	if !f.Exact {
		f.search.Clauses, l.Widened = s.Topics.Widen(f.search.Clauses)
	}
	if f.expected {
		return s.listForeseen(w, r, l)
	}
	f.search.Offset, f.search.Limit = (f.Page-1)*perPage, perPage+1
	hits, err := s.find(r.Context(), f, p.now)
	if err != nil {
		return err
	}
	l.fill(hits)
	if len(hits) == 0 {
		l.Near = s.near(r.Context(), f)
	}
	return s.render(w, p, http.StatusOK, "list", l)
}

// Written returns words of the search as the reader wrote them.
func (l *listing) Written(words string) string { return calls.AsWritten(l.Filter.Words, words) }

// setFeeds names the same search for programs. Rounds that do not exist yet have none.
func (l *listing) setFeeds() {
	f := l.Filter
	if f.expected {
		return
	}
	l.Feed = l.Plain(l.inLanguage(f.address("/calls.atom", 1))) // a program wishes for no language
	l.Calendar = l.Plain(l.inLanguage(f.address("/calls.ics", 1)))
}

// exactly returns the address of the same search without what words mean; "" if nothing was widened.
func (l *listing) exactly() string {
	if len(l.Widened) == 0 {
		return ""
	}
	exact := *l.Filter
	exact.Exact = true
	return l.Link(exact.address("/calls", 1))
}

// fill takes the hits of one page, and one more if there is another page.
func (l *listing) fill(hits []calls.Hit) {
	f := l.Filter
	if len(hits) > perPage {
		hits = hits[:perPage]
		l.Next = l.Link(f.address("/calls", f.Page+1))
	}
	if f.Page > 1 {
		l.Previous = l.Link(f.address("/calls", f.Page-1))
	}
	l.Exact = l.exactly()
	l.Cards = l.cards(hits)
	for i := range hits {
		l.Cards[i].Snippet = marked(hits[i].Snippet, f.search.Clauses)
	}
	l.First, l.Last = (f.Page-1)*perPage+1, (f.Page-1)*perPage+len(hits)
}

// marked cuts a text at the words that were looked for.
func marked(text string, clauses []calls.Clause) []snip {
	var pieces []snip
	at := 0
	for _, m := range calls.Marks(text, clauses) {
		pieces = append(pieces, snip{text[at:m[0]], false}, snip{text[m[0]:m[1]], true})
		at = m[1]
	}
	if at < len(text) {
		pieces = append(pieces, snip{text[at:], false})
	}
	return pieces
}

// mostSlips bounds what a stranger can have looked up: each word is held against thousands.
const mostSlips = 5

// near returns words that may have been meant by those of a search that found nothing, as the terminal offers them. It
// is a courtesy: if it fails, nothing is said.
func (s *Site) near(ctx context.Context, f *filter) []string {
	topics := s.Topics
	if f.Exact {
		topics = nil
	}
	slips := calls.Slips(f.search.Clauses, f.Words)
	var words []string
	for _, slip := range slips[:min(len(slips), mostSlips)] {
		near, _, err := slip.Nearest(func(word string) ([]string, bool, error) { return s.Calls.NearestWords(ctx, word) }, topics)
		for _, word := range near {
			if err == nil && !slices.Contains(words, word) {
				words = append(words, word)
			}
		}
	}
	return words
}

// Instead returns the address of a search for another word among calls of the same status, under the same conditions
// among the words.
func (l *listing) Instead(word string) string {
	for _, q := range l.Filter.qualifiers {
		word += " " + q.String()
	}
	other := filter{Words: word, Status: l.Filter.Status, Sort: string(calls.SortBest)}
	return l.Link(other.address("/calls", 1))
}

// An option is one choice of a select or a checkbox.
type option struct {
	Value, Label string
	Chosen       bool
}

// Statuses returns the choices of status.
func (l *listing) Statuses() []option {
	return l.options(statusChoices, "status.", []string{l.Filter.Status})
}

// Sorts returns the choices of order.
func (l *listing) Sorts() []option {
	var values []string
	for _, order := range calls.SortOrders() {
		values = append(values, string(order))
	}
	return l.options(values, "sort.", []string{l.Filter.Sort})
}

func (p *page) options(values []string, prefix string, chosen []string) []option {
	var options []option
	for _, v := range values {
		options = append(options, option{v, p.T(prefix + v), contains(chosen, v)})
	}
	return options
}

// Programmes returns the choices of programme, by code.
func (l *listing) Programmes() []option {
	var options []option
	for _, code := range l.site.Programmes.Codes() {
		label := code
		if name := l.site.Programmes.Name(code); name != code {
			label += ": " + name
		}
		options = append(options, option{code, label, contains(l.Filter.Programmes, code)})
	}
	return options
}

func contains(list []string, value string) bool {
	for _, one := range list {
		if strings.EqualFold(one, value) {
			return true
		}
	}
	return false
}

// A topicGroup is a heading over topics to choose.
type topicGroup struct {
	ID, Label string
	Topics    []option
}

// topicGroups returns all topics in their groups, in the language of the page.
func (p *page) topicGroups(chosen []string) []topicGroup {
	var groups []topicGroup
	for _, g := range p.site.Topics.Groups() {
		group := topicGroup{ID: g.ID, Label: p.T("group." + g.ID)}
		for _, id := range g.Topics {
			group.Topics = append(group.Topics, option{id, p.site.Topics.Label(id, p.lang), contains(chosen, id)})
		}
		groups = append(groups, group)
	}
	return groups
}

// Topics returns the choices of topic.
func (l *listing) Topics() []topicGroup { return l.topicGroups(l.Filter.Topics) }

package web

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"fundwatch/calls"
)

// A callPage is the body of the page of one call.
type callPage struct {
	card
	Form    checkForm
	Checkup *Checkup        // nil if nobody asked for a check
	Listed  []calls.Listing // where else
	at      string          // path of this page
	round   *calls.Expected // nil: the call is published
	changes []calls.Change
	family  Family
	terms   *calls.Terms // nil if no rule is known
}

func (s *Site) call(w http.ResponseWriter, r *http.Request) error {
	c, err := s.Calls.Call(r.Context(), keyOf(r))
	if err != nil {
		return err
	}
	p := s.newPage(r, "call.title")
	p.Title = c.Title
	body := &callPage{card: card{page: p, Call: c}, at: CallPath(c.Key), Form: readCheck(r.URL.Query()), terms: s.Rules.Of(c)}
	if body.changes, err = s.Calls.History(r.Context(), c.Key); err != nil {
		return err
	}
	if body.Listed, err = s.Calls.Listings(r.Context(), c.Key); err != nil {
		return err
	}
	if body.family, err = s.Family(r.Context(), c); err != nil {
		return err
	}
	if err := body.check(r.Context()); err != nil {
		return err
	}
	return s.render(w, p, body.status(), "call", body)
}

// keyOf returns the key of the call that a request is about.
func keyOf(r *http.Request) calls.Key {
	return calls.Key{Source: r.PathValue("source"), Reference: r.PathValue("reference")}
}

// Calendar returns the address of the deadlines as a calendar; "" if none is to come.
func (c *callPage) Calendar() string {
	if len(c.deadlines(c.Call)) == 0 {
		return ""
	}
	return c.Plain(CallPath(c.Call.Key)+"/deadlines.ics") + "?lang=" + c.lang // a program wishes for no language
}

// Here returns the address of this page without what was asked.
func (c *callPage) Here() string { return c.Plain(c.at) }

// A dated is a deadline with its name.
type dated struct {
	Name, Text string
	Passed     bool
}

// Deadlines returns all deadlines, with what they mean where there are several.
func (c *callPage) Deadlines() []dated {
	var all []dated
	for i, d := range c.Call.Deadlines {
		all = append(all, dated{c.deadlineName(c.Call, i), c.facts.Deadline(d, c.now), d.Passed(c.now)})
	}
	if len(all) == 0 && c.Call.Season != "" {
		all = []dated{{c.T("label.deadline"), c.facts.Undated(c.Call), false}}
	}
	return all
}

// Budget returns the budget of the whole call.
func (c *callPage) Budget() string { return c.facts.Amount(c.Call.Budget) }

// Grants returns how many grants are expected.
func (c *callPage) Grants() string {
	if !c.Call.Grants.Known {
		return c.T("unstated")
	}
	return strconv.FormatInt(c.Call.Grants.N, 10)
}

// Or returns the text, or that it is not stated.
func (c *callPage) Or(text string) string {
	if text == "" {
		return c.T("unstated")
	}
	return text
}

// TopicLabels returns what the call is about, each with the search for more of it.
func (c *callPage) TopicLabels() []languageLink {
	var links []languageLink
	for _, hit := range c.Call.Topics {
		links = append(links, languageLink{
			Code: hit.Topic, Name: c.site.Topics.Label(hit.Topic, c.lang), URL: c.Link("/calls?topic=" + hit.Topic),
		})
	}
	return links
}

// Closed returns why who starts today cannot win the call, in English; "" if nothing says so.
func (c *callPage) Closed() string {
	why, closed := c.Call.ClosedToNewcomers(c.now)
	if !closed {
		return ""
	}
	return why
}

// Paragraphs returns the text of the call in pieces.
func (c *callPage) Paragraphs() []string {
	var all []string
	for line := range strings.SplitSeq(c.Call.Body, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			all = append(all, line)
		}
	}
	return all
}

// A pastChange is one change in words.
type pastChange struct {
	At, What, Old, New string
	Day                string // for programs
	Lang               string // of Old and New, if they are the call's own words
	Reason             string
}

// Changes returns the history of the call, newest first.
func (c *callPage) Changes() []pastChange {
	var all []pastChange
	for i := len(c.changes) - 1; i >= 0; i-- {
		change := c.changes[i]
		past := pastChange{
			At: c.Date(change.At), Day: calls.Day(change.At), What: c.T("change." + string(change.Kind)), Reason: change.Reason,
		}
		switch change.Kind {
		case calls.ChangeDeadline:
			past.Old, past.New = c.days(change.Old), c.days(change.New)
		case calls.ChangeBudget:
			past.Old, past.New = c.euro(change.Old), c.euro(change.New)
		case calls.ChangeTitle:
			past.Old, past.New, past.Lang = change.Old, change.New, c.Call.Language
		}
		all = append(all, past)
	}
	return all
}

// days writes days that a change holds in words.
func (c *callPage) days(list string) string {
	var words []string
	for day := range strings.SplitSeq(list, ",") {
		if t, err := time.ParseInLocation(time.DateOnly, day, calls.Brussels()); err == nil {
			words = append(words, c.Date(t))
		}
	}
	return c.Or(strings.Join(words, ", "))
}

func (c *callPage) euro(digits string) string {
	n, err := calls.ParseNumber(digits)
	if err != nil {
		return digits
	}
	return c.facts.Amount(n)
}

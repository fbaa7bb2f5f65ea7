package web

import (
	"strconv"
	"strings"

	"fundwatch/calls"
)

// A Family is what is known of the rounds of a call over the years; the zero Family if that is nothing.
type Family struct {
	Rounds []calls.Round     // newest first, the call itself among them
	Keys   map[int]calls.Key // of the calls that were rounds, by year, as far as they are in the catalogue
	Next   *calls.Expected   // nil if none is foreseen
}

// A roundRow is one round in words.
type roundRow struct {
	Year, Text string
	URL        string // of the page of its call; "" if it has none, or it is this one
}

// Rounds returns the rounds of the call's family, newest first; nil if this is the only one.
func (c *callPage) Rounds() []roundRow {
	if len(c.family.Rounds) < 2 {
		return nil
	}
	var rows []roundRow
	for _, r := range c.family.Rounds {
		row := roundRow{Year: strconv.Itoa(r.Year), Text: c.T("rounds.row",
			"Opened", c.dayInWords(r.Opened), "Deadline", c.dayInWords(r.Deadline), "Budget", c.facts.Amount(r.Budget))}
		if key, held := c.family.Keys[r.Year]; held && CallPath(key) != c.at {
			row.URL = c.Link(CallPath(key))
		}
		rows = append(rows, row)
	}
	return rows
}

// A guess is the next round as past ones lead to expect it.
type guess struct{ Title, Opens, Closes, Basis, URL string }

// NextRound returns the round that is foreseen; nil if none is, or it is what this page is about.
func (c *callPage) NextRound() *guess {
	e := c.family.Next
	if e == nil || c.round != nil {
		return nil
	}
	return c.guess(e)
}

func (c *callPage) guess(e *calls.Expected) *guess {
	years := make([]string, len(e.Years))
	for i, y := range e.Years {
		years[i] = strconv.Itoa(y)
	}
	return &guess{
		Title: c.T("rounds.next", "Year", strconv.Itoa(e.Year)),
		Opens: c.span(e.OpensFrom, e.OpensTo), Closes: c.span(e.ClosesFrom, e.ClosesTo),
		Basis: c.T("rounds.basis", "Years", strings.Join(years, ", ")),
		URL:   c.Link(e.PagePath()),
	}
}

// span writes a range of days; "" is not stated.
func (p *page) span(from, to string) string {
	if from == "" || from == to {
		return p.dayInWords(from)
	}
	return p.dayInWords(from) + " – " + p.dayInWords(to)
}

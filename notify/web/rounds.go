package web

import (
	"strconv"
	"strings"

	"fundwatch/calls"
)

// A Family is what is known of the rounds of a call over the years; the zero Family if that is nothing.
type Family struct {
	Rounds []calls.Round   // newest first, the call itself among them
	Next   *calls.Expected // nil if none is foreseen
}

// A roundRow is one round in words.
type roundRow struct{ Year, Text string }

// Rounds returns the rounds of the call's family, newest first; nil if this is the only one.
func (c *callPage) Rounds() []roundRow {
	if len(c.family.Rounds) < 2 {
		return nil
	}
	var rows []roundRow
	for _, r := range c.family.Rounds {
		rows = append(rows, roundRow{strconv.Itoa(r.Year), c.T("rounds.row",
			"Opened", c.dayInWords(r.Opened), "Deadline", c.dayInWords(r.Deadline), "Budget", c.facts.Amount(r.Budget))})
	}
	return rows
}

// A guess is the next round as past ones lead to expect it.
type guess struct{ Title, Opens, Closes, Basis string }

// NextRound returns the round that is foreseen; nil if none is.
func (c *callPage) NextRound() *guess {
	e := c.family.Next
	if e == nil {
		return nil
	}
	years := make([]string, len(e.Years))
	for i, y := range e.Years {
		years[i] = strconv.Itoa(y)
	}
	return &guess{
		Title: c.T("rounds.next", "Year", strconv.Itoa(e.Year)),
		Opens: c.span(e.OpensFrom, e.OpensTo), Closes: c.span(e.ClosesFrom, e.ClosesTo),
		Basis: c.T("rounds.basis", "Years", strings.Join(years, ", ")),
	}
}

// span writes a range of days; "" is not stated.
func (p *page) span(from, to string) string {
	if from == "" || from == to {
		return p.dayInWords(from)
	}
	return p.dayInWords(from) + " – " + p.dayInWords(to)
}

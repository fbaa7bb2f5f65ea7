package notify

import (
	"cmp"
	"slices"
)

// htmlLimit keeps the HTML part under 80 KB: Gmail cuts a message at about 102 KB and would hide how to
// stop it (checked 2026-11-22).
const htmlLimit = 80_000

// mostFullCards is how many calls one letter tells in full. Whoever reads it has a town to run; the rest
// of a first letter can be looked up.
const mostFullCards = 12

// fitHTML renders the letter with at most mostFullCards and within htmlLimit. The least important calls
// beyond that are named with title, deadline and link only, as few as will do; none is dropped, even if
// that breaks the limit.
func (c *Composer) fitHTML(l *letter) (string, error) {
	order := l.leastImportantFirst()
	low := max(0, len(order)-mostFullCards)
	shorten(order, low)
	html, err := c.renderHTML(l)
	if err != nil || len(html) <= htmlLimit || low == len(order) {
		return html, err
	}
	low, high := low+1, len(order) // how many cards to shorten
	for low < high {
		middle := (low + high) / 2
		shorten(order, middle)
		if html, err = c.renderHTML(l); err != nil {
			return "", err
		}
		if len(html) <= htmlLimit {
			high = middle
		} else {
			low = middle + 1
		}
	}
	shorten(order, low)
	return c.renderHTML(l)
}

// leastImportantFirst returns the cards by rank within their sections, lowest first, so that every
// section keeps its best calls in full.
func (l *letter) leastImportantFirst() []*card {
	type ranked struct {
		*card
		rank int
	}
	var all []ranked
	for _, s := range l.Sections {
		for rank, c := range s.Cards {
			if !c.Brief {
				all = append(all, ranked{c, rank})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b ranked) int { return cmp.Compare(b.rank, a.rank) })
	cards := make([]*card, len(all))
	for i, r := range all {
		cards[i] = r.card
	}
	return cards
}

func shorten(order []*card, n int) {
	for i, c := range order {
		c.Short = i < n
	}
}

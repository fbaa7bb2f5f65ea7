package web

import (
	"slices"
	"strings"

	"fundwatch/calls"
)

// An adviser is a contact point in words.
type adviser struct {
	Country string // "" of the page that lists those of all countries
	Name    string
	URL     string // "" if none is known
	Source  string // who says so; "" of that page
}

// Advisers returns who advises on the programme of the call: in the country that was asked about, else in every one
// of which that is known, and last the page that lists all. Nil if nothing is known for the programme.
func (c *callPage) Advisers() []adviser {
	country, _ := c.site.Countries.Canonical(c.Form.Country)
	var all, page []adviser
	for _, contact := range calls.ContactsOf(c.Call.Programme, country) {
		if contact.Country == calls.AllCountries {
			page = append(page, adviser{Name: c.T("contact.all"), URL: contact.URL})
			continue
		}
		all = append(all, adviser{c.site.countryNamed(c.lang, contact.Country), contact.Text, contact.URL, c.claimed(contact.Claim)})
	}
	slices.SortFunc(all, func(a, b adviser) int { return strings.Compare(calls.Fold(a.Country), calls.Fold(b.Country)) })
	return append(all, page...)
}

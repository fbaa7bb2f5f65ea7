package calls

import (
	_ "embed" // the table below
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
)

//go:embed rules/contacts.tsv
var contactsTable string

// A Contact is who advises applicants of a country on a programme.
type Contact struct {
	Country string // ISO 3166-1 alpha-2; [AllCountries] for the page that lists the contact points of all
	URL     string // "" if none is known
	Claim          // its name, and who says so
}

// AllCountries stands for the country of the page that lists the contact points of all.
const AllCountries = "*"

// contacts reads the built-in table once: contact points by programme. It can only fail by a mistake in the table,
// which a test finds; a line that cannot be read is left out.
var contacts = sync.OnceValues(func() (map[string][]Contact, error) {
	rows, errs := tableRows("rules/contacts.tsv", contactsTable, 7)
	countries, err := LoadCountries()
	errs = append(errs, err)
	all := map[string][]Contact{}
	for _, row := range rows {
		contact, err := readContact(row, countries)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		all[row.fields[0]] = append(all[row.fields[0]], contact)
	}
	return all, errors.Join(errs...)
})

func readContact(row tableRow, countries *Countries) (Contact, error) {
	country, address := row.fields[1], strings.TrimPrefix(row.fields[3], "-")
	if code, known := countries.Canonical(country); country != AllCountries && (!known || code != country) {
		return Contact{}, fmt.Errorf("%s: %q is no country", row.place, country)
	}
	if at, err := url.Parse(address); address != "" && (err != nil || at.Scheme != "https" || at.Host == "") {
		return Contact{}, fmt.Errorf("%s: %q is no web address", row.place, address)
	}
	claim, err := newClaim(row.fields[2], row.fields[4], row.fields[5], row.fields[6])
	if err != nil {
		return Contact{}, fmt.Errorf("%s: %w", row.place, err)
	}
	return Contact{country, address, claim}, nil
}

// ContactsOf returns who advises on a programme in a country, and last the page that lists the contact points of all
// countries. Without a country it returns all that are known. Nil if none is known for the programme; only the page
// if none is for the country.
func ContactsOf(programme, country string) []Contact {
	all, _ := contacts() // see there
	var found, page []Contact
	for _, c := range all[programme] {
		switch {
		case c.Country == AllCountries:
			page = append(page, c)
		case country == "" || c.Country == country:
			found = append(found, c)
		}
	}
	return append(found, page...)
}

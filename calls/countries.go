package calls

import (
	_ "embed" // the table below
	"errors"
	"fmt"
	"slices"
	"strings"
)

//go:embed rules/countries.tsv
var countriesTable string

// Countries knows the countries of the world by their ISO 3166-1 alpha-2 codes, and Kosovo as XK.
// Make one with [LoadCountries]; it is safe for concurrent use.
type Countries struct {
	codes   []string
	names   map[string]string // code to English name
	members map[string]bool   // member states of the EU
	aliases map[string]string // EL to GR
}

// LoadCountries reads the built-in table rules/countries.tsv. The error lists every problem with
// file and line; it can only come from a mistake in the table.
func LoadCountries() (*Countries, error) {
	rows, errs := tableRows("rules/countries.tsv", countriesTable, 4)
	c := &Countries{
		names:   make(map[string]string, len(rows)),
		members: make(map[string]bool),
		aliases: make(map[string]string),
	}
	for _, row := range rows {
		if err := c.add(row); err != nil {
			errs = append(errs, err)
		}
	}
	return c, errors.Join(errs...)
}

func (c *Countries) add(row tableRow) error {
	code, name, member, alias := row.fields[0], row.fields[1], row.fields[2], row.fields[3]
	if len(code) != 2 || name == "" {
		return fmt.Errorf("%s: want a code of two letters and a name", row.place)
	}
	if _, taken := c.names[code]; taken {
		return fmt.Errorf("%s: %s is already listed", row.place, code)
	}
	c.codes = append(c.codes, code)
	c.names[code] = name
	if member == "eu" {
		c.members[code] = true
	}
	if alias != "-" {
		c.aliases[alias] = code
	}
	return nil
}

// Canonical returns the code under which fundwatch keeps a country: EL becomes GR, UK becomes GB, KS
// becomes XK; case and spaces around do not matter. It reports false if there is no such code.
func (c *Countries) Canonical(code string) (string, bool) {
	code = strings.ToUpper(strings.TrimSpace(code))
	if canonical, ok := c.aliases[code]; ok {
		return canonical, true
	}
	_, ok := c.names[code]
	return code, ok
}

// Name returns the English name of a country, or the code itself if it is unknown.
func (c *Countries) Name(code string) string {
	canonical, ok := c.Canonical(code)
	if !ok {
		return code
	}
	return c.names[canonical]
}

// Member reports whether a country is a member state of the European Union.
func (c *Countries) Member(code string) bool {
	canonical, ok := c.Canonical(code)
	return ok && c.members[canonical]
}

// memberCodes returns the codes of the member states in alphabetical order.
func (c *Countries) memberCodes() []string {
	return slices.DeleteFunc(c.Codes(), func(code string) bool { return !c.members[code] })
}

// Codes returns all codes in alphabetical order. The caller owns the slice.
func (c *Countries) Codes() []string { return append([]string(nil), c.codes...) }

// Nearest returns the codes that someone who wrote code may have meant, best first; a country's
// English name leads to its code. It returns nil if nothing is near.
func (c *Countries) Nearest(code string) []string {
	const codeLength = 2
	if len(strings.TrimSpace(code)) <= codeLength {
		return Nearest(code, c.codes)
	}
	names, byName := make([]string, 0, len(c.codes)), make(map[string]string, len(c.codes))
	for _, k := range c.codes {
		names = append(names, c.names[k])
		byName[c.names[k]] = k
	}
	var codes []string
	for _, name := range Nearest(code, names) {
		codes = append(codes, byName[name])
	}
	return codes
}

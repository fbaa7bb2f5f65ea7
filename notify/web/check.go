package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"fundwatch/calls"
)

// A Checkup is whether a town and its partners are enough for a call, and who could help.
type Checkup struct {
	calls.Assessment
	Suggestions []calls.Suggestion
}

// A checkForm is the question whether a town and its twins are enough for a call, as a reader typed it. It
// stands in the address, so that it can be kept and passed on; nothing of it is stored.
type checkForm struct {
	Town    string
	Country string
	Twins   string
	Asked   bool
}

func readCheck(q url.Values) checkForm {
	return checkForm{
		Town:    calls.CleanLine(q.Get("town"), longestName+1),
		Country: calls.CleanLine(q.Get("country"), 2),
		Twins:   calls.CleanText(strings.ReplaceAll(q.Get("twins"), "\r\n", "\n"), mostLines*longestLine),
		Asked:   q.Has("town") || q.Has("country") || q.Has("twins"),
	}
}

// checkPath returns the path and query on which the check of a call for a town is made.
func checkPath(key calls.Key, m *calls.Municipality) string {
	names := make([]string, 0, mostLines)
	for _, t := range m.Twins[:min(len(m.Twins), mostLines)] {
		if t.Country != "" {
			names = append(names, t.String())
		}
	}
	q := url.Values{"town": {m.Name}, "country": {m.Country}, "twins": {strings.Join(names, "\n")}}
	return CallPath(key) + "?" + q.Encode()
}

// check makes the check that a reader asked for. What is wrong with the question is noted on the page.
func (c *callPage) check(ctx context.Context) error {
	if !c.Form.Asked {
		return nil
	}
	var m calls.Municipality
	c.site.checkTown(c.page, &profile{Town: c.Form.Town, Country: c.Form.Country}, &m)
	m.Twins = c.site.readTwins(c.page, c.Form.Twins, &m)
	c.Private = true // whose town it is concerns nobody else
	if len(c.Errors) > 0 {
		return nil
	}
	checkup, err := c.site.Check(ctx, c.Call, &m)
	c.Checkup = &checkup
	return err
}

// status returns 422 if what a reader typed is wrong.
func (c *callPage) status() int {
	if len(c.Errors) > 0 {
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}

// Page returns what the parts of forms need.
func (c *callPage) Page() *page { return c.page }

// Countries returns the choices of country, members of the Union first.
func (c *callPage) Countries() []countryGroup { return c.countryGroups(c.Form.Country) }

// MayApply answers whether the town may apply itself: yes, no, or not stated.
func (c *callPage) MayApply() string {
	switch c.Checkup.Town.Eligibility {
	case calls.Eligible:
		return c.T("check.town.yes")
	case calls.NotEligible:
		return c.T("check.town.no")
	}
	return c.T("unstated")
}

// Enough answers whether the partners are enough: yes, one is missing, no, or not stated.
func (c *callPage) Enough() string {
	switch c.Checkup.Consortium.Verdict {
	case calls.Met:
		return c.T("check.partners.met")
	case calls.OneShort:
		return c.T("check.partners.short")
	case calls.NotMet:
		return c.T("check.partners.not")
	}
	return c.T("unstated")
}

// Sentence tells the result as letters do.
func (c *callPage) Sentence() string { return c.facts.Assessment(&c.Checkup.Assessment) }

// A standing is a town of the check, whether it counts, and why not.
type standing struct {
	Town   string
	Answer string
	Said   string // by a source, in English; "" if none says more
	Source string // of that; "" if none speaks of it
}

// Standings returns the town and its twins: those that count first.
func (c *callPage) Standings() []standing {
	consortium := &c.Checkup.Consortium
	if consortium.Terms == nil {
		return nil
	}
	var all []standing
	for _, s := range slices.Concat([]calls.Standing{consortium.Town}, consortium.Partners) {
		one := standing{Town: s.Town.String(), Answer: c.T(standingKey(s))}
		if !s.Counts() && s.Claim.Source != "" {
			one.Said, one.Source = s.Claim.Text, c.claimed(s.Claim)
		}
		all = append(all, one)
	}
	return all
}

// standingKey returns the key of what is said of a town.
func standingKey(s calls.Standing) string {
	switch {
	case s.NewCountry:
		return "check.counts"
	case s.Counts():
		return "check.again"
	case s.Eligibility == calls.NotEligible:
		return "check.not"
	}
	return "check.unsure"
}

// Short reports whether more partners would help.
func (c *callPage) Short() bool { return c.Checkup.Consortium.Short() }

// Help returns who could help, in words.
func (c *callPage) Help() []string {
	var all []string
	for _, s := range c.Checkup.Suggestions {
		through := make([]string, len(s.Through))
		for i, t := range s.Through {
			through[i] = t.String()
		}
		all = append(all, c.T("check.twin", "Town", s.Town.String(), "Through", strings.Join(through, ", ")))
	}
	return all
}

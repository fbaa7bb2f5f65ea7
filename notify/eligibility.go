package notify

import (
	"slices"
	"strings"
	"time"

	"fundwatch/calls"
)

// assessment says in a line whether the reader's town may apply and has the partners. It is empty if that
// was not looked at.
func (w *writer) assessment(a *calls.Assessment) line {
	if a == nil {
		return line{}
	}
	c := &a.Consortium
	if c.Terms == nil {
		return say(w.Text("verdict.norule", nil)).line()
	}
	sentences := slices.Concat(w.townVerdict(a), w.partnerVerdict(a))
	if outside := c.Outside(); len(outside) > 0 {
		sentences = append(sentences, w.Text("verdict.out", Data{"Towns": w.towns(outside)}))
	}
	return say(strings.Join(append(sentences, w.provenance(a)...), " ")).line()
}

// townVerdict says what stands between the town and an application; nil if nothing does.
func (w *writer) townVerdict(a *calls.Assessment) []string {
	key := ""
	switch a.Town.Ground {
	case calls.GroundTown:
		key = "verdict.town.municipality"
	case calls.GroundDepends:
		key = "verdict.town.depends"
	case calls.GroundTerms:
		key = "verdict.town.unstated"
	case calls.GroundCountry:
		key = "verdict.town.unsure"
		if a.Town.Eligibility == calls.NotEligible {
			key = "verdict.town.country"
		}
	default:
		return nil
	}
	return []string{w.Text(key, nil)}
}

// partnerVerdict says whether the partners are enough or, if the town may not apply, which of them could.
func (w *writer) partnerVerdict(a *calls.Assessment) []string {
	c := &a.Consortium
	counting := c.Counting()
	rule, have, stated := w.rule(c)
	switch {
	case a.Town.Eligibility == calls.NotEligible && len(counting) == 0:
		return nil
	case a.Town.Eligibility == calls.NotEligible:
		return []string{w.Text("verdict.without", Data{"Towns": w.towns(counting)})}
	case !stated && a.Town.Eligibility == calls.Eligible:
		return []string{w.Text("verdict.may", nil)}
	case !stated:
		return []string{w.Text("verdict.unstated", nil)}
	case c.Missing.Partners() > 0:
		return w.shortage(c, rule, have)
	case len(counting) == 0 || c.Terms.Fact(calls.FactApplicants).Number == calls.Known(1):
		return w.alone(a)
	}
	return []string{w.Text("verdict.met", Data{"Towns": w.towns(c.Bringing()), "Rule": rule})}
}

// alone says that no partner is asked for, unless something stands against the town itself.
func (w *writer) alone(a *calls.Assessment) []string {
	if a.Town.Eligibility != calls.Eligible {
		return nil
	}
	return []string{w.Text("verdict.alone", nil)}
}

// shortage says how many partners are missing, or on whom it hangs.
func (w *writer) shortage(c *calls.Consortium, rule, have string) []string {
	if doubtful := c.Doubtful(); c.Verdict == calls.VerdictUnstated && len(doubtful) > 0 {
		return []string{w.Text("verdict.unsure", Data{"Towns": w.towns(doubtful)})}
	}
	lack := w.Count("verdict.lack", int64(c.Missing.Partners()))
	sentences := []string{w.Text("verdict.short", Data{"Lack": lack, "Rule": rule, "Have": have})}
	if c.Missing.Members > 0 {
		sentences = append(sentences, w.Text("verdict.member", nil))
	}
	return sentences
}

// rule names the least number that decides, and how much of it there is: countries, or applicants if that
// is what is missing or all that is stated. It reports false if neither is stated.
func (w *writer) rule(c *calls.Consortium) (rule, have string, stated bool) {
	countries, applicants := c.Terms.Fact(calls.FactCountries).Number, c.Terms.Fact(calls.FactApplicants).Number
	switch onlyApplicants := c.Missing.Applicants > 0 && c.Missing.Countries == 0; {
	case countries.Known && !(onlyApplicants && applicants.Known):
		return w.Count("rule.countries", countries.N), w.Number(int64(len(c.Countries))), true
	case applicants.Known:
		return w.Count("rule.applicants", applicants.N), w.Number(int64(c.Applicants)), true
	}
	return "", "", false
}

// provenance says when the rule was checked, and if it rests on no source but general knowledge; nothing if
// no number is stated.
func (w *writer) provenance(a *calls.Assessment) []string {
	var claims []calls.Claim
	for _, key := range []calls.FactKey{calls.FactCountries, calls.FactApplicants} {
		if fact := a.Consortium.Terms.Fact(key); fact.Stated() {
			claims = append(claims, fact.Claims...)
		}
	}
	if len(claims) == 0 {
		return nil
	}
	var sentences []string
	if !slices.ContainsFunc(claims, func(c calls.Claim) bool { return c.Certainty == calls.StatedBySource }) {
		sentences = append(sentences, w.Text("verdict.unconfirmed", nil))
	}
	checked, err := time.ParseInLocation(time.DateOnly, claims[0].Checked, calls.Brussels())
	if err != nil {
		return sentences // the rules are checked when they are read
	}
	return append(sentences, w.Text("verdict.checked", Data{"Date": w.PlainDate(checked)}))
}

// mostTowns is how many towns a sentence names.
const mostTowns = 3

// towns names towns: "Montbéliard (FR), Nový Jičín (CZ) and 3 more".
func (w *writer) towns(standings []calls.Standing) string {
	var names []string
	for _, s := range standings[:min(len(standings), mostTowns)] {
		names = append(names, cleanLine(s.Town.String(), longestName))
	}
	if more := len(standings) - mostTowns; more > 0 {
		names = append(names, w.Count("verdict.more", int64(more)))
	}
	last := len(names) - 1
	if last == 0 {
		return names[0]
	}
	return strings.Join(names[:last], w.Text("join.comma", nil)) + w.Text("join.and", nil) + names[last]
}

package calls

import (
	_ "embed" // the table below
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"time"
)

//go:embed rules/closed.tsv
var closedTable string

// A closedRule says which identifiers belong to calls that a town cannot win.
type closedRule struct {
	identifier *regexp.Regexp
	why        string
}

// closedRules reads the built-in table once. It can only fail by a mistake in the table, which a test
// finds; a rule that cannot be read is left out.
var closedRules = sync.OnceValues(func() ([]closedRule, error) {
	rows, errs := tableRows("rules/closed.tsv", closedTable, 4)
	var rules []closedRule
	for _, row := range rows {
		re, err := regexp.Compile(row.fields[0])
		if err != nil || row.fields[1] == "" {
			errs = append(errs, fmt.Errorf("%s: want an expression and a reason: %w", row.place, err))
			continue
		}
		rules = append(rules, closedRule{re, row.fields[1]})
	}
	return rules, errors.Join(errs...)
})

// ClosedToNewcomers reports whether a town that starts at now cannot win the call although it is not
// over, and says why in English: the first of two stages has passed, the beneficiary is already
// named, or only an operator is looked for (rules/closed.tsv).
func (c *Call) ClosedToNewcomers(now time.Time) (why string, closed bool) {
	if c.Model == TwoStage && len(c.Deadlines) > 1 && c.Deadlines[0].Passed(now) {
		return "second stage: only those who passed the first may apply", true
	}
	rules, _ := closedRules() // see there
	identifier := strings.ToUpper(c.Identifier)
	for _, rule := range rules {
		if rule.identifier.MatchString(identifier) {
			return rule.why, true
		}
	}
	return "", false
}

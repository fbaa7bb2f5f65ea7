package crawler

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// An overview is the JSON text of budgetOverview. It covers the whole call with all its topics.
type overview struct {
	Topics map[string][]overviewEntry `json:"budgetTopicActionMap"`
}

// An overviewEntry is one way of applying to one topic.
type overviewEntry struct {
	Action  string          `json:"action"` // "<identifier> - <action type>"
	Grants  list            `json:"expectedGrants"`
	Min     list            `json:"minContribution"`
	Max     list            `json:"maxContribution"`
	PerYear map[string]list `json:"budgetYearMap"`
}

// money is what an overview says about one topic, in euro; "" is not stated.
type money struct {
	budget, grantMin, grantMax, grants string
}

// readOverview returns the money of one topic: the sums of its own entries, never those of its
// siblings (all together were 4.6 billion for a topic of 17 million; captured answers, checked
// 2026-11-22). Zero is the default of fields that nobody filled in, and so not stated.
func readOverview(text, identifier string) (money, error) {
	var o overview
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return money{}, fmt.Errorf("budget overview: %w", jsonProblem(err))
	}
	sum := tally{min: math.Inf(1)}
	for _, entries := range o.Topics {
		for i := range entries {
			if entries[i].concerns(identifier) {
				sum.add(&entries[i])
			}
		}
	}
	return sum.money(), sum.err
}

// concerns reports whether the entry is about the topic: siblings share beginnings, so the
// identifier must end where the action's does.
func (e *overviewEntry) concerns(identifier string) bool {
	action := strings.TrimSpace(e.Action)
	rest, ok := strings.CutPrefix(action, identifier)
	return identifier != "" && ok && (rest == "" || rest[0] == ' ')
}

// A tally sums entries. Amounts are whole numbers far below 2^53.
type tally struct {
	budget, min, max, grants float64
	err                      error
}

func (t *tally) add(e *overviewEntry) {
	for year, amount := range e.PerYear {
		t.budget += t.number("budget of "+year, amount)
	}
	if least := t.number("smallest grant", e.Min); least > 0 {
		t.min = min(t.min, least)
	}
	t.max = max(t.max, t.number("largest grant", e.Max))
	t.grants += t.number("number of grants", e.Grants)
}

func (t *tally) number(what string, value list) float64 {
	text := value.first()
	if text == "" {
		return 0
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(n) || math.IsInf(n, 0) || n < 0 {
		t.err = fmt.Errorf("budget overview: %s %q is no amount", what, said([]byte(text)))
		return 0
	}
	return n
}

func (t *tally) money() money {
	if math.IsInf(t.min, 1) {
		t.min = 0
	}
	return money{digits(t.budget), digits(t.min), digits(t.max), digits(t.grants)}
}

// digits writes an amount plainly, and nothing for zero.
func digits(n float64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatFloat(n, 'f', -1, 64)
}

// A portalAction is one element of the JSON text of actions: a second witness for dates and states
// that the metadata leave out.
type portalAction struct {
	Status struct {
		ID list `json:"id"`
	} `json:"status"`
	Opening   list `json:"plannedOpeningDate"`
	Procedure struct {
		Abbreviation list `json:"abbreviation"`
	} `json:"submissionProcedure"`
	Deadlines list `json:"deadlineDates"`
}

func readActions(text string) ([]portalAction, error) {
	var actions []portalAction
	if err := json.Unmarshal([]byte(text), &actions); err != nil {
		return nil, fmt.Errorf("actions: %w", jsonProblem(err))
	}
	return actions, nil
}

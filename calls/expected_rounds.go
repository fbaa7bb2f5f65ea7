package calls

import (
	"cmp"
	_ "embed" // the table below
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

//go:embed rules/rounds.tsv
var roundsTable string

// A Round is one year's call of a family.
type Round struct {
	Family   string // such as "CERV-*-CITIZENS-TOWN-TT", see [Family]
	Year     int    // of the identifier, which may differ from those of the days
	Opened   string // day in Brussels on which it could first be seen: published or opened, whichever came first; "" if not documented
	Deadline string // day in Brussels; the first of two stages, else the last; "" if not documented
	Budget   Number // euro for the whole call
	Source   string // where these facts stand; for a call of the database its key
	Checked  string // day on which they were checked, "2026-11-22"
}

// Rounds knows the past rounds of rules/rounds.tsv. Make one with [LoadRounds]; it is safe for concurrent
// use.
type Rounds struct {
	all      []Round // by family, then year
	byFamily map[string][]Round
}

// LoadRounds reads the built-in tables rules/rounds.tsv, rules/families.tsv and rules/endings.tsv. The
// error lists every problem with file and line; it can only come from a mistake in a table.
func LoadRounds() (*Rounds, error) {
	table, err := families()
	if err != nil {
		return nil, err
	}
	return parseRounds(roundsTable, table)
}

func parseRounds(data string, table *familyTable) (*Rounds, error) {
	rows, errs := tableRows("rules/rounds.tsv", data, 8)
	r := &Rounds{byFamily: map[string][]Round{}}
	for _, row := range rows {
		round, err := newRound(row.fields)
		if err == nil {
			err = r.fits(round, table)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", row.place, err))
			continue
		}
		r.byFamily[round.Family] = append(r.byFamily[round.Family], round)
		r.all = append(r.all, round)
	}
	slices.SortStableFunc(r.all, compareRounds)
	for _, rounds := range r.byFamily {
		slices.SortFunc(rounds, compareRounds)
	}
	return r, errors.Join(errs...)
}

func compareRounds(a, b Round) int {
	return cmp.Or(strings.Compare(a.Family, b.Family), cmp.Compare(a.Year, b.Year))
}

// newRound reads family, year, published, opened, deadline, budget, source, checked.
func newRound(f []string) (Round, error) {
	year, err := strconv.Atoi(f[1])
	if err != nil || year < earliestYear || year > latestYear {
		return Round{}, fmt.Errorf("year %q: want one from %d to %d", f[1], earliestYear, latestYear)
	}
	days := make([]string, 3)
	for i, s := range f[2:5] {
		if days[i], err = roundDay(s); err != nil {
			return Round{}, err
		}
	}
	budget, err := ParseNumber(strings.TrimPrefix(f[5], "-"))
	if err != nil {
		return Round{}, fmt.Errorf("budget: %w", err)
	}
	round := Round{f[0], year, earlier(days[0], days[1]), days[2], budget, f[6], f[7]}
	if round.Opened != "" && round.Deadline != "" && round.Deadline <= round.Opened {
		return Round{}, fmt.Errorf("deadline %s is not after %s", round.Deadline, round.Opened)
	}
	if _, err := time.Parse(time.DateOnly, round.Checked); err != nil || round.Source == "" {
		return Round{}, errors.New("want a source and the day on which it was checked")
	}
	return round, nil
}

func roundDay(s string) (string, error) {
	if s == "-" {
		return "", nil
	}
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		return "", fmt.Errorf("day %q: want 2026-09-23 or -", s)
	}
	return s, nil
}

// fits checks a round against those before it and against the families.
func (r *Rounds) fits(round Round, table *familyTable) error {
	if _, known := table.entries[round.Family]; !known {
		return fmt.Errorf("family %q is not in rules/families.tsv", round.Family)
	}
	for _, other := range r.byFamily[round.Family] {
		if other.Year == round.Year {
			return fmt.Errorf("%s %d is already listed", round.Family, round.Year)
		}
	}
	return nil
}

// Of returns the rounds of a family, oldest first; nil if none is known. The caller owns the slice.
func (r *Rounds) Of(family string) []Round { return slices.Clone(r.byFamily[family]) }

// All returns every round, by family, oldest first. The caller owns the slice.
func (r *Rounds) All() []Round { return slices.Clone(r.all) }

// MergeRounds returns the rounds of the table and of the calls in the database as one history, by family,
// oldest first, each round once. Where both know a round, it keeps the call's deadline, which follows the
// portal when it moves, the earlier day of opening, and the budget of the table. Of several topics of one
// round the first opening and the last deadline count.
//
// Only topics of the portal count: cascade records bear the identifier of another call, and external
// actions none with a year. A withdrawn call is no round.
func MergeRounds(rounds []Round, seen []Call) []Round {
	type place struct {
		family string
		year   int
	}
	known, ours := map[place]Round{}, map[place]bool{}
	for _, r := range rounds {
		known[place{r.Family, r.Year}] = r
	}
	for i := range seen {
		round, ok := roundOf(&seen[i])
		if !ok || !seen[i].Withdrawn.IsZero() {
			continue
		}
		at := place{round.Family, round.Year}
		known[at] = known[at].with(round, ours[at])
		ours[at] = true
	}
	merged := make([]Round, 0, len(known))
	for _, r := range known {
		merged = append(merged, r)
	}
	slices.SortFunc(merged, compareRounds)
	return merged
}

// roundOf returns the round that a call of the database is.
func roundOf(c *Call) (Round, bool) {
	family, year, ok := Family(c.Identifier)
	if !ok || c.Kind != KindTopic {
		return Round{}, false
	}
	r := Round{family, year, Day(c.Opens), "", c.Budget, c.Key.String(), Day(c.LastSeen)}
	if last, ok := c.LastDeadline(); ok {
		r.Deadline = last.Day()
		if c.Model == TwoStage {
			r.Deadline = c.Deadlines[0].Day()
		}
	}
	return r, true
}

// with returns r together with what a call of the database says; further tells that r already holds
// another topic of that round.
func (r Round) with(c Round, further bool) Round {
	if r.Family == "" {
		return c
	}
	r.Opened = earlier(r.Opened, c.Opened)
	switch {
	case further:
		r.Deadline = max(r.Deadline, c.Deadline)
	case c.Deadline != "":
		r.Deadline = c.Deadline
	}
	if !r.Budget.Known {
		r.Budget = c.Budget
	}
	return r
}

// earlier returns the earlier of two days, of which either may be "".
func earlier(a, b string) string {
	if a == "" || b == "" {
		return max(a, b)
	}
	return min(a, b)
}

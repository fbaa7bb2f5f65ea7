package calls

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// An Expected is a call that does not exist yet, but came in past years. It is a guess, says so by its
// ranges, and gives its reasons.
type Expected struct {
	Family    string
	Title     string // without a year
	Programme string // short code; "" if unknown
	Year      int    // of the identifier that it will bear

	OpensFrom, OpensTo   string // days in Brussels between which it is expected to open or to be published; "" if nothing can be said
	ClosesFrom, ClosesTo string // days in Brussels between which its deadline is expected; "" if nothing can be said

	Years          []int  // of the rounds that the ranges rest on, in order
	Basis          string // why, in English: "deadline between 17 and 23 September in 2023-2026"
	LastIdentifier string // of the newest round; "" if the portal has none for it
	LastURL        string // of the newest round; "" if the database does not hold it
	LastKey        Key    // of the newest round; zero if the database does not hold it
}

// Expect returns the next round of every family that came at least twice, from the rounds of the table
// and the calls in the database (see [MergeRounds]), as seen at now; soonest first, then by family. It is
// the round after the newest that is known in either; a call that is seen takes the place of its
// expectation. The rules:
//
//   - The newest four rounds count. One day far from all the others is left out, but never the newest.
//   - A window runs from the earliest to the latest day of those years, widened at both ends by 3 days
//     for four rounds, 10 for three, 14 for two. What is wider than 150 days before that is not told.
//   - Once the first day of the closing window is over (of the opening window, where no closing is
//     expected, the last), that round has failed to appear, and the year after it is expected.
//   - What a source itself foresees under the same title is its call, and not expected beside it.
//   - Nothing is expected more than two years after the newest round, after the last year of its
//     programme (rules/endings.tsv), or in programmes that number their topics anew each year.
//
// Tried on the rounds of 2025 and 2026, forecast from those before: of the closing windows 84 % held the
// deadline, of the opening windows 71 %, at a mean width of 49 and 54 days; what missed had mostly changed
// its season (checked 2026-11-22 by expected_backtest_test.go).
func Expect(rounds []Round, seen []Call, now time.Time) []Expected {
	newest, foreseen := newestCalls(seen), foreseenBySources(seen)
	var all []Expected
	for _, past := range byFamily(MergeRounds(rounds, seen)) {
		if e, ok := expectNext(past, newest[past[0].Family], Day(now)); ok && !foreseen[Fold(e.Title)] {
			all = append(all, e)
		}
	}
	slices.SortFunc(all, func(a, b Expected) int {
		return cmp.Or(strings.Compare(a.soonest(), b.soonest()), strings.Compare(a.Family, b.Family))
	})
	return all
}

func (e *Expected) soonest() string { return cmp.Or(e.OpensFrom, e.ClosesFrom) }

// expectNext returns the next round of one family that can still come.
func expectNext(past []Round, newest *Call, today string) (Expected, bool) {
	last := past[len(past)-1].Year
	if newest != nil {
		_, year, _ := Family(newest.Identifier)
		last = max(last, year) // a withdrawn call is no round, but it is that year's
	}
	for year := last + 1; year <= last+stalestRounds; year++ {
		e, ok := Forecast(past, year)
		if !ok {
			return Expected{}, false
		}
		if today <= cmp.Or(e.ClosesFrom, e.OpensTo) {
			e.name(past, newest)
			return e, true
		}
	}
	return Expected{}, false
}

// Forecast returns what the past rounds of one family, oldest first, say of its round in a later year, by the rules
// of [Expect]. It reports false if they say nothing: fewer than two years, days too far apart, a programme
// that is over by then or never repeats a call. LastIdentifier and LastURL stay empty.
func Forecast(rounds []Round, year int) (Expected, bool) {
	if len(rounds) == 0 || !comes(rounds[0].Family, year) {
		return Expected{}, false
	}
	deadline := newWindow(rounds, func(r Round) string { return r.Deadline }, year)
	opening := newWindow(rounds, func(r Round) string { return r.Opened }, year)
	if deadline.from == "" && opening.from == "" {
		return Expected{}, false
	}
	e := Expected{
		Family: rounds[0].Family, Year: year,
		OpensFrom: opening.from, OpensTo: opening.to,
		ClosesFrom: deadline.from, ClosesTo: deadline.to,
		Years: append(deadline.years(), opening.years()...),
		Basis: basis(deadline, opening, year),
	}
	slices.Sort(e.Years)
	e.Years = slices.Compact(e.Years)
	if table, err := families(); err == nil {
		e.Title, e.Programme = table.entries[e.Family].title, table.programme(e.Family)
	}
	return e, true
}

// comes reports whether a family can have a round in that year. A programme that we do not know may.
func comes(family string, year int) bool {
	table, err := families()
	if err != nil {
		return false // a mistake in the table, which LoadRounds reports
	}
	end, known := table.endings[table.programme(family)]
	return !known || end.returns && (end.lastYear == 0 || year <= end.lastYear)
}

// name fills in what the newest round was called. The call of an older round lends no more than its title.
func (e *Expected) name(past []Round, newest *Call) {
	last := past[len(past)-1].Year
	if newest != nil {
		_, year, _ := Family(newest.Identifier)
		e.Title = cmp.Or(e.Title, withoutYear(newest.Title, year))
		e.Programme = cmp.Or(e.Programme, newest.Programme)
		if year >= last {
			e.LastIdentifier, e.LastURL, e.LastKey = newest.Identifier, newest.URL, newest.Key
			return
		}
	}
	if table, err := families(); err == nil && table.entries[e.Family].portal {
		e.LastIdentifier = strings.Replace(e.Family, "*", strconv.Itoa(last), 1)
	}
}

// withoutYear returns a title without the word that is the year: "Call Town Twinning 2026" is of one round.
func withoutYear(title string, year int) string {
	words := strings.Fields(title)
	words = slices.DeleteFunc(words, func(w string) bool { return w == strconv.Itoa(year) })
	return strings.Join(words, " ")
}

// byFamily parts rounds, which come by family, into one slice for each.
func byFamily(rounds []Round) [][]Round {
	var parts [][]Round
	for len(rounds) > 0 {
		n := slices.IndexFunc(rounds, func(r Round) bool { return r.Family != rounds[0].Family })
		if n < 0 {
			n = len(rounds)
		}
		parts, rounds = append(parts, rounds[:n]), rounds[n:]
	}
	return parts
}

// newestCalls returns the call of the newest year of every family; of several topics of one year that
// with the first identifier.
func newestCalls(seen []Call) map[string]*Call {
	newest := map[string]*Call{}
	for i := range seen {
		c := &seen[i]
		family, year, ok := Family(c.Identifier)
		if !ok || c.Kind != KindTopic {
			continue
		}
		if other := newest[family]; other == nil || newer(c, other, year) {
			newest[family] = c
		}
	}
	return newest
}

func newer(c, other *Call, year int) bool {
	_, otherYear, _ := Family(other.Identifier)
	return year > otherYear || year == otherYear &&
		cmp.Or(strings.Compare(c.Identifier, other.Identifier), strings.Compare(c.Key.String(), other.Key.String())) < 0
}

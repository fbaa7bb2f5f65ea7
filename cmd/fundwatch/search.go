package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"fundwatch/calls"
)

// SearchFlags are the filters of `search` as typed.
type searchFlags struct {
	programmes, topics, statuses, sources []string
	deadlineBefore, deadlineAfter         string
	newSince, changedSince                string
	minGrant                              int64
	sort                                  string
	limit                                 int
	exact                                 bool
	json                                  bool
}

const searchLong = `Words must all occur; "a phrase" occurs as it stands; -word must not occur; word* is a beginning;
A OR B is either. Accents and capitals do not matter. Without words everything is listed.

A word that means a topic, in any of the 24 languages, also finds the calls on that topic: jumelage
or testvérváros finds Town Twinning. What was widened is said; --exact leaves it out.

Found are open and forthcoming calls, best first. On a terminal they are a table; into a pipe
they are lines of tab-separated values: key, identifier, title, programme, status, opens,
next deadline, days left, smallest and largest grant, budget, link. In the table, ≤ ≥ = say what one
project can get, Σ is the budget of the whole call.`

const searchExample = `  fundwatch search "networks of towns"
  fundwatch search youth exchange --programme CERV,ERASMUS --deadline-before 2027-02-01
  fundwatch search jumelage
  fundwatch search youth -exchange
  fundwatch search --status expected town
  fundwatch search --topic town-twinning --json | jq '.[].identifier'`

func newSearch(l *launcher) *cobra.Command {
	var f searchFlags
	cmd := &cobra.Command{
		Use:     "search [WORDS...]",
		Short:   "Find calls",
		Long:    searchLong,
		Example: searchExample,
		RunE:    func(cmd *cobra.Command, args []string) error { return l.search(cmd.Context(), args, f) },
	}
	flags := cmd.Flags()
	flags.StringSliceVar(&f.programmes, "programme", nil, "only these `PROGRAMMES`, such as CERV,LIFE")
	flags.StringSliceVar(&f.topics, "topic", nil, "only these `TOPICS` (see 'fundwatch topics')")
	flags.StringSliceVar(&f.statuses, "status", []string{"open", "forthcoming"}, "open, forthcoming, closed, withdrawn, all, or expected: the next rounds, foreseen from past ones")
	flags.StringSliceVar(&f.sources, "source", nil, "only calls of these `SOURCES`")
	flags.StringVar(&f.deadlineBefore, "deadline-before", "", "next deadline before this `DAY`")
	flags.StringVar(&f.deadlineAfter, "deadline-after", "", "next deadline on or after this `DAY`")
	flags.StringVar(&f.newSince, "new-since", "", "first seen since a `DAY` or a time such as 7d")
	flags.StringVar(&f.changedSince, "changed-since", "", "new or changed since a `DAY` or a time such as 7d")
	flags.Int64Var(&f.minGrant, "min-grant", 0, "one project can get at least this many `EURO`, or it is not stated")
	flags.StringVar(&f.sort, "sort", "best", "best, deadline, newest or budget")
	flags.IntVar(&f.limit, "limit", 50, "at most this many; 0 for all")
	flags.BoolVar(&f.exact, "exact", false, "only these words, not what they mean")
	flags.BoolVar(&f.json, "json", false, "print JSON")
	complete(cmd, "status", statusWords())
	complete(cmd, "sort", wordsOf(calls.SortOrders()))
	cmd.RegisterFlagCompletionFunc("topic", l.completeTopics)
	cmd.RegisterFlagCompletionFunc("programme", l.completeProgrammes)
	return cmd
}

// searchGC lets a search, which lives for some milliseconds, spend few of them on collecting garbage.
const searchGC = 400

func (l *launcher) search(ctx context.Context, words []string, f searchFlags) error {
	debug.SetGCPercent(searchGC)
	now, err := l.clock()
	if err != nil {
		return err
	}
	q, err := l.searchQuery(words, f, now())
	if err != nil {
		return err
	}
	a, err := l.open(ctx)
	if err != nil {
		return err
	}
	defer a.close()
	widened, err := a.widen(&q, f.exact)
	if err != nil {
		return err
	}
	if slices.Contains(f.statuses, expectedStatus) {
		found, err := a.searchExpected(ctx, q, f.json)
		if err == nil && found == 0 {
			fmt.Fprintln(l.err, "No round is expected that fits.")
			return quietError(exitPartly)
		}
		return err
	}
	hits, err := a.db.Search(ctx, q, a.now())
	if err != nil {
		return fmt.Errorf("search: %w", err)
	}
	if err := a.printHits(hits, q, f.json); err != nil {
		return err
	}
	for _, w := range widened {
		fmt.Fprintf(l.err, "%q also finds calls on %s; --exact leaves them out\n", w.Words, strings.Join(w.Topics, ", "))
	}
	if len(hits) == 0 {
		if !f.json {
			fmt.Fprintln(l.err, nothingFound(f))
			a.suggest(ctx, l.err, q)
		}
		return quietError(exitPartly)
	}
	if f.limit > 0 && len(hits) == f.limit && !f.json {
		fmt.Fprintf(l.err, "The first %d. More with --limit 0.\n", f.limit)
	}
	return nil
}

// widen lets words find what they mean. Without words the topic data is not read.
func (a *app) widen(q *calls.Search, exact bool) ([]calls.Widening, error) {
	if exact || len(q.Clauses) == 0 {
		return nil, nil
	}
	topics, err := a.topics()
	if err != nil {
		return nil, err
	}
	wide, widened := topics.Widen(q.Clauses)
	q.Clauses = wide
	return widened, nil
}

// suggest names words of the catalogue that are spelt like those that found nothing. It is a courtesy:
// if it fails, nothing is said.
func (a *app) suggest(ctx context.Context, w io.Writer, q calls.Search) {
	for _, clause := range q.Clauses {
		for _, term := range clause.Any {
			if len(term.Words) != 1 || clause.Not {
				continue
			}
			near, err := a.db.NearestWords(ctx, term.Words[0])
			if err == nil && len(near) > 0 && near[0] != term.Words[0] {
				fmt.Fprintf(w, "%q: did you mean %s?\n", term.Words[0], strings.Join(near, " or "))
			}
		}
	}
}

func nothingFound(f searchFlags) string {
	if slices.Contains(f.statuses, "all") {
		return "Nothing found."
	}
	return "Nothing found among " + strings.Join(f.statuses, " and ") + " calls. Try --status all, or fewer words."
}

// searchQuery checks every flag before anything is done.
func (l *launcher) searchQuery(words []string, f searchFlags, now time.Time) (q calls.Search, err error) {
	q = calls.Search{
		Clauses: calls.ParseQuery(queryText(words)), Programmes: f.programmes, Sources: f.sources,
		MinGrant: f.minGrant, Sort: calls.SortOrder(f.sort), Limit: f.limit,
	}
	if q.Statuses, err = parseStatuses(f.statuses); err != nil {
		return q, err
	}
	if q.Topics, err = checkTopics(f.topics); err != nil {
		return q, err
	}
	if !slices.Contains(calls.SortOrders(), q.Sort) {
		return q, misusef("--sort %q: want one of %s", f.sort, strings.Join(wordsOf(calls.SortOrders()), ", "))
	}
	if err := checkProgrammes(f.programmes); err != nil {
		return q, err
	}
	if f.minGrant < 0 {
		return q, misusef("--min-grant %d: want 0 or more", f.minGrant)
	}
	if f.limit < 0 {
		return q, misusef("--limit %d: want 0 (all) or more", f.limit)
	}
	for _, m := range []struct {
		flag, value string
		to          *time.Time
		parse       func(string) (time.Time, error)
	}{
		{"--deadline-before", f.deadlineBefore, &q.DeadlineBefore, parseMoment},
		{"--deadline-after", f.deadlineAfter, &q.DeadlineAfter, parseMoment},
		{"--new-since", f.newSince, &q.NewSince, func(s string) (time.Time, error) { return parseSince(s, now) }},
		{"--changed-since", f.changedSince, &q.ChangedSince, func(s string) (time.Time, error) { return parseSince(s, now) }},
	} {
		if m.value == "" {
			continue
		}
		if *m.to, err = m.parse(m.value); err != nil {
			return q, misusef("%s: %w", m.flag, err)
		}
	}
	return q, nil
}

// queryText puts the words of a command line together. An argument with spaces and without signs of
// its own is a phrase: the shell has taken the quotes that its writer typed.
func queryText(words []string) string {
	var parts []string
	for _, w := range words {
		if strings.ContainsAny(w, " \t") && !strings.ContainsAny(w, `"*`) && !strings.Contains(w, " OR ") && !strings.Contains(" "+w, " -") {
			w = `"` + w + `"`
		}
		parts = append(parts, w)
	}
	return strings.Join(parts, " ")
}

// checkProgrammes refuses codes that no programme has. Numbers pass: new programmes have no code yet.
// Without --programme the table is not read.
func checkProgrammes(codes []string) error {
	if len(codes) == 0 {
		return nil
	}
	programmes, err := calls.LoadProgrammes()
	if err != nil {
		return err
	}
	for _, code := range codes {
		_, known := programmes.Programme(code)
		if !known && strings.Trim(code, "0123456789") != "" {
			return misusef("--programme %q is no programme: %s", code, didYouMean(programmes.Nearest(code), "such as CERV, ERASMUS, LIFE"))
		}
	}
	return nil
}

func parseStatuses(words []string) ([]calls.Status, error) {
	var statuses []calls.Status
	for _, w := range words {
		s := calls.Status(strings.ToLower(w))
		switch {
		case s == "all":
			return nil, nil
		case s == expectedStatus && len(words) > 1:
			return nil, misusef("--status expected stands alone: what is foreseen has no dates yet, only ranges")
		case s == expectedStatus:
			return nil, nil
		case !slices.Contains(calls.Statuses(), s):
			return nil, misusef("--status %q: want one of %s", w, strings.Join(statusWords(), ", "))
		}
		statuses = append(statuses, s)
	}
	return statuses, nil
}

func statusWords() []string { return append(wordsOf(calls.Statuses()), expectedStatus, "all") }

func wordsOf[T ~string](list []T) []string {
	words := make([]string, len(list))
	for i, s := range list {
		words[i] = string(s)
	}
	return words
}

// checkTopics refuses unknown topics with the nearest known ones. Without --topic the topic data is
// not read at all.
func checkTopics(ids []string) ([]string, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	topics, err := calls.LoadTopics()
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if !topics.Has(id) {
			return nil, misusef("--topic %q is no topic: %s", id, didYouMean(topics.Nearest(id), "'fundwatch topics' lists them all"))
		}
	}
	return ids, nil
}

func (a *app) printHits(hits []calls.Hit, q calls.Search, asJSON bool) error {
	if asJSON {
		return a.printHitsJSON(hits)
	}
	t := table{screen: a.screen, columns: []column{
		{title: "left", right: true}, {title: "identifier", least: 14, tail: true},
		{title: "title", least: 16}, {title: "prog", least: 4, drop: 70}, {title: "euro", drop: 84},
	}}
	if !a.screen.tty {
		return a.printHitLines(hits)
	}
	for i := range hits {
		c := &hits[i].Call
		left, color := timeLeft(c, a.now())
		t.add(
			cell{whole: left, style: color},
			cell{whole: identifierOf(c), style: plain, marks: calls.Marks(identifierOf(c), q.Clauses)},
			cell{whole: c.Title, style: bold, marks: calls.Marks(c.Title, q.Clauses)},
			cell{whole: c.Programme, style: faint},
			cell{whole: money(c), style: faint})
	}
	if len(hits) == 0 {
		return nil
	}
	return t.print()
}

func identifierOf(c *calls.Call) string {
	if c.Identifier == "" {
		return c.Key.Reference
	}
	return c.Identifier
}

// printHitLines prints whole values for programs, one call a line.
func (a *app) printHitLines(hits []calls.Hit) error {
	t := table{screen: a.screen}
	for i := range hits {
		c := &hits[i].Call
		deadline, left := "", ""
		if next, ok := c.NextDeadline(a.now()); ok {
			deadline, left = rfc3339(next.At), fmt.Sprint(next.DaysLeft(a.now()))
		}
		t.add(cell{whole: c.Key.String()}, cell{whole: c.Identifier}, cell{whole: c.Title}, cell{whole: c.Programme},
			cell{whole: string(c.Status(a.now()))}, cell{whole: openingDay(c.Opens)}, cell{whole: deadline}, cell{whole: left},
			cell{whole: c.GrantMin.String()}, cell{whole: c.GrantMax.String()}, cell{whole: c.Budget.String()}, cell{whole: c.URL})
	}
	return t.print()
}

func (a *app) printHitsJSON(hits []calls.Hit) error {
	v, err := a.viewer()
	if err != nil {
		return err
	}
	views := make([]callView, 0, len(hits))
	for i := range hits {
		view := v.view(&hits[i].Call)
		if hits[i].Score != 0 {
			view.Score = &hits[i].Score
		}
		view.Snippet = stated(hits[i].Snippet)
		views = append(views, view)
	}
	return writeJSON(a.screen.out, views)
}

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

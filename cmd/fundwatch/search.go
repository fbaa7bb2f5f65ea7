package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"fundwatch/calls"
)

const searchLong = `Words must all occur; "a phrase" occurs as it stands; -word must not occur; word* is a beginning;
A OR B is either. Accents and capitals do not matter. Without words everything is listed.

A word that means a topic, in any of the 24 languages, also finds the calls on that topic: jumelage
or testvérváros finds Town Twinning. What was widened is said; --exact leaves it out.

Conditions may stand among the words, the same as flags: programme:CERV,LIFE topic:youth status:open
source:portal new:7d changed:2w min-grant:50000 for:ludwigsburg-de, and for the next deadline
deadline:2027-01, deadline:2027-01-01..2027-01-31, deadline:..30d (within 30 days) or, in quotes because
of the shell, 'deadline:<2027-01-31'. A minus leaves out: -programme:HORIZON -topic:youth.

With --for, found is what concerns a municipality as its digest decides, best first, with the reasons.

Found are open and forthcoming calls, best first. On a terminal they are a table; into a pipe
they are lines of tab-separated values: key, identifier, title, programme, status, opens,
next deadline, days left, smallest and largest grant, budget, link; with --for also score and reasons. In
the table, ≤ ≥ = say what one project can get, Σ is the budget of the whole call.

--json, --csv, --md (a table for a newsletter) and --ics (deadlines for a calendar) are other forms.
--json=identifier,title and --csv=identifier,title choose fields: `

const searchExample = `  fundwatch search "networks of towns"
  fundwatch search youth exchange --programme CERV,ERASMUS --deadline-before 2027-02-01
  fundwatch search climate programme:LIFE deadline:..60d
  fundwatch search jumelage
  fundwatch search youth -exchange -programme:HORIZON
  fundwatch search --for ludwigsburg-de --new-since 7d
  fundwatch search --status expected town
  fundwatch search --topic town-twinning --json | jq '.[].identifier'
  fundwatch search --topic youth --md > newsletter.md`

func newSearch(l *launcher) *cobra.Command {
	f := searchFlags{usual: []calls.Status{calls.Open, calls.Forthcoming}}
	var form formatFlags
	cmd := &cobra.Command{
		Use:     "search [WORDS...]",
		Short:   "Find calls",
		Long:    searchLong + strings.Join(fieldNames[callView](), " ") + ".",
		Example: searchExample,
		RunE: func(cmd *cobra.Command, args []string) error {
			out, err := form.chosen(args)
			if err != nil {
				return err
			}
			return l.search(cmd.Context(), args, &f, out)
		},
	}
	const usualLimit = 50
	f.define(l, cmd, usualLimit, "open,forthcoming")
	form.define(cmd)
	return cmd
}

func (l *launcher) search(ctx context.Context, words []string, f *searchFlags, out format) error {
	found, err := l.findCalls(ctx, words, f, out)
	if err != nil {
		return err
	}
	defer found.app.close()
	a := found.app
	if err := l.paged(a.screen, func() error { return found.print(out) }); err != nil {
		return err
	}
	found.tell(l.err)
	if found.count() > 0 {
		return nil
	}
	if out.name != formatJSON {
		fmt.Fprintln(l.err, found.nothing())
		found.suggest(ctx, l.err)
	}
	return quietError(exitPartly)
}

// A finding is a call that was found and, if it was looked for on behalf of a municipality, why it
// concerns it.
type finding struct {
	calls.Hit
	match *calls.Match
}

// Findings are what a search found, with what it takes to print them.
type findings struct {
	searchRequest
	app      *app
	town     *calls.Municipality // nil: for nobody in particular
	calls    []finding
	foreseen []calls.Expected // with the status expected, in place of calls
	feedID   string           // the same for the same command line, for feeds
}

func (f *findings) count() int { return len(f.calls) + len(f.foreseen) }

// tell says what was perhaps meant otherwise than it was understood, and what is left out.
func (f *findings) tell(w io.Writer) {
	for _, remark := range f.remarks {
		fmt.Fprintln(w, remark)
	}
}

// nothing says that nothing was found, and where else to look.
func (f *findings) nothing() string {
	switch {
	case f.expected:
		return "No round is expected that fits."
	case len(f.find.Statuses) == len(calls.Statuses()):
		return "Nothing found."
	}
	return "Nothing found among " + strings.Join(wordsOf(f.find.Statuses), " and ") + " calls. Try --status all, or fewer words."
}

// findCalls does a whole search but the printing. The caller closes the app of the findings.
func (l *launcher) findCalls(ctx context.Context, words []string, f *searchFlags, out format) (*findings, error) {
	now, err := l.clock()
	if err != nil {
		return nil, err
	}
	r, err := f.request(words, now())
	if err != nil {
		return nil, err
	}
	if r.expected && !out.tellsExpected() {
		return nil, misusef("%s: what is foreseen is known as ranges only; print it as a table, --json or --csv", out.name)
	}
	a, err := l.open(ctx)
	if err != nil {
		return nil, err
	}
	found := &findings{searchRequest: r, app: a, feedID: feedName(words, f)}
	if err := found.fill(ctx, out); err != nil {
		a.close()
		return nil, err
	}
	return found, nil
}

func (f *findings) fill(ctx context.Context, out format) (err error) {
	if err := f.resolve(ctx); err != nil {
		return err
	}
	if err := f.widen(); err != nil {
		return err
	}
	if f.expected {
		f.foreseen, err = f.app.searchExpected(ctx, f.find, f.deadline, f.town)
		return err
	}
	if err := f.search(ctx); err != nil {
		return err
	}
	if limit := f.find.Limit; limit > 0 && len(f.calls) > limit {
		f.calls = f.calls[:limit]
		if out.name != formatJSON {
			f.remarks = append(f.remarks, fmt.Sprintf("The first %d. More with --limit 0.", limit))
		}
	}
	return nil
}

// resolve checks what only the database knows: sources and the municipality.
func (f *findings) resolve(ctx context.Context) error {
	if len(f.sources) > 0 {
		known, err := f.app.knownSources(ctx)
		if err != nil {
			return err
		}
		for _, c := range f.sources {
			if err := checkSources(c, known); err != nil {
				return err
			}
			f.append(c, &f.find.Sources, &f.find.NotSources)
		}
	}
	if f.municipality == "" {
		return nil
	}
	var err error
	if f.town, err = f.app.db.Municipality(ctx, f.municipality); err != nil {
		return misusef("--for: %w", err)
	}
	return nil
}

// knownSources returns the names of all sources that are configured, or that calls were collected from.
func (a *app) knownSources(ctx context.Context) ([]string, error) {
	names := []string{portalSource}
	defs, err := a.cfg.Sources.all()
	if err != nil {
		return nil, err
	}
	for i := range defs {
		names = append(names, defs[i].ID)
	}
	runs, err := a.db.LastRuns(ctx)
	for source := range runs {
		names = append(names, source)
	}
	slices.Sort(names)
	return slices.Compact(names), err
}

func checkSources(c condition, known []string) error {
	for i, name := range c.values {
		c.values[i] = strings.ToLower(name)
		if !slices.Contains(known, c.values[i]) {
			return misusef("%s %q is no source: %s", c.place, name, didYouMean(calls.Nearest(name, known), "'fundwatch sources' lists them all"))
		}
	}
	return nil
}

// widen lets words find what they mean. Without words the topic data is not read.
func (f *findings) widen() error {
	if f.exact || len(f.find.Clauses) == 0 {
		return nil
	}
	topics, err := f.app.topics()
	if err != nil {
		return err
	}
	wide, widened := topics.Widen(f.find.Clauses)
	f.find.Clauses = wide
	for _, w := range widened {
		f.remarks = append(f.remarks, fmt.Sprintf("%q also finds calls on %s; --exact leaves them out", w.Words, strings.Join(w.Topics, ", ")))
	}
	return nil
}

// search asks for one call more than is wanted, to know whether there are more.
func (f *findings) search(ctx context.Context) error {
	q := f.find
	switch {
	case f.town != nil:
		q.Limit = 0 // who is concerned is decided below
		if q.Sort == calls.SortBest {
			q.Sort = calls.SortDeadline // the order of those that suit equally well
		}
	case q.Limit > 0:
		q.Limit++
	}
	hits, err := f.app.db.Search(ctx, q, f.now)
	if err != nil {
		return fmt.Errorf("search: %w", err)
	}
	f.calls = make([]finding, 0, len(hits))
	for i := range hits {
		f.calls = append(f.calls, finding{Hit: hits[i]})
	}
	if f.town != nil {
		return f.keepConcerning()
	}
	return nil
}

// keepConcerning keeps the calls that concern the municipality, by the matcher that its digests are made
// with, and gives them its score and its reasons.
func (f *findings) keepConcerning() error {
	topics, err := f.app.topics()
	if err != nil {
		return err
	}
	matcher := calls.NewMatcher(topics, []calls.Municipality{*f.town})
	concerning := f.calls[:0]
	for _, c := range f.calls {
		if matches := matcher.Match(&c.Call); matches != nil {
			c.match, c.Score = &matches[0], matches[0].Score
			concerning = append(concerning, c)
		}
	}
	f.calls = concerning
	if f.find.Sort == calls.SortBest {
		slices.SortStableFunc(f.calls, func(a, b finding) int { return cmp.Compare(b.Score, a.Score) })
	}
	return nil
}

// suggest names words that are spelt like those that found nothing: of the catalogue or, unless --exact was
// asked for, words of any language that mean a topic. It is a courtesy: if it fails, nothing is said.
func (f *findings) suggest(ctx context.Context, w io.Writer) {
	for _, clause := range f.find.Clauses {
		for _, term := range clause.Any {
			if len(term.Words) != 1 || clause.Not || len(clause.Topics) > 0 {
				continue
			}
			if near := f.nearest(ctx, term.Words[0]); len(near) > 0 {
				fmt.Fprintf(w, "%q: did you mean %s?\n", term.Words[0], strings.Join(near, " or "))
			}
		}
	}
}

func (f *findings) nearest(ctx context.Context, word string) []string {
	near, err := f.app.db.NearestWords(ctx, word)
	if err != nil || len(near) > 0 || f.exact {
		return near
	}
	topics, err := f.app.topics()
	if err != nil {
		return nil
	}
	return topics.NearestWords(word)
}

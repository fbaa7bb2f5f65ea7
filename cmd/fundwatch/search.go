package main

import (
	"context"
	"fmt"
	"io"
	"runtime/debug"
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
source:portal country:FR new:7d changed:2w min-grant:50000 for:ludwigsburg-de, and for the next deadline
deadline:2027-01, deadline:2027-01-01..2027-01-31, deadline:..30d (within 30 days) or, in quotes because
of the shell, 'deadline:<2027-01-31'. A minus leaves out: -programme:HORIZON -topic:youth.

With --country, found are calls in which bodies of the country can take part, and those of which no rule
is known ('fundwatch check' tells); with --for, found is what concerns a municipality as its digest decides, best first, with the reasons; with
--changed-since, what changed is told.

Found are open and forthcoming calls, best first. On a terminal they are a table; into a pipe
they are lines of tab-separated values: key, identifier, title, programme, status, opens,
next deadline, days left, smallest and largest grant, budget, link; with --changed-since also what changed, with --for also score and reasons. In the table, ≤ ≥ = say what one project can get, Σ is the budget of the whole call.

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

// searchGC lets a search, which lives for some milliseconds, spend few of them on collecting garbage.
const searchGC = 400

func (l *launcher) search(ctx context.Context, words []string, f *searchFlags, out format) error {
	debug.SetGCPercent(searchGC)
	found, err := l.findCalls(ctx, words, f, out)
	if err != nil {
		return err
	}
	defer found.app.close()
	if err := l.paged(found.app.screen, func() error { return found.print(out) }); err != nil {
		return err
	}
	found.tell(l.err)
	if found.count() > 0 {
		return nil
	}
	if out.name != formatJSON {
		found.say(l.err, found.nothing(ctx))
		found.suggest(ctx, l.err)
	}
	return quietError(exitPartly)
}

// tell says what was perhaps meant otherwise than it was understood, and what is left out.
func (f *findings) tell(w io.Writer) {
	for _, remark := range f.remarks {
		f.say(w, remark)
	}
}

// say writes a sentence that stands beside the results, as wide as the terminal that these go to.
func (f *findings) say(w io.Writer, text string) {
	for _, line := range f.app.screen.lines(text, 0) {
		fmt.Fprintln(w, line)
	}
}

// nothing says that nothing was found, and where else to look.
func (f *findings) nothing(ctx context.Context) string {
	if runs, err := f.app.db.LastRuns(ctx); err == nil && len(runs) == 0 {
		return "Nothing was ever collected here: 'fundwatch crawl' first."
	}
	switch {
	case f.Expected:
		return "No round is expected that fits."
	case len(f.Find.Statuses) == len(calls.Statuses()):
		return "Nothing found."
	}
	return "Nothing found among " + strings.Join(wordsOf(f.Find.Statuses), " and ") + " calls. Try --status all, or fewer words."
}

// suggest names words that are spelt like those that found nothing: of the catalogue or, unless --exact was
// asked for, words of any language that mean a topic. It is a courtesy: if it fails, nothing is said.
func (f *findings) suggest(ctx context.Context, w io.Writer) {
	f.suggestFewer(ctx, w)
	said := map[string]bool{} // both spellings of an umlaut are one word to whoever wrote it
	for _, slip := range calls.Slips(f.Find.Clauses, f.typed) {
		if near := f.nearest(ctx, slip); len(near) > 0 && !said[slip.Written] {
			said[slip.Written] = true
			f.say(w, fmt.Sprintf("%q: did you mean %s?", slip.Written, strings.Join(near, " or ")))
		}
	}
}

// suggestFewer says how many calls there were without the words that stand in none: whoever writes "jumelage
// subvention" looks for calls that are English, and found nothing because of the second word.
func (f *findings) suggestFewer(ctx context.Context, w io.Writer) {
	var kept []calls.Clause
	var dropped []string
	for _, clause := range f.Find.Clauses {
		if len(clause.Topics) > 0 || clause.Not || f.stands(ctx, clause) {
			kept = append(kept, clause)
			continue
		}
		for _, term := range clause.Any {
			written := fmt.Sprintf("%q", calls.AsWritten(f.typed, strings.Join(term.Words, " ")))
			if !slices.Contains(dropped, written) {
				dropped = append(dropped, written)
			}
		}
	}
	if len(dropped) == 0 || len(kept) == 0 || f.Expected {
		return
	}
	fewer := f.Find
	fewer.Clauses, fewer.Limit = kept, 0
	if hits, err := f.app.db.Search(ctx, fewer, f.now); err == nil && len(hits) > 0 {
		f.say(w, fmt.Sprintf("No call holds %s; the other words find %s.", strings.Join(dropped, " or "), countOf(len(hits), "call", "calls")))
	}
}

// stands reports whether a clause holds for any call, whatever its state.
func (f *findings) stands(ctx context.Context, clause calls.Clause) bool {
	hits, err := f.app.db.Search(ctx, calls.Search{Clauses: []calls.Clause{clause}, Limit: 1}, f.now)
	return err != nil || len(hits) > 0
}

// nearest returns words as people write them that are spelt like one that found nothing.
func (f *findings) nearest(ctx context.Context, slip calls.Slip) []string {
	var topics *calls.Topics
	if !f.exact {
		topics, _ = f.app.topics() // read when the search was widened
	}
	near, ofTopics, err := slip.Nearest(func(word string) ([]string, bool, error) { return f.app.db.NearestWords(ctx, word) }, topics)
	if err != nil || ofTopics {
		return near
	}
	for i := range near {
		near[i] = f.spelt(ctx, near[i])
	}
	return near
}

// spelt returns a folded word of the catalogue with the accents that it bears in a call; as it is if it has none.
func (f *findings) spelt(ctx context.Context, word string) string {
	hits, err := f.app.db.Search(ctx, calls.Search{Clauses: []calls.Clause{{Any: []calls.Term{{Words: []string{word}}}}}, Limit: 1}, f.now)
	if err != nil || len(hits) == 0 {
		return word
	}
	c := &hits[0].Call
	for _, text := range append([]string{c.Title, c.Summary, c.Body}, c.Keywords...) {
		if written := calls.AsWritten(text, word); strings.ToLower(written) != word {
			return written
		}
	}
	return word
}

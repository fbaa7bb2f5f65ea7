package main

import (
	"bufio"
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"fundwatch/calls"
)

// ShowFlags are the options of `show`.
type showFlags struct {
	town, language     string
	json, history, web bool
}

func newShow(l *launcher) *cobra.Command {
	var f showFlags
	cmd := &cobra.Command{
		Use:   "show CALL",
		Short: "Print the card of a call and what changed about it",
		Long: `CALL is an identifier, a reference, or a key as "search" prints it; capitals do not matter, and a
beginning is enough if only one has it, and so is a name that a narrow table shows with … in it.
Cascade calls share the identifier of the call that pays for them: then all of them are named, to
choose one by its key.

CALL may also be one that is expected, as 'fundwatch search --status expected' foresees it.`,
		Example: `  fundwatch show CERV-2026-CITIZENS-TOWN-TT --for ludwigsburg-de
  fundwatch show CERV-2027-CITIZENS-TOWN-NT
  fundwatch show LIFE-2026-SAP-CLIMA-CCA --history
  fundwatch show portal:51050034TOPICSen --json`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: l.completeCalls,
		RunE:              func(cmd *cobra.Command, args []string) error { return l.showAs(cmd.Context(), args[0], f) },
	}
	cmd.Flags().StringVar(&f.town, "for", "", "begin with whether this `MUNICIPALITY` may apply, and name who advises in its country")
	cmd.Flags().BoolVar(&f.json, "json", false, "print JSON")
	cmd.Flags().BoolVar(&f.history, "history", false, "print only what changed, and when")
	cmd.Flags().BoolVar(&f.web, "web", false, "open the call's page in a browser; without one, print its address")
	cmd.Flags().StringVar(&f.language, "lang", "en", "name the topics in this `LANGUAGE`; the rest stays English")
	complete(cmd, "lang", calls.Languages())
	cmd.RegisterFlagCompletionFunc("for", func(cmd *cobra.Command, _ []string, word string) ([]string, cobra.ShellCompDirective) {
		return l.completeMunicipalities(cmd, nil, word)
	})
	return cmd
}

// showAs shows a call in the form that the flags ask for.
func (l *launcher) showAs(ctx context.Context, name string, f showFlags) error {
	switch {
	case !calls.IsLanguage(f.language):
		return misusef("--lang %q: want one of %s", f.language, strings.Join(calls.Languages(), ", "))
	case f.web && (f.history || f.json):
		return misusef("--web opens the page of the source; it goes with neither --history nor --json")
	case f.history && f.town != "":
		return misusef("--history tells of the call alone: leave out --for")
	case f.web:
		return l.browse(ctx, name)
	case f.history:
		return l.showHistory(ctx, name, f.json)
	}
	return l.show(ctx, name, f)
}

func (l *launcher) show(ctx context.Context, name string, f showFlags) error {
	a, err := l.open(ctx)
	if err != nil {
		return err
	}
	defer a.close()
	c, round, err := a.callOrRound(ctx, name)
	if err != nil {
		return err
	}
	if round != nil {
		return l.showRound(ctx, a, c, round, f)
	}
	return l.showCall(ctx, a, c, f)
}

func (l *launcher) showCall(ctx context.Context, a *app, c *calls.Call, f showFlags) error {
	history, err := a.db.History(ctx, c.Key)
	if err != nil {
		return fmt.Errorf("history of %s: %w", c.Key, err)
	}
	v, err := a.viewer(f.language)
	if err != nil {
		return err
	}
	who, err := a.eligibility(ctx, c, f.town)
	if err != nil {
		return err
	}
	if f.json {
		view := v.view(c)
		view.History = historyView(history)
		if view.Eligibility == nil { // what is closed to all is closed to this town
			view.Eligibility = stated(who.verdict)
		}
		return writeJSON(a.screen.out, view)
	}
	rounds, err := a.roundLines(ctx, c)
	if err != nil {
		return err
	}
	listings, err := a.db.Listings(ctx, c.Key)
	if err != nil {
		return err
	}
	return l.paged(a.screen, card{a.screen, v, c, history, rounds, listings, who}.print)
}

// openCall puts the program together for a command about the one call that name means, which must have been
// published. The caller closes it.
func (l *launcher) openCall(ctx context.Context, name string) (*app, *calls.Call, error) {
	a, err := l.open(ctx)
	if err != nil {
		return nil, nil, err
	}
	c, round, err := a.callOrRound(ctx, name)
	if round != nil {
		err = misusef("%s is not published yet: 'fundwatch show %[1]s' tells when it is expected", round.Identifier())
	}
	if err != nil {
		a.close()
		return nil, nil, err
	}
	return a, c, nil
}

// oneCall finds the one call that name means. Several are an error that names them.
func (a *app) oneCall(ctx context.Context, name string) (*calls.Call, error) {
	found, err := a.db.FindCalls(ctx, name)
	if err != nil {
		return nil, err
	}
	if len(found) == 1 {
		return &found[0], nil
	}
	return nil, tooManyCalls(found, name)
}

// tooManyCalls names the calls that a name may mean: those that only begin so by their identifier, those that
// share it by their key.
func tooManyCalls(found []calls.Call, name string) error {
	count := map[string]int{}
	for i := range found {
		count[identifierOf(&found[i])]++
	}
	var choice namesakes
	named := 0
	for i := range found {
		c := &found[i]
		word := identifierOf(c)
		if count[word] > 1 {
			word = c.Key.String()
		}
		choice.add(word, c.Title)
		if strings.EqualFold(c.Identifier, name) || strings.EqualFold(c.Key.Reference, name) {
			named++
		}
	}
	if named == len(found) {
		return misusef("%d calls are named %q. Choose one by its key:%s", len(found), name, choice.lines())
	}
	return misusef("%d calls begin with %q. Choose one:%s", len(found), name, choice.lines())
}

func historyView(history []calls.Change) []changeView {
	views := make([]changeView, 0, len(history))
	for _, h := range history {
		views = append(views, changeView{rfc3339(h.At), h.Kind, h.Old, h.New, stated(h.Reason)})
	}
	return views
}

// A card prints one call for people, in the order in which staff decide about it: until when, what,
// for whom, how much, why, where. What a source did not say is "not stated".
type card struct {
	screen  *screen
	viewer  viewer
	call    *calls.Call
	history []calls.Change
	rounds  []string // of its family, newest first; nil if none is known
	also    []calls.Listing
	who     eligibility
}

func (k card) print() error {
	w := bufio.NewWriter(k.screen.out)
	k.heading(w)
	k.facts(w)
	k.texts(w)
	if len(k.rounds) > 1 {
		k.pastRounds(w)
	}
	k.changes(w)
	return w.Flush()
}

func (k card) pastRounds(w *bufio.Writer) {
	fmt.Fprintf(w, "\n%s\n", k.screen.paint(bold, "Rounds"))
	for _, line := range k.rounds {
		k.fact(w, "", line)
	}
}

func (k card) heading(w *bufio.Writer) {
	for _, line := range k.screen.lines(k.call.Title, 0) {
		fmt.Fprintln(w, k.screen.paint(bold, line))
	}
	fmt.Fprintln(w, k.screen.paint(faint, identifierOf(k.call)))
	fmt.Fprintln(w)
}

func (k card) facts(w *bufio.Writer) {
	c, now := k.call, k.viewer.now
	if k.who.verdict != "" {
		k.fact(w, "Verdict", k.who.verdict)
	}
	k.fact(w, "Deadline", k.deadlines()...)
	if len(c.Deadlines) > 1 && c.Model != "" {
		k.fact(w, "Model", string(c.Model))
	}
	k.fact(w, "Status", k.status())
	if why, closed := c.ClosedToNewcomers(now); closed {
		k.fact(w, "Note", "closed to newcomers: "+why)
	}
	for _, f := range k.who.facts() {
		k.fact(w, f[0], f[1])
	}
	k.fact(w, "Grant", k.who.grant(c))
	k.fact(w, "Budget", budgetLine(c))
	k.fact(w, "Programme", k.programme())
	if c.Umbrella != "" {
		k.fact(w, "Part of", c.Umbrella)
	}
	k.fact(w, "Action", orNotStated(c.ActionType))
	k.topicFacts(w)
	k.fact(w, "Link", orNotStated(c.URL))
	for _, l := range k.also {
		k.fact(w, "Also listed", strings.TrimSpace(l.Source+" "+l.URL))
	}
	k.contact(w)
	k.fact(w, "Source", fmt.Sprintf("%s, first seen %s, last seen %s", c.Key, calls.Day(c.FirstSeen), calls.Day(c.LastSeen)))
}

// contact tells who advises in the country of the town that was asked about.
func (k card) contact(w *bufio.Writer) {
	if k.who.country == "" {
		return
	}
	label := "Contact"
	for _, c := range calls.ContactsOf(k.call.Programme, k.who.country) {
		line := strings.TrimSpace(c.Text + " " + c.URL)
		if c.Country != calls.AllCountries {
			line += ", " + c.Claim.String()
		}
		k.fact(w, label, line)
		label = ""
	}
}

func (k card) topicFacts(w *bufio.Writer) {
	for i, t := range k.call.Topics {
		label := ""
		if i == 0 {
			label = "Topics"
		}
		k.fact(w, label, k.viewer.label(t.Topic)+": "+topicReason(t))
	}
}

// fact prints a label and its lines. Links and the like stay whole.
func (k card) fact(w *bufio.Writer, label string, values ...string) {
	for _, value := range values {
		k.screen.paintedFact(w, label, value)
		label = ""
	}
}

func (k card) deadlines() []string {
	if len(k.call.Deadlines) == 0 {
		return []string{undatedText(k.call)}
	}
	var lines []string
	for _, d := range k.call.Deadlines {
		lines = append(lines, deadlineLine(d, k.viewer.now))
	}
	return lines
}

// undatedText says when a call that states no deadline takes applications.
func undatedText(c *calls.Call) string {
	if c.Season == calls.Rolling {
		return "all year round, no deadline"
	}
	if day, expected := c.Season.Around(); expected {
		return "around " + day.Format("2 January 2006") + " (expected from past years, not announced)"
	}
	return "not stated"
}

func (k card) status() string {
	status := k.call.Status(k.viewer.now)
	line := string(status)
	if opens := calls.Day(k.call.Opens); opens != "" {
		verb := "opened"
		if status == calls.Forthcoming {
			verb = "opens"
		}
		line += fmt.Sprintf(", %s %s", verb, k.call.Opens.In(calls.Brussels()).Format("Mon 2 January 2006"))
	}
	return line
}

func (k card) programme() string {
	code := k.call.Programme
	if code == "" {
		return "not stated"
	}
	if name := k.viewer.programmes.Name(code); name != code {
		return code + ", " + name
	}
	return code
}

func (k card) texts(w *bufio.Writer) {
	text := k.call.Summary
	if text == "" {
		text = k.call.Body
	}
	if text == "" {
		return
	}
	fmt.Fprintln(w)
	for _, line := range k.screen.lines(text, 0) {
		fmt.Fprintln(w, line)
	}
}

func (k card) changes(w *bufio.Writer) {
	fmt.Fprintf(w, "\n%s\n", k.screen.paint(bold, "History"))
	k.changeLines(w)
}

func (k card) changeLines(w *bufio.Writer) {
	for _, h := range k.history {
		k.fact(w, calls.Day(h.At), changeLine(h))
		if h.Reason != "" {
			k.fact(w, "", "the source says: "+h.Reason)
		}
	}
}

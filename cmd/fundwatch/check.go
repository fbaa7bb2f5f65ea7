package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"fundwatch/calls"
)

func newCheck(l *launcher) *cobra.Command {
	var with []string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "check CALL MUNICIPALITY",
		Short: "Say whether a municipality may apply, and whether it and its twins are enough",
		Long: `Holds a municipality and its twin towns against the rule of a call: whether it may apply, which twins
count and which do not, what is missing, and who could help. Twins are read both ways: a town that
lists this one counts as its twin.

CALL may also be one that is expected, as 'fundwatch search --status expected' foresees it: then the
rule of past rounds is taken.

With --with only the towns named are checked, in place of the twins. Rules are data with their
sources; what no source says is "not stated", and the call document decides.`,
		Example: `  fundwatch check CERV-2026-CITIZENS-TOWN-NT ludwigsburg-de
  fundwatch check CERV-2027-CITIZENS-TOWN-NT ludwigsburg-de
  fundwatch check CERV-2026-CITIZENS-TOWN-TT ludwigsburg-de --with "Sopot (PL)" --with "Namur (BE)"`,
		Args:              cobra.ExactArgs(2),
		ValidArgsFunction: l.completeWhy,
		RunE: func(cmd *cobra.Command, args []string) error {
			return l.check(cmd.Context(), args[0], args[1], with, asJSON)
		},
	}
	cmd.Flags().StringArrayVar(&with, "with", nil, "a `TOWN` such as \"Sopot (PL)\", in place of all twins; may be repeated")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func (l *launcher) check(ctx context.Context, name, id string, with []string, asJSON bool) error {
	named, err := readPartners(with)
	if err != nil {
		return err
	}
	a, err := l.open(ctx)
	if err != nil {
		return err
	}
	defer a.close()
	c, round, err := a.callOrRound(ctx, name)
	if err != nil {
		return err
	}
	m, err := a.db.Municipality(ctx, id)
	if err != nil {
		return err
	}
	k, err := a.checked(ctx, c, m, named)
	if err != nil {
		return err
	}
	if round != nil {
		k.closed = a.notPublished(round) + ", and its rule may differ from that of past rounds"
	}
	if asJSON {
		return writeJSON(a.screen.out, k.view())
	}
	k.print()
	return nil
}

// readPartners reads the towns of --with. A town without a country would count for nothing.
func readPartners(with []string) ([]calls.Twin, error) {
	countries, err := calls.LoadCountries()
	if err != nil {
		return nil, err
	}
	var towns []calls.Twin
	for _, text := range with {
		name, code, ok := cutCountry(calls.CleanLine(text, longestText))
		if !ok || name == "" {
			return nil, misusef("--with %q: want a name and a country, such as \"Sopot (PL)\"", text)
		}
		country, known := countries.Canonical(code)
		if !known {
			return nil, misusef("--with %q: no country has the code %q. %s", text, code, calls.DidYouMean(countries.Nearest(code), "Use the two letters of ISO 3166, such as PL."))
		}
		towns = append(towns, calls.Twin{Name: name, Country: country})
	}
	return towns, nil
}

// A checkup is one consortium check, ready to be told.
type checkup struct {
	calls.Assessment
	screen      *screen
	call        *calls.Call
	town        *calls.Municipality
	named       bool // partners were named in place of the twins
	suggestions []calls.Suggestion
	sources     []string // that the sheet has named so far

	closed string // why nobody can apply, or no newcomer; "" if the call is open or to come
}

// checked makes the check. Suggestions are looked up only if something is missing.
func (a *app) checked(ctx context.Context, c *calls.Call, m *calls.Municipality, named []calls.Twin) (*checkup, error) {
	rules, err := a.rules()
	if err != nil {
		return nil, err
	}
	twins, err := a.partners(ctx, m)
	if err != nil {
		return nil, err
	}
	partners := twins
	if len(named) > 0 {
		partners = named
	}
	k := &checkup{Assessment: rules.Assess(c, m, partners), screen: a.screen, call: c, town: m, named: len(named) > 0, closed: closedWhy(c, a.now())}
	k.suggestions, err = a.suggest(ctx, &k.Consortium, m, twins, named)
	return k, err
}

// closedWhy says why nobody can apply for a call at now, or no newcomer; "" if the call is open or to come.
func closedWhy(c *calls.Call, now time.Time) string {
	if why, closed := c.ClosedToNewcomers(now); closed {
		return "closed to newcomers: " + why
	}
	switch status := c.Status(now); status {
	case calls.Closed, calls.Withdrawn:
		return fmt.Sprintf("the call is %s; the rule of a next round may differ", status)
	}
	return ""
}

// verdictWord is the verdict in a word or two, and its colour.
func (k *checkup) verdictWord() (string, style) {
	c := &k.Consortium
	switch {
	case k.Town.Eligibility == calls.NotEligible:
		return "Not eligible", red
	case c.Verdict == calls.Met && k.Town.Eligibility == calls.EligibilityUnstated:
		return "Partners enough, town not stated", yellow
	case c.Verdict == calls.Met:
		return "Met", green
	case c.Verdict == calls.OneShort:
		return "One short", yellow
	case c.Verdict == calls.NotMet:
		return "Not met", red
	}
	return "Not stated", cyan
}

// print tells the check: the verdict, who counts, who does not and why, what is missing, who could help,
// by which rule, and what the answer is worth.
func (k *checkup) print() {
	word, st := k.verdictWord()
	for i, line := range k.screen.lines(word+": "+partnersOrTown(k), 0) {
		if i == 0 {
			line = k.screen.paint(st, word) + strings.TrimPrefix(line, word)
		}
		fmt.Fprintln(k.screen.out, line)
	}
	fmt.Fprintln(k.screen.out)
	k.fact("Call", k.call.Title)
	k.fact("", identifierOf(k.call))
	if k.closed != "" {
		k.fact("But", k.closed)
	}
	k.fact("May apply", string(k.Town.Eligibility)+": "+townLine(&k.Assessment)+k.cite(k.Town.Claim))
	k.standings()
	k.missing()
	k.help()
	k.rule()
	fmt.Fprintln(k.screen.out)
	for i, source := range k.sources {
		k.fact(once("Sources", i > 0), fmt.Sprintf("[%d] %s", i+1, source))
	}
	k.fact("Limits", limitsOf(k.Consortium.Terms))
}

// partnersOrTown is the sentence after the verdict: about the partners, unless the town itself or a missing
// rule decides.
func partnersOrTown(k *checkup) string {
	switch {
	case k.Town.Eligibility == calls.NotEligible:
		return townLine(&k.Assessment) + withoutIt(&k.Consortium)
	case k.Consortium.Terms == nil:
		return townLine(&k.Assessment)
	}
	return partnersLine(&k.Consortium)
}

func limitsOf(r *calls.Terms) string {
	const decides = "The call document decides."
	if r == nil {
		return decides + " No rule is known for this call: who may apply, and with whom, stands there."
	}
	return decides + " fundwatch checks countries and numbers only; it does not know whether a town is willing, sound or already taken, and a twin may be a twin no more."
}

// standings tells who counts, who does not, and why.
func (k *checkup) standings() {
	c := &k.Consortium
	if c.Terms == nil {
		return
	}
	towns := append([]calls.Standing{c.Town}, c.Partners...)
	for _, group := range []struct {
		label string
		of    calls.Eligibility
	}{{"Counts", calls.Eligible}, {"Does not", calls.NotEligible}, {"Not stated", calls.EligibilityUnstated}} {
		label := group.label
		for i, s := range towns {
			if s.Eligibility != group.of {
				continue
			}
			line := s.Town.String()
			if i == 0 {
				line += ", the town itself"
			}
			k.fact(label, line+k.reason(s))
			label = ""
		}
	}
	if len(c.Partners) == 0 {
		k.fact("Partners", "no twin town is known")
	}
}

// reason says why a town counts for nothing, or for nothing new; "" if it brings a new country.
func (k *checkup) reason(s calls.Standing) string {
	area := k.Consortium.Terms.Area.Name
	switch {
	case s.NewCountry:
		return ""
	case s.Counts():
		return ", its country is counted already"
	case s.Town.Country == "":
		return ": its country is not known, so it counts for nothing"
	case s.Claim.Source == "":
		return ": no source says whether its country is among the " + area
	case s.Claim.Text == "":
		return ": its country is not among the " + area + k.cite(s.Claim)
	}
	return ": " + s.Claim.Text + k.cite(s.Claim)
}

func (k *checkup) missing() {
	m, c := k.Consortium.Missing, &k.Consortium
	if !c.Short() {
		return
	}
	var lacks []string
	for _, one := range measures {
		if n := one.lack(m); n > 0 {
			lacks = append(lacks, countOf(n, one.one, one.many))
		}
	}
	k.fact("Missing", fmt.Sprintf("%s: %s would do%s", strings.Join(lacks, ", "), countOf(m.Partners(), "more partner", "more partners"), kindOf(c)))
}

// kindOf says in what kind of country the partners that are missing must be.
func kindOf(c *calls.Consortium) string {
	m := c.Missing
	among := "the " + c.Terms.Area.Name
	switch {
	case m.Members == m.Partners():
		return ", in a member state of the European Union that is not counted yet"
	case m.Members > 0:
		return fmt.Sprintf(", each in a country of its own among %s, %s of the European Union", among, countOf(m.Members, "of them a member state", "of them member states"))
	case m.Countries == 1:
		return ", in a country among " + among + " that is not counted yet"
	case m.Countries > 1:
		return ", each in a country of its own among " + among
	}
	return ", in any country among " + among
}

// once returns a label, or "" where it stands above already.
func once(label string, again bool) string {
	if again {
		return ""
	}
	return label
}

func (k *checkup) help() {
	for i, s := range k.suggestions {
		k.fact(once("Could help", i > 0), suggestionLine(s))
	}
	if k.Consortium.Short() && len(k.suggestions) == 0 {
		k.fact("Could help", "nobody whom fundwatch knows: no twin of a twin, and no subscribed town with the same topics")
	}
}

func suggestionLine(s calls.Suggestion) string {
	if s.Through == nil {
		return fmt.Sprintf("%s, which is subscribed here and shares the %s %s", s.Town,
			nounOf(len(s.Topics), "topic", "topics"), strings.Join(s.Topics, ", "))
	}
	var through []string
	for _, t := range s.Through {
		through = append(through, t.String())
	}
	return fmt.Sprintf("%s, a twin of %s", s.Town, strings.Join(through, " and of "))
}

// cite returns the number under which a claim's source stands at the foot, " [2]"; "" if there is none.
func (k *checkup) cite(c calls.Claim) string {
	if c.Source == "" {
		return ""
	}
	i := slices.Index(k.sources, c.String())
	if i < 0 {
		i = len(k.sources)
		k.sources = append(k.sources, c.String())
	}
	return fmt.Sprintf(" [%d]", i+1)
}

// fact prints a label and a text beside it.
func (k *checkup) fact(label, text string) {
	k.screen.paintedFact(k.screen.out, label, text)
}

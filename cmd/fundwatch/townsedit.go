package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"fundwatch/calls"
	"fundwatch/calls/store"
)

// townFlagKeys gives each flag of a town the key that it has in a municipalities file: both are read, and
// refused, by the same rules.
var townFlagKeys = map[string]string{
	"id": "id", "name": "name", "country": "country", "lau": "lau", "population": "population", "twin": "twins",
	"topic": "topics", "keyword": "keywords", "exclude": "exclude", "programme": "programmes",
	"min-grant": "min_grant", "everything": "everything",
}

// defineTown adds the flags that describe a town.
func (l *launcher) defineTown(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.String("country", "", "`CODE` of its country, such as FR")
	flags.String("lau", "", "Eurostat's `CODE` of the municipality")
	flags.String("population", "", "`NUMBER` of inhabitants")
	flags.StringArray("twin", nil, "a twin `TOWN` such as \"Sopot (PL)\"; may be repeated")
	flags.StringSlice("topic", nil, "`TOPICS` that it is interested in (see 'fundwatch topics')")
	flags.StringArray("keyword", nil, "a `WORD` of its own in any language, a phrase, or a beginning*; may be repeated")
	flags.StringArray("exclude", nil, "a `WORD` that no call may hold; may be repeated")
	flags.StringSlice("programme", nil, "only these `PROGRAMMES`; none is all")
	flags.String("min-grant", "", "only grants of at least this many `EURO`")
	flags.String("everything", "", "`yes|no`: every call, whatever it is about")
	flags.Lookup("everything").NoOptDefVal = "true"
	allowEmpty(cmd, "country", "lau", "population", "min-grant", "everything")
	completeWith(cmd, "country", countryWords)
	completeWith(cmd, "topic", l.topicWords)
	completeWith(cmd, "programme", l.programmeWords)
}

func newTownAdd(l *launcher) *cobra.Command {
	var mailbox subscriberFlags
	cmd := &cobra.Command{
		Use:     "add NAME",
		Short:   "Add one municipality",
		Long:    "Adds a municipality as a file with it would ('fundwatch municipalities import'). It needs a country, and something that\nit is interested in.",
		Example: `  fundwatch municipalities add Montbéliard --country FR --twin "Ludwigsburg (DE)" --keyword jumelage --email mairie@montbeliard.example`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			d := townDraft{name: field{text: args[0]}}
			writeFlags(&d, cmd.Flags())
			if mailbox.email != "" {
				d.subscribers = append(d.subscribers, mailbox.draft())
			}
			return l.saveTown(cmd, &d, false)
		},
	}
	cmd.Flags().String("id", "", "short `NAME` for commands; made of name and country if it is missing")
	l.defineTown(cmd)
	cmd.Flags().StringVar(&mailbox.email, "email", "", "`ADDRESS` of a mailbox that gets its digests")
	mailbox.define(cmd)
	return cmd
}

func newTownEdit(l *launcher) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "edit ID",
		Short: "Change one municipality",
		Long: `Changes what flags name, and leaves the rest as it is. A list takes the place of the one that is there;
an empty value (--exclude "") clears it.`,
		Example:           `  fundwatch municipalities edit montbeliard-fr --topic town-twinning,youth --keyword jumelage`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: l.completeMunicipalities,
		RunE:              func(cmd *cobra.Command, args []string) error { return l.editTown(cmd, args[0]) },
	}
	cmd.Flags().String("name", "", "`NAME` of the town")
	allowEmpty(cmd, "name")
	l.defineTown(cmd)
	return cmd
}

func (l *launcher) editTown(cmd *cobra.Command, id string) error {
	a, err := l.open(cmd.Context())
	if err != nil {
		return err
	}
	m, err := a.db.Municipality(cmd.Context(), id)
	a.close()
	if err != nil {
		return err
	}
	d := draftOf(m)
	if writeFlags(&d, cmd.Flags()) == 0 {
		return misusef("nothing to change: name it by flags, such as --topic\nTry '%s --help'.", cmd.CommandPath())
	}
	return l.saveTown(cmd, &d, true)
}

// draftOf writes a town as a file would, without its mailboxes: they stay as they are.
func draftOf(m *calls.Municipality) townDraft {
	in := &m.Interests
	d := townDraft{
		id: field{text: m.ID}, name: field{text: m.Name}, country: field{text: m.Country}, lau: field{text: m.LAU},
		population: field{text: m.Population.String()}, twins: fieldsOf(twinTexts(m)),
		topics: fieldsOf(in.Topics), keywords: fieldsOf(in.Keywords), exclude: fieldsOf(in.Exclude), programmes: fieldsOf(in.Programmes),
	}
	if in.MinGrant > 0 {
		d.minGrant.text = strconv.FormatInt(in.MinGrant, 10)
	}
	if in.Everything {
		d.everything.text = "true"
	}
	return d
}

func fieldsOf(texts []string) []field {
	fields := make([]field, len(texts))
	for i, text := range texts {
		fields[i] = field{text: text}
	}
	return fields
}

// writeFlags puts the flags that were given into a draft and returns how many there were.
func writeFlags(d *townDraft, flags *pflag.FlagSet) (given int) {
	keys := map[string]townKey{}
	for _, k := range append(d.keys(), d.interestKeys()...) {
		keys[k.name] = k
	}
	flags.Visit(func(flag *pflag.Flag) {
		k, ok := keys[townFlagKeys[flag.Name]]
		if !ok {
			return
		}
		given++
		if list, many := flag.Value.(pflag.SliceValue); many {
			*k.many = fieldsOf(withoutEmpty(list.GetSlice()))
		} else {
			*k.one = field{text: flag.Value.String()}
		}
	})
	return given
}

func withoutEmpty(texts []string) []string {
	var kept []string
	for _, text := range texts {
		if strings.TrimSpace(text) != "" {
			kept = append(kept, text)
		}
	}
	return kept
}

// saveTown checks a draft as an import checks a file, and stores the town. A new one must be new.
func (l *launcher) saveTown(cmd *cobra.Command, d *townDraft, known bool) error {
	m, err := l.readTown(cmd.CommandPath(), d)
	if err != nil {
		return err
	}
	a, err := l.create(cmd.Context())
	if err != nil {
		return err
	}
	defer a.close()
	_, err = a.db.Municipality(cmd.Context(), m.ID)
	switch {
	case err == nil && !known:
		return misusef("%s is there already: 'fundwatch municipalities edit %s' changes it, and another town of that name needs an --id", m.ID, m.ID)
	case err != nil && !errors.Is(err, calls.ErrNotFound):
		return err
	}
	return a.storeTown(cmd.Context(), m)
}

// readTown believes a draft, or names everything that is wrong with it.
func (l *launcher) readTown(place string, d *townDraft) (*calls.Municipality, error) {
	vocabulary, err := newVocabulary()
	if err != nil {
		return nil, err
	}
	r := townReader{file: strings.TrimPrefix(place, "fundwatch "), vocabulary: vocabulary, lines: map[string]int{}}
	m := r.town(d)
	for _, w := range r.warnings {
		fmt.Fprintln(l.err, "warning:", plainError(w))
	}
	if err := r.problems.err(); err != nil {
		return nil, misusef("%w\nNothing was changed.", err)
	}
	return &m, nil
}

// storeTown stores a town and matches it.
func (a *app) storeTown(ctx context.Context, m *calls.Municipality) error {
	done, err := a.db.ImportMunicipalities(ctx, []calls.Municipality{*m}, a.now())
	if err != nil {
		return fmt.Errorf("store %s: %w", m.ID, err)
	}
	word := "unchanged"
	switch {
	case done.New > 0:
		word = "added"
	case done.Changed > 0:
		word = "changed"
	}
	fmt.Fprintf(a.screen.out, "%s: %s\n", m.ID, word)
	_, err = a.match(ctx)
	return err
}

// SubscriberFlags describe one mailbox.
type subscriberFlags struct {
	email, name, language, frequency string
}

func (f *subscriberFlags) define(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.name, "contact", "", "`NAME` of the office or person behind the address")
	cmd.Flags().StringVar(&f.language, "language", "", "its `LANGUAGE`, such as fr; needed where the country has several")
	cmd.Flags().StringVar(&f.frequency, "frequency", string(calls.Weekly), "weekly or monthly")
	complete(cmd, "language", calls.Languages())
	complete(cmd, "frequency", []string{string(calls.Weekly), string(calls.Monthly)})
}

func (f *subscriberFlags) draft() subscriberDraft {
	return subscriberDraft{
		email: field{text: f.email}, name: field{text: f.name}, language: field{text: f.language}, frequency: field{text: f.frequency},
	}
}

func newSubscriberAdd(l *launcher) *cobra.Command {
	var f subscriberFlags
	var town string
	cmd := &cobra.Command{
		Use:     "add ADDRESS --municipality ID",
		Short:   "Add a mailbox to a municipality",
		Example: `  fundwatch subscribers add culture@ludwigsburg.example --municipality ludwigsburg-de --frequency monthly`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			f.email = args[0]
			return l.addSubscriber(cmd, town, f)
		},
	}
	cmd.Flags().StringVar(&town, "municipality", "", "id of its `MUNICIPALITY`")
	f.define(cmd)
	completeWith(cmd, "municipality", l.municipalityWords)
	return cmd
}

func (l *launcher) addSubscriber(cmd *cobra.Command, town string, f subscriberFlags) error {
	if town == "" {
		return misusef("--municipality is missing: whose mailbox is it?")
	}
	a, err := l.open(cmd.Context())
	if err != nil {
		return err
	}
	defer a.close()
	m, err := a.db.Municipality(cmd.Context(), town)
	if err != nil {
		return err
	}
	d := draftOf(m)
	d.subscribers = []subscriberDraft{f.draft()}
	read, err := l.readTown(cmd.CommandPath(), &d)
	if err != nil {
		return err
	}
	for _, s := range m.Subscribers {
		if store.SameAddress(s.Email, read.Subscribers[0].Email) {
			return misusef("%s is a mailbox of %s already (%s)", s.Email, m.ID, s.State)
		}
	}
	m.Subscribers = read.Subscribers
	if _, err := a.db.ImportMunicipalities(cmd.Context(), []calls.Municipality{*m}, a.now()); err != nil {
		return fmt.Errorf("store %s: %w", m.ID, err)
	}
	return a.tellState(cmd.Context(), l.err, read.Subscribers[0].Email)
}

// tellState says what became of an address: who has unsubscribed stays so.
func (a *app) tellState(ctx context.Context, warn io.Writer, email string) error {
	all, err := a.db.SubscribersByEmail(ctx, email)
	for i := range all {
		fmt.Fprintf(a.screen.out, "%s, number %d of %s: %s\n", all[i].Email, all[i].ID, all[i].Municipality, all[i].State)
		if all[i].State == calls.SubscriberUnsubscribed {
			fmt.Fprintln(warn, "warning: the address wants no mail, so none will be sent: only its owner can subscribe it again")
		}
	}
	return err
}

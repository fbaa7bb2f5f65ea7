package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"fundwatch/calls"
	"fundwatch/calls/store"
)

func newMunicipalities(l *launcher) *cobra.Command {
	list := &cobra.Command{
		Use: "list", Short: "List municipalities", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return l.listMunicipalities(cmd.Context()) },
	}
	show := &cobra.Command{
		Use: "show ID", Short: "Print one municipality", Args: cobra.ExactArgs(1), ValidArgsFunction: l.completeMunicipalities,
		RunE: func(cmd *cobra.Command, args []string) error { return l.showMunicipality(cmd.Context(), args[0]) },
	}
	remove := &cobra.Command{
		Use: "remove ID", Short: "Remove a municipality and its subscribers", Args: cobra.ExactArgs(1), ValidArgsFunction: l.completeMunicipalities,
		RunE: func(cmd *cobra.Command, args []string) error { return l.removeMunicipality(cmd.Context(), args[0]) },
	}
	return group("municipalities", "Look after the list of municipalities", list, show, newTownAdd(l), newTownEdit(l), newImport(l), newTownsExport(l), remove)
}

func newImport(l *launcher) *cobra.Command {
	var check bool
	cmd := &cobra.Command{
		Use:   "import FILE",
		Short: "Add or update municipalities from a YAML or CSV file",
		Long: `Reads municipalities with their twins, interests and subscribers. FILE may be - for stdin.

An import is all or nothing: if anything in the file is wrong, every problem is printed with its
line and nothing is changed. Importing the same file again changes nothing.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return l.importMunicipalities(cmd.Context(), args[0], check)
		},
	}
	cmd.Flags().BoolVar(&check, "check", false, "only say what is wrong, change nothing")
	return cmd
}

func newTownsExport(l *launcher) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use: "export", Short: "Print all municipalities as a file that can be imported", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return l.exportMunicipalities(cmd.Context(), format) },
	}
	cmd.Flags().StringVar(&format, "format", "yaml", "yaml, csv or json")
	complete(cmd, "format", []string{"yaml", "csv", "json"})
	return cmd
}

// largestTownsFile is the most that an import reads: all 95,000 municipalities of the EU fit thrice.
const largestTownsFile = 64 << 20

func (l *launcher) importMunicipalities(ctx context.Context, file string, check bool) error {
	data, err := l.readFile(file)
	if err != nil {
		return err
	}
	vocabulary, err := newVocabulary()
	if err != nil {
		return err
	}
	towns, warnings, err := ParseTowns(file, data, vocabulary)
	for _, w := range warnings {
		fmt.Fprintln(l.err, "warning:", plainError(w))
	}
	if err != nil {
		return misusef("%w\nNothing was changed.", err)
	}
	if check {
		fmt.Fprintf(l.out, "%s: %s, no problem\n", file, countOf(len(towns), "municipality", "municipalities"))
		return nil
	}
	a, err := l.create(ctx)
	if err != nil {
		return err
	}
	defer a.close()
	done, err := a.db.ImportMunicipalities(ctx, towns, a.now())
	if err != nil {
		return fmt.Errorf("import %s: %w", file, err)
	}
	fmt.Fprintf(l.out, "%s: %d new, %d changed, %d unchanged\n", file, done.New, done.Changed, done.Unchanged)
	for _, address := range done.OptedOut {
		fmt.Fprintf(l.err, "warning: %s wants no mail and gets none: take it out of the file, then 'fundwatch subscribers erase %s' if it was erased before\n", address, address)
	}
	if err := a.warnOfLeftMailboxes(ctx, l.err, towns); err != nil {
		return err
	}
	_, err = a.match(ctx)
	return err
}

// warnOfLeftMailboxes names mailboxes of imported towns that still get mail although the file no longer
// names them. The import leaves them alone: a mailbox may have been added elsewhere.
func (a *app) warnOfLeftMailboxes(ctx context.Context, w io.Writer, towns []calls.Municipality) error {
	named := map[string]bool{}
	imported := map[string]bool{}
	for i := range towns {
		imported[towns[i].ID] = true
		for _, s := range towns[i].Subscribers {
			named[mailboxOf(towns[i].ID, s.Email)] = true
		}
	}
	subscribers, err := a.db.Subscribers(ctx)
	if err != nil {
		return err
	}
	for i := range subscribers {
		s := &subscribers[i]
		if imported[s.Municipality] && s.State == calls.SubscriberActive && !named[mailboxOf(s.Municipality, s.Email)] {
			fmt.Fprintf(w, "warning: %s of %s is not in the file and still gets mail: 'fundwatch subscribers remove %d' stops that\n",
				s.Email, s.Municipality, s.ID)
		}
	}
	return nil
}

// mailboxOf names a mailbox of a town, the same for each spelling of its address.
func mailboxOf(town, email string) string {
	return town + "\n" + strings.ToLower(store.ASCIIAddress(email))
}

func (l *launcher) readFile(file string) ([]byte, error) {
	in := l.in
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return nil, misuseError{err}
		}
		defer f.Close()
		in = f
	}
	data, err := io.ReadAll(io.LimitReader(in, largestTownsFile+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	if len(data) > largestTownsFile {
		return nil, misusef("%s: larger than %d MiB", file, largestTownsFile>>20)
	}
	return data, nil
}

func (l *launcher) listMunicipalities(ctx context.Context) error {
	a, err := l.open(ctx)
	if err != nil {
		return err
	}
	defer a.close()
	towns, err := a.db.Municipalities(ctx)
	if err != nil {
		return err
	}
	t := table{screen: a.screen, columns: []column{
		{title: "id", least: 10}, {title: "name", least: 12}, {title: "cc"}, {title: "twins", right: true, drop: 70},
		{title: "mail", right: true}, {title: "interests", least: 12, drop: 60},
	}}
	for i := range towns {
		m := &towns[i]
		t.add(cell{whole: m.ID, style: bold}, cell{whole: m.Name}, cell{whole: m.Country},
			cell{whole: fmt.Sprint(len(m.Twins))}, cell{whole: fmt.Sprint(len(m.Subscribers))},
			cell{whole: interestLine(m.Interests), style: faint})
	}
	if len(towns) == 0 {
		fmt.Fprintln(l.err, "No municipalities yet: 'fundwatch municipalities add NAME' adds one, 'import FILE' many.")
		return nil
	}
	return t.print()
}

// interestLine names interests in one line.
func interestLine(in calls.Interests) string {
	if in.Everything {
		return "everything"
	}
	words := append([]string{}, in.Topics...)
	for _, k := range in.Keywords {
		words = append(words, `"`+strings.Trim(k, `"`)+`"`)
	}
	return strings.Join(words, ", ")
}

func (l *launcher) showMunicipality(ctx context.Context, id string) error {
	a, err := l.open(ctx)
	if err != nil {
		return err
	}
	defer a.close()
	m, err := a.db.Municipality(ctx, id)
	if err != nil {
		return err
	}
	return WriteTowns(l.out, "yaml", []calls.Municipality{*m})
}

func (l *launcher) exportMunicipalities(ctx context.Context, format string) error {
	switch format {
	case "yaml", "csv", "json":
	default:
		return misusef("--format %q: want yaml, csv or json", format)
	}
	a, err := l.open(ctx)
	if err != nil {
		return err
	}
	defer a.close()
	towns, err := a.db.Municipalities(ctx)
	if err != nil {
		return err
	}
	l.warnOfPauses(towns)
	return WriteTowns(l.out, format, towns)
}

// warnOfPauses names mailboxes whose pause is not in the file.
func (l *launcher) warnOfPauses(towns []calls.Municipality) {
	for i := range towns {
		for _, s := range towns[i].Subscribers {
			if s.State == calls.SubscriberPaused {
				fmt.Fprintf(l.err, "warning: %s of %s is paused, which the file cannot say: imported into another database it gets mail, unless 'fundwatch subscribers pause' there stops it\n",
					s.Email, s.Municipality)
			}
		}
	}
}

func (l *launcher) removeMunicipality(ctx context.Context, id string) error {
	a, err := l.open(ctx)
	if err != nil {
		return err
	}
	defer a.close()
	if err := a.db.RemoveMunicipality(ctx, id); err != nil {
		return err
	}
	fmt.Fprintf(l.out, "%s: removed\n", id)
	return nil
}

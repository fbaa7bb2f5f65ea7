package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/spf13/cobra"

	"fundwatch/calls/store"
)

func newBackup(l *launcher) *cobra.Command {
	var force bool
	cmd := &cobra.Command{
		Use:   "backup FILE",
		Short: "Copy the live database, whole and checked, into FILE",
		Long: `Copies one state of the database into FILE while 'fundwatch serve' or a crawl goes on writing. The copy
is made beside it as FILE.part, checked, and named FILE only when it is whole: a FILE that is there is
good. It is one file, readable for its owner alone, and a database like any other: every command takes
it with --db. Links to the pages of mailboxes are in it only as parts of mails that wait or were sent in
the last two weeks; the key from which links are made, beside the database as NAME.key, is not copied.

To restore: stop fundwatch, move the old database and its -wal and -shm away, leave its key, copy FILE
to its place, 'fundwatch doctor', start fundwatch. Mail that was sent after the backup was made is not
known to it, and its calls are told again.`,
		Example: "  fundwatch backup /var/backups/fundwatch-$(date +%F).db\n  fundwatch --db /var/backups/fundwatch-2026-11-23.db search youth",
		Args:    cobra.ExactArgs(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return l.backup(cmd.Context(), args[0], force) },
	}
	cmd.Flags().BoolVar(&force, "force", false, "replace FILE if it is there")
	return cmd
}

func (l *launcher) backup(ctx context.Context, file string, force bool) error {
	a, err := l.open(ctx, store.AsItIs())
	if err != nil {
		return err
	}
	defer a.close()
	began := a.wallClock()
	size, err := a.db.Backup(ctx, file, force)
	if errors.Is(err, fs.ErrExist) {
		return misusef("%s is there already and stays as it is; --force replaces it", file)
	}
	if errors.Is(err, store.ErrNoPlace) {
		return misusef("%w", err)
	}
	if err != nil {
		return err
	}
	took := a.wallClock().Sub(began)
	_, err = fmt.Fprintf(l.out, "%s: %s, whole and checked, as of %s, in %s\n",
		file, byteSize(size), stamp(began, a.zone), took.Round(10*time.Millisecond))
	return err
}

// byteSize writes a size for people: "812 bytes", "12.3 MB".
func byteSize(n int64) string {
	const kilo = 1000
	if n < kilo {
		return fmt.Sprintf("%d bytes", n)
	}
	size, unit := float64(n)/kilo, 0
	for ; size >= kilo && unit < 3; unit++ {
		size /= kilo
	}
	return fmt.Sprintf("%.1f %s", size, []string{"kB", "MB", "GB", "TB"}[unit])
}

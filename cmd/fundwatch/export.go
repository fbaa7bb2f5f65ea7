package main

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"fundwatch/calls"
)

const exportLong = `Prints every call that is known, of any status, or those that the words and conditions find: they mean
what they mean for 'fundwatch search'. Without a limit; an empty catalogue is no error.

json and csv hold all fields; md is a table for a newsletter; ics holds the deadlines to come, for a
calendar; atom is a feed whose entries keep their ids, and whose times are those of the last change.`

func newExportCalls(l *launcher) *cobra.Command {
	var f searchFlags
	var form string
	cmd := &cobra.Command{
		Use:   "calls [WORDS...]",
		Short: "Print the catalogue for other programs",
		Long:  exportLong,
		Example: `  fundwatch export calls --format csv > calls.csv
  fundwatch export calls --format ics --for ludwigsburg-de > deadlines.ics
  fundwatch export calls topic:town-twinning status:open --format atom > feed.xml`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if !slices.Contains(exportFormats(), form) {
				return misusef("--format %q: want one of %s", form, strings.Join(exportFormats(), ", "))
			}
			return l.export(cmd.Context(), args, &f, format{name: form})
		},
	}
	f.define(l, cmd, 0, calls.StatusAll)
	cmd.Flags().StringVar(&form, "format", formatJSON, strings.Join(exportFormats(), ", "))
	complete(cmd, "format", exportFormats())
	return cmd
}

func newExport(l *launcher) *cobra.Command {
	return group("export", "Print what is known for other programs", newExportCalls(l))
}

func exportFormats() []string {
	return []string{formatJSON, formatCSV, formatICS, formatAtom, formatMD}
}

func (l *launcher) export(ctx context.Context, words []string, f *searchFlags, out format) error {
	found, err := l.findCalls(ctx, words, f, out)
	if err != nil {
		return err
	}
	defer found.app.close()
	found.tell(l.err)
	return found.print(out)
}

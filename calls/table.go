package calls

import (
	"fmt"
	"strings"
)

// tableRow is one line of an embedded table: its fields and its place, "rules/countries.tsv:12".
type tableRow struct {
	fields []string
	place  string
}

// tableRows reads an embedded table of tab-separated fields. Empty lines and lines that begin with #
// are skipped. Every line that has another number of fields than want is reported.
func tableRows(name, data string, want int) ([]tableRow, []error) {
	var rows []tableRow
	var errs []error
	number := 0
	for line := range strings.SplitSeq(data, "\n") {
		number++
		if line == "" || line[0] == '#' {
			continue
		}
		row := tableRow{strings.Split(line, "\t"), fmt.Sprintf("%s:%d", name, number)}
		if len(row.fields) != want {
			errs = append(errs, fmt.Errorf("%s: %d fields, want %d parted by tabs", row.place, len(row.fields), want))
			continue
		}
		rows = append(rows, row)
	}
	return rows, errs
}

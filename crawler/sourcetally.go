package crawler

import (
	"errors"
	"fmt"
)

// A ruleTally counts for each rule in how many items it found nothing.
type ruleTally struct {
	order []*rulePlan
	rows  map[*rulePlan]*tallyRow
}

type tallyRow struct{ of, missing int }

func newTally() *ruleTally { return &ruleTally{rows: map[*rulePlan]*tallyRow{}} }

func (t *ruleTally) count(r *rulePlan, found bool) {
	row, known := t.rows[r]
	if !known {
		row = &tallyRow{}
		t.rows[r] = row
		t.order = append(t.order, r)
	}
	row.of++
	if !found {
		row.missing++
	}
}

// changedShape returns an error that names the rules which found nothing in any of several items; nil
// if there are none. Single items lack single facts, but not all of them the same one.
func (t *ruleTally) changedShape() error {
	var failures []error
	for _, r := range t.order {
		if row := t.rows[r]; !r.Optional && row.missing == row.of && row.of >= fewestForShape {
			failures = append(failures, fmt.Errorf("%s: %s finds nothing in any of %d items", r.key, r.where(), row.of))
		}
	}
	return errors.Join(failures...)
}

// fields returns the counts for a [Report].
func (t *ruleTally) fields() []FieldReport {
	var fields []FieldReport
	for _, r := range t.order {
		row := t.rows[r]
		fields = append(fields, FieldReport{Field: r.key, Rule: r.where(), Missing: row.missing, Of: row.of, Optional: r.Optional})
	}
	return fields
}

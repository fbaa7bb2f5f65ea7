package crawler

import (
	"context"
	"errors"
	"fmt"
	"maps"
)

// mostReadings bounds how often the list of one type is read in one sweep.
const mostReadings = 4

// errDisagree says that no two readings of a list showed the same records.
var errDisagree = errors.New("its readings disagree")

// readings unites the readings of one list. The index loses rows between pages, and holds some documents
// twice; one reading cannot tell these apart, for both show fewer different records than rows. So the list
// is read again in the opposite order, where other rows lie at the page borders. It is verified when as
// many different records were met as there are rows, or when a reading shows exactly what all of them
// together have shown: then the repeats are documents that the index holds twice.
type readings struct {
	total int             // of the list, in the readings united so far
	union map[string]bool // references
	count int
}

// list reads one type until it is verified, at most mostReadings times. A reading during which the list
// changed counts as one, and what it found is kept.
func (s *portalSweep) list(ctx context.Context, q *portalQuestion) error {
	all := readings{union: map[string]bool{}}
	var last error
	for n := range mostReadings {
		r, err := s.newReading(q, n%2 == 1)
		if err != nil {
			return err
		}
		err = r.all(ctx)
		if err == nil && all.verifiedBy(r) {
			s.finish(r, &all)
			return nil
		}
		if err != nil && !errors.Is(err, errMoved) {
			return err
		}
		last = err
		s.crawler.log.Info("list read again", "source", s.source, "type", q.kind.code, "reading", n+2, "repeats", r.repeats)
	}
	if last == nil {
		last = fmt.Errorf("%w: %d different records met, the list has %d rows", errDisagree, len(all.union), all.total)
	}
	return fmt.Errorf("%w (read %d times)", last, mostReadings)
}

func (s *portalSweep) newReading(q *portalQuestion, backwards bool) (*reading, error) {
	contentType, form, err := q.form(backwards)
	if err != nil {
		return nil, err
	}
	return &reading{sweep: s, question: q, contentType: contentType, form: form, seen: map[string]bool{}}, nil
}

// verifiedBy takes a reading in and reports whether the list is now verified. A reading with another
// total is one of another list: the ones before it no longer count.
func (all *readings) verifiedBy(r *reading) bool {
	if r.total != all.total {
		*all = readings{total: r.total, union: map[string]bool{}}
	}
	all.count++
	maps.Copy(all.union, r.seen)
	return len(all.union) == all.total || all.count > 1 && len(r.seen) == len(all.union)
}

// finish counts a type that is verified.
func (s *portalSweep) finish(r *reading, all *readings) {
	s.read += all.total
	s.stated += all.total
	s.repeats += all.total - len(all.union)
	s.lists = append(s.lists, r.question.kind.code)
	if all.count > 1 {
		s.notes = append(s.notes, fmt.Sprintf("type %s: %d readings united", r.question.kind.code, all.count))
	}
}

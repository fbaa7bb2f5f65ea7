package store

import (
	"fmt"
	"slices"

	"fundwatch/calls"
)

// touch notes when calls were seen by a sweep that is not complete: only a complete one says so by
// itself. Such sweeps are rare, or short.
func (s *sweeper) touch() error {
	ids := make([]int64, 0, len(s.seen))
	for _, seen := range s.seen {
		ids = append(ids, seen.id)
	}
	const update = `UPDATE calls SET last_seen = ? WHERE id IN (SELECT value FROM json_each(?)) AND last_seen < ?`
	_, err := s.tx.ExecContext(s.ctx, update, instant(s.now), asJSON(&ids), instant(s.now))
	return err
}

// miss marks the calls that a complete sweep did not find, and withdraws those that an earlier one, on
// an earlier day, missed too. One sweep is no proof: portals lose rows between pages.
func (s *sweeper) miss() error {
	var candidates []int64
	for reference, known := range s.known {
		if _, found := s.seen[reference]; found || !s.askedFor(known.programme) {
			continue
		}
		if known.absentSince.IsZero() {
			s.run.Gone++
			if err := s.markAbsent(known.id); err != nil {
				return err
			}
		} else if calls.Day(known.absentSince) < calls.Day(s.now) {
			candidates = append(candidates, known.id)
		}
	}
	return s.withdraw(candidates)
}

// askedFor reports whether the sweep asked for the calls of this programme.
func (s *sweeper) askedFor(programme string) bool {
	return len(s.sweep.Programmes) == 0 || slices.Contains(s.sweep.Programmes, programme)
}

// markAbsent also freezes when the call was last seen: until now the newest complete run said it.
func (s *sweeper) markAbsent(id int64) error {
	const update = `UPDATE calls SET absent_since = ?, last_seen = MAX(last_seen, COALESCE(?, last_seen)) WHERE id = ?`
	_, err := s.tx.ExecContext(s.ctx, update, instant(s.now), instant(s.lastRead), id)
	return err
}

// withdraw withdraws those calls that could still be applied for.
func (s *sweeper) withdraw(ids []int64) error {
	ids, err := s.stillWanted(ids)
	if err != nil {
		return err
	}
	absent, err := loadCalls(s.ctx, s.tx, ids)
	if err != nil {
		return err
	}
	for i := range absent {
		old := &absent[i]
		fresh := old.Call
		fresh.Withdrawn = s.now
		if err := s.follow(old, &fresh); err != nil {
			return fmt.Errorf("withdraw %q: %w", old.Key, err)
		}
	}
	return nil
}

// stillWanted returns which of the calls are open or forthcoming, in a fixed order.
func (s *sweeper) stillWanted(ids []int64) ([]int64, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	const query = `
		SELECT c.id
		FROM json_each(?2) wanted
		JOIN calls c ON c.id = wanted.value
		WHERE ` + statusSQL + ` IN ('open', 'forthcoming')
		ORDER BY c.id`
	return collect(s.ctx, s.tx, scanOne[int64], query, instant(s.now), asJSON(&ids))
}

// turn records what the calendar alone changed: calls that opened or closed since they were last
// looked at.
func (s *sweeper) turn() error {
	const query = `SELECT c.id FROM calls c WHERE c.source = ?2 AND c.recorded <> ` + statusSQL + ` ORDER BY c.id`
	ids, err := collect(s.ctx, s.tx, scanOne[int64], query, instant(s.now), s.run.Source)
	if err != nil {
		return err
	}
	turned, err := loadCalls(s.ctx, s.tx, ids)
	if err != nil {
		return err
	}
	for i := range turned {
		if err := s.follow(&turned[i], &turned[i].Call); err != nil {
			return fmt.Errorf("call %q: %w", turned[i].Key, err)
		}
	}
	return nil
}

// follow stores the new status of a call whose text is as it was, and the changes that this makes.
func (s *sweeper) follow(old *storedCall, fresh *calls.Call) error {
	rev, err := s.rev.next()
	if err != nil {
		return err
	}
	changes := calls.Diff(&old.Call, fresh, s.now)
	changed := old.Changed
	if len(changes) > 0 {
		changed = s.now
	}
	const update = `UPDATE calls SET recorded = ?, withdrawn = ?, changed = ?, revision = ? WHERE id = ?`
	_, err = s.tx.ExecContext(s.ctx, update,
		string(fresh.Status(s.now)), instant(fresh.Withdrawn), instant(changed), rev, old.id)
	if err != nil {
		return err
	}
	return s.write.changes(old.id, changes)
}

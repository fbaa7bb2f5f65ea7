package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"fundwatch/calls"
)

// A Classifier says what a call is about; it is asked only about calls whose text is new or changed.
type Classifier = func(*calls.Call) []calls.TopicHit

// SaveSweep stores what a crawl brought home and ends its run, in one transaction: new and changed
// calls, their changes, their topics, copies of pages, the odd records. It returns the run with its counts.
//
// Found calls are stored whatever else went wrong. Absence counts only in a complete sweep without an
// error: a call that is missing is marked absent and, if it is missing again in a complete sweep on a
// later day (in Brussels) and could still be applied for, withdrawn. Calls of the source that opened or
// closed by date alone since the last sweep get that change too, seen or not.
//
// A call that cannot be stored becomes an odd record. An error means that nothing was stored and that
// the run still runs.
func (db *DB) SaveSweep(ctx context.Context, run int64, sweep calls.Sweep, classify Classifier, now time.Time) (calls.Run, error) {
	var ended calls.Run
	err := db.update(ctx, fmt.Sprintf("save sweep %q", sweep.Source), func(tx *sql.Tx) error {
		s := &sweeper{ctx: ctx, tx: tx, sweep: &sweep, classify: classify, now: now.UTC(), odd: sweep.Odd}
		if err := s.prepare(run); err != nil {
			return err
		}
		defer s.write.close()
		for i := range sweep.Found {
			if err := s.sightAt(i); err != nil {
				return fmt.Errorf("call %q: %w", sweep.Found[i].Key, err)
			}
		}
		if most := sweep.MostChanged; most > 0 && s.run.Changed > most {
			return fmt.Errorf("%w: %d of %d known calls changed at once", calls.ErrHeld, s.run.Changed, len(s.known))
		}
		if err := s.rest(); err != nil {
			return err
		}
		ended = s.run
		return nil
	})
	return ended, err
}

// A sweeper saves one sweep. Its context lives as long as the transaction that it belongs to.
type sweeper struct {
	ctx      context.Context
	tx       *sql.Tx
	sweep    *calls.Sweep
	classify Classifier
	now      time.Time

	run      calls.Run
	complete bool
	lastRead time.Time                // end of the newest complete run before this one; zero if there is none
	known    map[string]*knownCall    // by reference
	seen     map[string]fingerprinted // by reference
	odd      []calls.Odd
	rev      revision
	write    *callWriter
}

// A knownCall is what is needed to see whether a call must be touched at all.
type knownCall struct {
	id          int64
	reference   string
	programme   string
	fingerprint []byte
	absentSince time.Time
}

type fingerprinted struct {
	id    int64
	print []byte
}

func (s *sweeper) prepare(run int64) error {
	var err error
	if s.run, err = runningRun(s.ctx, s.tx, run); err != nil {
		return err
	}
	if s.run.Source != s.sweep.Source {
		return fmt.Errorf("run %d is one of %q", run, s.run.Source)
	}
	s.complete = s.sweep.Complete && s.sweep.Err == nil
	s.rev = revision{ctx: s.ctx, tx: s.tx}
	s.seen = make(map[string]fingerprinted, len(s.sweep.Found))
	if s.write, err = newCallWriter(s.ctx, s.tx); err != nil {
		return err
	}
	const query = `SELECT MAX(ended) FROM runs WHERE source = ? AND complete = 1`
	if err := s.tx.QueryRowContext(s.ctx, query, s.run.Source).Scan(into(&s.lastRead)); err != nil {
		return err
	}
	return s.loadKnown()
}

func (s *sweeper) loadKnown() error {
	const query = `SELECT id, reference, programme, fingerprint, absent_since FROM calls WHERE source = ?`
	known, err := collect(s.ctx, s.tx, func(row scanner) (*knownCall, error) {
		k := &knownCall{}
		return k, row.Scan(&k.id, &k.reference, &k.programme, &k.fingerprint, into(&k.absentSince))
	}, query, s.run.Source)
	s.known = make(map[string]*knownCall, len(known))
	for _, k := range known {
		s.known[k.reference] = k
	}
	return err
}

// sightAt stores the call at this place of the sweep. Its body, if it was put aside, is in memory only
// meanwhile.
func (s *sweeper) sightAt(i int) error {
	c := &s.sweep.Found[i]
	if s.sweep.Bodies == nil {
		return s.sight(c)
	}
	whole := *c
	var err error
	if whole.Body, err = s.sweep.Bodies.Body(i); err != nil {
		return err
	}
	return s.sight(&whole)
}

// sight stores one call that was found.
func (s *sweeper) sight(c *calls.Call) error {
	if problem := unstorable(c, s.run.Source); problem != "" {
		s.doubt(c, problem)
		return nil
	}
	print, err := printOf(c)
	if err != nil {
		s.doubt(c, err.Error())
		return nil
	}
	if before, twice := s.seen[c.Key.Reference]; twice {
		if !bytes.Equal(before.print, print) {
			s.doubt(c, "listed twice with different contents; the first was kept")
		}
		return nil
	}
	elsewhere, err := s.listedElsewhere(c)
	if err != nil {
		return err
	}
	if elsewhere != 0 {
		s.run.Unchanged++
		s.seen[c.Key.Reference] = fingerprinted{elsewhere, print}
		return s.list(c, elsewhere)
	}
	known := s.known[c.Key.Reference]
	id, err := s.store(c, known, print)
	s.seen[c.Key.Reference] = fingerprinted{id, print}
	return err
}

func (s *sweeper) doubt(c *calls.Call, problem string) {
	s.odd = append(s.odd, calls.Odd{Reference: c.Key.Reference, Problem: problem})
}

// store writes a call as far as it differs from what is known, and returns its id.
func (s *sweeper) store(c *calls.Call, known *knownCall, print []byte) (id int64, err error) {
	switch {
	case known == nil:
		s.run.New++
		id, err = s.add(c, print)
	case known.absentSince.IsZero() && bytes.Equal(known.fingerprint, print):
		s.run.Unchanged++
		return known.id, nil
	default:
		id, err = known.id, s.replace(c, known, print)
	}
	if err != nil {
		return 0, err
	}
	return id, s.uniteKnownElsewhere(c, id)
}

func (s *sweeper) add(c *calls.Call, print []byte) (int64, error) {
	fresh := *c
	fresh.Withdrawn, fresh.Changed = time.Time{}, time.Time{}
	fresh.Recorded = fresh.Status(s.now)
	rev, err := s.rev.next()
	if err != nil {
		return 0, err
	}
	id, err := s.write.add(&fresh, print, rev, s.now)
	if err != nil {
		return 0, err
	}
	if err := s.write.topics(id, s.classify(&fresh)); err != nil {
		return 0, err
	}
	return id, s.write.changes(id, calls.Diff(nil, &fresh, s.now))
}

// replace stores a call that differs from what is known of it, or has come back.
func (s *sweeper) replace(c *calls.Call, known *knownCall, print []byte) error {
	stored, err := loadCalls(s.ctx, s.tx, []int64{known.id})
	if err != nil {
		return err
	}
	old, fresh := stored[0].Call, *c
	fresh.Withdrawn, fresh.Changed = time.Time{}, old.Changed
	fresh.Recorded = fresh.Status(s.now)
	changes := calls.Diff(&old, &fresh, s.now)
	if len(changes) > 0 {
		fresh.Changed = s.now
	}
	if len(changes) > 0 || !bytes.Equal(known.fingerprint, print) {
		s.run.Changed++
	} else {
		s.run.Unchanged++
	}
	rev, err := s.rev.next()
	if err != nil {
		return err
	}
	if err := s.write.replace(known.id, &fresh, print, rev, s.now); err != nil {
		return err
	}
	if err := s.write.topics(known.id, s.classify(&fresh)); err != nil {
		return err
	}
	return s.write.changes(known.id, changes)
}

// rest does what follows from the sweep as a whole.
func (s *sweeper) rest() error {
	if err := s.write.flush(); err != nil {
		return err
	}
	if s.complete {
		if err := s.miss(); err != nil {
			return fmt.Errorf("mark absent calls: %w", err)
		}
	} else if err := s.touch(); err != nil {
		return fmt.Errorf("mark seen calls: %w", err)
	}
	if err := s.turn(); err != nil {
		return fmt.Errorf("follow dates: %w", err)
	}
	if err := s.keepCopies(); err != nil {
		return fmt.Errorf("keep copies of pages: %w", err)
	}
	if err := s.saveOdd(); err != nil {
		return fmt.Errorf("save odd records: %w", err)
	}
	return s.end()
}

func (s *sweeper) saveOdd() error {
	const insert = `INSERT INTO odd_records (run, position, reference, problem) VALUES (?, ?, ?, ?)`
	for i, o := range s.odd {
		if _, err := s.tx.ExecContext(s.ctx, insert, s.run.ID, i, o.Reference, o.Problem); err != nil {
			return err
		}
	}
	return nil
}

func (s *sweeper) end() error {
	s.run.Ended = s.now
	s.run.Pages = s.sweep.Pages
	s.run.Seen = len(s.seen)
	s.run.Odd = len(s.odd)
	s.run.Complete = s.complete
	s.run.Verified = s.sweep.Verified
	if s.sweep.Err != nil {
		s.run.Error = s.sweep.Err.Error()
		s.run.Held = errors.Is(s.sweep.Err, calls.ErrHeld)
	}
	if err := endRun(s.ctx, s.tx, s.run); err != nil {
		return fmt.Errorf("end run %d: %w", s.run.ID, err)
	}
	return nil
}

package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"fundwatch/calls"
	"fundwatch/calls/store"
)

// TestTwoHandlesShareTheWork claims the mails of one outbox through two handles at once, as two
// processes would: every mail comes once.
func TestTwoHandlesShareTheWork(t *testing.T) {
	t.Parallel()
	db := readyTown(t)
	const mails = 40
	for i := range mails {
		enqueue(t, db, 1, fmt.Sprint("period ", i))
	}
	second := openAt(t, db.Path())
	var (
		group sync.WaitGroup
		mu    sync.Mutex
		seen  = map[int64]int{}
	)
	for _, handle := range []*store.DB{db, second, db, second} {
		group.Go(func() {
			for {
				d, err := handle.Claim(context.Background(), nil, now, lease)
				if err != nil {
					t.Error(err)
				}
				if d == nil || err != nil {
					return
				}
				mu.Lock()
				seen[d.ID]++
				mu.Unlock()
				if err := handle.Record(context.Background(), d.ID, calls.Outcome{State: calls.DeliverySent}, now); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	same(t, "mails claimed", len(seen), mails)
	for id, n := range seen {
		if n != 1 {
			t.Errorf("mail %d was claimed %d times", id, n)
		}
	}
}

func TestReadersDoNotWaitForAWriter(t *testing.T) {
	t.Parallel()
	db := readyTown(t)
	reading, finish := make(chan struct{}), make(chan struct{})
	classify := func(*calls.Call) []calls.TopicHit { // inside the writing transaction
		close(reading)
		<-finish
		return nil
	}
	id := must(db.BeginRun(t.Context(), "portal", now))(t)
	saved := make(chan error, 1)
	go func() {
		_, err := db.SaveSweep(context.Background(), id, sweepOf(call("new", "New")), classify, now)
		saved <- err
	}()
	<-reading
	for _, handle := range []*store.DB{db, openAt(t, db.Path())} {
		same(t, "calls during the write", len(find(t, handle, calls.Search{})), 3)
	}
	close(finish)
	ok(t, <-saved)
	same(t, "calls after it", len(find(t, db, calls.Search{})), 4)
}

func TestWaitingForAWriterEndsWithTheContext(t *testing.T) {
	t.Parallel()
	db := readyTown(t)
	raw := outside(t, db.Path())
	raw.SetMaxOpenConns(1)
	exec(t, raw, "BEGIN IMMEDIATE")
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	started := time.Now()
	if _, err := db.BeginRun(ctx, "portal", now); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("BeginRun while another process writes: %v, want the context's error", err)
	}
	if waited := time.Since(started); waited > 20*time.Second {
		t.Errorf("it waited %s, want less than the busy timeout and a bit", waited)
	}
	exec(t, raw, "ROLLBACK")
	must(db.BeginRun(t.Context(), "portal", now))(t)
}

func TestCheckFindsDamage(t *testing.T) {
	t.Parallel()
	db := readyTown(t)
	same(t, "sound", must(db.Check(t.Context()))(t), nil)
	raw := outside(t, db.Path())
	raw.SetMaxOpenConns(1)
	exec(t, raw, "PRAGMA foreign_keys = off")
	exec(t, raw, "DROP TRIGGER folded_before_update; DROP TRIGGER folded_after_update")
	exec(t, raw, "UPDATE folded SET title = 'something else'")
	exec(t, raw, "DELETE FROM municipalities")
	problems := must(db.Check(t.Context()))(t)
	same(t, "damaged", problems, []string{
		"malformed inverted index for FTS4 table main.fulltext",
		"a row of matches names a missing row of municipalities",
		"a row of subscribers names a missing row of municipalities",
		"a row of twins names a missing row of municipalities",
	})
	ok(t, db.RebuildIndex(t.Context()))
	same(t, "after a rebuild", must(db.Check(t.Context()))(t), problems[1:])
}

// The two writers of one process, one of which waits for the disk, share the file without a lock error.
func TestBothWritersShareTheFile(t *testing.T) {
	t.Parallel()
	db := readyTown(t)
	var group sync.WaitGroup
	for i := range 4 {
		group.Go(func() {
			for j := range 10 {
				d, out := digestOf(t, db, 1, fmt.Sprintf("period %d of %d", j, i))
				if _, err := db.Enqueue(context.Background(), d, out, now); err != nil {
					t.Error(err)
				}
				mail, err := db.Claim(context.Background(), nil, now, lease)
				if err != nil || mail == nil {
					t.Errorf("Claim = %v, %v", mail, err)
					return
				}
				err = errors.Join(db.MarkData(context.Background(), mail.ID), db.Settle(context.Background()),
					db.Record(context.Background(), mail.ID, calls.Outcome{State: calls.DeliverySent}, now))
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	same(t, "sent", must(db.CountOutbox(t.Context()))(t), map[calls.DeliveryState]int{calls.DeliverySent: 40})
}

// What goes in one transaction with others fails alone.
func TestMailsThatFallTogetherFailAlone(t *testing.T) {
	t.Parallel()
	db := readyTown(t)
	const mails = 12
	for i := range mails {
		enqueue(t, db, 1, fmt.Sprint("period ", i))
	}
	var group sync.WaitGroup
	for range mails {
		group.Go(func() {
			d, err := db.Claim(context.Background(), nil, now, lease)
			if err != nil || d == nil {
				t.Errorf("Claim = %v, %v", d, err)
				return
			}
			if err := db.MarkData(context.Background(), 1000+d.ID); err == nil {
				t.Error("a mail that is not there was marked")
			}
			if err := db.MarkData(context.Background(), d.ID); err != nil {
				t.Error(err)
			}
			if err := db.Record(context.Background(), 1000+d.ID, calls.Outcome{State: calls.DeliverySent}, now); !errors.Is(err, calls.ErrNotFound) {
				t.Errorf("Record of a mail that is not there: %v, want ErrNotFound", err)
			}
			if err := db.Record(context.Background(), d.ID, calls.Outcome{State: calls.DeliverySent}, now); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	same(t, "sent", must(db.CountOutbox(t.Context()))(t), map[calls.DeliveryState]int{calls.DeliverySent: mails})
}

// Who waits behind a transaction of another process can leave, and who stays is served.
func TestWaitingTogetherEndsWithTheContext(t *testing.T) {
	t.Parallel()
	db := readyTown(t)
	enqueue(t, db, 1, "2026-W47")
	raw := outside(t, db.Path())
	raw.SetMaxOpenConns(1)
	exec(t, raw, "BEGIN IMMEDIATE")
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
			defer cancel()
			if d, err := db.Claim(ctx, nil, now, lease); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("Claim while another process writes: %v, %v, want the context's error", d, err)
			}
		})
	}
	group.Wait()
	exec(t, raw, "ROLLBACK")
	if claim(t, db, now) == nil {
		t.Error("nothing was due afterwards")
	}
}

// A clock that jumps ahead past the end of the leases takes no mail from who has it in hand.
func TestAClockThatJumpsTakesNoMail(t *testing.T) {
	t.Parallel()
	db := readyTown(t)
	id := enqueue(t, db, 1, "2026-W47", "a")
	claim(t, db, now)
	ok(t, db.MarkData(t.Context(), id))
	none(t, db, now.Add(100*day))
	record(t, db, id, calls.Outcome{State: calls.DeliverySent, Code: 250}, now.Add(100*day))
	same(t, "state", mail(t, db, id).State, calls.DeliverySent)
}

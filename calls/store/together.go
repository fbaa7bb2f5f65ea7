package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"slices"
	"sync"

	"github.com/mattn/go-sqlite3"
)

// A ferry carries what several goroutines want to write at the same time in one transaction, so that they wait
// for the lock and for the disk together. Who comes while one is on its way goes with the next, and nobody
// waits for company.
type ferry struct {
	mu      sync.Mutex
	waiting []*passenger
	helm    chan struct{} // of capacity 1: who has put something in carries everybody who waits
}

func newFerry() *ferry { return &ferry{helm: make(chan struct{}, 1)} }

// A passenger is one write.
type passenger struct {
	ctx     context.Context
	doing   string
	through bool // it must not be forgotten by a power cut
	fn      func(ctx context.Context, tx transaction) error
	done    chan struct{} // closed when err counts
	err     error
}

// updateTogether is update, or with through updateThrough, perhaps in one transaction with others. Nevertheless
// each fails alone: after a failure everything is rolled back and done again one by one, so fn may be called
// twice. What fn gets is a context that does not end: only the waiting ends with ctx.
func (db *DB) updateTogether(ctx context.Context, doing string, through bool, fn func(ctx context.Context, tx transaction) error) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	p := &passenger{ctx: ctx, doing: doing, through: through, fn: fn, done: make(chan struct{})}
	db.ferry.queue(p)
	select {
	case db.ferry.helm <- struct{}{}:
		db.carry(db.ferry.board())
		<-db.ferry.helm
	case <-p.done:
	case <-ctx.Done():
		if db.ferry.leave(p) {
			return fmt.Errorf("%s: %w", doing, ctx.Err())
		}
	}
	<-p.done
	return p.err
}

func (f *ferry) queue(p *passenger) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.waiting = append(f.waiting, p)
}

// board returns everybody who waits.
func (f *ferry) board() []*passenger {
	f.mu.Lock()
	defer f.mu.Unlock()
	all := f.waiting
	f.waiting = nil
	return all
}

// leave reports whether the passenger still waited, and now does not.
func (f *ferry) leave(p *passenger) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	at := slices.Index(f.waiting, p)
	if at < 0 {
		return false
	}
	f.waiting = slices.Delete(f.waiting, at, at+1)
	return true
}

// carry writes what the passengers want: all of it at once, or one by one if that fails.
func (db *DB) carry(all []*passenger) {
	if len(all) > 1 && db.writeAll(all...) == nil {
		for _, p := range all {
			close(p.done)
		}
		return
	}
	for _, p := range all {
		p.err = db.writeAll(p)
		close(p.done)
	}
}

// writeAll writes in one transaction, which waits for the disk if one of them must. The wait for the lock ends
// with the context of the first.
func (db *DB) writeAll(all ...*passenger) error {
	first := all[0]
	conn, err := db.writer().Conn(first.ctx)
	if err != nil {
		return fmt.Errorf("%s: %w", first.doing, err)
	}
	defer conn.Close()
	free := context.WithoutCancel(first.ctx)
	if slices.ContainsFunc(all, func(p *passenger) bool { return p.through }) {
		if _, err := conn.ExecContext(free, `PRAGMA synchronous = FULL`); err != nil {
			return fmt.Errorf("%s: %w", first.doing, err)
		}
		defer conn.ExecContext(free, `PRAGMA synchronous = NORMAL`) //nolint:errcheck // else it is only slower
	}
	defer endOn(free, conn)
	if err := db.beginOn(first.ctx, conn); err != nil {
		return fmt.Errorf("%s: begin: %w", first.doing, err)
	}
	for _, p := range all {
		if err := p.fn(free, conn); err != nil {
			return fmt.Errorf("%s: %w", p.doing, db.namePlace(err))
		}
	}
	if _, err := conn.ExecContext(free, `COMMIT`); err != nil {
		return fmt.Errorf("%s: commit: %w", first.doing, db.namePlace(err))
	}
	return nil
}

// beginOn begins a transaction by hand: [sql.Tx] starts a goroutine for itself and one for each query, to end
// them with a context, and those of the outbox do not end with one. Sending waits for nothing else as often.
func (db *DB) beginOn(ctx context.Context, conn *sql.Conn) error {
	return db.lock(ctx, func() error {
		_, err := conn.ExecContext(context.WithoutCancel(ctx), `BEGIN IMMEDIATE`)
		return err
	})
}

// endOn rolls back what was not committed. A connection that cannot even do that is given up, and with it its
// transaction.
func endOn(ctx context.Context, conn *sql.Conn) {
	_ = conn.Raw(func(c any) error { // the error is our own
		open := func() bool { return !c.(*sqlite3.SQLiteConn).AutoCommit() }
		if open() {
			_, _ = c.(driver.ExecerContext).ExecContext(ctx, `ROLLBACK`, nil) // we look whether it did
		}
		if open() {
			return driver.ErrBadConn
		}
		return nil
	})
}

package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"fundwatch/calls"
)

// Outbox returns the mails in these states, without their bytes, oldest first; all mails if no state is
// given.
func (db *DB) Outbox(ctx context.Context, states ...calls.DeliveryState) ([]calls.Delivery, error) {
	const query = `
		SELECT ` + deliveryColumns + `
		FROM deliveries d
		WHERE ?1 = '[]' OR d.state IN (SELECT value FROM json_each(?1))
		ORDER BY d.id`
	all, err := collect(ctx, db.read, scanDelivery, query, asJSON(&states))
	if err != nil {
		return nil, fmt.Errorf("read outbox: %w", err)
	}
	return all, nil
}

// CountOutbox returns how many mails are in each state. A state that no mail is in is missing.
func (db *DB) CountOutbox(ctx context.Context) (map[calls.DeliveryState]int, error) {
	counts, err := countBy[calls.DeliveryState](ctx, db.read, `SELECT state, COUNT(*) FROM deliveries GROUP BY state`)
	if err != nil {
		return nil, fmt.Errorf("count outbox: %w", err)
	}
	return counts, nil
}

// Delivery returns a mail with its bytes, which are nil if [DB.Prune] dropped them. The error
// wraps [calls.ErrNotFound] if there is none.
func (db *DB) Delivery(ctx context.Context, id int64) (*calls.Delivery, error) {
	var d calls.Delivery
	err := db.view(ctx, fmt.Sprintf("mail %d", id), func(q querier) error {
		var err error
		if d, err = deliveryByID(ctx, q, id); err != nil {
			return err
		}
		d.Bytes, err = messageOf(ctx, q, id)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &d, nil
}

// RetryDelivery puts a mail that was given up, or that nobody knows about, back into the queue, due now,
// with its attempts counted from zero and its notices on their way again. A mail that was sent, or is
// being sent, is refused.
func (db *DB) RetryDelivery(ctx context.Context, id int64, now time.Time) error {
	return db.update(ctx, fmt.Sprintf("retry mail %d", id), func(tx *sql.Tx) error {
		if err := movable(ctx, tx, id); err != nil {
			return err
		}
		bytes, err := messageOf(ctx, tx, id)
		if err != nil {
			return err
		}
		if bytes == nil {
			return fmt.Errorf("its bytes are no longer kept; the next digest tells its calls again")
		}
		if err := notToldSince(ctx, tx, id); err != nil {
			return err
		}
		const update = `
			UPDATE deliveries
			SET state = 'queued', next_attempt = ?, attempts = 0, code = 0, answer = '', ended = NULL
			WHERE id = ?`
		if _, err := tx.ExecContext(ctx, update, instant(now), id); err != nil {
			return err
		}
		return moveNotices(ctx, tx, id, "returned", "queued")
	})
}

// notToldSince refuses a mail of whose calls a later one has told: sending it would tell them twice.
func notToldSince(ctx context.Context, tx *sql.Tx, id int64) error {
	const query = `
		SELECT
			(SELECT COUNT(*) FROM notices old
			JOIN notices later ON later.subscriber = old.subscriber AND later.call = old.call
				AND later.delivery > old.delivery AND later.state <> 'returned'
			WHERE old.delivery = ?1)
			+ (SELECT COUNT(*) FROM expected_notices old
			JOIN expected_notices later ON later.subscriber = old.subscriber AND later.quarter = old.quarter
				AND later.delivery > old.delivery AND later.state <> 'returned'
			WHERE old.delivery = ?1)`
	n, err := scanOne[int](tx.QueryRowContext(ctx, query, id))
	if err == nil && n > 0 {
		err = errors.New("a later mail has told its calls")
	}
	return err
}

// Supersede takes the mails of a subscriber that still wait, and of which nothing has left, out of the
// queue and returns their calls, because a digest of a newer period is about to tell what is true now: a
// letter that waited three weeks would count days that have passed.
func (db *DB) Supersede(ctx context.Context, subscriber int64, now time.Time) error {
	return db.supersede(ctx, subscriber, "%", now)
}

// SupersedeReminders does so with waiting reminders alone: today's say how many days are left, and a letter
// that waits is none of their business.
func (db *DB) SupersedeReminders(ctx context.Context, subscriber int64, now time.Time) error {
	return db.supersede(ctx, subscriber, calls.DigestReminder.Name()+"/%", now)
}

func (db *DB) supersede(ctx context.Context, subscriber int64, keys string, now time.Time) error {
	return db.update(ctx, fmt.Sprintf("supersede mails of subscriber %d", subscriber), func(tx *sql.Tx) error {
		const waiting = `
			SELECT id FROM deliveries
			WHERE subscriber = ? AND state = 'queued' AND key LIKE ? AND key NOT LIKE '` + calls.ConfirmationKey + `%'`
		ids, err := collect(ctx, tx, scanOne[int64], waiting, subscriber, keys)
		if err != nil {
			return err
		}
		for _, id := range ids {
			const update = `
				UPDATE deliveries
				SET state = 'suppressed', next_attempt = NULL, ended = ?, answer = 'a newer digest took its place'
				WHERE id = ?`
			if _, err := tx.ExecContext(ctx, update, instant(now), id); err != nil {
				return err
			}
			if err := setNotices(ctx, tx, id, "returned"); err != nil {
				return err
			}
		}
		return nil
	})
}

// DropDelivery gives a mail up; its calls return to a later digest. A mail that was sent, or is being
// sent, is refused.
func (db *DB) DropDelivery(ctx context.Context, id int64, now time.Time) error {
	return db.update(ctx, fmt.Sprintf("drop mail %d", id), func(tx *sql.Tx) error {
		if err := movable(ctx, tx, id); err != nil {
			return err
		}
		const update = `
			UPDATE deliveries
			SET state = 'suppressed', next_attempt = NULL, ended = ?, answer = 'dropped by hand'
			WHERE id = ?`
		if _, err := tx.ExecContext(ctx, update, instant(now), id); err != nil {
			return err
		}
		return setNotices(ctx, tx, id, "returned")
	})
}

// movable refuses mails that no person can do anything about.
func movable(ctx context.Context, tx *sql.Tx, id int64) error {
	d, err := deliveryByID(ctx, tx, id)
	switch {
	case err != nil:
		return err
	case d.State == calls.DeliverySent:
		return fmt.Errorf("it was sent at %s", d.Ended.Format(time.RFC3339))
	case d.State == calls.DeliverySending:
		return fmt.Errorf("it is being sent at this moment")
	}
	return nil
}

// A Telling is one thing that a subscriber was told, or should have been, and what became of the mail.
type Telling struct {
	Notice   calls.Notice
	Counts   bool           // false: the mail did not arrive, and a later digest tells it again
	Delivery calls.Delivery // without bytes
}

// Tellings returns what a subscriber was ever told, oldest first; nil if nothing was, or if there is no
// such subscriber.
func (db *DB) Tellings(ctx context.Context, subscriber int64) ([]Telling, error) {
	const query = `
		SELECT
			c.source,
			c.reference,
			n.kind,
			n.fact,
			n.told,
			n.state <> 'returned',` + deliveryColumns + `
		FROM notices n
		JOIN calls c ON c.id = n.call
		JOIN deliveries d ON d.id = n.delivery
		WHERE n.subscriber = ?
		ORDER BY n.id`
	all, err := collect(ctx, db.read, scanTelling, query, subscriber)
	if err != nil {
		return nil, fmt.Errorf("read what subscriber %d was told: %w", subscriber, err)
	}
	return all, nil
}

func scanTelling(row scanner) (t Telling, err error) {
	n := &t.Notice
	t.Delivery, err = scanDelivery(prefixed{row, []any{
		&n.Call.Source, &n.Call.Reference, &n.Kind, &n.Fact, asJSON(&n.Told), &t.Counts,
	}})
	return t, err
}

// A prefixed row reads its first columns into first, so that one scan function serves joins too.
type prefixed struct {
	scanner
	first []any
}

// Scan implements scanner.
func (p prefixed) Scan(dest ...any) error { return p.scanner.Scan(append(p.first, dest...)...) }

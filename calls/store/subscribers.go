package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"fundwatch/calls"
)

const subscriberColumns = `
	s.id,
	u.name,
	s.email,
	s.name,
	s.language,
	s.frequency,
	s.state,
	s.paused_until,
	token_of('manage', s.nonce),
	token_of('stop', s.nonce),
	s.created`

const subscriberTables = `
	FROM subscribers s
	JOIN municipalities u ON u.id = s.municipality`

func scanSubscriber(row scanner) (calls.Subscriber, error) {
	var s calls.Subscriber
	err := row.Scan(
		&s.ID,
		&s.Municipality,
		&s.Email,
		&s.Name,
		&s.Language,
		&s.Frequency,
		&s.State,
		into(&s.PausedUntil),
		&s.Token,
		&s.Stop,
		into(&s.Created),
	)
	s.Email = shownAddress(s.Email)
	return s, err
}

// oneSubscriber returns the subscriber for whom condition, with one parameter, holds.
func oneSubscriber(ctx context.Context, q querier, condition string, value any) (*calls.Subscriber, error) {
	query := `SELECT ` + subscriberColumns + subscriberTables + ` WHERE ` + condition
	s, err := scanSubscriber(q.QueryRowContext(ctx, query, value))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, calls.ErrNotFound
	}
	return &s, err
}

// Subscriber returns the subscriber with this id. The error wraps [calls.ErrNotFound] if there is none.
func (db *DB) Subscriber(ctx context.Context, id int64) (*calls.Subscriber, error) {
	s, err := oneSubscriber(ctx, db.read, `s.id = ?`, id)
	if err != nil {
		return nil, fmt.Errorf("subscriber %d: %w", id, err)
	}
	return s, nil
}

// Subscribers returns all subscribers, ordered by id.
func (db *DB) Subscribers(ctx context.Context) ([]calls.Subscriber, error) {
	all, err := loadSubscribers(ctx, db.read)
	if err != nil {
		return nil, fmt.Errorf("read subscribers: %w", err)
	}
	return all, nil
}

func loadSubscribers(ctx context.Context, q querier) ([]calls.Subscriber, error) {
	return collect(ctx, q, scanSubscriber, `SELECT `+subscriberColumns+subscriberTables+` ORDER BY s.id`)
}

// SubscriberIDs returns the ids of all subscribers, in order: for who walks over a continent of them and cannot hold
// them all. See [DB.SubscribersByID].
func (db *DB) SubscriberIDs(ctx context.Context) ([]int64, error) {
	ids, err := collect(ctx, db.read, scanOne[int64], `SELECT id FROM subscribers ORDER BY id`)
	if err != nil {
		return nil, fmt.Errorf("read subscribers: %w", err)
	}
	return ids, nil
}

// SubscribersByID returns the subscribers with these ids, ordered by id. Those that are no more are left out.
func (db *DB) SubscribersByID(ctx context.Context, ids []int64) ([]calls.Subscriber, error) {
	const query = `SELECT ` + subscriberColumns + subscriberTables + ` WHERE s.id IN (SELECT value FROM json_each(?)) ORDER BY s.id`
	some, err := collect(ctx, db.read, scanSubscriber, query, asJSON(&ids))
	if err != nil {
		return nil, fmt.Errorf("read subscribers: %w", err)
	}
	return some, nil
}

// SubscribersByEmail returns the subscribers with this address in any case and spelling: one for each municipality
// that it belongs to, ordered by id; nil if there are none.
func (db *DB) SubscribersByEmail(ctx context.Context, email string) ([]calls.Subscriber, error) {
	all, err := collect(ctx, db.read, scanSubscriber,
		`SELECT `+subscriberColumns+subscriberTables+` WHERE s.email = ? ORDER BY s.id`, ASCIIAddress(email))
	if err != nil {
		return nil, fmt.Errorf("read subscribers by address: %w", err)
	}
	return all, nil
}

// SetSubscriberState says from now on whether a mailbox gets mail. until is the end of a pause, the
// zero time for one without an end, and zero for every other state. The error wraps
// [calls.ErrNotFound] if there is no such subscriber.
func (db *DB) SetSubscriberState(ctx context.Context, id int64, state calls.SubscriberState, until time.Time) error {
	return db.updateThrough(ctx, fmt.Sprintf("set subscriber %d to %s", id, state), func(tx *sql.Tx) error {
		s, err := oneSubscriber(ctx, tx, `s.id = ?`, id)
		if err != nil {
			return err
		}
		if state == calls.SubscriberActive { // whoever asks for mail again is no longer opted out
			if err := forgetOptOut(ctx, tx, s.Email); err != nil {
				return err
			}
			const forgive = `UPDATE inbound SET forgiven = 1 WHERE subscriber = ?`
			if _, err := tx.ExecContext(ctx, forgive, id); err != nil {
				return err
			}
		}
		const update = `UPDATE subscribers SET state = ?, paused_until = ? WHERE id = ?`
		_, err = tx.ExecContext(ctx, update, string(state), instant(until), id)
		return err
	})
}

// RemoveSubscriber removes a mailbox with its mails and notices, but for a hash of the address if it
// wanted no mail. The error wraps [calls.ErrNotFound] if there is no such subscriber.
func (db *DB) RemoveSubscriber(ctx context.Context, id int64) error {
	return db.update(ctx, fmt.Sprintf("remove subscriber %d", id), func(tx *sql.Tx) error {
		s, err := oneSubscriber(ctx, tx, `s.id = ?`, id)
		if err != nil {
			return err
		}
		if err := keepOptOuts(ctx, tx, []calls.Subscriber{*s}); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM subscribers WHERE id = ?`, id)
		return err
	})
}

// An Erasure is what [DB.Erase] did.
type Erasure struct {
	Subscribers int  // that had the address
	Reports     int  // mails that waited for a person and named the address as their sender
	Lingers     bool // others were reading, so the log beside the file holds old pages until [DB.Tidy] or the last process to close it
}

// Erase removes every trace of an address but a hash, which keeps it from becoming active by a later
// import. What was erased is overwritten in the file too; a backup made earlier still holds it.
func (db *DB) Erase(ctx context.Context, email string) (done Erasure, err error) {
	err = db.update(ctx, "erase address", func(tx *sql.Tx) error {
		gone, err := tx.ExecContext(ctx, `DELETE FROM subscribers WHERE email = ?`, ASCIIAddress(email))
		if err != nil {
			return err
		}
		n, err := gone.RowsAffected()
		done.Subscribers = int(n)
		if err != nil {
			return err
		}
		if done.Reports, err = eraseSender(ctx, tx, email); err != nil {
			return err
		}
		if err := dropEmpty(ctx, tx); err != nil {
			return err
		}
		return optOut(ctx, tx, email)
	})
	if err != nil {
		return Erasure{}, err
	}
	emptied, err := db.emptyLog(ctx)
	if err != nil {
		return done, fmt.Errorf("erase address: %w", err)
	}
	done.Lingers = !emptied
	return done, nil
}

// OptedOut reports whether an address that is not stored any more wants no mail.
func (db *DB) OptedOut(ctx context.Context, email string) (bool, error) {
	out, err := optedOut(ctx, db.read, email)
	if err != nil {
		return false, fmt.Errorf("look for opt-out: %w", err)
	}
	return out, nil
}

func optedOut(ctx context.Context, q querier, email string) (bool, error) {
	const query = `SELECT EXISTS (SELECT 1 FROM opt_outs WHERE address IN (?, ?, ?))`
	return scanOne[bool](q.QueryRowContext(ctx, query, addressHashes(email)...))
}

func optOut(ctx context.Context, tx *sql.Tx, email string) error {
	const insert = `INSERT INTO opt_outs (address) VALUES (?) ON CONFLICT DO NOTHING`
	_, err := tx.ExecContext(ctx, insert, addressHash(email))
	return err
}

// forgetOptOut lets an address have mail again whose owner has asked for it.
func forgetOptOut(ctx context.Context, tx *sql.Tx, email string) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM opt_outs WHERE address IN (?, ?, ?)`, addressHashes(email)...)
	return err
}

// keepOptOuts keeps the wish of those among subscribers who want no mail, before their rows go.
func keepOptOuts(ctx context.Context, tx *sql.Tx, subscribers []calls.Subscriber) error {
	for _, s := range subscribers {
		if s.State != calls.SubscriberUnsubscribed {
			continue
		}
		if err := optOut(ctx, tx, s.Email); err != nil {
			return err
		}
	}
	return nil
}

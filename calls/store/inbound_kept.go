package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"fundwatch/calls"
)

// A Kept is an inbound mail that waits for a person.
type Kept struct {
	ID           int64 // rises with time
	At           time.Time
	From         string                // address that it says it is from, which anybody can forge; "" if not known
	Subscriber   int64                 // that it may be about, or that has the address in From; 0 if it names none
	Municipality string                // of that subscriber; "" if it names none
	Email        string                // the same
	State        calls.SubscriberState // the same
	Status       string                // "5.1.1"; "" if it gave none
	Answer       string                // one line
}

// KeptInbound returns the inbound mails that no person has seen, oldest first; nil if there are none. Of several
// mailboxes that have the address of a sender, one that is not unsubscribed comes first.
func (db *DB) KeptInbound(ctx context.Context) ([]Kept, error) {
	const query = `
		SELECT b.id, b.at, b.sender, COALESCE(s.id, 0), COALESCE(u.name, ''), COALESCE(s.email, ''), COALESCE(s.state, ''),
			b.status, b.answer
		FROM inbound b
		LEFT JOIN subscribers s ON s.id = COALESCE(b.subscriber, (
			SELECT w.id FROM subscribers w WHERE w.email = b.sender ORDER BY w.state = 'unsubscribed', w.id LIMIT 1))
		LEFT JOIN municipalities u ON u.id = s.municipality
		WHERE b.kind = 'unknown' AND b.seen = 0
		ORDER BY b.id`
	kept, err := collect(ctx, db.read, func(s scanner) (k Kept, err error) {
		err = s.Scan(&k.ID, into(&k.At), &k.From, &k.Subscriber, &k.Municipality, &k.Email, &k.State, &k.Status, &k.Answer)
		k.From, k.Email = shownAddress(k.From), shownAddress(k.Email)
		return k, err
	}, query)
	if err != nil {
		return nil, fmt.Errorf("read inbound mail: %w", err)
	}
	return kept, nil
}

// Returned returns the inbound mails about a subscriber, oldest first; nil if there are none.
func (db *DB) Returned(ctx context.Context, subscriber int64) ([]calls.Returned, error) {
	const query = `SELECT at, kind, status, answer FROM inbound WHERE subscriber = ? ORDER BY id`
	all, err := collect(ctx, db.read, scanReturned, query, subscriber)
	if err != nil {
		return nil, fmt.Errorf("read what came back for subscriber %d: %w", subscriber, err)
	}
	return all, nil
}

// WrittenFrom returns the inbound mails that wait for a person and say that they are from this address, in any case
// and spelling, oldest first; nil if there are none. Somebody else may have written them.
func (db *DB) WrittenFrom(ctx context.Context, email string) ([]calls.Returned, error) {
	const query = `SELECT at, kind, status, answer FROM inbound WHERE sender = ? AND sender <> '' ORDER BY id`
	all, err := collect(ctx, db.read, scanReturned, query, ASCIIAddress(email))
	if err != nil {
		return nil, fmt.Errorf("read mail from an address: %w", err)
	}
	return all, nil
}

func scanReturned(s scanner) (r calls.Returned, err error) {
	return r, s.Scan(into(&r.At), &r.Kind, &r.Status, &r.Answer)
}

// SeeInbound notes that a person has seen the inbound mails that waited, up to the one with this id: what has come
// since they were listed goes on waiting. It returns how many there were. Who wrote them is forgotten.
func (db *DB) SeeInbound(ctx context.Context, through int64) (int, error) {
	var seen int64
	err := db.update(ctx, "note inbound mail as seen", func(tx *sql.Tx) error {
		const update = `UPDATE inbound SET seen = 1, sender = '' WHERE kind = 'unknown' AND seen = 0 AND id <= ?`
		result, err := tx.ExecContext(ctx, update, through)
		if err != nil {
			return err
		}
		seen, err = result.RowsAffected()
		return err
	})
	return int(seen), err
}

// eraseSender drops the mails that wait for a person and name an address as their sender, and returns how many there
// were.
func eraseSender(ctx context.Context, tx *sql.Tx, email string) (int, error) {
	result, err := tx.ExecContext(ctx, `DELETE FROM inbound WHERE sender = ? AND sender <> ''`, ASCIIAddress(email))
	if err != nil {
		return 0, err
	}
	n, err := result.RowsAffected()
	return int(n), err
}

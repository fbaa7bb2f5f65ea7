package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"fundwatch/calls"
)

// Claim leases the mail that has been due longest and returns it with its bytes, or nil, nil when none
// is due. Due are queued and uncertain mails whose next attempt is set and not after now. Its State is
// the one before the lease: queued, or unknown if one copy may have left already.
//
// In the same transaction it records done first, if that is not nil, as [DB.Record] would: an error means that
// nothing was recorded and nothing claimed. It also looks once more whether the mail may be sent; that it may
// not, or that nobody can tell, is no error, for the mail is leased, and what becomes of it is to be recorded.
//
// A mail whose lease has run out was left by a sender that died. It is due again, after those that are due
// anyway; if [DB.MarkData] was called under that lease, as unknown. A mail that was marked while it was unknown
// has left twice: it stays unknown and is not claimed again. A mail that this very process has is never taken
// from it, whatever the clock says: a clock that jumps ahead would make two copies.
func (db *DB) Claim(ctx context.Context, done *calls.Tried, now time.Time, lease time.Duration) (*calls.Claimed, error) {
	if err := db.Unlock(ctx); err != nil {
		return nil, fmt.Errorf("claim a mail: %w", err)
	}
	c := claiming{db: db, now: now, until: now.Add(lease)}
	if done != nil {
		c.done = db.recordingOf(done.ID, done.Outcome, now)
	}
	err := errUnchecked
	for errors.Is(err, errUnchecked) { // once more, and c.odd is not checked again
		err = db.updateTogether(ctx, "claim a mail", false, c.run)
	}
	if err != nil {
		return nil, err
	}
	if c.done != nil {
		c.done.forgetLease()
	}
	return c.claimed, nil
}

// A claiming is one call of Claim.
type claiming struct {
	db      *DB
	done    *recording // nil: nothing is to be recorded
	now     time.Time
	until   time.Time
	claimed *calls.Claimed

	odd     int64 // a mail that could not be read or checked, and is claimed without
	because error
}

// errUnchecked rolls a claim back whose mail could not be read or checked: the error may have ended the transaction.
var errUnchecked = errors.New("the mail cannot be checked")

func (c *claiming) run(ctx context.Context, tx transaction) error {
	c.claimed = nil
	if c.done != nil {
		if err := c.done.run(ctx, tx); err != nil {
			return fmt.Errorf("%s: %w", c.done.doing(), err)
		}
	}
	id, err := c.lease(ctx, tx)
	if errors.Is(err, sql.ErrNoRows) {
		id, err = c.leaseAnew(ctx, tx)
	}
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil
	case err != nil:
		return err
	}
	if id == c.odd {
		c.claimed, err = loadOdd(ctx, tx, id, c.because)
		return err
	}
	c.claimed, err = loadClaimed(ctx, tx, id)
	if err == nil {
		c.claimed.Withheld, err = withheld(ctx, tx, &c.claimed.Delivery, c.now)
	}
	if err != nil {
		c.odd, c.because = id, err
		return fmt.Errorf("%w: mail %d: %w", errUnchecked, id, err)
	}
	return nil
}

// leaseAnew is lease after the leases that have run out were ended.
func (c *claiming) leaseAnew(ctx context.Context, tx transaction) (int64, error) {
	if err := endLeases(ctx, tx, c.now, c.now, c.db.ownClaims()...); err != nil {
		return 0, err
	}
	return c.lease(ctx, tx)
}

// lease leases the mail that has been due longest and returns its id, or sql.ErrNoRows if none is due.
func (c *claiming) lease(ctx context.Context, tx transaction) (int64, error) {
	const claim = `
		UPDATE deliveries
		SET state = 'sending', leased_as = state, lease_until = ?2, next_attempt = NULL, marked = 0, claim = ?3
		WHERE id = (SELECT id FROM deliveries WHERE next_attempt <= ?1 ORDER BY next_attempt, id LIMIT 1)
		RETURNING id`
	name := rand.Text()
	id, err := scanOne[int64](tx.QueryRowContext(ctx, claim, instant(c.now), instant(c.until), name))
	if err == nil {
		c.db.claims.Store(id, name)
	}
	return id, err
}

// loadClaimed returns a leased mail with its bytes and the state that it had before.
func loadClaimed(ctx context.Context, q querier, id int64) (*calls.Claimed, error) {
	const query = `
		SELECT d.leased_as, m.bytes,` + deliveryColumns + `
		FROM deliveries d
		LEFT JOIN messages m ON m.delivery = d.id
		WHERE d.id = ?`
	var before calls.DeliveryState
	var bytes []byte
	d, err := scanDelivery(prefixed{q.QueryRowContext(ctx, query, id), []any{&before, &bytes}})
	if err != nil {
		return nil, err
	}
	if d.Sender, err = senderOf(ctx, q, &d); err != nil {
		return nil, err
	}
	d.State, d.Bytes = before, bytes
	return &calls.Claimed{Delivery: d}, nil
}

// loadOdd returns as much of a leased mail that cannot be checked as it takes to put it off.
func loadOdd(ctx context.Context, q querier, id int64, because error) (*calls.Claimed, error) {
	const query = `SELECT leased_as, key, subscriber, attempts FROM deliveries WHERE id = ?`
	odd := &calls.Claimed{Delivery: calls.Delivery{ID: id}, Unchecked: because}
	err := q.QueryRowContext(ctx, query, id).Scan(&odd.State, &odd.Key, &odd.Subscriber, &odd.Attempts)
	if err != nil {
		return nil, fmt.Errorf("mail %d: %w", id, err)
	}
	return odd, nil
}

// senderOf returns the envelope sender of a mail with the token in it that its subscriber has for bounces.
func senderOf(ctx context.Context, q querier, d *calls.Delivery) (string, error) {
	if !strings.Contains(d.Sender, calls.TokenMark) {
		return d.Sender, nil
	}
	const query = `SELECT token_of('bounce', nonce) FROM subscribers WHERE id = ?`
	token, err := scanOne[string](q.QueryRowContext(ctx, query, d.Subscriber))
	if err != nil {
		return "", fmt.Errorf("token of subscriber %d: %w", d.Subscriber, err)
	}
	return strings.ReplaceAll(d.Sender, calls.TokenMark, token), nil
}

package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"fundwatch/calls"
)

const deliveryColumns = `
	d.id,
	d.key,
	d.subscriber,
	d.sender,
	d.recipient,
	d.message_id,
	d.subject,
	d.state,
	d.attempts,
	d.next_attempt,
	d.code,
	d.answer,
	d.created,
	d.ended`

func scanDelivery(row scanner) (calls.Delivery, error) {
	var d calls.Delivery
	err := row.Scan(
		&d.ID,
		&d.Key,
		&d.Subscriber,
		&d.Sender,
		&d.Recipient,
		&d.MessageID,
		&d.Subject,
		&d.State,
		&d.Attempts,
		into(&d.NextAttempt),
		&d.Code,
		&d.Answer,
		into(&d.Created),
		into(&d.Ended),
	)
	return d, err
}

func deliveryByID(ctx context.Context, q querier, id int64) (calls.Delivery, error) {
	const query = `SELECT ` + deliveryColumns + ` FROM deliveries d WHERE d.id = ?`
	d, err := scanDelivery(q.QueryRowContext(ctx, query, id))
	if errors.Is(err, sql.ErrNoRows) {
		return d, calls.ErrNotFound
	}
	return d, err
}

// messageOf returns the bytes of a mail, nil if they are no longer kept.
func messageOf(ctx context.Context, q querier, id int64) ([]byte, error) {
	b, err := scanOne[[]byte](q.QueryRowContext(ctx, `SELECT bytes FROM messages WHERE delivery = ?`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return b, err
}

// Reclaim takes back every mail that a sender had when it died, without waiting for its lease to run out.
// Only call it while no other sender can be running; see [DB.AcquireLease].
func (db *DB) Reclaim(ctx context.Context, now time.Time) error {
	return db.update(ctx, "reclaim mails", func(tx *sql.Tx) error {
		return endLeases(ctx, tx, time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), now)
	})
}

// endLeases takes back the leases that run out until the given time, but for those that are spared; their mails
// are due at now.
func endLeases(ctx context.Context, tx transaction, until, now time.Time, spared ...string) error {
	const update = `
		UPDATE deliveries
		SET state = CASE WHEN marked = 1 THEN 'unknown' ELSE leased_as END,
			next_attempt = CASE WHEN marked = 1 AND leased_as = 'unknown' THEN NULL ELSE ?2 END,
			answer = 'the sender stopped while it had this mail',
			code = 0,
			lease_until = NULL,
			leased_as = NULL,
			marked = 0
		WHERE lease_until <= ?1 AND claim NOT IN (SELECT value FROM json_each(?3))`
	_, err := tx.ExecContext(ctx, update, instant(until), instant(now), asJSON(&spared))
	return err
}

// claimOn returns the name of the lease that this process has on a mail, "" if it has none.
func (db *DB) claimOn(id int64) string {
	name, _ := db.claims.Load(id)
	text, _ := name.(string)
	return text
}

// ownClaims returns the names of the leases that this process has and has not ended yet.
func (db *DB) ownClaims() []string {
	var names []string
	for _, name := range db.claims.Range {
		names = append(names, name.(string))
	}
	return names
}

// MarkData notes that the bytes of a leased mail are about to leave, so that after a kill it is known
// as uncertain and is not taken for unsent. The error says so if the lease was lost meanwhile, and wraps
// [calls.ErrNotFound] if the mail went with its subscriber: then the bytes must not leave.
func (db *DB) MarkData(ctx context.Context, id int64) error {
	return db.updateTogether(ctx, fmt.Sprintf("mark mail %d", id), true, func(ctx context.Context, tx transaction) error {
		const update = `UPDATE deliveries SET marked = 1 WHERE id = ? AND state = 'sending' AND claim = ?`
		result, err := tx.ExecContext(ctx, update, id, db.claimOn(id))
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n == 1 {
			return err
		}
		if _, err := deliveryByID(ctx, tx, id); err != nil {
			return err
		}
		return errors.New("its lease is over")
	})
}

// Settle waits until everything that was recorded is on the disk: what [DB.Record] noted last could be lost in
// a power cut, and its mail sent a second time.
func (db *DB) Settle(ctx context.Context) error {
	return db.updateThrough(ctx, "settle the outbox", func(tx *sql.Tx) error {
		// A transaction that writes nothing does not wait for the disk.
		_, err := tx.ExecContext(ctx, `UPDATE counters SET value = value WHERE name = 'matched'`)
		return err
	})
}

// longestWait is how long a mail may wait before its days left and its deadlines cannot be trusted.
const longestWait = 14 * 24 * time.Hour

// withheld returns why a mail is not to be sent after all, in English, without an address: its subscriber gets
// none any more, or every call in it has closed or was muted meanwhile; a call of which it says that it closed
// does not count. "" means that it is to be sent.
func withheld(ctx context.Context, q querier, d *calls.Delivery, now time.Time) (reason string, err error) {
	const query = `
		SELECT s.state, s.paused_until, COUNT(n.id),
			COUNT(n.id) FILTER (WHERE m.call IS NOT NULL OR ` + statusSQL + ` = 'closed' AND n.told ->> '$.status' <> 'closed')
		FROM subscribers s
		LEFT JOIN notices n ON n.delivery = ?2
		LEFT JOIN calls c ON c.id = n.call
		LEFT JOIN mutes m ON m.subscriber = n.subscriber AND m.call = n.call AND m.ended IS NULL
		WHERE s.id = ?3
		GROUP BY s.id`
	var s calls.Subscriber
	var told, over int
	err = q.QueryRowContext(ctx, query, instant(now), d.ID, d.Subscriber).
		Scan(&s.State, into(&s.PausedUntil), &told, &over)
	confirms := strings.HasPrefix(d.Key, calls.ConfirmationKey)
	switch {
	case err != nil:
		return "", err
	case !s.Receives(now) && !confirms:
		return "the subscriber is " + string(s.State), nil
	case told > 0 && told == over:
		return "every call in it has closed or was muted meanwhile", nil
	case now.Sub(d.Created) > longestWait:
		return "it waited too long: what it says may no longer be true", nil
	}
	return "", nil
}

// Record ends the lease of a mail with what became of it, and settles its notices: with sent they are
// delivered; with failed, suppressed and bounced they return, so that a later digest tells them; bounced
// also stops mail to the subscriber. It counts one attempt, unless NextAttempt is set and not after now:
// then the mail is only put back.
//
// An unknown mail stays unknown until it is settled, because one copy may have left; it is sent again
// at most once, whatever NextAttempt says. Recording a final state twice does nothing the second time;
// another state after a final one is an error. The error wraps [calls.ErrNotFound] if there is no such
// mail.
func (db *DB) Record(ctx context.Context, id int64, o calls.Outcome, now time.Time) error {
	r := db.recordingOf(id, o, now)
	err := db.updateTogether(ctx, r.doing(), false, r.run)
	if err == nil || errors.Is(err, calls.ErrNotFound) {
		r.forgetLease()
	}
	return err
}

// A recording is one outcome on its way into the database, by Record or by Claim.
type recording struct {
	db      *DB
	id      int64
	outcome calls.Outcome
	now     time.Time
	claim   string // the name of the lease that this process has on the mail

	ctx context.Context
	tx  transaction
}

func (db *DB) recordingOf(id int64, o calls.Outcome, now time.Time) *recording {
	return &recording{db: db, id: id, outcome: o, now: now, claim: db.claimOn(id)}
}

func (r *recording) doing() string { return fmt.Sprintf("record mail %d as %s", r.id, r.outcome.State) }

// forgetLease is for when the lease has ended in the database.
func (r *recording) forgetLease() { r.db.claims.CompareAndDelete(r.id, r.claim) }

func (r *recording) run(ctx context.Context, tx transaction) error {
	r.ctx, r.tx = ctx, tx
	const query = `SELECT state, claim, subscriber FROM deliveries WHERE id = ?`
	var state calls.DeliveryState
	var holder string
	var subscriber int64
	err := r.tx.QueryRowContext(r.ctx, query, r.id).Scan(&state, &holder, &subscriber)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return calls.ErrNotFound
	case err != nil:
		return err
	case state == calls.DeliverySending && holder != r.claim:
		return errors.New("another sender took it over")
	case final(state) && state == r.outcome.State:
		return nil
	case final(state):
		return fmt.Errorf("it is already %s", state)
	}
	if err := r.write(); err != nil {
		return err
	}
	return r.settle(subscriber)
}

// settle does to notices and subscriber what the outcome means for them.
func (r *recording) settle(subscriber int64) error {
	switch r.outcome.State {
	case calls.DeliverySent:
		return setNotices(r.ctx, r.tx, r.id, "delivered")
	case calls.DeliveryFailed, calls.DeliverySuppressed:
		return setNotices(r.ctx, r.tx, r.id, "returned")
	case calls.DeliveryBounced:
		if err := setNotices(r.ctx, r.tx, r.id, "returned"); err != nil {
			return err
		}
		return bounce(r.ctx, r.tx, subscriber)
	}
	return nil
}

// final reports whether only a person changes this state.
func final(state calls.DeliveryState) bool {
	switch state {
	case calls.DeliverySent, calls.DeliveryFailed, calls.DeliveryBounced, calls.DeliverySuppressed:
		return true
	}
	return false
}

func (r *recording) write() error {
	// One copy may have left if it was unknown before the lease, and another if it was marked then.
	const update = `
		UPDATE deliveries
		SET state = CASE WHEN ?2 = 'queued' AND 'unknown' IN (state, leased_as) THEN 'unknown' ELSE ?2 END,
			next_attempt = CASE
				WHEN ?2 = 'unknown' AND 'unknown' IN (state, leased_as) AND marked = 1 THEN NULL
				WHEN ?2 IN ('queued', 'unknown') THEN ?3
			END,
			attempts = attempts + ?4,
			code = ?5,
			answer = ?6,
			ended = ?7,
			lease_until = NULL,
			leased_as = NULL,
			marked = 0
		WHERE id = ?1`
	counted := 1
	if next := r.outcome.NextAttempt; !next.IsZero() && !next.After(r.now) {
		counted = 0
	}
	var ended time.Time
	if final(r.outcome.State) {
		ended = r.now
	}
	_, err := r.tx.ExecContext(r.ctx, update, r.id, string(r.outcome.State), instant(r.outcome.NextAttempt),
		counted, r.outcome.Code, r.outcome.Answer, instant(ended))
	return err
}

// setNotices settles the notices of a mail.
func setNotices(ctx context.Context, tx transaction, delivery int64, state string) error {
	return moveNotices(ctx, tx, delivery, "queued", state)
}

// moveNotices moves the notices of a mail, those of expected rounds too, from one state to another.
func moveNotices(ctx context.Context, tx transaction, delivery int64, from, to string) error {
	for _, update := range []string{
		`UPDATE notices SET state = ?3 WHERE delivery = ?1 AND state = ?2`,
		`UPDATE expected_notices SET state = ?3 WHERE delivery = ?1 AND state = ?2`,
	} {
		if _, err := tx.ExecContext(ctx, update, delivery, from, to); err != nil {
			return err
		}
	}
	return nil
}

// bounce stops mail to a mailbox that does not exist, unless it is stopped already.
func bounce(ctx context.Context, tx transaction, subscriber int64) error {
	const update = `
		UPDATE subscribers
		SET state = 'bounced', paused_until = NULL
		WHERE id = ? AND state <> 'unsubscribed'`
	_, err := tx.ExecContext(ctx, update, subscriber)
	return err
}

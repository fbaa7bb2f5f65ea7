package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"fundwatch/calls"
)

// A Receipt says what an inbound mail led to.
type Receipt struct {
	Subscriber int64                 // 0: nobody knows whose it is
	State      calls.SubscriberState // of the subscriber afterwards; "" if nobody knows whose it is
	Delivery   int64                 // the mail that came back; 0 if not known
	Repeated   bool                  // it was handed in before: nothing was done
	Kept       bool                  // for a person to look at
}

// How much it takes until a mailbox that is full or broken gets no more mail: so many mails that came back
// in the span, which holds three monthly letters, with none in between that arrived. A mail has arrived
// when nothing came back for a week: servers try for five days.
const (
	mailboxFailures = 3
	failureSpan     = 100 * 24 * time.Hour
	arrivedAfter    = 7 * 24 * time.Hour
)

// Receive does what an inbound mail asks for, in one transaction. A mail that came back returns its calls to
// a later digest; a mailbox that does not exist, or failed time and again, gets no more mail; a complaint
// stops all mail to its address. A mail that names nobody we know changes nothing, and is kept for a person with
// the address that it says it is from.
// The same mail, handed in again, does nothing.
func (db *DB) Receive(ctx context.Context, in *calls.Inbound, now time.Time) (Receipt, error) {
	var receipt Receipt
	if in.Kind == calls.InboundIgnored {
		return receipt, nil
	}
	err := db.updateThrough(ctx, "receive mail", func(tx *sql.Tx) error {
		r := receiving{ctx: ctx, tx: tx, in: in, now: now}
		err := r.run()
		receipt = r.receipt
		return err
	})
	return receipt, err
}

// A receiving is one call of Receive.
type receiving struct {
	ctx     context.Context
	tx      *sql.Tx
	in      *calls.Inbound
	now     time.Time
	who     *calls.Subscriber // nil: unknown
	mail    *calls.Delivery   // nil: unknown
	receipt Receipt
}

func (r *receiving) run() error {
	const before = `SELECT EXISTS (SELECT 1 FROM inbound WHERE fingerprint = ?)`
	repeated, err := scanOne[bool](r.tx.QueryRowContext(r.ctx, before, r.in.Fingerprint[:]))
	if r.receipt.Repeated = repeated; err != nil || repeated {
		return err
	}
	if err := r.recognise(); err != nil {
		return err
	}
	if r.who == nil || r.in.Kind == calls.InboundUnknown {
		return r.keep()
	}
	if err := r.note(r.in.Kind); err != nil {
		return err
	}
	switch r.in.Kind {
	case calls.InboundUnsubscribe:
		err = r.stop(`id = ?`, r.who.ID)
	case calls.InboundComplaint:
		err = r.stop(`email = ?`, ASCIIAddress(r.who.Email))
	case calls.InboundBounce:
		err = r.bounced()
	}
	if err != nil {
		return err
	}
	after, err := oneSubscriber(r.ctx, r.tx, `s.id = ?`, r.who.ID)
	if err == nil {
		r.receipt.State = after.State
	}
	return err
}

// provenBy returns how the token of an inbound mail names its subscriber: what stands in an envelope may tell of
// bounces, and only what stands in a mail may stop it.
func (r *receiving) provenBy() string {
	switch r.in.Kind {
	case calls.InboundUnsubscribe:
		return byStopToken
	case calls.InboundComplaint:
		return byComplaintToken
	}
	return byBounceToken
}

// recognise finds the subscriber and the mail by what only we can have given out: the token, and the
// Message-ID, which nobody can guess.
func (r *receiving) recognise() error {
	var err error
	if r.in.Token != "" {
		r.who, err = oneSubscriber(r.ctx, r.tx, r.provenBy(), tokenHash(r.in.Token))
	}
	if errors.Is(err, calls.ErrNotFound) {
		return nil // forged, or long gone: then no Message-ID makes it better
	}
	if err != nil {
		return err
	}
	if err := r.recogniseMail(); err != nil || r.mail == nil {
		return err
	}
	r.receipt.Delivery = r.mail.ID
	if r.who == nil {
		r.who, err = oneSubscriber(r.ctx, r.tx, `s.id = ?`, r.mail.Subscriber)
	}
	return err
}

func (r *receiving) recogniseMail() error {
	// Of Message-IDs that held a token, as the first ones did, a hash is kept.
	const byMessageID = `
		SELECT ` + deliveryColumns + `
		FROM deliveries d
		WHERE d.message_id IN (?1, lower(hex(token_hash(?1)))) AND ?2 IN (0, d.subscriber)`
	const byPeriod = `
		SELECT ` + deliveryColumns + `
		FROM deliveries d
		WHERE d.subscriber = ?2 AND d.key LIKE '%/' || ?1
		ORDER BY d.id DESC
		LIMIT 1`
	var subscriber int64
	if r.who != nil {
		subscriber, r.receipt.Subscriber = r.who.ID, r.who.ID
	}
	for _, try := range []struct {
		query, value string
	}{{byMessageID, r.in.MessageID}, {byPeriod, r.in.Period}} {
		if try.value == "" || r.mail != nil {
			continue
		}
		d, err := scanDelivery(r.tx.QueryRowContext(r.ctx, try.query, try.value, subscriber))
		if err == nil {
			r.mail, r.receipt.Subscriber = &d, d.Subscriber
		} else if !errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("look for the mail: %w", err)
		}
	}
	return nil
}

// mostKept is how many mails wait for a person: nobody may fill the disk by writing to us.
const mostKept = 500

// keep notes a mail for a person. One that names an address of ours without proof is noted with the
// subscriber that has it, so that the person knows whom it is about.
func (r *receiving) keep() error {
	for _, address := range r.in.Recipients {
		if r.who != nil {
			break
		}
		suspect, err := oneSubscriber(r.ctx, r.tx, `s.id = (SELECT MIN(id) FROM subscribers WHERE email = ?)`, ASCIIAddress(address))
		if err != nil && !errors.Is(err, calls.ErrNotFound) {
			return err
		}
		r.who = suspect
	}
	r.receipt.Kept = true
	if err := r.note(calls.InboundUnknown); err != nil {
		return err
	}
	const trim = `
		DELETE FROM inbound
		WHERE kind = 'unknown' AND id <= (SELECT id FROM inbound WHERE kind = 'unknown' ORDER BY id DESC LIMIT 1 OFFSET ?)`
	_, err := r.tx.ExecContext(r.ctx, trim, mostKept)
	return err
}

func (r *receiving) note(kind calls.InboundKind) error {
	const insert = `
		INSERT INTO inbound (fingerprint, kind, subscriber, delivery, failure, status, answer, at, sender)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`
	var subscriber, delivery sql.NullInt64
	// A From is forged with ease, so it stops nobody: it tells a person whom to ask. It is no subscriber either: the
	// mailbox may be removed and imported again before somebody looks, and the wish has to outlive that.
	sender := ASCIIAddress(r.in.From)
	if r.who != nil {
		subscriber, sender = sql.NullInt64{Int64: r.who.ID, Valid: true}, ""
	}
	if r.mail != nil {
		delivery = sql.NullInt64{Int64: r.mail.ID, Valid: true}
	}
	failure := r.in.Failure
	if kind != calls.InboundBounce {
		failure = ""
	}
	_, err := r.tx.ExecContext(r.ctx, insert, r.in.Fingerprint[:], string(kind), subscriber, delivery,
		string(failure), r.in.Status, r.in.Answer, instant(r.now), sender)
	return err
}

// stop ends all mail to those for whom the condition holds.
func (r *receiving) stop(condition string, value any) error {
	update := `UPDATE subscribers SET state = 'unsubscribed', paused_until = NULL WHERE ` + condition
	_, err := r.tx.ExecContext(r.ctx, update, value)
	return err
}

// bounced takes note that the mail did not arrive, and stops mail to a mailbox that has proved to be gone. A
// report about another address than the one we wrote to comes from behind an alias: one of several people
// may have left, so it counts like a full mailbox.
func (r *receiving) bounced() error {
	if err := r.returnMail(); err != nil {
		return err
	}
	switch {
	case r.in.Failure == calls.FailurePolicy:
		return nil
	case r.in.Failure == calls.FailureAddress && namesAddress(r.in.Recipients, r.who.Email):
		return bounce(r.ctx, r.tx, r.who.ID)
	}
	failures, err := r.failuresInARow()
	if err != nil || failures < mailboxFailures {
		return err
	}
	return bounce(r.ctx, r.tx, r.who.ID)
}

// returnMail settles a mail that a server had taken as one that did not arrive. What a receiver refuses for
// policy needs a person; the rest is the mailbox's own trouble.
func (r *receiving) returnMail() error {
	if r.mail == nil {
		return nil
	}
	state := calls.DeliveryBounced
	if r.in.Failure == calls.FailurePolicy {
		state = calls.DeliveryFailed
	}
	const update = `
		UPDATE deliveries
		SET state = ?2, next_attempt = NULL, code = ?3, answer = ?4, ended = ?5
		WHERE id = ?1 AND state IN ('sent', 'unknown')`
	result, err := r.tx.ExecContext(r.ctx, update, r.mail.ID, string(state), r.in.Code, "came back: "+r.in.Answer, instant(r.now))
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return err
	}
	for _, state := range []string{"delivered", "queued"} { // queued: of a mail whose fate was unknown
		if err := moveNotices(r.ctx, r.tx, r.mail.ID, state, "returned"); err != nil {
			return err
		}
	}
	return nil
}

// failuresInARow returns how many mails to the mailbox came back lately, since the last one that arrived.
func (r *receiving) failuresInARow() (int, error) {
	const query = `
		SELECT COUNT(*)
		FROM inbound b
		WHERE b.subscriber = ?1 AND b.failure IN ('address', 'mailbox') AND b.forgiven = 0 AND b.at > ?2
			AND b.at > COALESCE((
				SELECT MAX(d.ended)
				FROM deliveries d
				WHERE d.subscriber = ?1 AND d.state = 'sent' AND d.ended <= ?3
			), '')`
	return scanOne[int](r.tx.QueryRowContext(r.ctx, query, r.who.ID,
		instant(r.now.Add(-failureSpan)), instant(r.now.Add(-arrivedAfter))))
}

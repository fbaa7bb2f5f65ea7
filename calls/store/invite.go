package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"fundwatch/calls"
)

// mostInvited is how many confirmations the mailboxes of one municipality may have others asked for within a day.
const mostInvited = 10

// Invite is [DB.SignUp] for a further mailbox of the municipality whose id s.Municipality has, asked for by one of
// its mailboxes: it gets letters for that municipality once its owner confirms, and what s says of twins and
// interests does not count. A mailbox that the municipality has already is asked as well, and keeps its row. It
// reports false, and stores nothing, if the address, or others by this municipality, were asked often enough within
// a day. The error wraps [calls.ErrNotFound] if there is no such municipality.
func (db *DB) Invite(ctx context.Context, s *calls.SignUp, letter func(*calls.Subscriber) (calls.Delivery, error)) (queued bool, err error) {
	joining := *s
	joining.Joins = true
	return db.ask(ctx, &joining, db.invited, letter)
}

// invited returns the subscriber whom an invitation means, and makes it if there is none.
func (db *DB) invited(ctx context.Context, tx *sql.Tx, s *calls.SignUp) (*calls.Subscriber, error) {
	town, err := collect(ctx, tx, scanMunicipality, `SELECT `+municipalityColumns+` FROM municipalities u WHERE u.name = ?`, s.Municipality.ID)
	if err != nil {
		return nil, err
	}
	if len(town) == 0 {
		return nil, fmt.Errorf("municipality %q: %w", s.Municipality.ID, calls.ErrNotFound)
	}
	there := fmt.Sprintf(`s.municipality = %d AND s.email = ?`, town[0].id)
	mailbox := s.Municipality.Subscribers[0]
	mailbox.State, mailbox.PausedUntil = calls.SubscriberPending, time.Time{}
	const known = `SELECT EXISTS (SELECT 1 FROM subscribers WHERE municipality = ? AND email = ?)`
	exists, err := scanOne[bool](tx.QueryRowContext(ctx, known, town[0].id, ASCIIAddress(mailbox.Email)))
	if err != nil {
		return nil, err
	}
	if !exists {
		if err := db.newImporter(ctx, tx, s.Asked).addSubscriber(town[0].id, &mailbox); err != nil {
			return nil, err
		}
	}
	return oneSubscriber(ctx, tx, there, ASCIIAddress(mailbox.Email))
}

// invitedOften reports whether the mailboxes of a municipality have had others asked often enough.
func invitedOften(ctx context.Context, q querier, s *calls.SignUp) (bool, error) {
	const query = `
		SELECT COUNT(*) >= ?3
		FROM sign_ups a
		JOIN subscribers s ON s.id = a.subscriber
		JOIN municipalities u ON u.id = s.municipality
		WHERE u.name = ?1 AND a.joins = 1 AND a.asked > ?2`
	return scanOne[bool](q.QueryRowContext(ctx, query, s.Municipality.ID, instant(s.Asked.Add(-askedWithin)), mostInvited))
}

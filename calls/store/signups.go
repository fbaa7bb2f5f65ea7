package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"fundwatch/calls"
)

// mostSignUps is how many confirmations one address is asked for within a day, whoever asks.
const mostSignUps = 3

// askedWithin is that day.
const askedWithin = 24 * time.Hour

// SignUp notes what somebody asked for and puts the mail that letter writes for the subscriber into the
// outbox, in one transaction. It reports false, and stores nothing, if the address was asked often enough
// within a day.
//
// An address that belongs to a municipality of that name and country keeps its row there, whatever its
// state. Any other gets a municipality of its own and is pending, or stays unsubscribed if it once opted
// out: a stranger must neither change what a known town gets nor revive a mailbox. s.Municipality.ID is the
// id to give; if it is taken, a number is added.
func (db *DB) SignUp(ctx context.Context, s *calls.SignUp, letter func(*calls.Subscriber) (calls.Delivery, error)) (queued bool, err error) {
	return db.ask(ctx, s, db.signedUp, letter)
}

// ask has the owner of a mailbox asked, whom find makes if there is none.
func (db *DB) ask(ctx context.Context, s *calls.SignUp, find func(context.Context, *sql.Tx, *calls.SignUp) (*calls.Subscriber, error),
	letter func(*calls.Subscriber) (calls.Delivery, error)) (queued bool, err error) {
	if len(s.Municipality.Subscribers) != 1 {
		return false, errors.New("sign up: want one mailbox")
	}
	if err := db.Unlock(ctx); err != nil {
		return false, fmt.Errorf("sign up: %w", err)
	}
	err = db.update(ctx, "sign up", func(tx *sql.Tx) error {
		if often, err := askedOften(ctx, tx, s); err != nil || often {
			return err
		}
		subscriber, err := find(ctx, tx, s)
		if err != nil {
			return err
		}
		if err := insertSignUp(ctx, tx, s, subscriber.ID); err != nil {
			return err
		}
		out, err := letter(subscriber)
		if err != nil {
			return fmt.Errorf("letter: %w", err)
		}
		queued = true
		return insertDelivery(ctx, tx, subscriber.ID, &out, s.Asked)
	})
	return queued && err == nil, err
}

func askedOften(ctx context.Context, q querier, s *calls.SignUp) (bool, error) {
	const query = `
		SELECT COUNT(*) >= ?3
		FROM sign_ups a
		JOIN subscribers s ON s.id = a.subscriber
		WHERE s.email = ?1 AND a.asked > ?2`
	email := ASCIIAddress(s.Municipality.Subscribers[0].Email)
	often, err := scanOne[bool](q.QueryRowContext(ctx, query, email, instant(s.Asked.Add(-askedWithin)), mostSignUps))
	if err != nil || often || !s.Joins {
		return often, err
	}
	return invitedOften(ctx, q, s)
}

// signedUp returns the subscriber whom a sign-up means, and makes it if there is none.
func (db *DB) signedUp(ctx context.Context, tx *sql.Tx, s *calls.SignUp) (*calls.Subscriber, error) {
	m := s.Municipality
	known, err := collect(ctx, tx, scanTownMailbox, `
		SELECT u.label, u.country, `+subscriberColumns+subscriberTables+`
		WHERE s.email = ? ORDER BY s.id`, ASCIIAddress(m.Subscribers[0].Email))
	if err != nil {
		return nil, err
	}
	for i := range known {
		if known[i].country == m.Country && calls.Fold(known[i].label) == calls.Fold(m.Name) {
			return &known[i].Subscriber, nil
		}
	}
	return db.addSelfMade(ctx, tx, s)
}

type townMailbox struct {
	label, country string
	calls.Subscriber
}

func scanTownMailbox(row scanner) (t townMailbox, err error) {
	t.Subscriber, err = scanSubscriber(prefixed{row, []any{&t.label, &t.country}})
	return t, err
}

// selfMadePrefix begins the ids of municipalities that strangers made, so that no file of the staff names one
// by chance and takes its mailboxes over.
const selfMadePrefix = "web-"

// addSelfMade adds a municipality with its one mailbox.
func (db *DB) addSelfMade(ctx context.Context, tx *sql.Tx, s *calls.SignUp) (*calls.Subscriber, error) {
	m := s.Municipality
	mailbox := m.Subscribers[0]
	mailbox.State, mailbox.PausedUntil = calls.SubscriberPending, time.Time{}
	m.Subscribers = []calls.Subscriber{mailbox}
	var err error
	if m.ID, err = freeID(ctx, tx, selfMadePrefix+m.ID); err != nil {
		return nil, err
	}
	if err := db.newImporter(ctx, tx, s.Asked).add(&m); err != nil {
		return nil, err
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO self_made SELECT id FROM municipalities WHERE name = ?`, m.ID); err != nil {
		return nil, err
	}
	return oneSubscriber(ctx, tx, `u.name = ?`, m.ID)
}

// freeID returns id or, if a municipality has it, the first of id-2, id-3, ... that none has.
func freeID(ctx context.Context, q querier, id string) (string, error) {
	for n, name := 2, id; ; n++ {
		const query = `SELECT EXISTS (SELECT 1 FROM municipalities WHERE name = ?)`
		taken, err := scanOne[bool](q.QueryRowContext(ctx, query, name))
		if err != nil || !taken {
			return name, err
		}
		name = fmt.Sprintf("%s-%d", id, n)
	}
}

func insertSignUp(ctx context.Context, tx *sql.Tx, s *calls.SignUp, subscriber int64) error {
	const insert = `
		INSERT INTO sign_ups (secret, subscriber, twins, interests, language, frequency, asked, expires, joins)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`
	facts := described(&s.Municipality) // label, country, lau, population, twins, interests
	mailbox := s.Municipality.Subscribers[0]
	_, err := tx.ExecContext(ctx, insert, s.Secret[:], subscriber, facts[4], facts[5],
		mailbox.Language, string(mailbox.Frequency), instant(s.Asked), instant(s.Expires), s.Joins)
	return err
}

// SignedUp returns what would be confirmed by the token with this SHA-256, or was. The error wraps
// [calls.ErrNotFound] if nobody asked, and [calls.ErrExpired] if it was not confirmed in time. Twins and
// interests of a municipality that staff look after, or that another mailbox has invited to, stay as they are; of a
// mailbox that gets letters already everything does.
func (db *DB) SignedUp(ctx context.Context, secret [32]byte, now time.Time) (*calls.SignUp, error) {
	var s *calls.SignUp
	if err := db.Unlock(ctx); err != nil {
		return nil, fmt.Errorf("sign-up: %w", err)
	}
	err := db.view(ctx, "sign-up", func(q querier) (err error) {
		s, err = signUpBySecret(ctx, q, secret, now)
		return err
	})
	return s, err
}

func signUpBySecret(ctx context.Context, q querier, secret [32]byte, now time.Time) (*calls.SignUp, error) {
	const query = `
		SELECT subscriber, twins, interests, language, frequency, asked, expires, confirmed, joins
		FROM sign_ups
		WHERE secret = ?`
	var (
		s         = calls.SignUp{Secret: secret}
		id        int64
		twins     []twinRow
		interests interestsRow
		language  string
		frequency calls.Frequency
	)
	err := q.QueryRowContext(ctx, query, secret[:]).Scan(&id, asJSON(&twins), asJSON(&interests), &language, &frequency,
		into(&s.Asked), into(&s.Expires), into(&s.Confirmed), &s.Joins)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, calls.ErrNotFound
	case err != nil:
		return nil, err
	case s.Confirmed.IsZero() && !s.Expires.After(now):
		return nil, calls.ErrExpired
	}
	mailbox, err := oneSubscriber(ctx, q, `s.id = ?`, id)
	if err != nil {
		return nil, err
	}
	town, err := collect(ctx, q, scanMunicipality, `SELECT `+municipalityColumns+` FROM municipalities u WHERE u.name = ?`, mailbox.Municipality)
	if err != nil || len(town) == 0 {
		return nil, errors.Join(err, errors.New("its municipality is gone"))
	}
	s.Municipality = town[0].Municipality
	const itsOwn = `SELECT EXISTS (SELECT 1 FROM self_made WHERE municipality = ?) AND NOT ?`
	own, err := scanOne[bool](q.QueryRowContext(ctx, itsOwn, town[0].id, s.Joins))
	if err != nil {
		return nil, err
	}
	// Who gets letters already has settings, perhaps changed since: whoever named the address must not replace them.
	if mailbox.State == calls.SubscriberActive || mailbox.State == calls.SubscriberPaused {
		s.Municipality.Subscribers = []calls.Subscriber{*mailbox}
		return &s, nil
	}
	if own {
		s.Municipality.Twins, s.Municipality.Interests = nil, calls.Interests(interests)
		for _, t := range twins {
			s.Municipality.Twins = append(s.Municipality.Twins, calls.Twin(t))
		}
	}
	mailbox.Language, mailbox.Frequency = language, frequency
	s.Municipality.Subscribers = []calls.Subscriber{*mailbox}
	return &s, nil
}

// Confirm makes true what was asked for: the mailbox is active, with the language, frequency, twins and
// interests that its owner saw. A second confirmation changes nothing and is no error. Errors are those of
// [DB.SignedUp].
func (db *DB) Confirm(ctx context.Context, secret [32]byte, now time.Time) (*calls.SignUp, error) {
	var s *calls.SignUp
	if err := db.Unlock(ctx); err != nil {
		return nil, fmt.Errorf("confirm sign-up: %w", err)
	}
	err := db.update(ctx, "confirm sign-up", func(tx *sql.Tx) (err error) {
		if s, err = signUpBySecret(ctx, tx, secret, now); err != nil || !s.Confirmed.IsZero() {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE sign_ups SET confirmed = ? WHERE secret = ?`, instant(now), secret[:]); err != nil {
			return err
		}
		mailbox := s.Municipality.Subscribers[0]
		if err := forgetOptOut(ctx, tx, mailbox.Email); err != nil {
			return err
		}
		const update = `UPDATE subscribers SET state = 'active', paused_until = NULL WHERE id = ?`
		if _, err := tx.ExecContext(ctx, update, mailbox.ID); err != nil {
			return err
		}
		const forgive = `UPDATE inbound SET forgiven = 1 WHERE subscriber = ?`
		if _, err := tx.ExecContext(ctx, forgive, mailbox.ID); err != nil {
			return err
		}
		return changeProfile(ctx, tx, &s.Municipality, nil, now)
	})
	return s, err
}

// ChangeProfile stores twins and interests of a municipality, and language and frequency of the one mailbox
// that m names by its id. The error wraps [calls.ErrNotFound] if there is no such mailbox there, and
// [calls.ErrChanged], with nothing stored, if twins or interests are no longer those of seen.
func (db *DB) ChangeProfile(ctx context.Context, m, seen *calls.Municipality, now time.Time) error {
	return db.update(ctx, fmt.Sprintf("change %q", m.ID), func(tx *sql.Tx) error {
		return changeProfile(ctx, tx, m, seen, now)
	})
}

// changeProfile changes what seen says; nil: whatever it is.
func changeProfile(ctx context.Context, tx *sql.Tx, m, seen *calls.Municipality, now time.Time) error {
	mailbox := m.Subscribers[0]
	const update = `
		UPDATE subscribers
		SET language = ?, frequency = ?
		WHERE id = ? AND municipality = (SELECT id FROM municipalities WHERE name = ?)`
	result, err := tx.ExecContext(ctx, update, mailbox.Language, string(mailbox.Frequency), mailbox.ID, m.ID)
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return orNotFound(err, func() error { return calls.ErrNotFound })
	}
	known, err := collect(ctx, tx, scanMunicipality, `SELECT `+municipalityColumns+` FROM municipalities u WHERE u.name = ?`, m.ID)
	if err != nil || len(known) == 0 {
		return err
	}
	if seen != nil && !(slices.Equal(seen.Twins, known[0].Twins) && sameInterests(seen.Interests, known[0].Interests)) {
		return calls.ErrChanged
	}
	changed := known[0].Municipality
	changed.Twins, changed.Interests = m.Twins, m.Interests
	im := &importer{ctx: ctx, tx: tx, now: now, rev: revision{ctx: ctx, tx: tx}}
	_, err = im.replace(&known[0], &changed)
	return err
}

// DropSignUps removes what was asked for and never confirmed until before, with the mailbox and the
// municipality that were made for it, and returns how many mailboxes that were. An address that had opted out before
// somebody named it here is forgotten again; that it did stays known by its hash.
func (db *DB) DropSignUps(ctx context.Context, before time.Time) (int, error) {
	var dropped int
	err := db.update(ctx, "drop sign-ups", func(tx *sql.Tx) error {
		const remove = `
			DELETE FROM subscribers
			WHERE id IN (
				SELECT subscriber FROM sign_ups GROUP BY subscriber HAVING MAX(confirmed) IS NULL AND MAX(expires) < ?
			) AND EXISTS (
				SELECT 1 FROM sign_ups a
				WHERE a.subscriber = subscribers.id AND a.asked = subscribers.created
					AND (a.joins = 1 OR municipality IN (SELECT municipality FROM self_made)))
			AND state IN ('pending', 'unsubscribed', 'bounced')
			RETURNING email, state`
		gone, err := collect(ctx, tx, func(row scanner) (s calls.Subscriber, err error) {
			return s, row.Scan(&s.Email, &s.State)
		}, remove, instant(before))
		if err != nil {
			return err
		}
		for i := range gone {
			if gone[i].State != calls.SubscriberUnsubscribed {
				continue
			}
			if err := optOut(ctx, tx, gone[i].Email); err != nil {
				return err
			}
		}
		dropped = len(gone)
		const stale = `DELETE FROM sign_ups WHERE confirmed IS NULL AND expires < ?`
		if _, err := tx.ExecContext(ctx, stale, instant(before)); err != nil {
			return err
		}
		return dropEmpty(ctx, tx)
	})
	return dropped, err
}

// dropEmpty removes self-made municipalities that have lost their last mailbox.
func dropEmpty(ctx context.Context, tx *sql.Tx) error {
	const remove = `
		DELETE FROM municipalities
		WHERE id IN (SELECT municipality FROM self_made) AND id NOT IN (SELECT municipality FROM subscribers)`
	_, err := tx.ExecContext(ctx, remove)
	return err
}

// SignUps returns what was asked for in the name of a subscriber, oldest first, without what was wished.
func (db *DB) SignUps(ctx context.Context, subscriber int64) ([]calls.SignUp, error) {
	all, err := collect(ctx, db.read, func(row scanner) (s calls.SignUp, err error) {
		return s, row.Scan(into(&s.Asked), into(&s.Expires), into(&s.Confirmed))
	}, `SELECT asked, expires, confirmed FROM sign_ups WHERE subscriber = ? ORDER BY asked`, subscriber)
	if err != nil {
		return nil, fmt.Errorf("sign-ups of subscriber %d: %w", subscriber, err)
	}
	return all, nil
}

// Mails returns the mails to a subscriber without their bytes, oldest first.
func (db *DB) Mails(ctx context.Context, subscriber int64) ([]calls.Delivery, error) {
	all, err := collect(ctx, db.read, scanDelivery, `SELECT `+deliveryColumns+` FROM deliveries d WHERE d.subscriber = ? ORDER BY d.id`, subscriber)
	if err != nil {
		return nil, fmt.Errorf("mails of subscriber %d: %w", subscriber, err)
	}
	return all, nil
}

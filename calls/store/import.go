package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"reflect"
	"time"

	"fundwatch/calls"
)

// Imported counts municipalities by what an import did to them.
type Imported struct {
	New       int
	Changed   int // the municipality, or one of its subscribers
	Unchanged int

	// OptedOut are addresses that were not held any more, because they were erased or removed, and want no mail:
	// each is held again, as unsubscribed. Nil if there are none.
	OptedOut []string
}

// ImportMunicipalities stores municipalities with their subscribers, all of them or, with an error,
// none. The same import again changes nothing. A known municipality, by id, gets the facts, twins and
// interests of the import; a known subscriber, by municipality and address, gets its name, language and
// frequency and keeps id, tokens and state, so that no import revives a mailbox that was unsubscribed
// or bounced. What the import does not name is left alone.
//
// A new subscriber gets the state that the import gives, active if it gives none; an address that has
// opted out is stored as unsubscribed. now is not stored.
func (db *DB) ImportMunicipalities(ctx context.Context, ms []calls.Municipality, now time.Time) (Imported, error) {
	var imported Imported
	if err := db.Unlock(ctx); err != nil {
		return imported, fmt.Errorf("import municipalities: %w", err)
	}
	err := db.update(ctx, "import municipalities", func(tx *sql.Tx) error {
		im := db.newImporter(ctx, tx, now)
		for i := range ms {
			if err := im.municipality(&ms[i]); err != nil {
				return fmt.Errorf("%q: %w", ms[i].ID, err)
			}
		}
		imported = im.count
		return nil
	})
	return imported, err
}

type importer struct {
	ctx   context.Context
	tx    *sql.Tx
	db    *DB
	now   time.Time
	rev   revision
	seen  map[string]bool
	count Imported
}

func (db *DB) newImporter(ctx context.Context, tx *sql.Tx, now time.Time) *importer {
	return &importer{ctx: ctx, tx: tx, db: db, now: now, rev: revision{ctx: ctx, tx: tx}, seen: map[string]bool{}}
}

func (im *importer) municipality(m *calls.Municipality) error {
	if im.seen[m.ID] {
		return errors.New("the import names it twice")
	}
	im.seen[m.ID] = true
	known, err := collect(im.ctx, im.tx, scanMunicipality,
		`SELECT `+municipalityColumns+` FROM municipalities u WHERE u.name = ?`, m.ID)
	if err != nil {
		return err
	}
	if len(known) == 0 {
		im.count.New++
		return im.add(m)
	}
	changed, err := im.replace(&known[0], m)
	if err != nil {
		return err
	}
	changedToo, err := im.subscribers(known[0].id, m)
	if changed || changedToo {
		im.count.Changed++
	} else {
		im.count.Unchanged++
	}
	return err
}

func (im *importer) add(m *calls.Municipality) error {
	rev, err := im.rev.next()
	if err != nil {
		return err
	}
	const insert = `
		INSERT INTO municipalities (label, country, lau, population, twins, interests, name, revision)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		RETURNING id`
	var id int64
	if err := im.tx.QueryRowContext(im.ctx, insert, append(described(m), m.ID, rev)...).Scan(&id); err != nil {
		return err
	}
	if err := linkTwins(im.ctx, im.tx, id); err != nil {
		return err
	}
	_, err = im.subscribers(id, m)
	return err
}

// replace stores what changed of a municipality. Only other interests make other matches.
func (im *importer) replace(known *storedMunicipality, m *calls.Municipality) (changed bool, err error) {
	before, err := fingerprint(described(&known.Municipality))
	if err != nil {
		return false, err
	}
	after, err := fingerprint(described(m))
	if err != nil || string(before) == string(after) {
		return false, err
	}
	const update = `
		UPDATE municipalities
		SET label = ?, country = ?, lau = ?, population = ?, twins = ?, interests = ?
		WHERE id = ?`
	if _, err := im.tx.ExecContext(im.ctx, update, append(described(m), known.id)...); err != nil {
		return false, err
	}
	if err := linkTwins(im.ctx, im.tx, known.id); err != nil {
		return false, err
	}
	if sameInterests(known.Interests, m.Interests) {
		return true, nil
	}
	rev, err := im.rev.next()
	if err != nil {
		return false, err
	}
	_, err = im.tx.ExecContext(im.ctx, `UPDATE municipalities SET revision = ? WHERE id = ?`, rev, known.id)
	return true, err
}

func sameInterests(a, b calls.Interests) bool {
	x, y := interestsRow(a), interestsRow(b)
	before, errX := asJSON(&x).Value()
	after, errY := asJSON(&y).Value()
	return errX == nil && errY == nil && reflect.DeepEqual(before, after)
}

func (im *importer) subscribers(municipality int64, m *calls.Municipality) (changed bool, err error) {
	for i := range m.Subscribers {
		one, err := im.subscriber(municipality, &m.Subscribers[i])
		if err != nil {
			return false, fmt.Errorf("subscriber number %d: %w", i+1, err)
		}
		changed = changed || one
	}
	return changed, nil
}

func (im *importer) subscriber(municipality int64, s *calls.Subscriber) (changed bool, err error) {
	email := ASCIIAddress(s.Email)
	// "IS NOT" finds differences; the address is compared with its case here and without it in WHERE.
	const update = `
		UPDATE subscribers
		SET email = ?1, name = ?2, language = ?3, frequency = ?4
		WHERE municipality = ?5 AND email = ?1
			AND (email COLLATE BINARY <> ?1 OR name <> ?2 OR language <> ?3 OR frequency <> ?4)
		RETURNING id`
	const known = `SELECT EXISTS (SELECT 1 FROM subscribers WHERE municipality = ? AND email = ?)`
	exists, err := scanOne[bool](im.tx.QueryRowContext(im.ctx, known, municipality, email))
	if err != nil {
		return false, err
	}
	if !exists {
		return true, im.addSubscriber(municipality, s)
	}
	ids, err := collect(im.ctx, im.tx, scanOne[int64], update,
		email, s.Name, s.Language, string(s.Frequency), municipality)
	if err != nil {
		return false, err
	}
	welcomed, err := im.welcome(municipality, s)
	return len(ids) > 0 || welcomed, err
}

// welcome makes a mailbox active that another one of its town has invited and that did not answer yet: staff who
// name it need no answer, and it would be dropped when the invitation expires.
func (im *importer) welcome(municipality int64, s *calls.Subscriber) (bool, error) {
	if s.State != "" && s.State != calls.SubscriberActive {
		return false, nil
	}
	const update = `
		UPDATE subscribers
		SET state = 'active'
		WHERE municipality = ? AND email = ? AND state = 'pending' AND EXISTS (
			SELECT 1 FROM sign_ups a WHERE a.subscriber = subscribers.id AND a.joins = 1 AND a.asked = subscribers.created)
		RETURNING id`
	ids, err := collect(im.ctx, im.tx, scanOne[int64], update, municipality, ASCIIAddress(s.Email))
	for _, id := range ids {
		if _, err := im.tx.ExecContext(im.ctx, `DELETE FROM sign_ups WHERE subscriber = ? AND confirmed IS NULL`, id); err != nil {
			return false, err
		}
	}
	return len(ids) > 0, err
}

func (im *importer) addSubscriber(municipality int64, s *calls.Subscriber) error {
	state, until := s.State, s.PausedUntil
	if state == "" {
		state = calls.SubscriberActive
	}
	out, err := optedOut(im.ctx, im.tx, s.Email)
	if err != nil {
		return err
	}
	if out {
		state, until = calls.SubscriberUnsubscribed, time.Time{}
		im.count.OptedOut = append(im.count.OptedOut, s.Email)
	}
	key, err := im.db.keyIn(im.ctx, im.tx)
	if err != nil {
		return err
	}
	nonce, err := newNonce(im.db.random)
	if err != nil {
		return err
	}
	const insert = `
		INSERT INTO subscribers (municipality, email, name, language, frequency, state, paused_until, nonce, created)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
		RETURNING id`
	added := keyed{nonce: nonce}
	err = im.tx.QueryRowContext(im.ctx, insert, municipality, ASCIIAddress(s.Email), s.Name, s.Language,
		string(s.Frequency), string(state), instant(until), nonce, instant(im.now)).Scan(&added.id)
	if err != nil {
		return err
	}
	return addTokens(im.ctx, im.tx, key, added)
}

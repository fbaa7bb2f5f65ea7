package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"fundwatch/calls"
)

// Candidates returns the calls that a digest for the subscriber may speak of, ordered by key: those
// that match its municipality and can be applied for now or later, and those that it was ever told of
// and that are not over. A match comes without its reasons (see [calls.Digest.Explain]). Told is what the newest notice says that is on its way or arrived; a notice
// whose mail did not arrive counts for nothing. The error wraps [calls.ErrNotFound] if there is no such
// subscriber.
func (db *DB) Candidates(ctx context.Context, subscriber int64, now time.Time) ([]calls.Candidate, error) {
	var candidates []calls.Candidate
	err := db.view(ctx, fmt.Sprintf("candidates of subscriber %d", subscriber), func(q querier) error {
		s, err := oneSubscriber(ctx, q, `s.id = ?`, subscriber)
		if err != nil {
			return err
		}
		found := candidateSet{}
		newest, err := found.addTold(ctx, q, subscriber, now)
		if err != nil {
			return fmt.Errorf("read notices: %w", err)
		}
		if err := found.addMatches(ctx, q, s.Municipality, now); err != nil {
			return fmt.Errorf("read matches: %w", err)
		}
		if err := found.addMutes(ctx, q, subscriber, newest); err != nil {
			return fmt.Errorf("read mutes: %w", err)
		}
		candidates, err = found.load(ctx, q)
		return err
	})
	return candidates, err
}

// candidateSet holds candidates by the id of their call.
type candidateSet map[int64]*calls.Candidate

func (set candidateSet) at(call int64) *calls.Candidate {
	if set[call] == nil {
		set[call] = &calls.Candidate{}
	}
	return set[call]
}

// addTold adds what the subscriber was told, and returns the newest notice of each call. That a call was
// withdrawn, or closed before the day that the reader knows, is told once; then it is over. The newest notice of a
// closed call, which decides, is only looked for where a day is still to come: most were told long ago.
func (set candidateSet) addTold(ctx context.Context, q querier, subscriber int64, now time.Time) (newest map[int64]int64, err error) {
	const query = `
		SELECT
			n.id,
			n.call,
			n.kind,
			n.fact,
			n.told
		FROM notices n
		JOIN calls c ON c.id = n.call
		WHERE n.subscriber = ?2 AND n.state <> 'returned'
			AND (` + statusSQL + ` <> 'closed' OR n.told ->> '$.deadlines[#-1]' > ?3 AND (
				SELECT m.told ->> '$.deadlines[#-1]' > ?3 AND m.told ->> '$.status' <> 'closed'
				FROM notices m
				WHERE m.subscriber = n.subscriber AND m.call = n.call AND m.state <> 'returned'
				ORDER BY m.id DESC
				LIMIT 1))
		ORDER BY n.id`
	type row struct {
		id, call int64
		calls.Notice
	}
	rows, err := collect(ctx, q, func(s scanner) (r row, err error) {
		return r, s.Scan(&r.id, &r.call, &r.Kind, &r.Fact, asJSON(&r.Told))
	}, query, instant(now), subscriber, calls.Day(now))
	newest = map[int64]int64{}
	for _, r := range rows {
		c := set.at(r.call)
		newest[r.call] = r.id
		told := r.Told // of the newest, for they come oldest first
		c.Told = &told
		c.Notices = append(c.Notices, calls.Notice{Kind: r.Kind, Fact: r.Fact})
	}
	return newest, err
}

func (set candidateSet) addMatches(ctx context.Context, q querier, municipality string, now time.Time) error {
	list, err := loadMatches(ctx, q, municipality)
	if err != nil || len(list) == 0 {
		return err
	}
	scores := make(map[int64]float64, len(list))
	ids := make([]int64, len(list))
	for i, m := range list {
		ids[i], scores[m.call] = m.call, m.realScore()
	}
	const query = `
		SELECT c.id
		FROM json_each(?2) listed
		JOIN calls c ON c.id = listed.value
		WHERE ` + statusSQL + ` IN ('open', 'forthcoming', 'withdrawn')`
	alive, err := collect(ctx, q, scanOne[int64], query, instant(now), asJSON(&ids))
	for _, id := range alive {
		set.at(id).Match = calls.Match{Municipality: municipality, Score: scores[id]}
	}
	return err
}

func (set candidateSet) load(ctx context.Context, q querier) ([]calls.Candidate, error) {
	ids := make([]int64, 0, len(set))
	for id := range set {
		ids = append(ids, id)
	}
	found, err := loadCalls(ctx, q, ids)
	if err != nil {
		return nil, err
	}
	recorded, err := recordedChanges(ctx, q, ids)
	if err != nil {
		return nil, fmt.Errorf("read recorded changes: %w", err)
	}
	var candidates []calls.Candidate
	for i := range found {
		c := set[found[i].id]
		c.Call = found[i].Call
		c.Match.Call = c.Call.Key
		for j := range c.Notices {
			c.Notices[j].Call = c.Call.Key
		}
		if c.Told != nil {
			c.Recorded = recorded[c.Call.Key]
		}
		if over := !c.Call.Withdrawn.IsZero() && (c.Told == nil || c.Told.Status == calls.Withdrawn); !over {
			candidates = append(candidates, *c)
		}
	}
	slices.SortFunc(candidates, func(a, b calls.Candidate) int {
		return cmp.Or(
			strings.Compare(a.Call.Key.Source, b.Call.Key.Source),
			strings.Compare(a.Call.Key.Reference, b.Call.Key.Reference))
	})
	return candidates, nil
}

// DigestDone reports whether the period is settled for the subscriber: a mail was put into the outbox,
// or there was nothing to say.
func (db *DB) DigestDone(ctx context.Context, subscriber int64, period string) (bool, error) {
	const query = `SELECT EXISTS (SELECT 1 FROM digests WHERE subscriber = ? AND period = ?)`
	done, err := scanOne[bool](db.read.QueryRowContext(ctx, query, subscriber, period))
	if err != nil {
		return false, fmt.Errorf("digest %s of subscriber %d: %w", period, subscriber, err)
	}
	return done, nil
}

// EverTold reports whether the subscriber was ever told anything that is on its way or arrived.
func (db *DB) EverTold(ctx context.Context, subscriber int64) (bool, error) {
	const query = `SELECT EXISTS (SELECT 1 FROM notices WHERE subscriber = ? AND state <> 'returned')`
	told, err := scanOne[bool](db.read.QueryRowContext(ctx, query, subscriber))
	if err != nil {
		return false, fmt.Errorf("notices of subscriber %d: %w", subscriber, err)
	}
	return told, nil
}

// SkipDigest settles a period in which there is nothing to say. It does nothing if the period is
// settled already.
func (db *DB) SkipDigest(ctx context.Context, subscriber int64, period string, now time.Time) error {
	return db.update(ctx, fmt.Sprintf("skip digest %s of subscriber %d", period, subscriber), func(tx *sql.Tx) error {
		_, err := settle(ctx, tx, subscriber, period, now)
		return err
	})
}

// settle notes that a period is settled. It reports false if it was before.
func settle(ctx context.Context, tx *sql.Tx, subscriber int64, period string, now time.Time) (bool, error) {
	const insert = `INSERT INTO digests (subscriber, period, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`
	result, err := tx.ExecContext(ctx, insert, subscriber, period, instant(now))
	if err != nil {
		return false, err
	}
	n, err := result.RowsAffected()
	return n == 1, err
}

// Enqueue puts the mail of a digest into the outbox, due now, together with what it will tell, in one
// transaction, and sets out.ID. It reports false, and stores nothing, if the period is settled already.
func (db *DB) Enqueue(ctx context.Context, d *calls.Digest, out *calls.Delivery, now time.Time) (queued bool, err error) {
	id := d.Subscriber.ID
	err = db.update(ctx, fmt.Sprintf("queue digest %s of subscriber %d", d.Period, id), func(tx *sql.Tx) error {
		if queued, err = settle(ctx, tx, id, d.Period, now); err != nil || !queued {
			return err
		}
		if err := insertDelivery(ctx, tx, id, out, now); err != nil {
			return fmt.Errorf("delivery %q: %w", out.Key, err)
		}
		const link = `UPDATE digests SET delivery = ? WHERE subscriber = ? AND period = ?`
		if _, err := tx.ExecContext(ctx, link, out.ID, id, d.Period); err != nil {
			return err
		}
		if err := insertNotices(ctx, tx, d, out.ID); err != nil {
			return err
		}
		return insertExpected(ctx, tx, d, out.ID)
	})
	return queued && err == nil, err
}

func insertDelivery(ctx context.Context, tx *sql.Tx, subscriber int64, out *calls.Delivery, now time.Time) error {
	const insert = `
		INSERT INTO deliveries (key, subscriber, sender, recipient, message_id, subject, state, next_attempt, created)
		VALUES (?, ?, ?, ?, ?, ?, 'queued', ?, ?)
		RETURNING id`
	err := tx.QueryRowContext(ctx, insert, out.Key, subscriber, out.Sender, out.Recipient, out.MessageID,
		out.Subject, instant(now), instant(now)).Scan(&out.ID)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO messages (delivery, bytes) VALUES (?, ?)`, out.ID, out.Bytes)
	return err
}

// insertNotices stores what the mail will tell. What is on its way already is not told twice.
func insertNotices(ctx context.Context, tx *sql.Tx, d *calls.Digest, delivery int64) error {
	insert, err := tx.PrepareContext(ctx, `
		INSERT INTO notices (subscriber, call, kind, fact, told, delivery, state)
		VALUES (?, ?, ?, ?, ?, ?, 'queued')
		ON CONFLICT DO NOTHING`)
	if err != nil {
		return err
	}
	defer insert.Close()
	for _, item := range slices.Concat(d.New, d.Changed, d.Closing, d.Opening) {
		call, err := callID(ctx, tx, item.Call.Key)
		if err != nil {
			return fmt.Errorf("call %q: %w", item.Call.Key, err)
		}
		for _, n := range item.Notices {
			_, err := insert.ExecContext(ctx, d.Subscriber.ID, call, string(n.Kind), n.Fact, asJSON(&n.Told), delivery)
			if err != nil {
				return fmt.Errorf("notice %s of call %q: %w", n.Kind, item.Call.Key, err)
			}
		}
	}
	return nil
}

package store

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"strings"

	"fundwatch/calls"
)

// What a token is good for. One that stands in the envelope of a mail, be it ours or the one by which a reader
// stops, is written into its log by every server on the way: it must not open the page of the mailbox.
const (
	forManage = "manage" // the pages of the mailbox, and to stop its mail
	forBounce = "bounce" // to tell us that a mail did not arrive, or was called spam
	forFeed   = "feed"   // to read its feeds
	forStop   = "stop"   // to stop its mail by a mail
)

// tokenBytes is how much of a hash a token holds: 128 bits.
const tokenBytes = 16

// A tokenKey is what tokens are derived with. It lies in a file beside the database.
type tokenKey [32]byte

// fingerprint returns what the database keeps of the key: that the tokens for all purposes that we know were made of
// it. A program of before that still serves knows fewer, and keeps another fingerprint: then all are made anew.
func (k *tokenKey) fingerprint() []byte {
	purposes := strings.Join([]string{forManage, forBounce, forFeed, forStop}, " ")
	return tokenHash("key for " + purposes + "\n" + string(k[:]))
}

// derive returns the token of a subscriber with this nonce.
func (k *tokenKey) derive(purpose, nonce string) string {
	mac := hmac.New(sha256.New, k[:])
	fmt.Fprintf(mac, "%s\n%s", purpose, nonce)
	return spelt(mac.Sum(nil)[:tokenBytes])
}

// A keyed is a subscriber as far as its tokens go.
type keyed struct {
	id    int64
	nonce string
	feed  int // how often its feeds got a new address
}

func scanKeyed(row scanner) (k keyed, err error) { return k, row.Scan(&k.id, &k.nonce, &k.feed) }

// feedToken returns the token in the address of its feeds.
func (k *tokenKey) feedToken(s keyed) string {
	return k.derive(fmt.Sprintf("%s/%d", forFeed, s.feed), s.nonce)
}

// spelt writes 16 bytes as 26 lower-case letters and digits, which survive being part of an address.
func spelt(bits []byte) string {
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(bits))
}

// newNonce draws what makes the tokens of one subscriber differ from all others.
func newNonce(random io.Reader) (string, error) {
	var bits [tokenBytes]byte
	if _, err := io.ReadFull(random, bits[:]); err != nil {
		return "", fmt.Errorf("draw nonce: %w", err)
	}
	return spelt(bits[:]), nil
}

// tokenHash returns what is kept of a token.
func tokenHash(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// tokenFor is token_of in SQL: the token of a subscriber, "" before [DB.Unlock].
func (db *DB) tokenFor(purpose, nonce string) string {
	key := db.key.Load()
	if key == nil {
		return ""
	}
	return key.derive(purpose, nonce)
}

// Unlock makes tokens known to this process: before it, subscribers come without theirs. It reads the key
// beside the database, or makes one. If that is not the key that the database knows, because it was lost or the
// database was brought here without it, the tokens that follow from it are made known, and the former ones
// stay good. Doing it again costs one query.
func (db *DB) Unlock(ctx context.Context) error {
	key, err := db.unlock(ctx)
	if err != nil {
		return fmt.Errorf("unlock tokens: %w", err)
	}
	db.key.Store(key)
	return nil
}

func (db *DB) unlock(ctx context.Context) (*tokenKey, error) {
	if key := db.key.Load(); key != nil {
		if same, err := knowsKey(ctx, db.read, key); err != nil || same {
			return key, err
		}
	}
	key, err := readKey(db.keyFile)
	if err == nil {
		if same, err := knowsKey(ctx, db.read, key); err != nil || same {
			return key, err
		}
	} else if !isMissing(err) {
		return nil, err
	}
	err = db.updateThrough(ctx, "add tokens", func(tx *sql.Tx) (err error) {
		// Whoever makes the key has the write lock, so two processes that start together agree on one.
		if key, err = readOrMakeKey(db.keyFile, db.random); err != nil {
			return err
		}
		if same, err := knowsKey(ctx, tx, key); err != nil || same {
			return err
		}
		return addAllTokens(ctx, tx, key)
	})
	return key, err
}

// knowsKey reports whether the database holds the tokens that follow from key.
func knowsKey(ctx context.Context, q querier, key *tokenKey) (bool, error) {
	const query = `SELECT EXISTS (SELECT 1 FROM token_keys WHERE fingerprint = ?)`
	return scanOne[bool](q.QueryRowContext(ctx, query, key.fingerprint()))
}

// addAllTokens makes the tokens that follow from key known for every subscriber.
func addAllTokens(ctx context.Context, tx *sql.Tx, key *tokenKey) error {
	all, err := collect(ctx, tx, scanKeyed, `SELECT id, nonce, feed FROM subscribers`)
	if err != nil {
		return err
	}
	for _, s := range all {
		if err := addTokens(ctx, tx, key, s); err != nil {
			return err
		}
	}
	const know = `INSERT INTO token_keys (only, fingerprint) VALUES (1, ?1) ON CONFLICT DO UPDATE SET fingerprint = ?1`
	_, err = tx.ExecContext(ctx, know, key.fingerprint())
	return err
}

// addTokens makes the tokens of one subscriber known.
func addTokens(ctx context.Context, tx *sql.Tx, key *tokenKey, s keyed) error {
	const insert = `
		INSERT INTO tokens (hash, purpose, subscriber)
		VALUES (?2, 'manage', ?1), (?3, 'bounce', ?1), (?4, 'feed', ?1), (?5, 'stop', ?1)
		ON CONFLICT DO NOTHING`
	_, err := tx.ExecContext(ctx, insert, s.id, tokenHash(key.derive(forManage, s.nonce)),
		tokenHash(key.derive(forBounce, s.nonce)), tokenHash(key.feedToken(s)), tokenHash(key.derive(forStop, s.nonce)))
	return err
}

// keyIn returns the key for tokens that are about to be stored. Since [DB.Unlock] another process may have
// brought in another one, by which its tokens would never be found.
func (db *DB) keyIn(ctx context.Context, tx *sql.Tx) (*tokenKey, error) {
	key := db.key.Load()
	if key == nil {
		return nil, errors.New("tokens are locked")
	}
	same, err := knowsKey(ctx, tx, key)
	if err == nil && !same {
		err = fmt.Errorf("the key %s has just been replaced: try again", db.keyFile)
	}
	return key, err
}

// The subscriber whose token for one purpose has the hash that is asked for. Letters of former versions name an
// address with the token of the page to be stopped by; it stays good.
const (
	byManageToken    = `s.id = (SELECT subscriber FROM tokens WHERE hash = ? AND purpose = 'manage')`
	byFeedToken      = `s.id = (SELECT subscriber FROM tokens WHERE hash = ? AND purpose = 'feed')`
	byBounceToken    = `s.id = (SELECT subscriber FROM tokens WHERE hash = ? AND purpose = 'bounce')`
	byComplaintToken = `s.id = (SELECT MIN(subscriber) FROM tokens WHERE hash = ? AND purpose IN ('manage', 'bounce', 'stop'))`
	byStopToken      = `s.id = (SELECT MIN(subscriber) FROM tokens WHERE hash = ? AND purpose IN ('manage', 'stop'))`
)

// SubscriberByToken returns the subscriber whose page a link names. The error wraps [calls.ErrNotFound] if there
// is none; it does not repeat the token, which is a secret.
func (db *DB) SubscriberByToken(ctx context.Context, token string) (*calls.Subscriber, error) {
	s, err := oneSubscriber(ctx, db.read, byManageToken, tokenHash(token))
	if err != nil {
		return nil, fmt.Errorf("subscriber by token: %w", err)
	}
	s.Token = token // by which its page was opened: a former one stays good
	return s, nil
}

// SubscriberByFeed returns the subscriber whose feeds have this token in their address. The error wraps
// [calls.ErrNotFound] if there is none, and does not repeat the token.
func (db *DB) SubscriberByFeed(ctx context.Context, token string) (*calls.Subscriber, error) {
	s, err := oneSubscriber(ctx, db.read, byFeedToken, tokenHash(token))
	if err != nil {
		return nil, fmt.Errorf("subscriber by feed: %w", err)
	}
	return s, nil
}

// FeedToken returns what stands in the address of the feeds of a subscriber. The error wraps
// [calls.ErrNotFound] if there is no such subscriber.
func (db *DB) FeedToken(ctx context.Context, subscriber int64) (string, error) {
	if err := db.Unlock(ctx); err != nil {
		return "", err
	}
	s, err := keyedSubscriber(ctx, db.read, subscriber)
	if err != nil {
		return "", fmt.Errorf("feeds of subscriber %d: %w", subscriber, err)
	}
	return db.key.Load().feedToken(s), nil
}

// RenewFeed gives the feeds of a subscriber a new address; every former one ends. The error wraps
// [calls.ErrNotFound] if there is no such subscriber.
func (db *DB) RenewFeed(ctx context.Context, subscriber int64) error {
	if err := db.Unlock(ctx); err != nil {
		return err
	}
	return db.updateThrough(ctx, fmt.Sprintf("renew the feeds of subscriber %d", subscriber), func(tx *sql.Tx) error {
		key, err := db.keyIn(ctx, tx)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE subscribers SET feed = feed + 1 WHERE id = ?`, subscriber); err != nil {
			return err
		}
		s, err := keyedSubscriber(ctx, tx, subscriber)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM tokens WHERE subscriber = ? AND purpose = 'feed'`, subscriber); err != nil {
			return err
		}
		return addTokens(ctx, tx, key, s)
	})
}

func keyedSubscriber(ctx context.Context, q querier, id int64) (keyed, error) {
	s, err := scanKeyed(q.QueryRowContext(ctx, `SELECT id, nonce, feed FROM subscribers WHERE id = ?`, id))
	if errors.Is(err, sql.ErrNoRows) {
		err = calls.ErrNotFound
	}
	return s, err
}

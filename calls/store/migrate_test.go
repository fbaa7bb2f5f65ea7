package store_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fundwatch/calls"
	"fundwatch/calls/store"
)

// oldFile makes a database as the fundwatch of that version wrote it: its migrations, and rows.
func oldFile(t *testing.T, version int, rows string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "old.db")
	raw := outside(t, path)
	defer raw.Close()
	names, err := filepath.Glob("migrations/*.sql")
	if err != nil || len(names) <= version {
		t.Fatalf("%d migrations, %v; version %d is not an old one", len(names), err, version)
	}
	for _, name := range names[:version] {
		script, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		exec(t, raw, string(script))
	}
	exec(t, raw, fmt.Sprintf("PRAGMA user_version = %d", version))
	exec(t, raw, rows)
	return path
}

// A version 1 knew that a run was held by the wording of its error alone.
func TestVersion1Opens(t *testing.T) {
	t.Parallel()
	db := openAt(t, oldFile(t, 1, `
		INSERT INTO runs (source, started, ended, error) VALUES
			('portal', '2026-11-20T05:15:00.000Z', '2026-11-20T05:16:00.000Z', 'held until a person has looked: only 3 open'),
			('portal', '2026-11-21T05:15:00.000Z', '2026-11-21T05:16:00.000Z', 'no answer'),
			('portal', '2026-11-22T05:15:00.000Z', '2026-11-22T05:16:00.000Z', '');
		INSERT INTO calls (source, reference, identifier, kind, title, umbrella, keywords, programme, divisions, action_type,
			url, language, stated_status, deadlines, model, fingerprint, revision, recorded, first_seen, last_seen)
		VALUES ('portal', 'a', 'CERV-2026-A', 'topic', 'A', '', '[]', 'CERV', '[]', '', '', 'en', 'open', '[]', '',
			x'00', 1, 'open', '2026-11-20T05:16:00.000Z', '2026-11-22T05:16:00.000Z');
		INSERT INTO texts VALUES (1, '', 'a body')`))
	runs := must(db.Runs(t.Context(), 0))(t)
	same(t, "held, newest first", []bool{runs[0].Held, runs[1].Held, runs[2].Held}, []bool{false, false, true})
	c := must(db.Call(t.Context(), calls.Key{Source: "portal", Reference: "a"}))(t)
	same(t, "text", c.Body, "a body")
}

// laterRows are what readers did with a version that had a place for it, by that version.
var laterRows = map[int]string{
	5: `INSERT INTO inbound (fingerprint, kind, subscriber, failure, status, answer, at)
		VALUES (zeroblob(32), 'bounce', 1, 'mailbox', '4.2.2', 'full', '2026-11-20T05:16:00.000Z')`,
	6: `INSERT INTO reminder_runs VALUES ('2026-11-20', '2026-11-20T05:16:00.000Z')`,
	7: `INSERT INTO mutes (subscriber, call, since) VALUES (2, 1, '2026-11-20T05:16:00.000Z')`,
	8: `INSERT INTO held_digests VALUES ('2026-W47', 'too many', '2026-11-20T05:16:00.000Z')`,
	9: `INSERT INTO sign_ups (secret, subscriber, twins, interests, language, frequency, asked, expires)
		VALUES (zeroblob(32), 2, '[]', '{}', 'de', 'weekly', '2026-11-20T05:16:00.000Z', '2026-11-27T05:16:00.000Z')`,
	11: `INSERT INTO expected_notices (subscriber, family, year, quarter, delivery, state)
		VALUES (2, 'CERV-*-CITIZENS-TOWN-TT', 2027, '2026-Q4', 1, 'queued')`,
	12: `INSERT INTO tokens VALUES (zeroblob(32), 'stop', 1)`,
	13: `INSERT INTO inbound (fingerprint, kind, failure, status, answer, at, sender)
		VALUES (randomblob(32), 'unknown', '', '', 'asked to stop', '2026-11-20T05:16:00.000Z', 'gone@town.example')`,
}

// A file of each former version opens, be it as that version left it: Ludwigsburg with two mailboxes and matches
// with the calls a reader can apply for, of which b waits in the outbox, and what later versions knew beside it.
func TestOldFilesOpen(t *testing.T) {
	t.Parallel()
	for version := 1; version <= store.Versions(); version++ {
		t.Run(fmt.Sprint(version), func(t *testing.T) {
			t.Parallel()
			path := unpacked(t, "version1.db.gz")
			ok(t, store.BringTo(t.Context(), path, version))
			raw := outside(t, path)
			defer raw.Close()
			for since, rows := range laterRows {
				if since <= version {
					exec(t, raw, rows)
				}
			}
			checkOldFile(t, openAt(t, path))
		})
	}
}

func checkOldFile(t *testing.T, db *store.DB) {
	t.Helper()
	same(t, "problems", must(db.Check(t.Context()))(t), nil)
	town := must(db.Municipality(t.Context(), "ludwigsburg-de"))(t)
	same(t, "mailboxes", len(town.Subscribers), 2)
	same(t, "interests", town.Interests, ludwigsburg().Interests)
	same(t, "found", len(find(t, db, typed("citizens"))), 1)
	same(t, "outbox", len(must(db.Outbox(t.Context()))(t)), 1)

	same(t, "to be matched anew", len(unmatched(t, db, now).Calls), 2)
	matchAll(t, db, now)
	same(t, "matches", matchesOf(t, db, "ludwigsburg-de"), []string{"51050034TOPICSen 0.9", "b 0.63"})
	fresh := candidates(t, db, now)
	same(t, "candidates", len(fresh), 2)
	same(t, "what was told", fresh["b"].Notices, []calls.Notice{{Call: calls.Key{Source: "portal", Reference: "b"}, Kind: calls.NoticeNew}})
	same(t, "sweeps go on", save(t, db, sweepOf(townTwinning(), call("b", "Radverkehr")), now.Add(day)).Unchanged, 2)
	must(store.Open(t.Context(), db.Path()))(t).Close()
}

// unpacked returns a copy of a file in testdata that may be changed.
func unpacked(t *testing.T, name string) string {
	t.Helper()
	packed := must(gzip.NewReader(bytes.NewReader(read(t, filepath.Join("testdata", name)))))(t)
	path := filepath.Join(t.TempDir(), "old.db")
	ok(t, os.WriteFile(path, must(io.ReadAll(packed))(t), 0o600))
	return path
}

// Until version 9 tokens lay in the clear. Links and bounces of mails that are out stay good; the tokens go.
func TestClearTokensGo(t *testing.T) {
	t.Parallel()
	const old = "k3jq0azt7bv9xq2mlw8r234567"
	path := oldFile(t, 9, `
		INSERT INTO municipalities (id, name, label, country, lau, twins, interests, revision)
		VALUES (1, 'ludwigsburg-de', 'Ludwigsburg', 'DE', '', '[]', '{"everything":true}', 1);
		INSERT INTO subscribers (id, municipality, email, name, language, frequency, state, token, created) VALUES
			(1, 1, 'kultur@ludwigsburg.example', '', 'de', 'weekly', 'active', '`+old+`', '2026-09-01T00:00:00.000Z'),
			(2, 1, 'europa@ludwigsburg.example', '', 'de', 'weekly', 'active', 'abcdefghijklmnopqrstuvwxyz', '2026-09-01T00:00:00.000Z');
		INSERT INTO deliveries (id, key, subscriber, sender, recipient, message_id, subject, state, created, ended) VALUES
			(1, 'digest/1/2026-W36', 1, 'bounce+`+old+`-2026-w36@f.example', 'kultur@ludwigsburg.example',
				'digest.2026-W36.`+old+`@f.example', 'x', 'sent', '2026-09-01T00:00:00.000Z', '2026-09-01T00:00:00.000Z'),
			(2, 'confirm/2/y', 2, 'us@f.example', 'europa@ludwigsburg.example', 'note.y@f.example', 'x', 'sent',
				'2026-09-01T00:00:00.000Z', '2026-09-01T00:00:00.000Z')`)
	db := openAt(t, path)
	ok(t, db.Unlock(t.Context()))
	same(t, "problems", must(db.Check(t.Context()))(t), nil)
	fresh := reader(t, db).Token
	same(t, "pages", []int64{opens(t, db, old), opens(t, db, fresh)}, []int64{1, 1})
	same(t, "senders", []string{mail(t, db, 1).Sender, mail(t, db, 2).Sender}, []string{"bounce+TOKEN-2026-w36@f.example", "us@f.example"})
	for i, in := range []calls.Inbound{
		{Token: old, Period: "2026-W36"},
		{MessageID: "digest.2026-W36." + old + "@f.example"},
		{MessageID: "note.y@f.example"},
	} {
		in.Kind, in.Failure, in.Fingerprint = calls.InboundBounce, calls.FailurePolicy, [32]byte{byte(i)}
		same(t, "the mail that came back", receive(t, db, &in, now).Delivery, int64(i/2+1))
	}
	in := &calls.Inbound{Kind: calls.InboundUnsubscribe, Token: old, Fingerprint: [32]byte{9}}
	same(t, "stopped by mail", receive(t, db, in, now).State, calls.SubscriberUnsubscribed)
	must(db.Tidy(t.Context()))(t)
	var chores int
	ok(t, outside(t, path).QueryRow(`SELECT COUNT(*) FROM chores`).Scan(&chores))
	same(t, "chores left", chores, 0)
	ok(t, db.Close())
	same(t, "tokens left", holding(t, path, old, "abcdefghijklmnopqrstuvwxyz"), nil)
}

// Until version 12 each spelling of a domain was a mailbox. They become one, with the links and the past of all.
func TestSpellingsOfAMailboxAreMerged(t *testing.T) {
	t.Parallel()
	path := unpacked(t, "version1.db.gz")
	ok(t, store.BringTo(t.Context(), path, 11))
	exec(t, outside(t, path), `
		INSERT INTO subscribers (id, municipality, email, name, language, frequency, state, nonce, created)
		SELECT value, 1, json_extract('["Ö@BÜCHER.example","x@bücher.example","X@xn--bcher-kva.EXAMPLE","x@bu\u0308cher.example"]', '$['||key||']'),
			'', 'de', 'weekly', json_extract('["active","active","unsubscribed","pending"]', '$['||key||']'),
			printf('%026d', value), '2026-11-20T05:16:00.000Z'
		FROM json_each('[7,8,9,10]');
		INSERT INTO tokens VALUES (token_hash('old-link-of-eight'), 'manage', 8);
		INSERT INTO mutes (subscriber, call, since) VALUES (8, 1, '2026-11-20T05:16:00.000Z'), (10, 1, '2026-11-21T05:16:00.000Z');
		INSERT INTO deliveries (key, subscriber, sender, recipient, message_id, subject, state, created)
		VALUES ('digest/8/2026-W46', 8, 's', 'x@xn--bcher-kva.example', 'm8', '', 'sent', '2026-11-20T05:16:00.000Z')`)
	db := openAt(t, path)
	same(t, "problems", must(db.Check(t.Context()))(t), nil)
	ok(t, db.Unlock(t.Context()))
	merged := must(db.SubscribersByEmail(t.Context(), "x@bücher.example"))(t)
	if len(merged) != 1 {
		t.Fatalf("%d mailboxes, want one", len(merged))
	}
	same(t, "kept", []any{merged[0].ID, merged[0].State, merged[0].Email}, []any{int64(9), calls.SubscriberUnsubscribed, "X@bücher.example"})
	same(t, "the old link opens", opens(t, db, "old-link-of-eight"), 9)
	same(t, "mutes", len(must(db.Muted(t.Context(), 9))(t)), 1)
	same(t, "mails", len(must(db.Mails(t.Context(), 9))(t)), 1)
	same(t, "another mailbox", must(db.Subscriber(t.Context(), 7))(t).Email, "Ö@bücher.example")
}

// Mailboxes of a key that version 11 knew get the tokens that came later: also where a program of that version went on
// serving while a newer one brought the file forward, and then noted the key as known.
func TestVersion11GetsTokensToStop(t *testing.T) {
	t.Parallel()
	key := strings.Repeat("k", 32)
	for noted, version := range map[string]int{"before the file is brought forward": 11, "afterwards": 12} {
		t.Run(noted, func(t *testing.T) {
			path := unpacked(t, "version1.db.gz")
			ok(t, store.BringTo(t.Context(), path, version))
			ok(t, os.WriteFile(path+".key", []byte(key), 0o600))
			exec(t, outside(t, path), `INSERT INTO token_keys VALUES (1, token_hash('key `+key+`'))`)
			db := openAt(t, path)
			ok(t, db.Unlock(t.Context()))
			in := &calls.Inbound{Kind: calls.InboundUnsubscribe, Token: reader(t, db).Stop, Fingerprint: [32]byte{1}}
			same(t, "stopped by mail", receive(t, db, in, now).State, calls.SubscriberUnsubscribed)
		})
	}
}

-- Tokens of subscribers are no longer kept. What was a token becomes a random nonce, from which and from the key
-- beside the database the tokens are derived.
CREATE TABLE tokens (
	hash       BLOB NOT NULL CHECK (length(hash) = 32), -- SHA-256 of the token
	purpose    TEXT NOT NULL CHECK (purpose IN ('manage', 'bounce', 'feed')),
	subscriber INTEGER NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
	PRIMARY KEY (hash, purpose)
) STRICT, WITHOUT ROWID;
CREATE INDEX tokens_subscriber ON tokens (subscriber, purpose);

-- The key whose tokens are all in tokens, by a hash; no row before the first.
CREATE TABLE token_keys (
	only        INTEGER PRIMARY KEY CHECK (only = 1),
	fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 32)
) STRICT;

-- Links in mails that are out stay good for what they were made for.
INSERT INTO tokens (hash, purpose, subscriber)
SELECT token_hash(s.token), p.value, s.id
FROM subscribers s, json_each('["manage", "bounce"]') p;

-- The token goes from the envelope sender, where the sender of mail puts one in again, and from the Message-ID,
-- of which a hash is enough to know it again.
UPDATE deliveries
SET sender = replace(sender, t.token, 'TOKEN'),
	message_id = CASE WHEN instr(message_id, t.token) > 0 THEN lower(hex(token_hash(message_id))) ELSE message_id END
FROM (SELECT id, token FROM subscribers) t
WHERE t.id = deliveries.subscriber;

ALTER TABLE subscribers RENAME COLUMN token TO nonce;
UPDATE subscribers SET nonce = lower(hex(randomblob(16)));

-- What upkeep has to do once. SQLite overwrites what is deleted, but not the copies that it leaves in a page when
-- it moves rows about: those of the tokens go when the file is written anew.
CREATE TABLE chores (
	name TEXT PRIMARY KEY CHECK (name IN ('rewrite'))
) STRICT, WITHOUT ROWID;
INSERT INTO chores SELECT 'rewrite' WHERE EXISTS (SELECT 1 FROM subscribers);

-- How often the address of the feeds was made anew.
ALTER TABLE subscribers ADD COLUMN feed INTEGER NOT NULL DEFAULT 0;

-- Asked for by another mailbox of the same town: only language and frequency are the owner's to confirm.
ALTER TABLE sign_ups ADD COLUMN joins INTEGER NOT NULL DEFAULT 0 CHECK (joins IN (0, 1));

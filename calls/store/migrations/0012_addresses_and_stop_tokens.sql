-- Addresses are kept with their domain as DNS has it. Mailboxes of one town whose addresses were spelt differently
-- become one, which has all that the others had. The state in which the reader wanted least stays.
CREATE TABLE merged AS
SELECT id AS gone, kept
FROM (
	SELECT id, FIRST_VALUE(id) OVER (
		PARTITION BY municipality, lower(ascii_address(email))
		ORDER BY CASE state WHEN 'unsubscribed' THEN 1 WHEN 'paused' THEN 2 WHEN 'active' THEN 3 WHEN 'bounced' THEN 4 ELSE 5 END, id
	) AS kept
	FROM subscribers
)
WHERE id <> kept;

-- What both have stays with the one that goes.
UPDATE OR IGNORE tokens SET subscriber = kept FROM merged WHERE subscriber = gone;
UPDATE OR IGNORE deliveries SET subscriber = kept FROM merged WHERE subscriber = gone;
UPDATE OR IGNORE digests SET subscriber = kept FROM merged WHERE subscriber = gone;
UPDATE OR IGNORE notices SET subscriber = kept FROM merged WHERE subscriber = gone;
UPDATE OR IGNORE expected_notices SET subscriber = kept FROM merged WHERE subscriber = gone;
UPDATE OR IGNORE mutes SET subscriber = kept FROM merged WHERE subscriber = gone;
UPDATE OR IGNORE inbound SET subscriber = kept FROM merged WHERE subscriber = gone;
UPDATE OR IGNORE sign_ups SET subscriber = kept FROM merged WHERE subscriber = gone;
DELETE FROM subscribers WHERE id IN (SELECT gone FROM merged);
DROP TABLE merged;
UPDATE subscribers SET email = ascii_address(email) WHERE ascii_address(email) <> email COLLATE BINARY;

-- Mails carry a token of their own by which they can be stopped, and nothing else. Those of the key that is known
-- are made when tokens are first asked for: for that, no key is known.
DROP INDEX tokens_subscriber;
ALTER TABLE tokens RENAME TO old_tokens;
CREATE TABLE tokens (
	hash       BLOB NOT NULL CHECK (length(hash) = 32), -- SHA-256 of the token
	purpose    TEXT NOT NULL CHECK (purpose IN ('manage', 'bounce', 'feed', 'stop')),
	subscriber INTEGER NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
	PRIMARY KEY (hash, purpose)
) STRICT, WITHOUT ROWID;
CREATE INDEX tokens_subscriber ON tokens (subscriber, purpose);
INSERT INTO tokens SELECT hash, purpose, subscriber FROM old_tokens;
DROP TABLE old_tokens;
DELETE FROM token_keys;

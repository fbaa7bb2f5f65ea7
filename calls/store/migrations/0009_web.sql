-- Municipalities that somebody entered who subscribed on the web pages. Nobody else looks after them: they
-- go with their last mailbox.
CREATE TABLE self_made (
	municipality INTEGER PRIMARY KEY REFERENCES municipalities (id) ON DELETE CASCADE
) STRICT;

-- What was asked for on the web pages, and whether the owner of the mailbox has confirmed it. The token is
-- in the owner's mail only; here is its SHA-256.
CREATE TABLE sign_ups (
	secret     BLOB PRIMARY KEY CHECK (length(secret) = 32),
	subscriber INTEGER NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
	twins      TEXT NOT NULL CHECK (json_valid(twins)),
	interests  TEXT NOT NULL CHECK (json_valid(interests)),
	language   TEXT NOT NULL CHECK (language <> ''),
	frequency  TEXT NOT NULL CHECK (frequency IN ('weekly', 'monthly')),
	asked      TEXT NOT NULL,
	expires    TEXT NOT NULL,
	confirmed  TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX sign_ups_subscriber ON sign_ups (subscriber, asked);

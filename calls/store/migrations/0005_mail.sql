-- Mails that came back, and what readers wrote to stop: each counts once, however often it is handed in.
-- Texts hold no address.
CREATE TABLE inbound (
	id          INTEGER PRIMARY KEY AUTOINCREMENT,
	fingerprint BLOB NOT NULL UNIQUE CHECK (length(fingerprint) = 32),
	kind        TEXT NOT NULL CHECK (kind IN ('bounce', 'unsubscribe', 'complaint', 'unknown')),
	subscriber  INTEGER REFERENCES subscribers (id) ON DELETE CASCADE, -- NULL: nobody knows whose it is
	delivery    INTEGER REFERENCES deliveries (id) ON DELETE SET NULL,
	failure     TEXT NOT NULL CHECK (failure IN ('', 'address', 'mailbox', 'policy')),
	status      TEXT NOT NULL,
	answer      TEXT NOT NULL,
	at          TEXT NOT NULL,
	forgiven    INTEGER NOT NULL DEFAULT 0 CHECK (forgiven IN (0, 1)), -- counts no more against the mailbox
	seen        INTEGER NOT NULL DEFAULT 0 CHECK (seen IN (0, 1)),     -- by a person; only unknown ones wait for it
	CHECK ((kind = 'bounce') = (failure <> '')),
	CHECK (kind = 'unknown' OR subscriber IS NOT NULL)
) STRICT;
CREATE INDEX inbound_subscriber ON inbound (subscriber, at) WHERE subscriber IS NOT NULL;
CREATE INDEX inbound_delivery ON inbound (delivery) WHERE delivery IS NOT NULL;
CREATE INDEX inbound_unseen ON inbound (id) WHERE kind = 'unknown' AND seen = 0;

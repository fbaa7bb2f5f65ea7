CREATE TABLE calls (
	id             INTEGER PRIMARY KEY,
	source         TEXT NOT NULL CHECK (source <> '' AND instr(source, ':') = 0),
	reference      TEXT NOT NULL CHECK (reference <> ''),
	identifier     TEXT NOT NULL,
	kind           TEXT NOT NULL, -- a parser's word: no state, new sources bring new ones
	title          TEXT NOT NULL CHECK (title <> ''),
	umbrella       TEXT NOT NULL,
	keywords       TEXT NOT NULL CHECK (json_valid(keywords)),
	programme      TEXT NOT NULL,
	divisions      TEXT NOT NULL CHECK (json_valid(divisions)),
	action_type    TEXT NOT NULL,
	url            TEXT NOT NULL,
	language       TEXT NOT NULL,
	stated_status  TEXT NOT NULL CHECK (stated_status IN ('', 'forthcoming', 'open', 'closed', 'withdrawn')),
	opens          TEXT,
	deadlines      TEXT NOT NULL CHECK (json_valid(deadlines)), -- [{"at":..., "hour":...}], ascending
	first_deadline TEXT GENERATED ALWAYS AS (deadlines ->> '$[0].at') STORED,
	last_deadline  TEXT GENERATED ALWAYS AS (deadlines ->> '$[#-1].at') STORED,
	model          TEXT NOT NULL CHECK (model IN ('', 'single-stage', 'two-stage', 'multiple cut-off')),
	budget         INTEGER,
	grant_min      INTEGER,
	grant_max      INTEGER,
	grants         INTEGER,
	fingerprint    BLOB NOT NULL,    -- SHA-256 of what the source said: equal means nothing to write
	revision       INTEGER NOT NULL, -- see counters
	recorded       TEXT NOT NULL CHECK (recorded IN ('forthcoming', 'open', 'closed', 'withdrawn')),
	absent_since   TEXT,             -- the first complete sweep without it; NULL while it is listed
	withdrawn      TEXT,
	first_seen     TEXT NOT NULL,
	last_seen      TEXT NOT NULL,    -- while it is listed, the newest complete run may be later and counts
	changed        TEXT, season TEXT NOT NULL DEFAULT ''
	CHECK (season IN ('', 'rolling') OR season GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
	UNIQUE (source, reference)
) STRICT;

CREATE TABLE changes (
	seq  INTEGER PRIMARY KEY AUTOINCREMENT,
	call INTEGER NOT NULL REFERENCES calls (id),
	kind TEXT NOT NULL CHECK (kind <> ''),
	old  TEXT NOT NULL,
	new  TEXT NOT NULL,
	at   TEXT NOT NULL,
	reason TEXT NOT NULL DEFAULT '' -- the source's own words, learnt after the change
) STRICT;

CREATE TABLE chores (
	name TEXT PRIMARY KEY CHECK (name IN ('rewrite'))
) STRICT, WITHOUT ROWID;

CREATE TABLE copies (
	source        TEXT NOT NULL CHECK (source <> ''),
	address       TEXT NOT NULL CHECK (address <> ''), -- that was asked for, and that answered
	language      TEXT NOT NULL,                       -- in which it was asked for
	etag          TEXT NOT NULL,
	last_modified TEXT NOT NULL,
	header        TEXT NOT NULL CHECK (json_valid(header)), -- what reading the page needs of it
	body          BLOB NOT NULL,                       -- gzip
	fetched       TEXT NOT NULL,
	PRIMARY KEY (source, address),
	CHECK (etag <> '' OR last_modified <> '')
) STRICT;

CREATE TABLE counters (
	name  TEXT PRIMARY KEY CHECK (name IN ('revision', 'matched')),
	value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE deliveries (
	id           INTEGER PRIMARY KEY AUTOINCREMENT,
	key          TEXT NOT NULL UNIQUE,
	subscriber   INTEGER NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
	sender       TEXT NOT NULL,
	recipient    TEXT NOT NULL CHECK (recipient <> ''),
	message_id   TEXT NOT NULL UNIQUE CHECK (message_id <> ''),
	subject      TEXT NOT NULL,
	state        TEXT NOT NULL CHECK (state IN
		('queued', 'sending', 'sent', 'unknown', 'failed', 'bounced', 'suppressed')),
	attempts     INTEGER NOT NULL DEFAULT 0,
	next_attempt TEXT,
	lease_until  TEXT,
	leased_as    TEXT CHECK (leased_as IN ('queued', 'unknown')), -- its state before the lease
	claim        TEXT NOT NULL DEFAULT '', -- names the lease: who lost it must not write
	marked       INTEGER NOT NULL DEFAULT 0 CHECK (marked IN (0, 1)), -- bytes began to leave under the lease
	code         INTEGER NOT NULL DEFAULT 0,
	answer       TEXT NOT NULL DEFAULT '',
	created      TEXT NOT NULL,
	ended        TEXT,
	CHECK ((state = 'sending') = (lease_until IS NOT NULL)),
	CHECK ((state = 'sending') = (leased_as IS NOT NULL)),
	CHECK (marked = 0 OR state = 'sending'),
	CHECK (next_attempt IS NULL OR state IN ('queued', 'unknown'))
) STRICT;

CREATE TABLE digests (
	subscriber INTEGER NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
	period     TEXT NOT NULL CHECK (period <> ''),
	delivery   INTEGER REFERENCES deliveries (id) ON DELETE SET NULL,
	at         TEXT NOT NULL,
	PRIMARY KEY (subscriber, period)
) STRICT, WITHOUT ROWID;

CREATE TABLE expected_notices (
	id         INTEGER PRIMARY KEY,
	subscriber INTEGER NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
	quarter    TEXT NOT NULL CHECK (quarter GLOB '[0-9][0-9][0-9][0-9]-Q[1-4]'),
	family     TEXT NOT NULL CHECK (family <> ''),
	year       INTEGER NOT NULL,
	delivery   INTEGER NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
	state      TEXT NOT NULL CHECK (state IN ('queued', 'delivered', 'returned'))
) STRICT;

CREATE TABLE folded (
	call       INTEGER PRIMARY KEY REFERENCES calls (id),
	identifier TEXT NOT NULL,
	title      TEXT NOT NULL,
	keywords   TEXT NOT NULL, -- and the umbrella's title, and the programme
	summary    TEXT NOT NULL,
	body       TEXT NOT NULL
) STRICT;

CREATE VIRTUAL TABLE fulltext USING fts4 (
	content="folded",
	identifier,
	title,
	keywords,
	summary,
	body,
	tokenize=unicode61 "remove_diacritics=0" "tokenchars=.+#",
	prefix="3,4"
);

CREATE TABLE 'fulltext_docsize'(docid INTEGER PRIMARY KEY, size BLOB);

CREATE TABLE 'fulltext_segdir'(level INTEGER,idx INTEGER,start_block INTEGER,leaves_end_block INTEGER,end_block INTEGER,root BLOB,PRIMARY KEY(level, idx));

CREATE TABLE 'fulltext_segments'(blockid INTEGER PRIMARY KEY, block BLOB);

CREATE TABLE 'fulltext_stat'(id INTEGER PRIMARY KEY, value BLOB);

CREATE TABLE held_digests (
	period TEXT PRIMARY KEY CHECK (period <> ''),
	reason TEXT NOT NULL,
	at     TEXT NOT NULL
) STRICT, WITHOUT ROWID;

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
	seen        INTEGER NOT NULL DEFAULT 0 CHECK (seen IN (0, 1)), sender TEXT NOT NULL DEFAULT '' COLLATE NOCASE
	CHECK (sender = '' OR subscriber IS NULL AND seen = 0),     -- by a person; only unknown ones wait for it
	CHECK ((kind = 'bounce') = (failure <> '')),
	CHECK (kind = 'unknown' OR subscriber IS NOT NULL)
) STRICT;

CREATE TABLE leases (
	name  TEXT PRIMARY KEY CHECK (name <> ''),
	owner TEXT NOT NULL CHECK (owner <> ''),
	until TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE listings (
	source    TEXT NOT NULL CHECK (source <> ''),
	reference TEXT NOT NULL CHECK (reference <> ''),
	call      INTEGER NOT NULL REFERENCES calls (id),
	url       TEXT NOT NULL,
	PRIMARY KEY (source, reference)
) STRICT, WITHOUT ROWID;

CREATE TABLE matches (
	municipality INTEGER PRIMARY KEY REFERENCES municipalities (id) ON DELETE CASCADE,
	calls        BLOB NOT NULL CHECK (length(calls) > 0)
) STRICT;

CREATE TABLE messages (
	delivery INTEGER PRIMARY KEY REFERENCES deliveries (id) ON DELETE CASCADE,
	bytes    BLOB NOT NULL
) STRICT;

CREATE TABLE municipalities (
	id         INTEGER PRIMARY KEY,
	name       TEXT NOT NULL UNIQUE CHECK (name <> ''), -- calls.Municipality.ID
	label      TEXT NOT NULL CHECK (label <> ''),       -- calls.Municipality.Name
	country    TEXT NOT NULL CHECK (length(country) = 2),
	lau        TEXT NOT NULL,
	population INTEGER CHECK (population >= 0),
	twins      TEXT NOT NULL CHECK (json_valid(twins)),
	interests  TEXT NOT NULL CHECK (json_valid(interests)),
	revision   INTEGER NOT NULL
, folded TEXT NOT NULL DEFAULT '') STRICT;

CREATE TABLE mutes (
	subscriber  INTEGER NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
	call        INTEGER NOT NULL REFERENCES calls (id),
	since       TEXT NOT NULL,
	ended       TEXT,
	told        TEXT CHECK (json_valid(told)),
	last_notice INTEGER, -- newest notice of the call at the end; 0 if there was none
	PRIMARY KEY (subscriber, call),
	CHECK ((ended IS NULL) = (told IS NULL)),
	CHECK ((ended IS NULL) = (last_notice IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE notices (
	id         INTEGER PRIMARY KEY AUTOINCREMENT,
	subscriber INTEGER NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
	call       INTEGER NOT NULL REFERENCES calls (id),
	kind       TEXT NOT NULL CHECK (kind <> ''),
	fact       TEXT NOT NULL,
	told       TEXT NOT NULL CHECK (json_valid(told)),
	delivery   INTEGER NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
	state      TEXT NOT NULL CHECK (state IN ('queued', 'delivered', 'returned'))
) STRICT;

CREATE TABLE odd_records (
	run       INTEGER NOT NULL REFERENCES runs (id),
	position  INTEGER NOT NULL,
	reference TEXT NOT NULL,
	problem   TEXT NOT NULL,
	PRIMARY KEY (run, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE opt_outs (
	address BLOB PRIMARY KEY CHECK (length(address) = 32) -- SHA-256
) STRICT, WITHOUT ROWID;

CREATE TABLE reminder_runs (
	day TEXT PRIMARY KEY CHECK (day <> ''),
	at  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE runs (
	id        INTEGER PRIMARY KEY AUTOINCREMENT,
	source    TEXT NOT NULL CHECK (source <> ''),
	started   TEXT NOT NULL,
	ended     TEXT,
	pages     INTEGER NOT NULL DEFAULT 0,
	seen      INTEGER NOT NULL DEFAULT 0,
	new       INTEGER NOT NULL DEFAULT 0,
	changed   INTEGER NOT NULL DEFAULT 0,
	unchanged INTEGER NOT NULL DEFAULT 0,
	gone      INTEGER NOT NULL DEFAULT 0,
	odd       INTEGER NOT NULL DEFAULT 0,
	complete  INTEGER NOT NULL DEFAULT 0 CHECK (complete IN (0, 1)),
	verified  TEXT NOT NULL DEFAULT '',
	error     TEXT NOT NULL DEFAULT ''
, held INTEGER NOT NULL DEFAULT 0 CHECK (held IN (0, 1))) STRICT;

CREATE TABLE self_made (
	municipality INTEGER PRIMARY KEY REFERENCES municipalities (id) ON DELETE CASCADE
) STRICT;

CREATE TABLE settings (
	name  TEXT PRIMARY KEY CHECK (name IN ('topics version')),
	value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

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
, joins INTEGER NOT NULL DEFAULT 0 CHECK (joins IN (0, 1))) STRICT, WITHOUT ROWID;

CREATE TABLE subscribers (
	id           INTEGER PRIMARY KEY AUTOINCREMENT, -- never given twice: it is part of delivery keys
	municipality INTEGER NOT NULL REFERENCES municipalities (id) ON DELETE CASCADE,
	email        TEXT NOT NULL COLLATE NOCASE CHECK (email <> ''),
	name         TEXT NOT NULL,
	language     TEXT NOT NULL CHECK (language <> ''),
	frequency    TEXT NOT NULL CHECK (frequency IN ('weekly', 'monthly')),
	state        TEXT NOT NULL CHECK (state IN ('pending', 'active', 'paused', 'unsubscribed', 'bounced')),
	paused_until TEXT CHECK (paused_until IS NULL OR state = 'paused'),
	nonce        TEXT NOT NULL UNIQUE CHECK (length(nonce) >= 26),
	created      TEXT NOT NULL, feed INTEGER NOT NULL DEFAULT 0,
	UNIQUE (municipality, email)
) STRICT;

CREATE TABLE texts (
	call    INTEGER PRIMARY KEY REFERENCES calls (id),
	summary TEXT NOT NULL,
	body    TEXT NOT NULL
) STRICT;

CREATE TABLE token_keys (
	only        INTEGER PRIMARY KEY CHECK (only = 1),
	fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 32)
) STRICT;

CREATE TABLE tokens (
	hash       BLOB NOT NULL CHECK (length(hash) = 32), -- SHA-256 of the token
	purpose    TEXT NOT NULL CHECK (purpose IN ('manage', 'bounce', 'feed', 'stop')),
	subscriber INTEGER NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
	PRIMARY KEY (hash, purpose)
) STRICT, WITHOUT ROWID;

CREATE TABLE topics (
	call   INTEGER NOT NULL REFERENCES calls (id),
	topic  TEXT NOT NULL CHECK (topic <> ''),
	rule   TEXT NOT NULL,
	field  TEXT NOT NULL,
	words  TEXT NOT NULL,
	weight REAL NOT NULL CHECK (weight BETWEEN 0 AND 1),
	PRIMARY KEY (call, topic)
) STRICT, WITHOUT ROWID;

CREATE TABLE twins (
	folded       TEXT NOT NULL, -- of the town that is listed
	country      TEXT NOT NULL, -- '' if unknown
	municipality INTEGER NOT NULL REFERENCES municipalities (id) ON DELETE CASCADE, -- that lists it
	PRIMARY KEY (folded, country, municipality)
) STRICT, WITHOUT ROWID;

CREATE VIRTUAL TABLE vocabulary USING fts4aux (fulltext);

CREATE INDEX calls_identifier ON calls (identifier COLLATE NOCASE);

CREATE INDEX calls_reference ON calls (reference COLLATE NOCASE);

CREATE INDEX calls_revision ON calls (revision);

CREATE INDEX changes_call ON changes (call, seq);

CREATE INDEX deliveries_due ON deliveries (next_attempt, id) WHERE next_attempt IS NOT NULL;

CREATE INDEX deliveries_leased ON deliveries (lease_until) WHERE lease_until IS NOT NULL;

CREATE INDEX deliveries_state ON deliveries (state) WHERE state <> 'sent';

CREATE INDEX deliveries_subscriber ON deliveries (subscriber);

CREATE INDEX digests_delivery ON digests (delivery) WHERE delivery IS NOT NULL;

CREATE INDEX expected_notices_delivery ON expected_notices (delivery);

CREATE UNIQUE INDEX expected_notices_told ON expected_notices (subscriber, quarter, family, year) WHERE state <> 'returned';

CREATE TRIGGER folded_after_insert AFTER INSERT ON folded BEGIN
	INSERT INTO fulltext (docid, identifier, title, keywords, summary, body)
	VALUES (new.call, new.identifier, new.title, new.keywords, new.summary, new.body);
END;

CREATE TRIGGER folded_after_update AFTER UPDATE ON folded BEGIN
	INSERT INTO fulltext (docid, identifier, title, keywords, summary, body)
	VALUES (new.call, new.identifier, new.title, new.keywords, new.summary, new.body);
END;

CREATE TRIGGER folded_before_delete BEFORE DELETE ON folded BEGIN
	DELETE FROM fulltext WHERE docid = old.call;
END;

CREATE TRIGGER folded_before_update BEFORE UPDATE ON folded BEGIN
	DELETE FROM fulltext WHERE docid = old.call;
END;

CREATE INDEX inbound_delivery ON inbound (delivery) WHERE delivery IS NOT NULL;

CREATE INDEX inbound_subscriber ON inbound (subscriber, at) WHERE subscriber IS NOT NULL;

CREATE INDEX inbound_unseen ON inbound (id) WHERE kind = 'unknown' AND seen = 0;

CREATE INDEX listings_call ON listings (call);

CREATE INDEX municipalities_folded ON municipalities (folded, country);

CREATE INDEX municipalities_revision ON municipalities (revision);

CREATE INDEX notices_delivery ON notices (delivery);

CREATE UNIQUE INDEX notices_told ON notices (subscriber, call, kind, fact) WHERE state <> 'returned';

CREATE INDEX runs_ended ON runs (source, complete, ended);

CREATE INDEX sign_ups_subscriber ON sign_ups (subscriber, asked);

CREATE INDEX subscribers_email ON subscribers (email);

CREATE INDEX tokens_subscriber ON tokens (subscriber, purpose);

CREATE INDEX topics_topic ON topics (topic, call);

CREATE INDEX twins_municipality ON twins (municipality);


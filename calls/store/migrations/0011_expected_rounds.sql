-- When a call without a stated deadline takes applications: 'rolling', or the day around which one is expected.
ALTER TABLE calls ADD COLUMN season TEXT NOT NULL DEFAULT ''
	CHECK (season IN ('', 'rolling') OR season GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]');

-- What was told to whom of rounds that are to be expected. They are no calls yet, so that notices cannot refer
-- to them; the states are the same. Each round is told once a quarter.
CREATE TABLE expected_notices (
	id         INTEGER PRIMARY KEY,
	subscriber INTEGER NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
	quarter    TEXT NOT NULL CHECK (quarter GLOB '[0-9][0-9][0-9][0-9]-Q[1-4]'),
	family     TEXT NOT NULL CHECK (family <> ''),
	year       INTEGER NOT NULL,
	delivery   INTEGER NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
	state      TEXT NOT NULL CHECK (state IN ('queued', 'delivered', 'returned'))
) STRICT;
CREATE UNIQUE INDEX expected_notices_told ON expected_notices (subscriber, quarter, family, year) WHERE state <> 'returned';
CREATE INDEX expected_notices_delivery ON expected_notices (delivery);

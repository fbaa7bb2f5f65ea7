-- The calls that concern a municipality, as one list: rows of pairs with their reasons took most of the
-- time of matching and most of the file. A list holds, for each call in ascending order, its id less the
-- one before and its score in steps of 1/10,000, both as varints (see matches.go). Reasons are told when
-- they are asked for. It is the result of matching, so it is not carried over but made anew.
DROP TABLE matches;
CREATE TABLE matches (
	municipality INTEGER PRIMARY KEY REFERENCES municipalities (id) ON DELETE CASCADE,
	calls        BLOB NOT NULL CHECK (length(calls) > 0)
) STRICT;
UPDATE counters SET value = 0 WHERE name = 'matched';

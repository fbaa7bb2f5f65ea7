-- That a run was held is a fact of its own, not the wording of its error.
ALTER TABLE runs ADD COLUMN held INTEGER NOT NULL DEFAULT 0 CHECK (held IN (0, 1));
UPDATE runs SET held = 1 WHERE error LIKE '%held until a person has looked%';

-- Pages as a source last sent them, to ask next time only whether they have changed.
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

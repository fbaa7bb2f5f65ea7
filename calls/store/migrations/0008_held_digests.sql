-- Periods whose digests hold far more than usual, and wait until a person has looked.
CREATE TABLE held_digests (
	period TEXT PRIMARY KEY CHECK (period <> ''),
	reason TEXT NOT NULL,
	at     TEXT NOT NULL
) STRICT, WITHOUT ROWID;

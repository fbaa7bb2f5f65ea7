-- Calls of which a subscriber wants to hear no more. After the end of a mute, what was so then counts as told:
-- nothing is caught up.
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

-- The days whose reminders are all composed. Who got none has no row of his own: on most days nobody gets one.
CREATE TABLE reminder_runs (
	day TEXT PRIMARY KEY CHECK (day <> ''),
	at  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

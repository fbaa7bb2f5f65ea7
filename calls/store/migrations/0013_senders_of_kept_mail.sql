-- Who says to have written a mail that waits for a person. It goes when somebody has seen the mail. What a token
-- assigns needs no such word.
ALTER TABLE inbound ADD COLUMN sender TEXT NOT NULL DEFAULT '' COLLATE NOCASE
	CHECK (sender = '' OR subscriber IS NULL AND seen = 0);

-- Who lists whom as a twin town, to be found from either end. Names are folded as calls.Fold does it: by a
-- function that every connection of ours has.
ALTER TABLE municipalities ADD COLUMN folded TEXT NOT NULL DEFAULT ''; -- of its label
UPDATE municipalities SET folded = fold(label);
CREATE INDEX municipalities_folded ON municipalities (folded, country);

CREATE TABLE twins (
	folded       TEXT NOT NULL, -- of the town that is listed
	country      TEXT NOT NULL, -- '' if unknown
	municipality INTEGER NOT NULL REFERENCES municipalities (id) ON DELETE CASCADE, -- that lists it
	PRIMARY KEY (folded, country, municipality)
) STRICT, WITHOUT ROWID;
CREATE INDEX twins_municipality ON twins (municipality);
INSERT INTO twins
SELECT DISTINCT fold(t.value ->> 'name'), COALESCE(t.value ->> 'country', ''), u.id
FROM municipalities u, json_each(u.twins) t;

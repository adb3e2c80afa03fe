-- Under which conditions objects were given.

-- To whom an object may be released and to whom not, as JSON; NULL where nothing is said.
ALTER TABLE object ADD COLUMN caveats TEXT;
-- The consent under which what waits was sent.
ALTER TABLE quarantine ADD COLUMN consent INTEGER NOT NULL DEFAULT 1;

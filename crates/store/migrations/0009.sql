-- Under which conditions objects were given.

-- To whom an object may be released and to whom not, as JSON; NULL where nothing is said.
ALTER TABLE object ADD COLUMN caveats TEXT;
-- The consent under which what waits was sent.
ALTER TABLE quarantine ADD COLUMN consent INTEGER NOT NULL DEFAULT 1;

-- What an organisation sent and was told is taken in, in its own order: it reads that back.
CREATE TABLE submitted (
    audience   TEXT NOT NULL,
    position   INTEGER NOT NULL,
    id         TEXT NOT NULL,
    kind       TEXT NOT NULL,
    version    TEXT NOT NULL,
    entered_by TEXT NOT NULL,
    digest     BLOB NOT NULL,
    -- Where the text is held as that organisation's own; else it stands here.
    seq        INTEGER,
    text       TEXT,
    PRIMARY KEY (audience, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX submitted_object ON submitted (audience, id, version);
CREATE INDEX submitted_kind ON submitted (audience, kind, position);

-- The same of objects that came one after the other, until their organisation asks: all are held, each with a version
-- that was not submitted before.
CREATE TABLE submitted_run (
    audience   TEXT NOT NULL,
    position   INTEGER NOT NULL,
    seq        INTEGER NOT NULL,
    count      INTEGER NOT NULL,
    entered_by TEXT NOT NULL,
    PRIMARY KEY (audience, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX submitted_run_seq ON submitted_run (audience, seq);

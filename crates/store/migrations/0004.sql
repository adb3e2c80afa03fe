-- Feeds that go on where they stopped, and tell of what was withdrawn.

-- How much of a change that stands for many releases was looked at.
ALTER TABLE feed_state ADD COLUMN step INTEGER NOT NULL DEFAULT 0;

-- When what an entry stands for was withdrawn; null for what the audience may have.
ALTER TABLE feed ADD COLUMN withdrawn INTEGER;
-- What lets an entry be read without deciding on it anew: the row of the object, or the text of an edition, with the
-- gate's pass for it; and the version as the object spells it.
ALTER TABLE feed ADD COLUMN seq INTEGER;
ALTER TABLE feed ADD COLUMN text TEXT;
ALTER TABLE feed ADD COLUMN pass BLOB;
ALTER TABLE feed ADD COLUMN spelled TEXT;
CREATE INDEX feed_kind ON feed (audience, kind, position);

-- A notice of withdrawal to one audience: the objects are named as that audience knows them.
CREATE TABLE notice (
    audience TEXT NOT NULL,
    id       TEXT NOT NULL,
    release  TEXT NOT NULL,
    at       INTEGER NOT NULL,
    objects  TEXT NOT NULL,
    PRIMARY KEY (audience, id)
) STRICT, WITHOUT ROWID;

-- Changes that come by themselves at a moment: an embargo that ends, a release that is over.
CREATE TABLE due (
    at      INTEGER NOT NULL,
    kind    TEXT NOT NULL,
    subject TEXT NOT NULL,
    PRIMARY KEY (at, kind, subject)
) STRICT, WITHOUT ROWID;

CREATE INDEX release_confirmed ON release (confirmed, id);

-- Words are put into the index after the objects were taken in; what was held before is in it.
INSERT OR REPLACE INTO meta (key, value)
SELECT 'words_indexed', unhex(format('%016x', coalesce(max(seq), 0))) FROM object;

-- What came in and was not taken among the objects: refused, or waiting for a decision. Reasons are one a line.
CREATE TABLE quarantine (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT,
    submission TEXT NOT NULL,
    id         TEXT NOT NULL,
    version    TEXT NOT NULL,
    text       TEXT NOT NULL,
    source     TEXT NOT NULL,
    entered_by TEXT,
    at         INTEGER NOT NULL,
    kind       TEXT NOT NULL CHECK (kind IN ('foreign', 'invalid', 'suspect')),
    reason     TEXT NOT NULL,
    decided    INTEGER,
    decided_by TEXT,
    accepted   INTEGER CHECK (accepted IN (0, 1))
) STRICT;
CREATE INDEX quarantine_open ON quarantine (seq) WHERE decided IS NULL;
CREATE INDEX quarantine_submission ON quarantine (submission);
CREATE INDEX quarantine_source ON quarantine (source, at);

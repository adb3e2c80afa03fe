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

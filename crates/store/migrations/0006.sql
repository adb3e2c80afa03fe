-- Trust in those who send, and what waits because of it.

-- How far the objects of an organisation are taken unseen; `standard` where there is no row.
CREATE TABLE trust (
    organisation TEXT PRIMARY KEY REFERENCES organisation (id),
    level        TEXT NOT NULL CHECK (level IN ('blocked', 'probation', 'standard', 'trusted')),
    set_at       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- SHA-256 of the text: what is sent again while it waits does not wait twice.
ALTER TABLE quarantine ADD COLUMN digest BLOB;
-- Whether the sender knows that it waits.
ALTER TABLE quarantine ADD COLUMN told INTEGER NOT NULL DEFAULT 0 CHECK (told IN (0, 1));
-- What was said with the decision.
ALTER TABLE quarantine ADD COLUMN note TEXT NOT NULL DEFAULT '';
CREATE INDEX quarantine_same ON quarantine (source, digest);
CREATE INDEX quarantine_waiting ON quarantine (source) WHERE decided IS NULL AND told = 1;
CREATE INDEX quarantine_refused ON quarantine (source) WHERE decided IS NULL AND kind = 'invalid';
CREATE INDEX quarantine_decided ON quarantine (decided) WHERE decided IS NOT NULL;

-- Which of the pending objects of a submission, by their place in its status, wait as what.
CREATE TABLE awaiting (
    submission TEXT NOT NULL,
    place      INTEGER NOT NULL,
    quarantine INTEGER NOT NULL,
    PRIMARY KEY (submission, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX awaiting_quarantine ON awaiting (quarantine);

-- Versions that a source was told are taken in, although they are not held as its own: to the source they are held.
CREATE TABLE claim (
    source  TEXT NOT NULL,
    id      TEXT NOT NULL,
    version TEXT NOT NULL,
    digest  BLOB NOT NULL,
    PRIMARY KEY (source, id, version)
) STRICT, WITHOUT ROWID;

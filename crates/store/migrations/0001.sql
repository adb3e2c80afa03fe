-- The first schema. Times are microseconds since 1970 in UTC; versions are RFC 3339 with at least nine digits, so that
-- text order is time order and no digit is lost.

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Parties. An organisation's id is the UUID of its STIX identity.
CREATE TABLE organisation (
    id      TEXT PRIMARY KEY,
    name    TEXT NOT NULL,
    sector  TEXT,
    country TEXT,
    own     INTEGER NOT NULL DEFAULT 0 CHECK (own IN (0, 1)),
    added   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX organisation_own ON organisation (own) WHERE own = 1;

CREATE TABLE client (
    organisation TEXT NOT NULL REFERENCES organisation (id),
    client_of    TEXT NOT NULL REFERENCES organisation (id),
    PRIMARY KEY (organisation, client_of)
) STRICT, WITHOUT ROWID;

CREATE TABLE community (
    id   TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT, WITHOUT ROWID;

CREATE TABLE membership (
    community    TEXT NOT NULL REFERENCES community (id),
    organisation TEXT NOT NULL REFERENCES organisation (id),
    since        INTEGER NOT NULL,
    PRIMARY KEY (community, organisation)
) STRICT, WITHOUT ROWID;

CREATE TABLE person (
    id            TEXT PRIMARY KEY,
    organisation  TEXT NOT NULL REFERENCES organisation (id),
    login         TEXT NOT NULL UNIQUE,
    name          TEXT NOT NULL,
    role          TEXT NOT NULL,
    password_hash TEXT,
    added         INTEGER NOT NULL,
    disabled      INTEGER
) STRICT, WITHOUT ROWID;

-- Secrets are stored as hashes only: tokens and sessions are random, so one SHA-256 is enough; passwords are argon2id.
CREATE TABLE secret (
    hash    BLOB PRIMARY KEY,
    kind    TEXT NOT NULL CHECK (kind IN ('token', 'session', 'one-time')),
    person  TEXT NOT NULL REFERENCES person (id),
    label   TEXT NOT NULL,
    created INTEGER NOT NULL,
    expires INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX secret_person ON secret (person, kind);

CREATE TABLE login_attempt (
    subject TEXT NOT NULL,
    at      INTEGER NOT NULL
) STRICT;
CREATE INDEX login_attempt_subject ON login_attempt (subject, at);

-- Objects, every version as received.
CREATE TABLE marking_set (
    id   INTEGER PRIMARY KEY,
    refs TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE object (
    seq           INTEGER PRIMARY KEY,
    id            TEXT NOT NULL,
    version       TEXT NOT NULL,
    kind          TEXT NOT NULL,
    text          TEXT NOT NULL,
    marking_set   INTEGER NOT NULL REFERENCES marking_set (id),
    source        TEXT NOT NULL,
    entered_by    TEXT,
    consent       INTEGER NOT NULL DEFAULT 1,
    embargo_until INTEGER,
    received      INTEGER NOT NULL,
    latest        INTEGER NOT NULL DEFAULT 1,
    UNIQUE (id, version)
) STRICT;
CREATE INDEX object_kind ON object (kind, seq) WHERE latest = 1;

CREATE TABLE reference (
    source_seq INTEGER NOT NULL REFERENCES object (seq),
    place      TEXT NOT NULL,
    target     TEXT NOT NULL,
    PRIMARY KEY (source_seq, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX reference_target ON reference (target, source_seq);

-- value -> object: for correlation and exact search.
CREATE TABLE posting (
    value TEXT NOT NULL,
    seq   INTEGER NOT NULL REFERENCES object (seq),
    PRIMARY KEY (value, seq)
) STRICT, WITHOUT ROWID;

CREATE VIRTUAL TABLE search USING fts5 (words, content = '', contentless_delete = 1, tokenize = "unicode61 remove_diacritics 2");

-- An edition that was given out, and what it is an edition of.
CREATE TABLE edition (
    id     TEXT PRIMARY KEY,
    source TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX edition_source ON edition (source);

-- Releases.
CREATE TABLE release (
    id           TEXT PRIMARY KEY,
    recipients   TEXT NOT NULL,
    named        TEXT NOT NULL,
    ceiling      TEXT NOT NULL,
    cuts         TEXT NOT NULL,
    valid_from   INTEGER NOT NULL,
    valid_until  INTEGER,
    withdrawn    INTEGER,
    reason       TEXT NOT NULL,
    confirmed_by TEXT NOT NULL,
    confirmed    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE release_item (
    release TEXT NOT NULL REFERENCES release (id),
    id      TEXT NOT NULL,
    version TEXT NOT NULL,
    PRIMARY KEY (release, id, version)
) STRICT, WITHOUT ROWID;
CREATE INDEX release_item_object ON release_item (id, version);

-- What happened that can change what an audience sees, in commit order.
CREATE TABLE change (
    seq     INTEGER PRIMARY KEY AUTOINCREMENT,
    at      INTEGER NOT NULL,
    kind    TEXT NOT NULL,
    subject TEXT NOT NULL
) STRICT;

-- What an audience was given, in the order of that audience alone.
CREATE TABLE feed (
    audience       TEXT NOT NULL,
    position       INTEGER NOT NULL,
    id             TEXT NOT NULL,
    version        TEXT NOT NULL,
    kind           TEXT NOT NULL,
    source         TEXT NOT NULL,
    source_version TEXT NOT NULL,
    digest         BLOB NOT NULL,
    PRIMARY KEY (audience, position)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX feed_object ON feed (audience, id, version);
CREATE INDEX feed_source ON feed (audience, source);

CREATE TABLE feed_state (
    audience TEXT PRIMARY KEY,
    change   INTEGER NOT NULL,
    position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The register.
CREATE TABLE incident (
    id       TEXT PRIMARY KEY,
    number   TEXT NOT NULL UNIQUE,
    year     INTEGER NOT NULL,
    sector   TEXT,
    body     TEXT NOT NULL,
    recorded INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE incident_object (
    incident TEXT NOT NULL REFERENCES incident (id),
    object   TEXT NOT NULL,
    PRIMARY KEY (incident, object)
) STRICT, WITHOUT ROWID;
CREATE INDEX incident_object_object ON incident_object (object);

-- TAXII: what a submitter was told of its submission.
CREATE TABLE submission (
    id        TEXT PRIMARY KEY,
    submitter TEXT NOT NULL,
    at        INTEGER NOT NULL,
    body      TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Where a pull from another node goes on.
CREATE TABLE pull (
    collection  TEXT PRIMARY KEY,
    added_after TEXT NOT NULL,
    at          INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Who did what.
CREATE TABLE audit (
    seq     INTEGER PRIMARY KEY AUTOINCREMENT,
    at      INTEGER NOT NULL,
    person  TEXT,
    action  TEXT NOT NULL,
    subject TEXT NOT NULL
) STRICT;

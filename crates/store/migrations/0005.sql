-- Peers: other nodes and servers with which objects are exchanged. Their credentials are not here but in a file beside
-- the database, so that no copy of the database holds a partner's secrets.
CREATE TABLE peer (
    id           TEXT PRIMARY KEY,
    name         TEXT NOT NULL UNIQUE,
    organisation TEXT NOT NULL REFERENCES organisation (id),
    settings     TEXT NOT NULL,
    paused       INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1)),
    added        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- How synchronising goes, each way by itself. Counts are of objects since the peer was added.
CREATE TABLE peer_way (
    peer         TEXT NOT NULL REFERENCES peer (id),
    way          TEXT NOT NULL CHECK (way IN ('pull', 'push')),
    next_attempt INTEGER NOT NULL,
    last_attempt INTEGER,
    last_success INTEGER,
    last_failure INTEGER,
    failure      TEXT,
    failures     INTEGER NOT NULL,
    moved        INTEGER NOT NULL,
    unchanged    INTEGER NOT NULL,
    refused      INTEGER NOT NULL,
    behind       INTEGER,
    PRIMARY KEY (peer, way)
) STRICT, WITHOUT ROWID;

-- Where a way goes on in a collection: for a pull the greatest date_added up to which everything is here, for a push
-- the last position of the feed that the peer has decided on.
CREATE TABLE peer_cursor (
    peer         TEXT NOT NULL REFERENCES peer (id),
    way          TEXT NOT NULL CHECK (way IN ('pull', 'push')),
    collection   TEXT NOT NULL,
    position     INTEGER NOT NULL,
    since        INTEGER NOT NULL,
    settled      INTEGER NOT NULL CHECK (settled IN (0, 1)),
    overlap_secs INTEGER NOT NULL,
    read_whole   INTEGER NOT NULL,
    PRIMARY KEY (peer, way, collection)
) STRICT, WITHOUT ROWID;

-- What was not taken in, by us or by the peer, and why.
CREATE TABLE peer_refusal (
    peer    TEXT NOT NULL REFERENCES peer (id),
    way     TEXT NOT NULL CHECK (way IN ('pull', 'push')),
    object  TEXT NOT NULL,
    version TEXT NOT NULL,
    reason  TEXT NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (peer, way, object, version)
) STRICT, WITHOUT ROWID;
CREATE INDEX peer_refusal_at ON peer_refusal (peer, at);

-- Requests that the peer has not decided yet (TAXII 2.1, status resource).
CREATE TABLE peer_pending (
    peer   TEXT NOT NULL REFERENCES peer (id),
    root   TEXT NOT NULL,
    status TEXT NOT NULL,
    at     INTEGER NOT NULL,
    PRIMARY KEY (peer, root, status)
) STRICT, WITHOUT ROWID;

CREATE TABLE peer_event (
    seq  INTEGER PRIMARY KEY AUTOINCREMENT,
    peer TEXT NOT NULL REFERENCES peer (id),
    at   INTEGER NOT NULL,
    way  TEXT NOT NULL CHECK (way IN ('pull', 'push')),
    text TEXT NOT NULL
) STRICT;
CREATE INDEX peer_event_peer ON peer_event (peer, seq);

-- The Merkle logs: one for each audience, under the name of its feed, and `house`.
-- What a log consists of is its leaves; everything else here is computed from them and checked by `ledger verify`.

CREATE TABLE ledger_log (
    id       INTEGER PRIMARY KEY,
    name     TEXT NOT NULL UNIQUE,
    size     INTEGER NOT NULL,
    root     BLOB NOT NULL,
    -- The roots of the complete subtrees: what appending needs.
    frontier BLOB NOT NULL,
    -- Entries given and not handed over yet, so that a page without any costs one row.
    pending  INTEGER NOT NULL
) STRICT;

CREATE TABLE ledger_leaf (
    log   INTEGER NOT NULL REFERENCES ledger_log (id),
    leaf  INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (log, leaf)
) STRICT, WITHOUT ROWID;

-- Hashes of the nodes of every eighth height, 256 in a row.
CREATE TABLE ledger_tile (
    log    INTEGER NOT NULL REFERENCES ledger_log (id),
    level  INTEGER NOT NULL,
    tile   INTEGER NOT NULL,
    hashes BLOB NOT NULL,
    PRIMARY KEY (log, level, tile)
) STRICT;

-- The leaf by which an audience was last given a version of an object, and what became of it.
CREATE TABLE ledger_given (
    log       INTEGER NOT NULL REFERENCES ledger_log (id),
    id        TEXT NOT NULL,
    version   TEXT NOT NULL,
    leaf      INTEGER NOT NULL,
    delivered INTEGER,
    withdrawn INTEGER,
    PRIMARY KEY (log, id, version)
) STRICT, WITHOUT ROWID;

-- Feeds that are older than the logs: up to which position.
CREATE TABLE ledger_before (
    audience TEXT PRIMARY KEY,
    position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO ledger_before (audience, position) SELECT audience, max(position) FROM feed GROUP BY audience;

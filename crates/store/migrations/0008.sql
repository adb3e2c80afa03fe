-- How much of its allowance an organisation had used when objects of it were last taken in: how long, in microseconds
-- from that moment, until it has all of it again.
CREATE TABLE quota (
    organisation TEXT PRIMARY KEY REFERENCES organisation (id),
    at           INTEGER NOT NULL,
    objects_us   INTEGER NOT NULL CHECK (objects_us >= 0),
    bytes_us     INTEGER NOT NULL CHECK (bytes_us >= 0)
) STRICT, WITHOUT ROWID;

-- The life of a release: saved queries, requests that wait for a second person, standing rules, where a release comes
-- from, why it was withdrawn; and what belongs to an organisation.

-- What is looked for, by name. The body is JSON of `app`.
CREATE TABLE query (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL UNIQUE,
    body       TEXT NOT NULL,
    changed_by TEXT NOT NULL,
    changed    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What somebody asked for. It is decided once; until then, and before `expires`, it is pending.
CREATE TABLE request (
    id           TEXT PRIMARY KEY,
    body         TEXT NOT NULL,
    requested_by TEXT NOT NULL REFERENCES person (id),
    requested    INTEGER NOT NULL,
    expires      INTEGER NOT NULL,
    decision     TEXT CHECK (decision IN ('confirmed', 'rejected')),
    decided_by   TEXT REFERENCES person (id),
    decided      INTEGER,
    reason       TEXT,
    made         TEXT,
    CHECK ((decision IS NULL) = (decided_by IS NULL)),
    -- Four eyes, also for whoever writes past the program: nobody confirms what they asked for.
    CHECK (decision IS NOT 'confirmed' OR decided_by <> requested_by)
) STRICT, WITHOUT ROWID;
CREATE INDEX request_requested ON request (requested);

-- What was shown of a request, by digest: so that a refusal can say what changed since.
CREATE TABLE request_view (
    request TEXT NOT NULL REFERENCES request (id),
    digest  TEXT NOT NULL,
    body    TEXT NOT NULL,
    shown   INTEGER NOT NULL,
    PRIMARY KEY (request, digest)
) STRICT, WITHOUT ROWID;

-- Standing rules.
CREATE TABLE rule (
    id           TEXT PRIMARY KEY,
    body         TEXT NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('active', 'ended', 'paused')),
    note         TEXT NOT NULL DEFAULT '',
    requested_by TEXT NOT NULL REFERENCES person (id),
    confirmed_by TEXT NOT NULL REFERENCES person (id),
    confirmed    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX rule_active ON rule (id) WHERE state = 'active';

-- What a rule has released: each version once.
CREATE TABLE rule_item (
    rule    TEXT NOT NULL REFERENCES rule (id),
    id      TEXT NOT NULL,
    version TEXT NOT NULL,
    release TEXT NOT NULL REFERENCES release (id),
    PRIMARY KEY (rule, id, version)
) STRICT, WITHOUT ROWID;

-- Where a release comes from, and who ended it.
CREATE TABLE release_origin (
    release      TEXT PRIMARY KEY REFERENCES release (id),
    requested_by TEXT REFERENCES person (id),
    request      TEXT REFERENCES request (id),
    rule         TEXT REFERENCES rule (id),
    corrects     TEXT REFERENCES release (id),
    query        TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX release_origin_corrects ON release_origin (corrects) WHERE corrects IS NOT NULL;
CREATE INDEX release_origin_rule ON release_origin (rule) WHERE rule IS NOT NULL;

CREATE TABLE release_withdrawal (
    release TEXT PRIMARY KEY REFERENCES release (id),
    by      TEXT NOT NULL REFERENCES person (id),
    reason  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What belongs to an organisation: autonomous systems, prefixes, domains, each in its normal form.
CREATE TABLE network (
    kind         TEXT NOT NULL CHECK (kind IN ('asn', 'domain', 'prefix')),
    value        TEXT NOT NULL,
    organisation TEXT NOT NULL REFERENCES organisation (id),
    PRIMARY KEY (kind, value, organisation)
) STRICT, WITHOUT ROWID;
CREATE INDEX network_organisation ON network (organisation);

-- Membership is itself sensitive: a member does not see who else is in a community unless the community says so.
ALTER TABLE community ADD COLUMN members_visible INTEGER NOT NULL DEFAULT 0 CHECK (members_visible IN (0, 1));

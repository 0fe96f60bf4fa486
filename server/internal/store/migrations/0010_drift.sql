-- Differences between Entra and the records, and what a comparison of all keys
-- has read so far.

CREATE TABLE drifts (
    id          TEXT PRIMARY KEY,          -- UUID
    kind        TEXT NOT NULL,             -- access.DriftKind
    state       TEXT NOT NULL,             -- access.DriftState, or 'suspected': seen once, nobody is told yet
    environment TEXT NOT NULL,             -- access.Environment
    subject     TEXT NOT NULL,             -- the key's id; of an orphan the application's object id
    thing       TEXT NOT NULL,             -- which of the application's: a secret's key id, a permission; '' = itself
    access_key  TEXT NOT NULL DEFAULT '',  -- '' of an orphan
    code        TEXT NOT NULL DEFAULT '',
    name        TEXT NOT NULL,             -- the application's display name
    object_id   TEXT NOT NULL DEFAULT '',  -- the application's
    client_id   TEXT NOT NULL DEFAULT '',
    detail      TEXT NOT NULL DEFAULT '',  -- what differs; never a secret
    found_at    INTEGER NOT NULL,
    seen_at     INTEGER NOT NULL,          -- by the last comparison that found it
    ended_at    INTEGER NOT NULL DEFAULT 0, -- when it was fixed
    fix         TEXT NOT NULL DEFAULT '',  -- access.DriftFix
    fixed_by    TEXT NOT NULL DEFAULT '',  -- who decided
    why         TEXT NOT NULL DEFAULT '',
    failed      TEXT NOT NULL DEFAULT '',  -- code that the fix failed with
    version     INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX drifts_one_live ON drifts (subject, environment, kind, thing) WHERE state <> 'fixed'; -- a difference is told once
CREATE INDEX drifts_by_key ON drifts (access_key) WHERE state IN ('open', 'fixing'); -- how many a key row has
CREATE INDEX drifts_suspected ON drifts (environment, subject) WHERE state = 'suspected'; -- the second look
CREATE INDEX drifts_ended ON drifts (ended_at) WHERE state = 'fixed'; -- sweeping

CREATE TABLE drift_sweeps (                -- a comparison of all keys of an environment, under way
    environment TEXT PRIMARY KEY,
    phase       TEXT NOT NULL,             -- which list is being read, or 'keys': all are
    next        TEXT NOT NULL DEFAULT '',  -- where the list goes on; of 'keys' the last key compared
    started_at  INTEGER NOT NULL,
    keys        INTEGER NOT NULL DEFAULT 0, -- compared so far
    pages       INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE drift_seen (                  -- what its lists showed of the keys' applications
    environment TEXT NOT NULL,
    kind        TEXT NOT NULL,             -- 'application', 'principal', 'assignment', 'deleted'
    id          TEXT NOT NULL,             -- the object's
    owner       TEXT NOT NULL,             -- client id; of an assignment the principal's object id
    body        TEXT NOT NULL,             -- JSON; never a secret
    PRIMARY KEY (environment, kind, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX drift_seen_by_owner ON drift_seen (environment, kind, owner); -- what belongs to a key's application

CREATE UNIQUE INDEX jobs_one_drift ON jobs (kind, subject)
    WHERE finished_at = 0 AND parked_at = 0 AND kind IN ('drift', 'drift_fix'); -- one comparison, one fix at a time

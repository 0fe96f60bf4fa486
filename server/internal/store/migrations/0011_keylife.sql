-- Keys that are reported compromised, revoked, or that expire.

ALTER TABLE key_secrets ADD COLUMN ended_at INTEGER NOT NULL DEFAULT 0;       -- when Entra stopped taking it; 0: it takes it, or never did
ALTER TABLE access_keys ADD COLUMN revoke_asked_at INTEGER NOT NULL DEFAULT 0; -- its secrets are to go; 0: not asked, or done
ALTER TABLE access_keys ADD COLUMN revoke_failed TEXT NOT NULL DEFAULT '';    -- code of the last failure to remove them
ALTER TABLE access_keys ADD COLUMN revoked_at INTEGER NOT NULL DEFAULT 0;     -- when the last of them was gone
ALTER TABLE jobs ADD COLUMN urgent INTEGER NOT NULL DEFAULT 0;                -- 0, 1: before all others

CREATE INDEX jobs_urgent ON jobs (run_after) WHERE finished_at = 0 AND parked_at = 0 AND urgent = 1; -- claiming
CREATE INDEX access_keys_expiring ON access_keys (expires_at)
    WHERE state IN ('active', 'overlap', 'unverified');                       -- the sweep
CREATE INDEX key_secrets_ended ON key_secrets (access_key, ended_at) WHERE ended_at > 0; -- until when tokens work

CREATE INDEX accounts_by_entity ON accounts (entity) WHERE entity <> '';      -- whom a notice goes to

CREATE TABLE incidents (                   -- keys that were reported compromised
    id         TEXT PRIMARY KEY,           -- UUID
    number     TEXT NOT NULL UNIQUE,       -- "INC-2026-000012"
    access_key TEXT NOT NULL REFERENCES access_keys (id),
    request    TEXT NOT NULL REFERENCES key_requests (id), -- which makes the new secret
    account    TEXT NOT NULL REFERENCES accounts (id),
    person     TEXT NOT NULL,
    what       TEXT NOT NULL,
    at         INTEGER NOT NULL,
    removed_at INTEGER NOT NULL DEFAULT 0  -- when Entra took none of the old secrets any more
) STRICT;
CREATE INDEX incidents_by_key ON incidents (access_key, at); -- the last one of a key row
CREATE INDEX incidents_open ON incidents (access_key) WHERE removed_at = 0;

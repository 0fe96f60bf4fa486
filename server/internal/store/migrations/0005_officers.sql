-- What officers decide about keys that exist.

ALTER TABLE access_keys ADD COLUMN validity_days INTEGER NOT NULL DEFAULT 0;  -- of this key's next secret; 0: the environment's
ALTER TABLE access_keys ADD COLUMN permissions TEXT NOT NULL DEFAULT '';      -- JSON: those Entra showed at permissions_at; '' = none
ALTER TABLE access_keys ADD COLUMN permissions_at INTEGER NOT NULL DEFAULT 0; -- when they were read
ALTER TABLE access_keys ADD COLUMN permissions_asked_at INTEGER NOT NULL DEFAULT 0; -- when the sweep last had them read
ALTER TABLE access_keys ADD COLUMN is_missing INTEGER NOT NULL DEFAULT 0;     -- 0, 1: Entra has no application of this client id
ALTER TABLE access_keys ADD COLUMN tasks TEXT NOT NULL DEFAULT '';            -- JSON of []store.PermissionTask; '' = none

CREATE TABLE validities (                  -- life of new secrets; an environment without a row has the settings'
    environment TEXT PRIMARY KEY,          -- access.Environment
    days        INTEGER NOT NULL,
    account     TEXT NOT NULL REFERENCES accounts (id),
    person      TEXT NOT NULL,
    why         TEXT NOT NULL,
    set_at      INTEGER NOT NULL
) STRICT;

CREATE TABLE evidence (                    -- proofs of the sandbox tests
    id         TEXT PRIMARY KEY,           -- UUID
    code       TEXT NOT NULL REFERENCES providers (code),
    kind       TEXT NOT NULL,              -- access.EvidenceKind
    note       TEXT NOT NULL,
    name       TEXT NOT NULL,              -- the file's; '' without a file
    media      TEXT NOT NULL,              -- as its content says; '' without a file
    size       INTEGER NOT NULL,           -- bytes
    hash       TEXT NOT NULL,              -- SHA-256 of the file, hex; '' without a file
    account    TEXT NOT NULL REFERENCES accounts (id),
    person     TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    sealed     BLOB                        -- the file: it may tell of patients; null without one
) STRICT;
CREATE INDEX evidence_by_code ON evidence (code, created_at); -- a code's list, and how many there are

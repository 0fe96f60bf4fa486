-- The key test: how far each secret was proved, and what Entra says of typed keys.

ALTER TABLE key_secrets ADD COLUMN stage TEXT NOT NULL DEFAULT '';        -- access.Stage; '' = typed, and not proved yet
ALTER TABLE key_secrets ADD COLUMN proved_at INTEGER NOT NULL DEFAULT 0;  -- when its spaced sign-ins were complete
ALTER TABLE key_secrets ADD COLUMN test TEXT NOT NULL DEFAULT '';         -- JSON of access.KeyTest, the last one; '' = none
ALTER TABLE key_secrets ADD COLUMN testing INTEGER NOT NULL DEFAULT 0;    -- 0, 1: that test is under way
ALTER TABLE key_secrets ADD COLUMN checked TEXT NOT NULL DEFAULT '';      -- JSON of access.KeyCheck; '' = not typed
ALTER TABLE key_secrets ADD COLUMN checked_at INTEGER NOT NULL DEFAULT 0; -- when it was last looked for in Entra

-- No issue was ever finished before its key had signed in.
UPDATE key_secrets SET stage = 'ready', proved_at = created_at
    WHERE typed = 0 AND entra_key_id <> '' AND state IN ('active', 'overlap')
    AND EXISTS (SELECT 1 FROM key_requests WHERE key_requests.id = key_secrets.request AND key_requests.status = 'done');
UPDATE key_secrets SET stage = 'created' WHERE typed = 0 AND stage = '' AND entra_key_id <> '';

CREATE INDEX key_secrets_testing ON key_secrets (access_key) WHERE testing = 1;          -- tests that nobody works on
CREATE INDEX access_keys_unverified ON access_keys (id) WHERE state = 'unverified';      -- the daily look
CREATE UNIQUE INDEX jobs_one_test ON jobs (kind, subject)
    WHERE finished_at = 0 AND parked_at = 0 AND kind = 'test';                           -- one test a key

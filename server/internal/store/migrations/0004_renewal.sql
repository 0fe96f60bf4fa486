-- Changes of key: a secret that was replaced works on until it is removed.

ALTER TABLE key_requests ADD COLUMN overlaps TEXT NOT NULL DEFAULT ''; -- JSON of access.Overlaps, as it is signed; '' for an enrolment

ALTER TABLE key_secrets ADD COLUMN object_id TEXT NOT NULL DEFAULT ''; -- the application it lives in: a key may have changed its own
ALTER TABLE key_secrets ADD COLUMN ends_at INTEGER NOT NULL DEFAULT 0; -- while 'overlap': when it is to be removed
ALTER TABLE key_secrets ADD COLUMN ended_by TEXT NOT NULL DEFAULT '';  -- the request whose secret took its place
CREATE INDEX key_secrets_overlap ON key_secrets (access_key) WHERE state = 'overlap'; -- until when, of each key row

UPDATE key_secrets SET object_id = (SELECT object_id FROM access_keys WHERE access_keys.id = key_secrets.access_key)
    WHERE entra_key_id <> '';

-- Secrets of attempts that an officer's typed keys took the place of: nobody was
-- ever given them, and nothing removed them so far.
UPDATE key_secrets SET ended_by = request WHERE state = 'overlap';
INSERT INTO jobs (id, kind, subject, created_at, run_after)
    SELECT id, 'retire', id, created_at, created_at FROM key_secrets WHERE state = 'overlap';

-- Access: recovery codes, sessions by name, devices seen, administrators.

ALTER TABLE accounts ADD COLUMN administrator INTEGER NOT NULL DEFAULT 0; -- 0, 1: an officer who may appoint others
ALTER TABLE accounts ADD COLUMN signed_in_at INTEGER NOT NULL DEFAULT 0;  -- last session opened; 0 = none that is known

ALTER TABLE sessions ADD COLUMN id TEXT NOT NULL DEFAULT '';              -- names a session to its owner and opens nothing
UPDATE sessions SET id = lower(hex(randomblob(16)));

ALTER TABLE enrolments ADD COLUMN purpose TEXT NOT NULL DEFAULT 'link';   -- store.EnrolmentPurpose: each is confirmed where it began
ALTER TABLE enrolments ADD COLUMN device TEXT NOT NULL DEFAULT '';        -- of a sign-in that waits for it

CREATE TABLE recovery_sets (               -- the recovery codes in force of an account
    account       TEXT PRIMARY KEY REFERENCES accounts (id),
    pepper_sealed BLOB NOT NULL,           -- key of the codes' hashes: a copied database cannot try codes
    made_at       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE recovery_codes (
    account   TEXT NOT NULL REFERENCES accounts (id),
    code_hash BLOB NOT NULL,               -- HMAC-SHA-256 under the set's pepper
    used_at   INTEGER NOT NULL DEFAULT 0,  -- 0 = not used
    PRIMARY KEY (account, code_hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE known_devices (               -- from where an account was signed in to: a new one is told by mail
    account      TEXT NOT NULL REFERENCES accounts (id),
    device_hash  BLOB NOT NULL,            -- SHA-256 of the device and its network
    network_hash BLOB NOT NULL,            -- SHA-256 of the network alone
    seen_at      INTEGER NOT NULL,
    PRIMARY KEY (account, device_hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX known_devices_by_end ON known_devices (seen_at); -- sweeping

CREATE TABLE officer_acts (                -- who gave the officer's role, and who took it away
    account       TEXT PRIMARY KEY REFERENCES accounts (id),
    granted_at    INTEGER NOT NULL DEFAULT 0, -- 0 = by the roster, or before this was kept
    granted_by    TEXT NOT NULL DEFAULT '',   -- the person
    granted_why   TEXT NOT NULL DEFAULT '',
    withdrawn_at  INTEGER NOT NULL DEFAULT 0, -- 0 = it is in force
    withdrawn_by  TEXT NOT NULL DEFAULT '',
    withdrawn_why TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;

CREATE INDEX audit_entries_by_account ON audit_entries (account); -- what somebody did

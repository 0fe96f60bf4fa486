-- The first tables. Times are Unix microseconds, UTC, in columns ending in _at
-- or _until; 0 where "not yet" is meant and the column cannot be null. Codes
-- and document numbers are text: leading zeros matter.

CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;                                  -- 'epoch': changes when a backup is restored; 'pepper': sealed, see workflow

CREATE TABLE counters (
    name  TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT;                                  -- 'change': the feed's position; 'audit': the chain's length; 'request/2026': numbers of the year
INSERT INTO counters (name, value) VALUES ('change', 0), ('audit', 0);

-- People and their ways in ---------------------------------------------------

CREATE TABLE accounts (
    id              TEXT PRIMARY KEY,      -- UUID
    login           TEXT NOT NULL,         -- shared by the delegates of one entity
    document_type   TEXT NOT NULL,
    document_number TEXT NOT NULL,
    name            TEXT NOT NULL,         -- the person
    email           TEXT NOT NULL,         -- registered address; '' = none on file
    role            TEXT NOT NULL,         -- access.Role
    independent     INTEGER NOT NULL,      -- 0, 1
    entity          TEXT NOT NULL,         -- access.EntityID; '' for officers
    password_hash   TEXT NOT NULL,         -- Argon2id, PHC string
    totp_sealed     BLOB,                  -- null: no second factor enrolled
    totp_last_step  INTEGER NOT NULL DEFAULT 0, -- last accepted time step: a code works once
    created_at      INTEGER NOT NULL,
    disabled_at     INTEGER NOT NULL DEFAULT 0,
    UNIQUE (document_type, document_number, entity, role)
) STRICT;
CREATE INDEX accounts_by_login ON accounts (login); -- sign-in

CREATE TABLE sessions (
    token_hash    BLOB PRIMARY KEY,        -- SHA-256 of the bearer token
    account       TEXT NOT NULL REFERENCES accounts (id),
    device        TEXT NOT NULL,
    address       TEXT NOT NULL,
    second_factor INTEGER NOT NULL,        -- 0, 1: passed in this session
    created_at    INTEGER NOT NULL,
    seen_at       INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL         -- absolute end
) STRICT;
CREATE INDEX sessions_by_account ON sessions (account); -- ending all of a person's sessions

CREATE TABLE attempts (                    -- brute-force limits that survive a restart
    subject      TEXT PRIMARY KEY,         -- 'login:…' or 'address:…', hashed
    failures     INTEGER NOT NULL,
    window_until INTEGER NOT NULL,
    blocked_until INTEGER NOT NULL
) STRICT;

CREATE TABLE spent_puzzles (               -- a proof of work is good once
    challenge_hash BLOB PRIMARY KEY,
    expires_at     INTEGER NOT NULL
) STRICT;

-- What REPS says ---------------------------------------------------------------

CREATE TABLE snapshots (                   -- one import of a file (corte)
    id          INTEGER PRIMARY KEY,
    kind        TEXT NOT NULL,             -- 'reps'
    cut_off     TEXT NOT NULL,             -- as the file says; '' if it does not
    file_hash   TEXT NOT NULL,             -- SHA-256 of the bytes read, hex
    imported_at INTEGER NOT NULL,
    accepted    INTEGER NOT NULL,
    rejected    INTEGER NOT NULL,
    warned      INTEGER NOT NULL
) STRICT;

CREATE TABLE entities (
    id              TEXT PRIMARY KEY,      -- access.EntityID
    document_type   TEXT NOT NULL,
    document_number TEXT NOT NULL,
    type_assumed    INTEGER NOT NULL,      -- 0, 1: the file gave no type
    name            TEXT NOT NULL
) STRICT;

CREATE TABLE providers (
    code         TEXT PRIMARY KEY,         -- ten digits
    row_no       INTEGER NOT NULL UNIQUE,  -- «Id Prestador»: ours, names nothing
    entity       TEXT NOT NULL REFERENCES entities (id),
    name         TEXT NOT NULL,
    class        TEXT NOT NULL,            -- clase de prestador
    municipality TEXT NOT NULL,            -- DIVIPOLA, five digits
    gone_at      INTEGER NOT NULL DEFAULT 0, -- absent from the last snapshot since; 0 = current
    snapshot     INTEGER NOT NULL REFERENCES snapshots (id),
    version      INTEGER NOT NULL
) STRICT;
CREATE INDEX providers_by_entity ON providers (entity); -- a delegate's list

CREATE TABLE sites (
    code    TEXT NOT NULL REFERENCES providers (code),
    number  TEXT NOT NULL,                 -- two digits
    name    TEXT NOT NULL,
    gone_at INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (code, number)
) STRICT, WITHOUT ROWID;

-- Consent ----------------------------------------------------------------------

CREATE TABLE consent_texts (
    id           TEXT NOT NULL,            -- 'terms', 'data'
    version      TEXT NOT NULL,
    label        TEXT NOT NULL,
    body         TEXT NOT NULL,
    hash         TEXT NOT NULL,            -- SHA-256 of body's bytes, hex
    published_at INTEGER NOT NULL,
    PRIMARY KEY (id, version)
) STRICT;

-- Requests ---------------------------------------------------------------------

CREATE TABLE key_requests (
    id             TEXT PRIMARY KEY,       -- UUID
    number         TEXT NOT NULL UNIQUE,
    kind           TEXT NOT NULL,          -- access.Kind
    reason         TEXT NOT NULL,          -- access.Reason or ''
    code           TEXT NOT NULL REFERENCES providers (code),
    entity         TEXT NOT NULL,
    status         TEXT NOT NULL,          -- access.Status
    form           TEXT NOT NULL,          -- JSON of access.RequestForm
    content_hash   TEXT NOT NULL,          -- what a code signs, hex
    requested_by   TEXT NOT NULL REFERENCES accounts (id),
    requested_at   INTEGER NOT NULL,
    signed_at      INTEGER NOT NULL DEFAULT 0,
    updated_at     INTEGER NOT NULL,
    environment    TEXT NOT NULL DEFAULT '',
    step           TEXT NOT NULL DEFAULT '',
    failure        TEXT NOT NULL DEFAULT '', -- JSON of access.Failure or ''
    taken_by       TEXT NOT NULL DEFAULT '',
    taken_name     TEXT NOT NULL DEFAULT '',
    taken_at       INTEGER NOT NULL DEFAULT 0,
    taken_until    INTEGER NOT NULL DEFAULT 0,
    taken_why      TEXT NOT NULL DEFAULT '', -- the reason of a take-over; '' when it was free
    version        INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX key_requests_one_open ON key_requests (code)
    WHERE status IN ('signing', 'issuing', 'pending');  -- one open request a code
CREATE INDEX key_requests_by_entity ON key_requests (entity, id); -- a delegate's feed, by id
CREATE INDEX key_requests_by_code ON key_requests (code); -- renamed in REPS
CREATE INDEX key_requests_taken ON key_requests (taken_until) WHERE taken_by <> ''; -- lapsed leases

CREATE TABLE one_time_codes (
    id           TEXT PRIMARY KEY,         -- UUID
    request      TEXT NOT NULL REFERENCES key_requests (id),
    content_hash TEXT NOT NULL,
    salt         BLOB NOT NULL,
    code_hash    BLOB NOT NULL,            -- SHA-256 keyed with the salt; the code is never stored in clear
    sent_to      TEXT NOT NULL,            -- masked
    sent_at      INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    voided_at    INTEGER NOT NULL DEFAULT 0, -- replaced, spent or content changed
    used_at      INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX one_time_codes_by_request ON one_time_codes (request); -- live codes of a request

CREATE TABLE signings (                    -- failures are shared by all codes of one content
    request      TEXT NOT NULL REFERENCES key_requests (id),
    content_hash TEXT NOT NULL,
    failures     INTEGER NOT NULL,
    sends        INTEGER NOT NULL,
    resend_at    INTEGER NOT NULL,
    accepted     TEXT NOT NULL,            -- JSON: the texts ticked, with hashes
    accepted_at  INTEGER NOT NULL,
    PRIMARY KEY (request, content_hash)
) STRICT;

CREATE TABLE consents (
    request      TEXT NOT NULL REFERENCES key_requests (id),
    text_id      TEXT NOT NULL,
    text_version TEXT NOT NULL,
    text_hash    TEXT NOT NULL,
    label        TEXT NOT NULL,            -- beside the box
    account      TEXT NOT NULL REFERENCES accounts (id),
    one_time_code TEXT NOT NULL REFERENCES one_time_codes (id),
    content_hash TEXT NOT NULL,
    ticked_at    INTEGER NOT NULL,
    signed_at    INTEGER NOT NULL,
    PRIMARY KEY (request, text_id)
) STRICT;

-- Keys -------------------------------------------------------------------------

CREATE TABLE access_keys (
    id           TEXT PRIMARY KEY,         -- UUID
    code         TEXT NOT NULL REFERENCES providers (code),
    entity       TEXT NOT NULL,
    environment  TEXT NOT NULL,            -- access.Environment
    unique_name  TEXT NOT NULL UNIQUE,     -- Entra's uniqueName: no twin can be made
    name         TEXT NOT NULL,            -- displayName
    object_id    TEXT NOT NULL DEFAULT '', -- application's object id, a GUID
    client_id    TEXT NOT NULL DEFAULT '', -- appId, a GUID
    principal_id TEXT NOT NULL DEFAULT '', -- service principal's object id, a GUID
    state        TEXT NOT NULL,            -- access.KeyState
    issued_at    INTEGER NOT NULL DEFAULT 0,
    expires_at   INTEGER NOT NULL DEFAULT 0,
    version      INTEGER NOT NULL,
    UNIQUE (code, environment)
) STRICT;
CREATE INDEX access_keys_by_client ON access_keys (client_id); -- a typed client id that is another's
CREATE INDEX access_keys_by_entity ON access_keys (entity, id); -- a delegate's feed, by id

CREATE TABLE key_secrets (
    id           TEXT PRIMARY KEY,         -- UUID: the operation id, and the secret's displayName in Entra
    access_key   TEXT NOT NULL REFERENCES access_keys (id),
    request      TEXT NOT NULL REFERENCES key_requests (id),
    entra_key_id TEXT NOT NULL DEFAULT '', -- keyId, a GUID; '' before the answer came
    hint         TEXT NOT NULL DEFAULT '', -- first three characters, as Graph shows them
    sealed       BLOB,                     -- null before the answer came, or after it was destroyed
    state        TEXT NOT NULL,            -- 'intended', 'active', 'overlap', 'revoked', 'lost'
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL DEFAULT 0,
    typed        INTEGER NOT NULL DEFAULT 0, -- 0, 1: an officer typed it
    revealed_at  INTEGER NOT NULL DEFAULT 0  -- first shown to a delegate; for the policy «once»
) STRICT;
CREATE INDEX key_secrets_by_key ON key_secrets (access_key); -- the secret in force
CREATE UNIQUE INDEX key_secrets_one_active ON key_secrets (access_key) WHERE state = 'active';

-- The four things of a write ----------------------------------------------------

CREATE TABLE changes (                     -- the feed's log: what to look at again
    seq  INTEGER PRIMARY KEY,              -- from counters, gapless, in commit order
    kind TEXT NOT NULL,                    -- wire.RowKind
    id   TEXT NOT NULL,
    entity TEXT NOT NULL,                  -- whose row it is, for the scope of delegates
    at   INTEGER NOT NULL
) STRICT;
CREATE INDEX changes_by_entity ON changes (entity, seq); -- a delegate's catch-up

CREATE TABLE audit_entries (               -- append-only, hash-chained
    seq        INTEGER PRIMARY KEY,        -- gapless
    at         INTEGER NOT NULL,
    kind       TEXT NOT NULL,              -- audit.Kind
    account    TEXT NOT NULL,              -- '' for the server itself
    person     TEXT NOT NULL,
    entity     TEXT NOT NULL,
    subject    TEXT NOT NULL,              -- id of what it is about
    detail     TEXT NOT NULL,              -- JSON, sorted keys; never a secret
    request_id TEXT NOT NULL,              -- X-Request-Id of the act
    prev_hash  BLOB NOT NULL,
    hash       BLOB NOT NULL               -- SHA-256 over the canonical entry and prev_hash
) STRICT;
CREATE INDEX audit_entries_by_subject ON audit_entries (subject); -- who saw this key
CREATE TRIGGER audit_entries_no_update BEFORE UPDATE ON audit_entries
BEGIN SELECT RAISE(ABORT, 'audit_entries is append-only'); END;
CREATE TRIGGER audit_entries_no_delete BEFORE DELETE ON audit_entries
BEGIN SELECT RAISE(ABORT, 'audit_entries is append-only'); END;

CREATE TABLE jobs (
    id           TEXT PRIMARY KEY,         -- UUID
    kind         TEXT NOT NULL,            -- 'provision', 'mail'
    subject      TEXT NOT NULL,            -- what it is about
    step         TEXT NOT NULL DEFAULT '',
    payload      BLOB,                     -- sealed when it holds a one-time code
    attempts     INTEGER NOT NULL DEFAULT 0,
    created_at   INTEGER NOT NULL,
    run_after    INTEGER NOT NULL,
    leased_until INTEGER NOT NULL DEFAULT 0,
    finished_at  INTEGER NOT NULL DEFAULT 0,
    parked_at    INTEGER NOT NULL DEFAULT 0,
    last_error   TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX jobs_due ON jobs (run_after) WHERE finished_at = 0 AND parked_at = 0; -- claiming
CREATE UNIQUE INDEX jobs_one_live ON jobs (kind, subject)
    WHERE finished_at = 0 AND parked_at = 0 AND kind = 'provision'; -- one writer an application

CREATE TABLE intents (                     -- what was answered to an Idempotency-Key
    account    TEXT NOT NULL,
    key        TEXT NOT NULL,
    act        TEXT NOT NULL,              -- the use case, and the row it was about
    body_hash  BLOB NOT NULL,              -- another body under the same key is refused
    reply      TEXT NOT NULL,              -- JSON; never a secret
    created_at INTEGER NOT NULL,
    PRIMARY KEY (account, key)
) STRICT, WITHOUT ROWID;

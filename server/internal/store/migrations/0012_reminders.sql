-- Reminders (avisos de vencimiento): the last rung of the ladder that was told of
-- each secret, and what was answered.

CREATE TABLE reminders (
    secret       TEXT PRIMARY KEY REFERENCES key_secrets (id),
    access_key   TEXT NOT NULL REFERENCES access_keys (id),
    ends_at      INTEGER NOT NULL,           -- the secret's end when it was told: another end begins the ladder anew
    days         INTEGER NOT NULL,           -- rung of the ladder
    sent_at      INTEGER NOT NULL,
    act          TEXT NOT NULL DEFAULT '',   -- access.ReminderAct; '' = no answer
    account      TEXT NOT NULL DEFAULT '',   -- who answered
    person       TEXT NOT NULL DEFAULT '',
    answered_at  INTEGER NOT NULL DEFAULT 0,
    until        INTEGER NOT NULL DEFAULT 0, -- of «Posponer»
    escalated_at INTEGER NOT NULL DEFAULT 0  -- when the ministry was told
) STRICT, WITHOUT ROWID;
CREATE INDEX reminders_by_key ON reminders (access_key, sent_at); -- the last one of a key

CREATE INDEX key_secrets_expiring ON key_secrets (expires_at) WHERE state = 'active'; -- those that end soon

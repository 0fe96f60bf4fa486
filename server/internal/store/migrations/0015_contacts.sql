-- Notices to third parties (avisos a terceros): the two contacts of a signed
-- request did not consent, so each is told by mail. A correction and a later
-- request make new rows; what a person said is never lost.

CREATE TABLE contact_notices (
    id          TEXT PRIMARY KEY,            -- UUID
    request     TEXT NOT NULL REFERENCES key_requests (id),
    entity      TEXT NOT NULL,
    role        TEXT NOT NULL,               -- access.ContactRole
    name        TEXT NOT NULL,
    email       TEXT NOT NULL,
    phone       TEXT NOT NULL,
    given_by    TEXT NOT NULL,               -- who named them, as people read it
    token_hash  BLOB NOT NULL,               -- SHA-256 of the link's token; contacts of one address share it; empty: nothing was mailed
    job         TEXT NOT NULL,               -- of the last mail; '' = nothing was mailed
    message_id  TEXT NOT NULL,               -- of the last mail, as a mail server's report names it; '' = nothing was mailed
    state       TEXT NOT NULL,               -- access.NoticeState
    why         TEXT NOT NULL DEFAULT '',    -- the person's words, or the mail server's status
    sends       INTEGER NOT NULL,
    sent_at     INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,            -- of the link
    settled_at  INTEGER NOT NULL DEFAULT 0,  -- confirmed, bounced or objected
    replaced_at INTEGER NOT NULL DEFAULT 0   -- another contact took the place
) STRICT;
CREATE INDEX contact_notices_by_request ON contact_notices (request) WHERE replaced_at = 0; -- a request's standing
CREATE INDEX contact_notices_by_token ON contact_notices (token_hash) WHERE token_hash <> x''; -- a link
CREATE INDEX contact_notices_by_job ON contact_notices (job) WHERE job <> ''; -- a mail that was given up
CREATE INDEX contact_notices_by_message ON contact_notices (message_id) WHERE message_id <> ''; -- a mail that came back
CREATE INDEX contact_notices_by_entity ON contact_notices (entity, role); -- what this person said before

-- Registration, the links that set a password, and second factors on their way.

CREATE TABLE account_links (
    token_hash BLOB PRIMARY KEY,           -- SHA-256 of the token, which is only in the mail
    account    TEXT NOT NULL,              -- '' = of nobody: written so that asking costs the same for a user that does not exist
    purpose    TEXT NOT NULL,              -- wire.LinkPurpose
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    spent_at   INTEGER NOT NULL DEFAULT 0  -- used or replaced
) STRICT, WITHOUT ROWID;
CREATE INDEX account_links_by_account ON account_links (account); -- a new link ends the old ones
CREATE INDEX account_links_by_end ON account_links (expires_at);  -- sweeping

CREATE TABLE enrolments (                  -- second factors that wait for their first code
    ticket_hash BLOB PRIMARY KEY,          -- SHA-256 of the ticket
    account     TEXT NOT NULL REFERENCES accounts (id),
    seed_sealed BLOB NOT NULL,
    expires_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX enrolments_by_account ON enrolments (account); -- a new one ends the old ones

CREATE TABLE pledges (                     -- the confidentiality text, as a registration accepted it
    id           INTEGER PRIMARY KEY,
    account      TEXT NOT NULL REFERENCES accounts (id),
    text_id      TEXT NOT NULL,
    text_version TEXT NOT NULL,
    text_hash    TEXT NOT NULL,            -- SHA-256 of the text's bytes, hex
    label        TEXT NOT NULL,            -- beside the box
    accepted_at  INTEGER NOT NULL,
    address      TEXT NOT NULL             -- network address
) STRICT;
CREATE INDEX pledges_by_account ON pledges (account, accepted_at); -- what a person pledged

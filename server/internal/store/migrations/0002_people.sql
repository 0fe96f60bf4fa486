-- Who people are, as imported files say: MiSeguridadSocial's persons,
-- organizations and delegations, RETHUS's titles, the ministry's roster. A row
-- that a later file no longer has stays, marked gone.

CREATE TABLE persons (                     -- MiSeguridadSocial
    document_type   TEXT NOT NULL,
    document_number TEXT NOT NULL,
    given_names     TEXT NOT NULL,
    family_names    TEXT NOT NULL,
    email           TEXT NOT NULL,         -- the registered address; '' = none on file
    phone           TEXT NOT NULL,         -- ten digits; '' = none on file
    gone_at         INTEGER NOT NULL DEFAULT 0, -- absent from the last file since; 0 = current
    snapshot        INTEGER NOT NULL REFERENCES snapshots (id), -- the import that last wrote the row
    PRIMARY KEY (document_type, document_number)
) STRICT, WITHOUT ROWID;

CREATE TABLE organizations (               -- MiSeguridadSocial
    nit                   TEXT PRIMARY KEY, -- without check digit
    name                  TEXT NOT NULL,
    representative_type   TEXT NOT NULL,   -- legal representative's document; '' = not told
    representative_number TEXT NOT NULL,
    email                 TEXT NOT NULL,
    gone_at               INTEGER NOT NULL DEFAULT 0,
    snapshot              INTEGER NOT NULL REFERENCES snapshots (id)
) STRICT, WITHOUT ROWID;

CREATE TABLE delegations (                 -- MiSeguridadSocial: the last novelty of each pair
    nit             TEXT NOT NULL,         -- without check digit
    document_type   TEXT NOT NULL,         -- the delegate's
    document_number TEXT NOT NULL,
    novelty         TEXT NOT NULL,         -- 'V' links, 'O' unlinks
    novelty_on      TEXT NOT NULL,         -- a date, 2026-03-12
    gone_at         INTEGER NOT NULL DEFAULT 0,
    snapshot        INTEGER NOT NULL REFERENCES snapshots (id),
    PRIMARY KEY (nit, document_type, document_number)
) STRICT, WITHOUT ROWID;

CREATE TABLE rethus_titles (               -- RETHUS: a person has several
    document_type   TEXT NOT NULL,
    document_number TEXT NOT NULL,
    program         TEXT NOT NULL,         -- tipo de programa
    profession      TEXT NOT NULL,
    act             TEXT NOT NULL,         -- acto administrativo; '' = not told
    name            TEXT NOT NULL,         -- the person's, whole
    document_state  TEXT NOT NULL,         -- estado de la identificación
    origin          TEXT NOT NULL,         -- origen del título
    began_on        TEXT NOT NULL,         -- a date, 2026-03-12; '' = not told
    reporter        TEXT NOT NULL,         -- entidad reportadora
    registry        TEXT NOT NULL,         -- registro profesional; '' = not told
    gone_at         INTEGER NOT NULL DEFAULT 0,
    snapshot        INTEGER NOT NULL REFERENCES snapshots (id),
    PRIMARY KEY (document_type, document_number, program, profession, act)
) STRICT, WITHOUT ROWID;

CREATE TABLE rethus_verifications (        -- an officer saw the title elsewhere: absence proves nothing
    document_type   TEXT NOT NULL,
    document_number TEXT NOT NULL,
    registry        TEXT NOT NULL,         -- registro profesional; '' = not told
    why             TEXT NOT NULL,
    verified_at     INTEGER NOT NULL,
    PRIMARY KEY (document_type, document_number)
) STRICT, WITHOUT ROWID;

CREATE TABLE staff (                       -- the ministry's roster (funcionarios)
    document_type   TEXT NOT NULL,
    document_number TEXT NOT NULL,
    given_names     TEXT NOT NULL,
    family_names    TEXT NOT NULL,
    email           TEXT NOT NULL,         -- the ministry's; links never go there
    active          INTEGER NOT NULL,      -- 0, 1
    gone_at         INTEGER NOT NULL DEFAULT 0,
    snapshot        INTEGER NOT NULL REFERENCES snapshots (id),
    PRIMARY KEY (document_type, document_number)
) STRICT, WITHOUT ROWID;

-- Who disabled an account: 'command' (an administrator) or 'import' (its
-- delegation ended; it comes back with the delegation); '' while it is enabled.
ALTER TABLE accounts ADD COLUMN disabled_by TEXT NOT NULL DEFAULT '';
UPDATE accounts SET disabled_by = 'command' WHERE disabled_at <> 0;

-- Where the role comes from: 'command', 'registration' or 'roster', which takes
-- it away again; '' without a role.
ALTER TABLE accounts ADD COLUMN role_from TEXT NOT NULL DEFAULT '';
UPDATE accounts SET role_from = 'command' WHERE role <> '';

INSERT INTO counters (name, value) VALUES ('sessions_ended', 0); -- moves when sessions are ended: feeds look whether theirs is

-- Sealing keys that seal nothing any more and are gone from the keyset, or about
-- to be. Triggers made at each start (see sealed.go) refuse a value sealed with
-- one: a program that has not noticed the change cannot write what will not open.

CREATE TABLE seal_retired (
    prefix     BLOB PRIMARY KEY,           -- the first bytes of what it sealed: they name the key
    retired_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The server's signing keys (llaves de firma): public halves only, the private
-- one is in a file. Receipts are checked with them for as long as there are any.

CREATE TABLE signing_keys (
    id        TEXT PRIMARY KEY,            -- receipt.KeyID
    public    BLOB NOT NULL,               -- Ed25519, 32 bytes
    from_at   INTEGER NOT NULL,            -- signs from then on
    until_at  INTEGER NOT NULL DEFAULT 0,  -- signed until then; 0: the one in force
    signed_at INTEGER NOT NULL DEFAULT 0   -- the latest time it signed with; 0: it never did
) STRICT;
CREATE UNIQUE INDEX signing_keys_one_in_force ON signing_keys (until_at) WHERE until_at = 0;
CREATE TRIGGER signing_keys_no_delete BEFORE DELETE ON signing_keys
BEGIN SELECT RAISE(ABORT, 'signing_keys keeps every key'); END;
CREATE TRIGGER signing_keys_no_change BEFORE UPDATE ON signing_keys
WHEN NEW.id <> OLD.id OR NEW.public <> OLD.public OR NEW.from_at <> OLD.from_at
    OR (OLD.until_at <> 0 AND NEW.until_at <> OLD.until_at)
BEGIN SELECT RAISE(ABORT, 'signing_keys keeps every key as it was'); END;
-- INSERT OR REPLACE deletes without asking the trigger above.
CREATE TRIGGER signing_keys_no_replace BEFORE INSERT ON signing_keys
WHEN EXISTS (SELECT 1 FROM signing_keys WHERE id = NEW.id OR (until_at = 0 AND NEW.until_at = 0))
BEGIN SELECT RAISE(ABORT, 'signing_keys keeps every key'); END;

-- Texts people accept, and that they did: nothing of it changes later ----------

ALTER TABLE consent_texts ADD COLUMN language TEXT NOT NULL DEFAULT 'es-CO';
CREATE TRIGGER consent_texts_no_update BEFORE UPDATE ON consent_texts
BEGIN SELECT RAISE(ABORT, 'consent_texts keeps every version as it was published'); END;
CREATE TRIGGER consent_texts_no_delete BEFORE DELETE ON consent_texts
BEGIN SELECT RAISE(ABORT, 'consent_texts keeps every version'); END;
CREATE TRIGGER consent_texts_no_replace BEFORE INSERT ON consent_texts
WHEN EXISTS (SELECT 1 FROM consent_texts WHERE id = NEW.id AND version = NEW.version)
BEGIN SELECT RAISE(IGNORE); END;           -- the version that is there stays, as InstallConsentText says

CREATE TRIGGER consents_no_update BEFORE UPDATE ON consents
BEGIN SELECT RAISE(ABORT, 'consents is append-only'); END;
CREATE TRIGGER consents_no_delete BEFORE DELETE ON consents
BEGIN SELECT RAISE(ABORT, 'consents is append-only'); END;
CREATE TRIGGER consents_no_replace BEFORE INSERT ON consents
WHEN EXISTS (SELECT 1 FROM consents WHERE request = NEW.request AND text_id = NEW.text_id)
BEGIN SELECT RAISE(ABORT, 'consents is append-only'); END;

CREATE TABLE agreements (                  -- prior agreement on the signing method, append-only
    account      TEXT NOT NULL REFERENCES accounts (id),
    text_version TEXT NOT NULL,
    text_hash    TEXT NOT NULL,            -- SHA-256 of the bytes shown, hex
    language     TEXT NOT NULL,
    label        TEXT NOT NULL,            -- beside the box
    accepted_at  INTEGER NOT NULL,
    shown_at     INTEGER NOT NULL,         -- in the server's time; 0: the client did not say
    ticked_at    INTEGER NOT NULL,         -- in the server's time; 0: the client did not say
    device       TEXT NOT NULL,
    address      TEXT NOT NULL,
    client       TEXT NOT NULL,            -- program and version; '': it did not say
    client_at    INTEGER NOT NULL,         -- the client's own clock; 0: it did not say
    PRIMARY KEY (account, text_version)
) STRICT;
CREATE TRIGGER agreements_no_update BEFORE UPDATE ON agreements
BEGIN SELECT RAISE(ABORT, 'agreements is append-only'); END;
CREATE TRIGGER agreements_no_delete BEFORE DELETE ON agreements
BEGIN SELECT RAISE(ABORT, 'agreements is append-only'); END;
CREATE TRIGGER agreements_no_replace BEFORE INSERT ON agreements
WHEN EXISTS (SELECT 1 FROM agreements WHERE account = NEW.account AND text_version = NEW.text_version)
BEGIN SELECT RAISE(ABORT, 'agreements is append-only'); END;

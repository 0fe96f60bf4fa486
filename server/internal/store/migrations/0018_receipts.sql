-- Receipts (constancias): the proof of each signature by one-time code.

CREATE TABLE receipts (                    -- append-only
    request  TEXT PRIMARY KEY REFERENCES key_requests (id),
    number   TEXT NOT NULL UNIQUE,         -- CON-2026-000001
    file     BLOB NOT NULL,                -- the signed JSON, byte for byte as it is handed out
    hash     TEXT NOT NULL,                -- SHA-256 of file, hex
    key_id   TEXT NOT NULL REFERENCES signing_keys (id),
    made_at  INTEGER NOT NULL
) STRICT;
CREATE TRIGGER receipts_no_update BEFORE UPDATE ON receipts
BEGIN SELECT RAISE(ABORT, 'receipts is append-only'); END;
CREATE TRIGGER receipts_no_delete BEFORE DELETE ON receipts
BEGIN SELECT RAISE(ABORT, 'receipts is append-only'); END;
-- INSERT OR REPLACE deletes without asking the trigger above.
CREATE TRIGGER receipts_no_replace BEFORE INSERT ON receipts
WHEN EXISTS (SELECT 1 FROM receipts WHERE request = NEW.request OR number = NEW.number)
BEGIN SELECT RAISE(ABORT, 'receipts is append-only'); END;

CREATE TABLE receipt_papers (              -- signatures of PDFs, so that the same PDF is the same bytes each time; append-only
    pdf_hash  TEXT PRIMARY KEY,            -- SHA-256 of the PDF before its last line, hex
    request   TEXT NOT NULL REFERENCES receipts (request),
    key_id    TEXT NOT NULL REFERENCES signing_keys (id),
    signed_at INTEGER NOT NULL,
    value     BLOB NOT NULL
) STRICT;
CREATE TRIGGER receipt_papers_no_update BEFORE UPDATE ON receipt_papers
BEGIN SELECT RAISE(ABORT, 'receipt_papers is append-only'); END;
CREATE TRIGGER receipt_papers_no_delete BEFORE DELETE ON receipt_papers
BEGIN SELECT RAISE(ABORT, 'receipt_papers is append-only'); END;
CREATE TRIGGER receipt_papers_no_replace BEFORE INSERT ON receipt_papers
WHEN EXISTS (SELECT 1 FROM receipt_papers WHERE pdf_hash = NEW.pdf_hash)
BEGIN SELECT RAISE(ABORT, 'receipt_papers is append-only'); END;

-- A code signs for the person it was mailed to, on what that person ticked.
ALTER TABLE one_time_codes ADD COLUMN account TEXT NOT NULL DEFAULT '';  -- '': mailed before this was kept
ALTER TABLE one_time_codes ADD COLUMN accepted TEXT NOT NULL DEFAULT ''; -- JSON: the texts ticked as it was asked for

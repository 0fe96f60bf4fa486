-- The audit trail: searched by officers and delegates, exported, its days signed.
-- Searches go from the newest to the oldest, by time and then by place.

CREATE INDEX audit_entries_by_at ON audit_entries (at);                  -- a range of time; the range of an export
CREATE INDEX audit_entries_by_entity ON audit_entries (entity, at);      -- of one entity, also a delegate's own view
CREATE INDEX audit_entries_by_kind ON audit_entries (kind, at);          -- of a group of kinds
CREATE INDEX audit_entries_by_document ON audit_entries (                -- of one person: 'CC 9999000001 Name'
    substr(person, instr(person, ' ') + 1, instr(substr(person, instr(person, ' ') + 1), ' ') - 1), at);

-- Each entry stands in the next place and follows the one before. It is asked
-- before anything else happens, so that INSERT OR REPLACE, which deletes without
-- asking the trigger of deletes, and ON CONFLICT DO UPDATE come to nothing too.
CREATE TRIGGER audit_entries_in_order BEFORE INSERT ON audit_entries
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM audit_entries)
    OR NEW.prev_hash IS NOT (SELECT coalesce((SELECT hash FROM audit_entries ORDER BY seq DESC LIMIT 1), x''))
BEGIN SELECT RAISE(ABORT, 'audit_entries is append-only: out of order'); END;

CREATE TABLE trail_heads (                 -- the signed end of each Colombian day; append-only
    day       TEXT PRIMARY KEY,            -- '2026-09-16'
    seq       INTEGER NOT NULL,            -- the last entry by then; 0: there was none yet
    entries   INTEGER NOT NULL,            -- of the day
    signed_at INTEGER NOT NULL,
    file      BLOB NOT NULL                -- as it goes out: the head and its signature, JSON
) STRICT;
CREATE INDEX trail_heads_by_seq ON trail_heads (seq, day); -- the heads within an export
CREATE TRIGGER trail_heads_no_update BEFORE UPDATE ON trail_heads
BEGIN SELECT RAISE(ABORT, 'trail_heads is append-only'); END;
CREATE TRIGGER trail_heads_no_delete BEFORE DELETE ON trail_heads
BEGIN SELECT RAISE(ABORT, 'trail_heads is append-only'); END;
CREATE TRIGGER trail_heads_in_order BEFORE INSERT ON trail_heads
WHEN NEW.day <= (SELECT max(day) FROM trail_heads)
    OR NEW.seq - NEW.entries IS NOT (SELECT coalesce((SELECT seq FROM trail_heads ORDER BY day DESC LIMIT 1), 0))
    OR NEW.entries < 0 OR NEW.seq > (SELECT coalesce(max(seq), 0) FROM audit_entries)
BEGIN SELECT RAISE(ABORT, 'trail_heads is append-only: out of order'); END;

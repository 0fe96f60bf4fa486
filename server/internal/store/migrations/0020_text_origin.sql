-- Who brought a consent text: what the ministry published is never overruled by a
-- text that a newer program brings along.

ALTER TABLE consent_texts ADD COLUMN origin TEXT NOT NULL DEFAULT 'program' CHECK (origin IN ('program', 'published'));

-- Those that somebody published, says the trail: it names who did.
DROP TRIGGER consent_texts_no_update;
UPDATE consent_texts SET origin = 'published' WHERE EXISTS (
    SELECT 1 FROM audit_entries AS e
    WHERE e.kind = 'consent.text_installed' AND e.subject = consent_texts.id
        AND e.detail ->> 'version' = consent_texts.version AND e.detail ->> 'operator' IS NOT NULL);
CREATE TRIGGER consent_texts_no_update BEFORE UPDATE ON consent_texts
BEGIN SELECT RAISE(ABORT, 'consent_texts keeps every version as it was published'); END;

-- Permissions read from Entra and changed there, by jobs.

CREATE UNIQUE INDEX jobs_one_permissions ON jobs (kind, subject)
    WHERE finished_at = 0 AND parked_at = 0 AND kind IN ('permissions', 'catalogue'); -- one writer a service principal

CREATE INDEX access_keys_unread ON access_keys (permissions_asked_at)
    WHERE permissions_at = 0 AND client_id <> '' AND state <> 'creating';             -- the sweep: never read
CREATE INDEX access_keys_read ON access_keys (permissions_at)
    WHERE permissions_at > 0 AND client_id <> '' AND state <> 'creating';             -- the sweep: to be read again

-- Until when Entra asked the worker to wait, for people to see.

ALTER TABLE key_requests ADD COLUMN retry_at INTEGER NOT NULL DEFAULT 0;

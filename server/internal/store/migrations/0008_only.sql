-- Requests about the key of one environment alone.

ALTER TABLE key_requests ADD COLUMN only_environment TEXT NOT NULL DEFAULT ''; -- access.Environment; '' = both

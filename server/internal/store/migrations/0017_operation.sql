-- What the operator's page counts at each look.
CREATE INDEX access_keys_by_state ON access_keys (environment, state);
CREATE INDEX jobs_parked ON jobs (kind) WHERE finished_at = 0 AND parked_at > 0;
CREATE INDEX key_requests_by_status ON key_requests (status);

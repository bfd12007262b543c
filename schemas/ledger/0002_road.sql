-- Answers to requests with an Idempotency-Key, stored together with what the requests changed.
-- A request that is under way has no row yet: its transaction holds an advisory lock, and leaves nothing behind when it dies.
CREATE TABLE idempotency (
    -- Who asked: tenant:<name> or key:<id>.
    scope text NOT NULL,
    method text NOT NULL,
    path text NOT NULL,
    key text NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
    -- SHA-256 of what was asked.
    fingerprint bytea NOT NULL CHECK (length(fingerprint) = 32),
    status integer NOT NULL,
    headers jsonb NOT NULL,
    body bytea NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (scope, method, path, key)
);
CREATE INDEX idempotency_expiry ON idempotency (expires_at);

-- Nothing has ever been written into the dead letters of version 1.
DROP TABLE dead_letters;
CREATE TABLE dead_letters (
    id uuid PRIMARY KEY,
    at timestamptz NOT NULL,
    queue text NOT NULL,
    reason text NOT NULL,
    detail text,
    headers jsonb NOT NULL,
    -- Bytes of the whole message; `body` has the first of them.
    size bigint NOT NULL CHECK (size >= 0),
    body bytea NOT NULL CHECK (length(body) <= 65536)
);

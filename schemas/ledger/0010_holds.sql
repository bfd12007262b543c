-- Objects on hosts that bear this installation's label and belong to no chain of the ledger, as they were last seen.
CREATE TABLE orphans (
    host uuid NOT NULL REFERENCES hosts (id),
    -- What their labels say.
    chain uuid NOT NULL,
    sequence bigint NOT NULL,
    objects jsonb NOT NULL,
    first_seen_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    PRIMARY KEY (host, chain)
);
CREATE INDEX orphans_first_seen ON orphans (first_seen_at);

-- Hosts that know more than the ledger, because it was restored from a backup.
CREATE TABLE holds (
    id uuid PRIMARY KEY,
    host uuid NOT NULL REFERENCES hosts (id),
    at timestamptz NOT NULL,
    -- The numbers of operations after the first and up to the second were given in a time that this ledger knows nothing of.
    ledger_sequence bigint NOT NULL,
    host_sequence bigint NOT NULL,
    -- By the chain's id, what was seen of it.
    chains jsonb NOT NULL,
    -- When an operator decided.
    lifted_at timestamptz
);
CREATE UNIQUE INDEX holds_open ON holds (host) WHERE lifted_at IS NULL;

-- One place is one host: registered twice, its capacity would count twice. Those that were there before stay.
ALTER TABLE hosts ADD COLUMN is_twin boolean NOT NULL DEFAULT false;
UPDATE hosts h SET is_twin = true WHERE status <> 'gone' AND EXISTS (
    SELECT FROM hosts o WHERE o.status <> 'gone' AND (o.site, o.driver, o.endpoint) = (h.site, h.driver, h.endpoint) AND o.id < h.id);
CREATE UNIQUE INDEX hosts_endpoint ON hosts (site, driver, endpoint) WHERE status <> 'gone' AND NOT is_twin;

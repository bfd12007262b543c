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

-- Hosts that are changed, and requests about many of their chains at once.

-- How objects are made on a host, where it is not as usual.
ALTER TABLE hosts ADD COLUMN settings jsonb NOT NULL DEFAULT '{}';
-- What an autofill host is filled with in place of what pools want.
ALTER TABLE hosts ADD COLUMN prefers jsonb;

-- The site's public key to which the credentials were sealed; until now a site has had one alone.
ALTER TABLE hosts ADD COLUMN sealed_to text;
UPDATE hosts h SET sealed_to = s.public_key FROM sites s WHERE s.name = h.site AND h.sealed_credentials IS NOT NULL;
ALTER TABLE hosts ADD CONSTRAINT hosts_sealed_to CHECK (sealed_to IS NULL OR sealed_credentials IS NOT NULL);

ALTER TABLE operations DROP CONSTRAINT operations_kind_check;
ALTER TABLE operations ADD CONSTRAINT operations_kind CHECK (kind IN (
    'host.create', 'host.delete', 'host.cleanse', 'host.sweep', 'host.fillup', 'host.clean', 'host.reset', 'chain.create',
    'chain.start', 'chain.stop', 'chain.restart', 'chain.reset', 'chain.delete', 'chain.repair'));
-- The one node of the chain that it is about.
ALTER TABLE operations ADD COLUMN node text CHECK (node IS NULL OR chain IS NOT NULL);
-- No agent works on a parent operation, and it takes no place of others: it is done when its children are.
ALTER TABLE operations ADD COLUMN parent uuid REFERENCES operations (id) ON DELETE SET NULL;
ALTER TABLE operations ADD COLUMN is_parent boolean NOT NULL
    GENERATED ALWAYS AS (kind IN ('host.fillup', 'host.clean', 'host.reset')) STORED;
CREATE INDEX operations_children ON operations (parent, id) WHERE parent IS NOT NULL;

DROP INDEX operations_of_host_in_flight, operations_of_host_waiting, operations_window;
CREATE UNIQUE INDEX operations_of_host_in_flight ON operations (host)
    WHERE chain IS NULL AND NOT is_parent AND status IN ('sent', 'working');
CREATE UNIQUE INDEX operations_of_host_waiting ON operations (host)
    WHERE chain IS NULL AND NOT is_parent AND status IN ('queued', 'retrying');
CREATE INDEX operations_window ON operations (host) WHERE NOT is_parent AND status IN ('sent', 'working');
-- One request at a time about all of a host.
CREATE UNIQUE INDEX operations_parents ON operations (host) WHERE is_parent AND ended_at IS NULL;

-- What a fillup makes.
CREATE TABLE wishes (
    operation uuid PRIMARY KEY REFERENCES operations (id) ON DELETE CASCADE,
    recipe jsonb NOT NULL
);

-- Who may have how much, keys that end, pools that pause, who waits for a chain, and what happened: audit and events.

-- How many chains a tenant may hold, and how many of each blueprint; NULL and what is not named are without limit.
ALTER TABLE tenants ADD COLUMN chain_quota integer CHECK (chain_quota >= 0);
ALTER TABLE tenants ADD COLUMN blueprint_quotas jsonb NOT NULL DEFAULT '{}';
-- When one of its applications was last served in turn; who was served longest ago goes first.
ALTER TABLE tenants ADD COLUMN served_at timestamptz;

ALTER TABLE keys ADD COLUMN description text;
ALTER TABLE keys ADD COLUMN expires_at timestamptz;
ALTER TABLE keys ADD COLUMN revoked_at timestamptz;
-- The key that has taken its place.
ALTER TABLE keys ADD COLUMN successor text REFERENCES keys (id);

ALTER TABLE pools ADD COLUMN paused boolean NOT NULL DEFAULT false;
ALTER TABLE pools ADD COLUMN pause_reason text CHECK (pause_reason IS NULL OR paused);
-- How many of its chains in a row could not be made.
ALTER TABLE pools ADD COLUMN failures integer NOT NULL DEFAULT 0 CHECK (failures >= 0);

-- Applications that wait until a chain is free, each as long as the request that made it.
CREATE TABLE applicants (
    id uuid PRIMARY KEY,
    tenant text NOT NULL,
    -- What would do; NULL: anything.
    blueprint text,
    parameters jsonb,
    -- Whether one can be made for it.
    makes boolean NOT NULL,
    until timestamptz NOT NULL
);

-- Who changed what, written in the transaction of the change, and never again.
CREATE TABLE audit (
    id uuid PRIMARY KEY,
    at timestamptz NOT NULL,
    request text NOT NULL,
    key text NOT NULL,
    role text NOT NULL,
    tenant text,
    action text NOT NULL,
    target text NOT NULL,
    outcome text NOT NULL
);
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Events. Their order is (tx, id): a transaction that is still open may have a lower id than one that has ended, so readers look
-- at transactions alone that are older than every open one, and miss nothing.
ALTER TABLE events ADD COLUMN tx xid8 NOT NULL DEFAULT pg_current_xact_id();
ALTER TABLE events ADD COLUMN tenant text;
CREATE INDEX events_order ON events (tx, id);
CREATE INDEX events_age ON events (at);

CREATE FUNCTION tell_chain() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO events (at, kind, host, chain, tenant, detail)
    VALUES (clock_timestamp(), 'chain', NEW.host, NEW.id, (SELECT tenant FROM leases WHERE id = coalesce(NEW.lease, OLD.lease)),
        jsonb_build_object('phase', NEW.phase, 'health', NEW.health, 'reason', NEW.reason));
    RETURN NULL;
END $$;
CREATE TRIGGER tell_made AFTER INSERT ON chains FOR EACH ROW EXECUTE FUNCTION tell_chain();
CREATE TRIGGER tell_changed AFTER UPDATE ON chains FOR EACH ROW
    WHEN (OLD.phase <> NEW.phase OR OLD.health <> NEW.health) EXECUTE FUNCTION tell_chain();

-- Operations come and change many at a time: once for each statement.
CREATE FUNCTION tell_made_operations() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO events (at, kind, host, chain, operation, tenant, detail)
    SELECT clock_timestamp(), 'operation', o.host, o.chain, o.id, l.tenant,
        jsonb_build_object('kind', o.kind, 'status', o.status, 'parent', o.parent)
    FROM told o LEFT JOIN chains c ON c.id = o.chain LEFT JOIN leases l ON l.id = c.lease ORDER BY o.sequence;
    RETURN NULL;
END $$;
CREATE FUNCTION tell_changed_operations() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO events (at, kind, host, chain, operation, tenant, detail)
    SELECT clock_timestamp(), 'operation', o.host, o.chain, o.id, l.tenant,
        jsonb_build_object('kind', o.kind, 'status', o.status, 'parent', o.parent)
    FROM told o JOIN known k ON k.id = o.id AND k.status <> o.status
    LEFT JOIN chains c ON c.id = o.chain LEFT JOIN leases l ON l.id = c.lease ORDER BY o.sequence;
    RETURN NULL;
END $$;
CREATE TRIGGER tell_made AFTER INSERT ON operations REFERENCING NEW TABLE AS told
    FOR EACH STATEMENT EXECUTE FUNCTION tell_made_operations();
CREATE TRIGGER tell_changed AFTER UPDATE ON operations REFERENCING OLD TABLE AS known NEW TABLE AS told
    FOR EACH STATEMENT EXECUTE FUNCTION tell_changed_operations();

CREATE FUNCTION tell_host() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO events (at, kind, host, detail)
    VALUES (clock_timestamp(), 'host', NEW.id, jsonb_build_object('status', NEW.status, 'reason', NEW.reason));
    RETURN NULL;
END $$;
CREATE TRIGGER tell_made AFTER INSERT ON hosts FOR EACH ROW EXECUTE FUNCTION tell_host();
CREATE TRIGGER tell_changed AFTER UPDATE ON hosts FOR EACH ROW
    WHEN (OLD.status <> NEW.status) EXECUTE FUNCTION tell_host();

CREATE FUNCTION tell_leases() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO events (at, kind, chain, tenant, detail)
    SELECT clock_timestamp(), 'lease', chain, tenant, jsonb_build_object('lease', id, 'status', status, 'end', ending) FROM told;
    RETURN NULL;
END $$;
CREATE TRIGGER tell_made AFTER INSERT ON leases REFERENCING NEW TABLE AS told
    FOR EACH STATEMENT EXECUTE FUNCTION tell_leases();
CREATE TRIGGER tell_changed AFTER UPDATE ON leases REFERENCING NEW TABLE AS told
    FOR EACH STATEMENT EXECUTE FUNCTION tell_leases();

CREATE FUNCTION tell_pool() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO events (at, kind, detail)
    VALUES (clock_timestamp(), 'pool',
        jsonb_build_object('pool', NEW.id, 'name', NEW.name, 'paused', NEW.paused, 'reason', NEW.pause_reason));
    RETURN NULL;
END $$;
CREATE TRIGGER tell_changed AFTER UPDATE ON pools FOR EACH ROW
    WHEN (OLD.paused <> NEW.paused) EXECUTE FUNCTION tell_pool();

-- When the first of a chain's certificates expires, as it was last seen; NULL where it has none.
ALTER TABLE chains ADD COLUMN certificates_expire_at timestamptz;

-- Attempts whose agents may still act: started ones, and those whose command came back from another agent than may have it.
DROP INDEX attempts_unquiet;
CREATE INDEX attempts_unquiet ON attempts (chain) WHERE quiet_at IS NULL AND (started_at IS NOT NULL OR ended_at IS NOT NULL);

-- Whether a chain is seen as it was seen last is told by a digest, which a look at many hosts compares without reading their nodes:
-- SHA-256 over the nodes' text. The way through 'escape' makes the text bytes as it is, backslashes included.
ALTER TABLE chains ADD COLUMN nodes_digest bytea NOT NULL
    GENERATED ALWAYS AS (sha256(decode(replace(nodes::text, '\', '\\'), 'escape'))) STORED;

-- Those that are nobody's to decide about are looked for every few seconds; their leases say who had them.
CREATE INDEX chains_failed ON chains (id) WHERE phase = 'failed' AND lease IS NULL;

-- The ledger: what is wanted, what was seen, and all the work between the two.
-- What must hold at every moment is a constraint here, so that no program can break it.
-- Every change of a host's or a chain's work is made while its host's row is locked.

CREATE TABLE installation (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    created_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO installation DEFAULT VALUES;

CREATE TABLE sites (
    name text PRIMARY KEY CHECK (name <> ''),
    public_key text NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE tenants (
    name text PRIMARY KEY CHECK (name <> ''),
    created_at timestamptz NOT NULL
);

-- API keys; the secret itself is nowhere.
CREATE TABLE keys (
    id text PRIMARY KEY CHECK (id <> ''),
    secret_hash bytea NOT NULL,
    role text NOT NULL CHECK (role IN ('viewer', 'tenant', 'operator', 'admin')),
    tenant text REFERENCES tenants (name),
    created_at timestamptz NOT NULL,
    CONSTRAINT keys_tenant_of_a_tenant CHECK ((role = 'tenant') = (tenant IS NOT NULL))
);

CREATE TABLE hosts (
    id uuid PRIMARY KEY,
    name text NOT NULL CHECK (name <> ''),
    site text NOT NULL REFERENCES sites (name),
    driver text NOT NULL CHECK (driver IN ('docker', 'swarm', 'kubernetes', 'memory')),
    endpoint text NOT NULL,
    address text NOT NULL,
    insecure boolean NOT NULL,
    sealed_credentials text,
    capacity integer NOT NULL,
    -- How many chains it holds, those that are gone apart; kept by a trigger on chains.
    chains integer NOT NULL DEFAULT 0,
    parallel integer NOT NULL CHECK (parallel > 0),
    schedulable boolean NOT NULL,
    autofill boolean NOT NULL,
    first_port integer NOT NULL,
    last_port integer NOT NULL,
    network cidr NOT NULL,
    status text NOT NULL CHECK (status IN ('pending', 'active', 'unreachable', 'deleting', 'gone')),
    reason text,
    facts jsonb,
    created_at timestamptz NOT NULL,
    -- The number of the last observe request, and since when it is outstanding.
    observe_number bigint NOT NULL DEFAULT 0,
    observe_asked_at timestamptz,
    -- No observe request before this time, so that a host out of reach is not asked in a circle.
    observe_after timestamptz,
    -- How many looks at it failed in a row.
    look_failures integer NOT NULL DEFAULT 0 CHECK (look_failures >= 0),
    -- The number of the last observation that counted, and the digest of what it said; empty when some of it was set aside.
    observed_number bigint NOT NULL DEFAULT 0,
    observed_digest text NOT NULL DEFAULT '',
    CONSTRAINT hosts_capacity CHECK (chains BETWEEN 0 AND capacity),
    CONSTRAINT hosts_ports CHECK (first_port BETWEEN 1 AND last_port AND last_port <= 65535),
    CONSTRAINT hosts_network CHECK (family(network) = 4 AND masklen(network) <= 24)
);
CREATE UNIQUE INDEX hosts_name ON hosts (name) WHERE status <> 'gone';
CREATE INDEX hosts_observe ON hosts (observe_asked_at NULLS FIRST) WHERE status IN ('active', 'unreachable');

CREATE TABLE pools (
    id uuid PRIMARY KEY,
    name text NOT NULL CHECK (name <> ''),
    plan jsonb NOT NULL,
    parameters jsonb NOT NULL,
    -- NULL: as many as the autofill hosts hold.
    warm integer CHECK (warm >= 0),
    created_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX pools_name ON pools (name);

CREATE TABLE chains (
    id uuid PRIMARY KEY,
    host uuid NOT NULL REFERENCES hosts (id),
    pool uuid REFERENCES pools (id) ON DELETE SET NULL,
    blueprint text NOT NULL,
    plan jsonb NOT NULL,
    parameters jsonb NOT NULL,
    desired jsonb NOT NULL,
    phase text NOT NULL CHECK (phase IN ('creating', 'running', 'stopped', 'resetting', 'deleting', 'gone', 'failed')),
    reason text,
    health text NOT NULL CHECK (health IN ('unknown', 'healthy', 'degraded', 'unhealthy')),
    health_detail text,
    subnet cidr NOT NULL,
    ports jsonb NOT NULL,
    nodes jsonb NOT NULL,
    -- The lease that holds it; only a chain without one may be handed out.
    lease uuid,
    created_at timestamptz NOT NULL
);
CREATE INDEX chains_host ON chains (host, id) WHERE phase <> 'gone';
CREATE INDEX chains_pool ON chains (pool) WHERE phase <> 'gone';
CREATE INDEX chains_ready ON chains (id) WHERE lease IS NULL AND phase = 'running' AND health = 'healthy';
CREATE INDEX chains_ready_of ON chains (blueprint, id) WHERE lease IS NULL AND phase = 'running' AND health = 'healthy';
CREATE INDEX chains_coming ON chains (id) WHERE lease IS NULL AND phase = 'creating';

-- A host never holds more chains than its capacity: the counter is checked by hosts_capacity.
CREATE FUNCTION count_chain() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.phase <> 'gone' THEN
        UPDATE hosts SET chains = chains - 1 WHERE id = OLD.host;
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.phase <> 'gone' THEN
        UPDATE hosts SET chains = chains + 1 WHERE id = NEW.host;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER count_made AFTER INSERT OR DELETE ON chains FOR EACH ROW EXECUTE FUNCTION count_chain();
CREATE TRIGGER count_changed AFTER UPDATE OF phase, host ON chains FOR EACH ROW
    WHEN (OLD.host <> NEW.host OR (OLD.phase = 'gone') <> (NEW.phase = 'gone')) EXECUTE FUNCTION count_chain();

CREATE TABLE leases (
    id uuid PRIMARY KEY,
    chain uuid NOT NULL REFERENCES chains (id),
    -- No reference: tenants are never removed, and locking a tenant's row would make its applications wait for each other.
    tenant text NOT NULL,
    holder text,
    -- Made without allowMultiple: its holder has no other such lease.
    sole boolean NOT NULL,
    status text NOT NULL CHECK (status IN ('waiting', 'active', 'ended')),
    ending text CHECK (ending IN ('released', 'expired', 'chain-failed', 'revoked')),
    -- Seconds from its activation to its expiry.
    ttl double precision CHECK (ttl > 0),
    created_at timestamptz NOT NULL,
    active_at timestamptz,
    expires_at timestamptz,
    ended_at timestamptz,
    CONSTRAINT leases_ending CHECK ((status = 'ended') = (ending IS NOT NULL AND ended_at IS NOT NULL)),
    CONSTRAINT leases_activation CHECK (status <> 'active' OR active_at IS NOT NULL)
);
-- A chain is leased to at most one tenant.
CREATE UNIQUE INDEX leases_of_a_chain ON leases (chain) WHERE status IN ('waiting', 'active');
CREATE UNIQUE INDEX leases_sole ON leases (tenant, holder) WHERE sole AND status IN ('waiting', 'active');
CREATE INDEX leases_held ON leases (tenant, holder, id) WHERE holder IS NOT NULL AND status IN ('waiting', 'active');
CREATE INDEX leases_tenant ON leases (tenant, id);
CREATE INDEX leases_chain ON leases (chain, id);
CREATE INDEX leases_expiry ON leases (expires_at) WHERE status = 'active';

CREATE TABLE operations (
    id uuid PRIMARY KEY,
    sequence bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    kind text NOT NULL CHECK (kind IN ('host.create', 'host.delete', 'chain.create', 'chain.start', 'chain.stop',
        'chain.restart', 'chain.reset', 'chain.delete', 'chain.repair')),
    host uuid NOT NULL REFERENCES hosts (id),
    chain uuid REFERENCES chains (id),
    -- What is wanted of the chain as of this operation: every attempt of it carries the same.
    desired jsonb,
    priority smallint NOT NULL CHECK (priority BETWEEN 0 AND 2),
    status text NOT NULL CHECK (status IN ('queued', 'sent', 'working', 'retrying', 'succeeded', 'failed', 'superseded',
        'cancelled')),
    attempt integer NOT NULL CHECK (attempt >= 0),
    charged integer NOT NULL CHECK (charged >= 0),
    agents_lost integer NOT NULL CHECK (agents_lost >= 0),
    retry_at timestamptz,
    progress jsonb,
    error jsonb,
    cancel_requested boolean NOT NULL,
    created_at timestamptz NOT NULL,
    ended_at timestamptz,
    CONSTRAINT operations_subject CHECK ((chain IS NULL) = (kind LIKE 'host.%')),
    CONSTRAINT operations_desired CHECK ((chain IS NULL) = (desired IS NULL)),
    CONSTRAINT operations_retrying CHECK ((status = 'retrying') = (retry_at IS NOT NULL)),
    CONSTRAINT operations_ended CHECK ((status IN ('succeeded', 'failed', 'superseded', 'cancelled')) = (ended_at IS NOT NULL))
);
-- A chain has at most one operation in flight and at most one that waits for its turn or its next attempt; so has a host itself.
CREATE UNIQUE INDEX operations_in_flight ON operations (chain) WHERE status IN ('sent', 'working');
CREATE UNIQUE INDEX operations_waiting ON operations (chain) WHERE status IN ('queued', 'retrying');
CREATE UNIQUE INDEX operations_of_host_in_flight ON operations (host) WHERE chain IS NULL AND status IN ('sent', 'working');
CREATE UNIQUE INDEX operations_of_host_waiting ON operations (host) WHERE chain IS NULL AND status IN ('queued', 'retrying');
CREATE INDEX operations_window ON operations (host) WHERE status IN ('sent', 'working');
CREATE INDEX operations_turn ON operations (host, priority, sequence) WHERE status IN ('queued', 'retrying');
CREATE INDEX operations_retry ON operations (retry_at) WHERE status = 'retrying';
CREATE INDEX operations_open ON operations (chain) WHERE ended_at IS NULL;
CREATE INDEX operations_open_of_host ON operations (host) WHERE chain IS NULL AND ended_at IS NULL;
CREATE INDEX operations_chain ON operations (chain, sequence);
CREATE INDEX operations_host ON operations (host, sequence);

CREATE TABLE attempts (
    id uuid PRIMARY KEY,
    operation uuid NOT NULL REFERENCES operations (id),
    chain uuid REFERENCES chains (id),
    -- The generation of the chain's desired state that its command carries.
    generation integer,
    number integer NOT NULL CHECK (number > 0),
    agent uuid,
    sent_at timestamptz NOT NULL,
    started_at timestamptz,
    ended_at timestamptz,
    result text CHECK (result IN ('succeeded', 'failed', 'again', 'agent-lost', 'unfinished')),
    error jsonb,
    quiet_at timestamptz,
    UNIQUE (operation, number),
    CONSTRAINT attempts_ended CHECK ((ended_at IS NULL) = (result IS NULL))
);
-- Those whose agents may still act; an attempt that was never started changes nothing.
CREATE INDEX attempts_unquiet ON attempts (chain) WHERE started_at IS NOT NULL AND quiet_at IS NULL;

-- Commands that wait to be published; a row is removed when the broker has confirmed its command.
CREATE TABLE outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    operation uuid NOT NULL REFERENCES operations (id),
    attempt uuid NOT NULL UNIQUE REFERENCES attempts (id),
    claimed_until timestamptz,
    -- Claims of which nobody knows how they ended, the present one included.
    claims integer NOT NULL DEFAULT 0 CHECK (claims >= 0)
);

-- A port or a subnet of a host belongs to one chain, or is blocked because something else there uses it.
CREATE TABLE ports (
    host uuid NOT NULL REFERENCES hosts (id),
    port integer NOT NULL CHECK (port BETWEEN 1 AND 65535),
    chain uuid REFERENCES chains (id) DEFERRABLE INITIALLY DEFERRED,
    blocked_until timestamptz,
    PRIMARY KEY (host, port),
    CONSTRAINT ports_owner CHECK ((chain IS NULL) = (blocked_until IS NOT NULL))
);
CREATE INDEX ports_chain ON ports (chain);

CREATE TABLE subnets (
    host uuid NOT NULL REFERENCES hosts (id),
    subnet cidr NOT NULL,
    chain uuid UNIQUE REFERENCES chains (id) DEFERRABLE INITIALLY DEFERRED,
    blocked_until timestamptz,
    PRIMARY KEY (host, subnet),
    CONSTRAINT subnets_owner CHECK ((chain IS NULL) = (blocked_until IS NOT NULL))
);

CREATE TABLE agents (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    site text NOT NULL,
    driver text NOT NULL,
    version text NOT NULL,
    schemas bigint[] NOT NULL,
    working uuid[] NOT NULL,
    first_seen_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL
);
CREATE INDEX agents_last_seen ON agents (last_seen_at);

-- Who may run the clocks.
CREATE TABLE leaders (
    duty text PRIMARY KEY,
    leader uuid NOT NULL,
    until timestamptz NOT NULL
);

CREATE TABLE events (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    kind text NOT NULL,
    host uuid,
    chain uuid,
    operation uuid,
    detail jsonb NOT NULL
);

CREATE TABLE dead_letters (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    queue text NOT NULL,
    reason text NOT NULL,
    headers jsonb NOT NULL,
    body bytea NOT NULL
);

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

CREATE FUNCTION tell_operation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO events (at, kind, host, chain, operation, tenant, detail)
    VALUES (clock_timestamp(), 'operation', NEW.host, NEW.chain, NEW.id,
        (SELECT l.tenant FROM chains c JOIN leases l ON l.id = c.lease WHERE c.id = NEW.chain),
        jsonb_build_object('kind', NEW.kind, 'status', NEW.status, 'parent', NEW.parent));
    RETURN NULL;
END $$;
CREATE TRIGGER tell_made AFTER INSERT ON operations FOR EACH ROW EXECUTE FUNCTION tell_operation();
CREATE TRIGGER tell_changed AFTER UPDATE ON operations FOR EACH ROW
    WHEN (OLD.status <> NEW.status) EXECUTE FUNCTION tell_operation();

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

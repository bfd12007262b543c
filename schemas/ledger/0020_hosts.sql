-- Hosts that are changed, and requests about many of their chains at once.

-- How objects are made on a host, where it is not as usual.
ALTER TABLE hosts ADD COLUMN settings jsonb NOT NULL DEFAULT '{}';
-- What an autofill host is filled with in place of what pools want.
ALTER TABLE hosts ADD COLUMN prefers jsonb;

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

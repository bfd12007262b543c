-- A pool of :count running chains like the one that is there, on a host of their own that nobody watches; instead of an earlier one.
-- They are counted at once: the trigger would do it row by row.
ALTER TABLE chains DISABLE TRIGGER USER;
DELETE FROM leases;
DELETE FROM chains WHERE host IN (SELECT id FROM hosts WHERE name = 'filled');
DELETE FROM hosts WHERE name = 'filled';
INSERT INTO hosts
SELECT filled.* FROM (SELECT * FROM hosts LIMIT 1) h, LATERAL jsonb_populate_record(null::hosts, to_jsonb(h) ||
    '{"name": "filled", "endpoint": "unix:///filled", "capacity": 10000000, "status": "pending", "schedulable": false, "autofill": false}'::jsonb ||
    jsonb_build_object('id', gen_random_uuid(), 'chains', :count)) AS filled;
INSERT INTO chains (id, host, blueprint, plan, parameters, desired, phase, health, subnet, ports, nodes, created_at)
SELECT gen_random_uuid(), h.id, c.blueprint, c.plan, c.parameters, c.desired, 'running', 'healthy', c.subnet, c.ports, c.nodes, c.created_at
FROM (SELECT * FROM chains WHERE phase = 'running' LIMIT 1) c, hosts h, generate_series(1, :count) WHERE h.name = 'filled';
ALTER TABLE chains ENABLE TRIGGER USER;
VACUUM (FULL, ANALYZE) hosts, chains, leases;

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
INSERT INTO chains
SELECT filled.*
FROM (SELECT * FROM chains WHERE phase = 'running' LIMIT 1) c, generate_series(1, :count) AS copy,
    LATERAL jsonb_populate_record(null::chains,
        to_jsonb(c) || '{"lease": null, "pool": null, "phase": "running", "health": "healthy"}'::jsonb ||
        jsonb_build_object('id', gen_random_uuid(), 'copy', copy, 'host', (SELECT id FROM hosts WHERE name = 'filled'))) AS filled;
ALTER TABLE chains ENABLE TRIGGER USER;
VACUUM (FULL, ANALYZE) hosts, chains, leases;

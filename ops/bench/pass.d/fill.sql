-- Hosts with 100 chains of 4 nodes each, all running and well, for chains :first up to :last; and a request to look at each host.
INSERT INTO hosts (id, name, site, driver, endpoint, address, insecure, capacity, parallel, schedulable, autofill, first_port, last_port,
    network, status, facts, created_at, observe_number, observe_asked_at)
SELECT gen_random_uuid(), 'host' || number, 'default', 'memory', 'unix:///nowhere/' || number, '127.0.0.1', false, 100, 4, false, false,
    20000, 29999, '10.100.0.0/16', 'active',
    '{"version": "1", "apiVersion": "1", "operatingSystem": "memory", "architecture": "memory", "cpus": 1, "memoryBytes": 1073741824}',
    now(), 1, 'tomorrow'
FROM generate_series(:first / 100, :last / 100 - 1) AS number;

INSERT INTO chains (id, host, pool, blueprint, plan, parameters, desired, phase, health, subnet, ports, nodes, created_at)
SELECT gen_random_uuid(), h.id, p.id, 'litecoin-regtest', p.plan, p.parameters,
    '{"power": "running", "restarts": 0, "nodes": {}, "generation": 1, "incarnation": 1}', 'running', 'healthy',
    network('10.100.0.0/26'::inet + number * 64), '[]',
    (SELECT jsonb_agg(jsonb_build_object('name', 'node' || node, 'state', 'running', 'health', 'healthy', 'restarts', 0,
        'incarnation', 1, 'generation', 1, 'ports', '[]'::jsonb, 'object', h.name || '-' || number || '-' || node) ORDER BY node)
        FROM generate_series(1, 4) AS node), now()
FROM hosts h CROSS JOIN generate_series(0, 99) AS number CROSS JOIN pools p
WHERE h.observed_number = 0 AND NOT EXISTS (SELECT FROM chains c WHERE c.host = h.id);

INSERT INTO operations (id, kind, host, chain, desired, priority, status, attempt, charged, agents_lost, cancel_requested, created_at,
    ended_at)
SELECT gen_random_uuid(), 'chain.create', c.host, c.id, c.desired, 2, 'succeeded', 1, 0, 0, false, now(), now()
FROM chains c WHERE NOT EXISTS (SELECT FROM operations o WHERE o.chain = c.id);

-- Each chain was counted on its host's row, all in one transaction: what that left is not what a ledger looks like.
VACUUM (FULL, ANALYZE) hosts;
ANALYZE chains, operations;

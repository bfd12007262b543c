-- Every statement that the programs of version 0.1.0 make, but for migrating: a name, the statement, an empty line.

-- statement 1
SELECT id, capacity - chains AS free FROM hosts WHERE status = 'active' AND chains < capacity AND schedulable AND autofill

-- statement 2
SELECT id, capacity - chains AS free FROM hosts WHERE status = 'active' AND chains < capacity AND schedulable

-- statement 3
SELECT next.id FROM unnest($1::uuid[], $2::bigint[]) AS window_of (host, room), LATERAL ( SELECT o.id, o.priority, o.sequence FROM operations o WHERE o.host = window_of.host AND o.status IN ('queued', 'retrying') AND (o.status = 'queued' OR o.retry_at <= $3) AND NOT EXISTS ( SELECT FROM operations f WHERE f.host = o.host AND f.chain IS NOT DISTINCT FROM o.chain AND f.status IN ('sent', 'working')) AND NOT EXISTS ( SELECT FROM attempts a WHERE a.chain = o.chain AND a.started_at IS NOT NULL AND a.quiet_at IS NULL AND a.generation < (o.desired->>'generation')::integer) ORDER BY o.priority, o.sequence LIMIT window_of.room) AS next ORDER BY next.priority, next.sequence

-- statement 4
SELECT h.id, h.name, h.site, h.driver, h.endpoint, h.address, h.insecure, h.sealed_credentials, h.capacity, h.chains, h.parallel, h.schedulable, h.autofill, h.first_port, h.last_port, h.network::text AS network, h.status, h.reason, h.facts, h.created_at, h.look_failures, h.observed_number, h.observed_digest, h.observe_after FROM hosts h WHERE h.id = ANY($1) ORDER BY h.id FOR NO KEY UPDATE

-- statement 5
SELECT host, count(*) AS in_flight FROM operations WHERE host = ANY($1) AND status IN ('sent', 'working') GROUP BY host

-- statement 6
SELECT c.id, c.host, c.pool, c.plan, c.parameters, c.desired, c.phase, c.reason, c.health, c.health_detail, c.subnet::text AS subnet, c.ports, c.nodes, c.lease, c.created_at FROM chains c WHERE c.id = ANY($1) ORDER BY c.id FOR UPDATE

-- statement 7
SELECT id FROM operations WHERE chain = ANY($1) AND ended_at IS NULL UNION SELECT operation FROM attempts WHERE chain = ANY($1) AND started_at IS NOT NULL AND quiet_at IS NULL

-- statement 8
SELECT id FROM operations WHERE host = ANY($1) AND chain IS NULL AND ended_at IS NULL

-- statement 9
SELECT o.id, o.sequence, o.kind, o.host, o.chain, o.priority, o.status, o.attempt, o.charged, o.agents_lost, o.retry_at, o.progress, o.error, o.cancel_requested, o.created_at, o.ended_at, o.desired FROM operations o WHERE o.id IN (SELECT unnest($1::uuid[]))

-- statement 10
SELECT o.id, o.sequence, o.kind, o.host, o.chain, o.priority, o.status, o.attempt, o.charged, o.agents_lost, o.retry_at, o.progress, o.error, o.cancel_requested, o.created_at, o.ended_at, o.desired FROM operations o WHERE o.id IN (SELECT id FROM operations WHERE chain = ANY($1) AND ended_at IS NULL UNION SELECT operation FROM attempts WHERE chain = ANY($1) AND started_at IS NOT NULL AND quiet_at IS NULL)

-- statement 11
SELECT o.id, o.sequence, o.kind, o.host, o.chain, o.priority, o.status, o.attempt, o.charged, o.agents_lost, o.retry_at, o.progress, o.error, o.cancel_requested, o.created_at, o.ended_at, o.desired FROM operations o WHERE o.id IN (SELECT id FROM operations WHERE host = ANY($1) AND chain IS NULL AND ended_at IS NULL)

-- statement 12
SELECT a.id, a.operation, a.number, a.agent, a.sent_at, a.started_at, a.ended_at, a.result, a.error, a.quiet_at, a.generation FROM attempts a WHERE a.operation IN (SELECT unnest($1::uuid[])) ORDER BY a.number

-- statement 13
SELECT a.id, a.operation, a.number, a.agent, a.sent_at, a.started_at, a.ended_at, a.result, a.error, a.quiet_at, a.generation FROM attempts a WHERE a.operation IN (SELECT id FROM operations WHERE chain = ANY($1) AND ended_at IS NULL UNION SELECT operation FROM attempts WHERE chain = ANY($1) AND started_at IS NOT NULL AND quiet_at IS NULL) ORDER BY a.number

-- statement 14
SELECT a.id, a.operation, a.number, a.agent, a.sent_at, a.started_at, a.ended_at, a.result, a.error, a.quiet_at, a.generation FROM attempts a WHERE a.operation IN (SELECT id FROM operations WHERE host = ANY($1) AND chain IS NULL AND ended_at IS NULL) ORDER BY a.number

-- statement 15
SELECT l.id, l.chain, l.tenant, l.holder, l.status, l.ending, l.ttl, l.created_at, l.active_at, l.expires_at, l.ended_at, l.sole FROM leases l WHERE l.id = $1 FOR UPDATE

-- statement 16
DELETE FROM ports WHERE host = $1 AND blocked_until <= $2

-- statement 17
SELECT port FROM ports WHERE host = $1 ORDER BY port

-- take ports
INSERT INTO ports (host, port, chain) SELECT $1, unnest($2::bigint[]), $3

-- statement 18
DELETE FROM subnets WHERE host = $1 AND blocked_until <= $2

-- statement 19
SELECT (host(subnet)::inet - host($2::cidr)::inet) / (1 << (32 - $3)) AS number FROM subnets WHERE host = $1 ORDER BY subnet

-- take a subnet
INSERT INTO subnets (host, subnet, chain) VALUES ($1, network(set_masklen(host($2::cidr)::inet + $3::bigint * (1 << (32 - $4)), $4)), $5) RETURNING subnet::text AS subnet

-- free ports
DELETE FROM ports WHERE chain = $1

-- free subnets
DELETE FROM subnets WHERE chain = $1

-- statement 20
UPDATE ports SET chain = NULL, blocked_until = $3 WHERE host = $1 AND port = $2

-- statement 21
UPDATE subnets SET chain = NULL, blocked_until = $3 WHERE host = $1 AND subnet = $2::cidr

-- statement 22
SELECT (SELECT count(*) FROM ports WHERE host = $1 AND port BETWEEN $2 AND $3) AS ports, (SELECT count(*) FROM subnets WHERE host = $1 AND subnet <<= $4::cidr) AS subnets

-- send
INSERT INTO outbox (operation, attempt) VALUES ($1, $2)

-- unsend
DELETE FROM outbox WHERE attempt = ANY($1)

-- change a host
UPDATE hosts SET status = $2, reason = $3, facts = $4, look_failures = $5, observed_number = $6, observed_digest = $7, observe_after = $8, observe_asked_at = CASE WHEN observe_number > $6 THEN observe_asked_at END WHERE id = $1

-- statement 23
SELECT c.id, c.host, c.pool, c.plan, c.parameters, c.desired, c.phase, c.reason, c.health, c.health_detail, c.subnet::text AS subnet, c.ports, c.nodes, c.lease, c.created_at FROM chains c LEFT JOIN leases l ON l.id = c.lease WHERE c.id > $1 AND ($2::uuid IS NULL OR c.host = $2) AND ($3::uuid IS NULL OR c.pool = $3) AND CASE WHEN $4::text IS NULL THEN c.phase <> 'gone' ELSE c.phase = $4 END AND ($5::text IS NULL OR c.health = $5) AND ($6::text IS NULL OR c.blueprint = $6) AND ($7::text IS NULL OR l.tenant = $7) AND ($8::boolean IS NULL OR (c.lease IS NOT NULL) = $8) ORDER BY c.id LIMIT $9

-- statement 24
SELECT c.id, c.host, c.pool, c.plan, c.parameters, c.desired, c.phase, c.reason, c.health, c.health_detail, c.subnet::text AS subnet, c.ports, c.nodes, c.lease, c.created_at FROM chains c WHERE c.id = $1

-- statement 25
SELECT host FROM chains WHERE id = $1

-- statement 26
SELECT * FROM agents WHERE last_seen_at >= $1 ORDER BY last_seen_at DESC, id

-- statement 27
SELECT * FROM pools ORDER BY id

-- statement 28
SELECT pool, count(*) AS count FROM chains WHERE pool IS NOT NULL AND lease IS NULL AND phase NOT IN ('deleting', 'gone') GROUP BY pool

-- claim looks
WITH due AS ( SELECT id FROM hosts WHERE status IN ('active', 'unreachable') AND facts IS NOT NULL AND (observe_asked_at IS NULL OR observe_asked_at <= $1) AND (observe_after IS NULL OR observe_after <= $2) ORDER BY observe_asked_at NULLS FIRST, id LIMIT $3 FOR NO KEY UPDATE SKIP LOCKED ) UPDATE hosts h SET observe_number = greatest(observe_number, observed_number) + 1, observe_asked_at = $2 FROM due WHERE h.id = due.id RETURNING h.id, h.name, h.site, h.driver, h.endpoint, h.address, h.insecure, h.sealed_credentials, h.capacity, h.chains, h.parallel, h.schedulable, h.autofill, h.first_port, h.last_port, h.network::text AS network, h.status, h.reason, h.facts, h.created_at, h.observe_number, h.observed_digest, coalesce((SELECT max(o.sequence) FROM operations o WHERE o.host = h.id), 0) AS as_of

-- statement 29
SELECT l.chain, c.host FROM leases l JOIN chains c ON c.id = l.chain WHERE l.status = 'active' AND l.expires_at <= $1 ORDER BY l.expires_at LIMIT $2

-- statement 30
SELECT waiting.host FROM (SELECT DISTINCT o.host FROM operations o WHERE o.status = 'retrying' AND o.retry_at <= $2) AS waiting JOIN hosts h ON h.id = waiting.host WHERE h.parallel > (SELECT count(*) FROM operations f WHERE f.host = h.id AND f.status IN ('sent', 'working')) LIMIT $1

-- statement 31
SELECT waiting.host FROM (SELECT DISTINCT o.host FROM operations o WHERE o.status = 'queued') AS waiting JOIN hosts h ON h.id = waiting.host WHERE h.parallel > (SELECT count(*) FROM operations f WHERE f.host = h.id AND f.status IN ('sent', 'working')) LIMIT $1

-- statement 32
SELECT * FROM ( SELECT a.id, a.operation, o.host, coalesce(g.last_seen_at, a.started_at) <= $1 AS agent_gone, a.ended_at IS NULL AND a.started_at <= $2 AS unfinished FROM attempts a JOIN operations o ON o.id = a.operation LEFT JOIN agents g ON g.id = a.agent WHERE a.started_at IS NOT NULL AND a.quiet_at IS NULL) AS at_work WHERE agent_gone OR unfinished ORDER BY id LIMIT $3

-- statement 33
SELECT h.id FROM hosts h WHERE h.status = 'unreachable' AND h.facts IS NULL AND NOT EXISTS ( SELECT FROM operations o WHERE o.host = h.id AND o.chain IS NULL AND (o.ended_at IS NULL OR o.ended_at > $1)) ORDER BY h.id LIMIT $2

-- statement 34
SELECT c.id, c.host FROM chains c WHERE c.phase = 'failed' AND c.lease IS NULL AND coalesce(c.reason, '') NOT LIKE 'ledger-behind:%' AND (c.pool IS NOT NULL OR EXISTS (SELECT FROM leases l WHERE l.chain = c.id)) AND NOT EXISTS (SELECT FROM operations o WHERE o.chain = c.id AND (o.ended_at IS NULL OR o.ended_at > $1)) ORDER BY c.id LIMIT $2

-- hold the term
INSERT INTO leaders AS l (duty, leader, until) VALUES ('clocks', $1, clock_timestamp() + $2 * interval '1 second') ON CONFLICT (duty) DO UPDATE SET leader = excluded.leader, until = excluded.until WHERE l.leader = excluded.leader OR l.until <= clock_timestamp() RETURNING l.leader

-- end the term
UPDATE leaders SET until = clock_timestamp() WHERE duty = 'clocks' AND leader = $1

-- holds the term
SELECT 1 FROM leaders WHERE duty = 'clocks' AND leader = $1 AND until > clock_timestamp() FOR SHARE

-- statement 35
SELECT 1 FROM sites WHERE name = $1

-- statement 36
SELECT h.id, h.name, h.site, h.driver, h.endpoint, h.address, h.insecure, h.sealed_credentials, h.capacity, h.chains, h.parallel, h.schedulable, h.autofill, h.first_port, h.last_port, h.network::text AS network, h.status, h.reason, h.facts, h.created_at FROM hosts h WHERE h.id > $1 AND h.status <> 'gone' ORDER BY h.id LIMIT $2

-- statement 37
SELECT h.id, h.name, h.site, h.driver, h.endpoint, h.address, h.insecure, h.sealed_credentials, h.capacity, h.chains, h.parallel, h.schedulable, h.autofill, h.first_port, h.last_port, h.network::text AS network, h.status, h.reason, h.facts, h.created_at FROM hosts h WHERE h.id = $1

-- statement 38
SELECT id, chains FROM hosts WHERE id = ANY($1)

-- statement 39
SELECT l.id, l.chain, l.tenant, l.holder, l.status, l.ending, l.ttl, l.created_at, l.active_at, l.expires_at, l.ended_at FROM leases l WHERE l.tenant = $1 AND l.holder = $2 AND l.status IN ('waiting', 'active') ORDER BY l.id LIMIT 1

-- statement 40
SELECT o.id, o.sequence, o.kind, o.host, o.chain, o.priority, o.status, o.attempt, o.charged, o.agents_lost, o.retry_at, o.progress, o.error, o.cancel_requested, o.created_at, o.ended_at FROM operations o WHERE o.chain = $1 ORDER BY o.sequence DESC LIMIT 1

-- claim a chain
WITH eldest AS ( SELECT c.id FROM chains c WHERE c.lease IS NULL AND c.phase = 'running' AND c.health = 'healthy' AND $10::text IS NULL AND $11::jsonb IS NULL ORDER BY c.id LIMIT 1 FOR UPDATE SKIP LOCKED ), claimed AS ( UPDATE chains c SET lease = $1 FROM eldest WHERE c.id = eldest.id RETURNING c.* ), leased AS ( INSERT INTO leases (id, chain, tenant, holder, sole, status, ttl, created_at, active_at, expires_at) SELECT $1, id, $2, $3, $4, $5, $6, $7, $8, $9 FROM claimed ) SELECT c.id, c.host, c.pool, c.plan, c.parameters, c.desired, c.phase, c.reason, c.health, c.health_detail, c.subnet::text AS subnet, c.ports, c.nodes, c.lease, c.created_at FROM claimed c

-- claim a chain 2
WITH eldest AS ( SELECT c.id FROM chains c WHERE c.lease IS NULL AND c.phase = 'running' AND c.health = 'healthy' AND $10::text IS NULL AND $11::jsonb IS NULL ORDER BY c.id LIMIT 1 FOR UPDATE ), claimed AS ( UPDATE chains c SET lease = $1 FROM eldest WHERE c.id = eldest.id RETURNING c.* ), leased AS ( INSERT INTO leases (id, chain, tenant, holder, sole, status, ttl, created_at, active_at, expires_at) SELECT $1, id, $2, $3, $4, $5, $6, $7, $8, $9 FROM claimed ) SELECT c.id, c.host, c.pool, c.plan, c.parameters, c.desired, c.phase, c.reason, c.health, c.health_detail, c.subnet::text AS subnet, c.ports, c.nodes, c.lease, c.created_at FROM claimed c

-- claim a chain 3
WITH eldest AS ( SELECT c.id FROM chains c WHERE c.lease IS NULL AND c.phase = 'running' AND c.health = 'healthy' AND $10::text IS NULL AND c.parameters @> $11 ORDER BY c.id LIMIT 1 FOR UPDATE SKIP LOCKED ), claimed AS ( UPDATE chains c SET lease = $1 FROM eldest WHERE c.id = eldest.id RETURNING c.* ), leased AS ( INSERT INTO leases (id, chain, tenant, holder, sole, status, ttl, created_at, active_at, expires_at) SELECT $1, id, $2, $3, $4, $5, $6, $7, $8, $9 FROM claimed ) SELECT c.id, c.host, c.pool, c.plan, c.parameters, c.desired, c.phase, c.reason, c.health, c.health_detail, c.subnet::text AS subnet, c.ports, c.nodes, c.lease, c.created_at FROM claimed c

-- claim a chain 4
WITH eldest AS ( SELECT c.id FROM chains c WHERE c.lease IS NULL AND c.phase = 'running' AND c.health = 'healthy' AND $10::text IS NULL AND c.parameters @> $11 ORDER BY c.id LIMIT 1 FOR UPDATE ), claimed AS ( UPDATE chains c SET lease = $1 FROM eldest WHERE c.id = eldest.id RETURNING c.* ), leased AS ( INSERT INTO leases (id, chain, tenant, holder, sole, status, ttl, created_at, active_at, expires_at) SELECT $1, id, $2, $3, $4, $5, $6, $7, $8, $9 FROM claimed ) SELECT c.id, c.host, c.pool, c.plan, c.parameters, c.desired, c.phase, c.reason, c.health, c.health_detail, c.subnet::text AS subnet, c.ports, c.nodes, c.lease, c.created_at FROM claimed c

-- claim a chain 5
WITH eldest AS ( SELECT c.id FROM chains c WHERE c.lease IS NULL AND c.phase = 'running' AND c.health = 'healthy' AND c.blueprint = $10 AND $11::jsonb IS NULL ORDER BY c.id LIMIT 1 FOR UPDATE SKIP LOCKED ), claimed AS ( UPDATE chains c SET lease = $1 FROM eldest WHERE c.id = eldest.id RETURNING c.* ), leased AS ( INSERT INTO leases (id, chain, tenant, holder, sole, status, ttl, created_at, active_at, expires_at) SELECT $1, id, $2, $3, $4, $5, $6, $7, $8, $9 FROM claimed ) SELECT c.id, c.host, c.pool, c.plan, c.parameters, c.desired, c.phase, c.reason, c.health, c.health_detail, c.subnet::text AS subnet, c.ports, c.nodes, c.lease, c.created_at FROM claimed c

-- claim a chain 6
WITH eldest AS ( SELECT c.id FROM chains c WHERE c.lease IS NULL AND c.phase = 'running' AND c.health = 'healthy' AND c.blueprint = $10 AND $11::jsonb IS NULL ORDER BY c.id LIMIT 1 FOR UPDATE ), claimed AS ( UPDATE chains c SET lease = $1 FROM eldest WHERE c.id = eldest.id RETURNING c.* ), leased AS ( INSERT INTO leases (id, chain, tenant, holder, sole, status, ttl, created_at, active_at, expires_at) SELECT $1, id, $2, $3, $4, $5, $6, $7, $8, $9 FROM claimed ) SELECT c.id, c.host, c.pool, c.plan, c.parameters, c.desired, c.phase, c.reason, c.health, c.health_detail, c.subnet::text AS subnet, c.ports, c.nodes, c.lease, c.created_at FROM claimed c

-- claim a chain 7
WITH eldest AS ( SELECT c.id FROM chains c WHERE c.lease IS NULL AND c.phase = 'running' AND c.health = 'healthy' AND c.blueprint = $10 AND c.parameters @> $11 ORDER BY c.id LIMIT 1 FOR UPDATE SKIP LOCKED ), claimed AS ( UPDATE chains c SET lease = $1 FROM eldest WHERE c.id = eldest.id RETURNING c.* ), leased AS ( INSERT INTO leases (id, chain, tenant, holder, sole, status, ttl, created_at, active_at, expires_at) SELECT $1, id, $2, $3, $4, $5, $6, $7, $8, $9 FROM claimed ) SELECT c.id, c.host, c.pool, c.plan, c.parameters, c.desired, c.phase, c.reason, c.health, c.health_detail, c.subnet::text AS subnet, c.ports, c.nodes, c.lease, c.created_at FROM claimed c

-- claim a chain 8
WITH eldest AS ( SELECT c.id FROM chains c WHERE c.lease IS NULL AND c.phase = 'running' AND c.health = 'healthy' AND c.blueprint = $10 AND c.parameters @> $11 ORDER BY c.id LIMIT 1 FOR UPDATE ), claimed AS ( UPDATE chains c SET lease = $1 FROM eldest WHERE c.id = eldest.id RETURNING c.* ), leased AS ( INSERT INTO leases (id, chain, tenant, holder, sole, status, ttl, created_at, active_at, expires_at) SELECT $1, id, $2, $3, $4, $5, $6, $7, $8, $9 FROM claimed ) SELECT c.id, c.host, c.pool, c.plan, c.parameters, c.desired, c.phase, c.reason, c.health, c.health_detail, c.subnet::text AS subnet, c.ports, c.nodes, c.lease, c.created_at FROM claimed c

-- claim a chain 9
WITH eldest AS ( SELECT c.id FROM chains c WHERE c.lease IS NULL AND c.phase = 'creating' AND $10::text IS NULL AND $11::jsonb IS NULL ORDER BY c.id LIMIT 1 FOR UPDATE SKIP LOCKED ), claimed AS ( UPDATE chains c SET lease = $1 FROM eldest WHERE c.id = eldest.id RETURNING c.* ), leased AS ( INSERT INTO leases (id, chain, tenant, holder, sole, status, ttl, created_at, active_at, expires_at) SELECT $1, id, $2, $3, $4, $5, $6, $7, $8, $9 FROM claimed ) SELECT c.id, c.host, c.pool, c.plan, c.parameters, c.desired, c.phase, c.reason, c.health, c.health_detail, c.subnet::text AS subnet, c.ports, c.nodes, c.lease, c.created_at FROM claimed c

-- claim a chain 10
WITH eldest AS ( SELECT c.id FROM chains c WHERE c.lease IS NULL AND c.phase = 'creating' AND $10::text IS NULL AND $11::jsonb IS NULL ORDER BY c.id LIMIT 1 FOR UPDATE ), claimed AS ( UPDATE chains c SET lease = $1 FROM eldest WHERE c.id = eldest.id RETURNING c.* ), leased AS ( INSERT INTO leases (id, chain, tenant, holder, sole, status, ttl, created_at, active_at, expires_at) SELECT $1, id, $2, $3, $4, $5, $6, $7, $8, $9 FROM claimed ) SELECT c.id, c.host, c.pool, c.plan, c.parameters, c.desired, c.phase, c.reason, c.health, c.health_detail, c.subnet::text AS subnet, c.ports, c.nodes, c.lease, c.created_at FROM claimed c

-- claim a chain 11
WITH eldest AS ( SELECT c.id FROM chains c WHERE c.lease IS NULL AND c.phase = 'creating' AND $10::text IS NULL AND c.parameters @> $11 ORDER BY c.id LIMIT 1 FOR UPDATE SKIP LOCKED ), claimed AS ( UPDATE chains c SET lease = $1 FROM eldest WHERE c.id = eldest.id RETURNING c.* ), leased AS ( INSERT INTO leases (id, chain, tenant, holder, sole, status, ttl, created_at, active_at, expires_at) SELECT $1, id, $2, $3, $4, $5, $6, $7, $8, $9 FROM claimed ) SELECT c.id, c.host, c.pool, c.plan, c.parameters, c.desired, c.phase, c.reason, c.health, c.health_detail, c.subnet::text AS subnet, c.ports, c.nodes, c.lease, c.created_at FROM claimed c

-- claim a chain 12
WITH eldest AS ( SELECT c.id FROM chains c WHERE c.lease IS NULL AND c.phase = 'creating' AND $10::text IS NULL AND c.parameters @> $11 ORDER BY c.id LIMIT 1 FOR UPDATE ), claimed AS ( UPDATE chains c SET lease = $1 FROM eldest WHERE c.id = eldest.id RETURNING c.* ), leased AS ( INSERT INTO leases (id, chain, tenant, holder, sole, status, ttl, created_at, active_at, expires_at) SELECT $1, id, $2, $3, $4, $5, $6, $7, $8, $9 FROM claimed ) SELECT c.id, c.host, c.pool, c.plan, c.parameters, c.desired, c.phase, c.reason, c.health, c.health_detail, c.subnet::text AS subnet, c.ports, c.nodes, c.lease, c.created_at FROM claimed c

-- claim a chain 13
WITH eldest AS ( SELECT c.id FROM chains c WHERE c.lease IS NULL AND c.phase = 'creating' AND c.blueprint = $10 AND $11::jsonb IS NULL ORDER BY c.id LIMIT 1 FOR UPDATE SKIP LOCKED ), claimed AS ( UPDATE chains c SET lease = $1 FROM eldest WHERE c.id = eldest.id RETURNING c.* ), leased AS ( INSERT INTO leases (id, chain, tenant, holder, sole, status, ttl, created_at, active_at, expires_at) SELECT $1, id, $2, $3, $4, $5, $6, $7, $8, $9 FROM claimed ) SELECT c.id, c.host, c.pool, c.plan, c.parameters, c.desired, c.phase, c.reason, c.health, c.health_detail, c.subnet::text AS subnet, c.ports, c.nodes, c.lease, c.created_at FROM claimed c

-- claim a chain 14
WITH eldest AS ( SELECT c.id FROM chains c WHERE c.lease IS NULL AND c.phase = 'creating' AND c.blueprint = $10 AND $11::jsonb IS NULL ORDER BY c.id LIMIT 1 FOR UPDATE ), claimed AS ( UPDATE chains c SET lease = $1 FROM eldest WHERE c.id = eldest.id RETURNING c.* ), leased AS ( INSERT INTO leases (id, chain, tenant, holder, sole, status, ttl, created_at, active_at, expires_at) SELECT $1, id, $2, $3, $4, $5, $6, $7, $8, $9 FROM claimed ) SELECT c.id, c.host, c.pool, c.plan, c.parameters, c.desired, c.phase, c.reason, c.health, c.health_detail, c.subnet::text AS subnet, c.ports, c.nodes, c.lease, c.created_at FROM claimed c

-- claim a chain 15
WITH eldest AS ( SELECT c.id FROM chains c WHERE c.lease IS NULL AND c.phase = 'creating' AND c.blueprint = $10 AND c.parameters @> $11 ORDER BY c.id LIMIT 1 FOR UPDATE SKIP LOCKED ), claimed AS ( UPDATE chains c SET lease = $1 FROM eldest WHERE c.id = eldest.id RETURNING c.* ), leased AS ( INSERT INTO leases (id, chain, tenant, holder, sole, status, ttl, created_at, active_at, expires_at) SELECT $1, id, $2, $3, $4, $5, $6, $7, $8, $9 FROM claimed ) SELECT c.id, c.host, c.pool, c.plan, c.parameters, c.desired, c.phase, c.reason, c.health, c.health_detail, c.subnet::text AS subnet, c.ports, c.nodes, c.lease, c.created_at FROM claimed c

-- claim a chain 16
WITH eldest AS ( SELECT c.id FROM chains c WHERE c.lease IS NULL AND c.phase = 'creating' AND c.blueprint = $10 AND c.parameters @> $11 ORDER BY c.id LIMIT 1 FOR UPDATE ), claimed AS ( UPDATE chains c SET lease = $1 FROM eldest WHERE c.id = eldest.id RETURNING c.* ), leased AS ( INSERT INTO leases (id, chain, tenant, holder, sole, status, ttl, created_at, active_at, expires_at) SELECT $1, id, $2, $3, $4, $5, $6, $7, $8, $9 FROM claimed ) SELECT c.id, c.host, c.pool, c.plan, c.parameters, c.desired, c.phase, c.reason, c.health, c.health_detail, c.subnet::text AS subnet, c.ports, c.nodes, c.lease, c.created_at FROM claimed c

-- statement 41
UPDATE operations SET priority = $2 WHERE chain = $1 AND status IN ('queued', 'retrying')

-- statement 42
SELECT l.id, l.chain, l.tenant, l.holder, l.status, l.ending, l.ttl, l.created_at, l.active_at, l.expires_at, l.ended_at FROM leases l WHERE l.id = $1 AND ($2::text IS NULL OR l.tenant = $2)

-- statement 43
SELECT l.id, l.chain, l.tenant, l.holder, l.status, l.ending, l.ttl, l.created_at, l.active_at, l.expires_at, l.ended_at FROM leases l WHERE l.chain = ANY($1) AND l.status IN ('waiting', 'active')

-- statement 44
SELECT l.id, l.chain, l.tenant, l.holder, l.status, l.ending, l.ttl, l.created_at, l.active_at, l.expires_at, l.ended_at FROM leases l WHERE l.id > $1 AND ($2::text IS NULL OR l.tenant = $2) AND ($3::text IS NULL OR l.holder = $3) AND ($4::uuid IS NULL OR l.chain = $4) AND ($5::text IS NULL OR l.status = $5) ORDER BY l.id LIMIT $6

-- statement 45
SELECT o.id, o.sequence, o.kind, o.host, o.chain, o.priority, o.status, o.attempt, o.charged, o.agents_lost, o.retry_at, o.progress, o.error, o.cancel_requested, o.created_at, o.ended_at FROM operations o WHERE o.id = $1

-- statement 46
SELECT a.id, a.operation, a.number, a.agent, a.sent_at, a.started_at, a.ended_at, a.result, a.error, a.quiet_at FROM attempts a WHERE a.operation = $1 ORDER BY a.number

-- statement 47
SELECT o.id, o.sequence, o.kind, o.host, o.chain, o.priority, o.status, o.attempt, o.charged, o.agents_lost, o.retry_at, o.progress, o.error, o.cancel_requested, o.created_at, o.ended_at FROM operations o WHERE o.id > $1 AND ($2::uuid IS NULL OR o.host = $2) AND ($3::uuid IS NULL OR o.chain = $3) AND ($4::text IS NULL OR o.status = $4) AND ($5::text IS NULL OR o.kind = $5) ORDER BY o.id LIMIT $6

-- statement 48
SELECT host FROM operations WHERE id = $1

-- statement 49
SELECT o.id, o.kind, h.status, h.parallel, (SELECT count(*) FROM operations f WHERE f.host = o.host AND f.status IN ('sent', 'working')) AS in_flight, EXISTS (SELECT FROM operations f WHERE f.host = o.host AND f.chain IS NOT DISTINCT FROM o.chain AND f.status IN ('sent', 'working')) AS chain_in_flight, EXISTS (SELECT FROM attempts a WHERE a.chain = o.chain AND a.started_at IS NOT NULL AND a.quiet_at IS NULL AND a.generation < (o.desired->>'generation')::integer) AS unquiet FROM operations o JOIN hosts h ON h.id = o.host WHERE o.id = ANY($1) AND o.status = 'queued'

-- claim commands
WITH waiting AS ( SELECT id FROM outbox WHERE claimed_until IS NULL OR claimed_until <= clock_timestamp() ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED ) UPDATE outbox b SET claimed_until = clock_timestamp() + $2 * interval '1 second', claims = claims + 1 FROM waiting WHERE b.id = waiting.id RETURNING b.id, b.operation, b.attempt, b.claims

-- published
DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE id = ANY($1) ORDER BY id FOR UPDATE SKIP LOCKED)

-- statement 50
UPDATE outbox SET claimed_until = clock_timestamp() + $2 * interval '1 second', claims = greatest(claims - 1, 0) WHERE id IN (SELECT id FROM outbox WHERE id = ANY($1) ORDER BY id FOR UPDATE SKIP LOCKED)

-- statement 51
SELECT o.id, o.sequence, o.kind, o.host, o.chain, o.priority, o.status, o.attempt, o.charged, o.agents_lost, o.retry_at, o.progress, o.error, o.cancel_requested, o.created_at, o.ended_at, o.desired FROM operations o WHERE o.id = ANY($1)

-- statement 52
SELECT a.id, a.operation, a.number, a.agent, a.sent_at, a.started_at, a.ended_at, a.result, a.error, a.quiet_at FROM attempts a WHERE a.id = ANY($1)

-- statement 53
SELECT h.id, h.name, h.site, h.driver, h.endpoint, h.address, h.insecure, h.sealed_credentials, h.capacity, h.chains, h.parallel, h.schedulable, h.autofill, h.first_port, h.last_port, h.network::text AS network, h.status, h.reason, h.facts, h.created_at FROM hosts h WHERE h.id IN (SELECT host FROM operations WHERE id = ANY($1))

-- statement 54
SELECT c.id, c.host, c.pool, c.plan, c.parameters, c.desired, c.phase, c.reason, c.health, c.health_detail, c.subnet::text AS subnet, c.ports, c.nodes, c.lease, c.created_at FROM chains c WHERE c.id IN (SELECT chain FROM operations WHERE id = ANY($1))

-- make a pool
INSERT INTO pools (id, name, plan, parameters, warm, created_at) VALUES ($1, $2, $3, $4, $5, $6)

-- statement 55
SELECT * FROM pools WHERE id > $1 ORDER BY id LIMIT $2

-- statement 56
SELECT * FROM pools WHERE id = $1

-- remove a pool
DELETE FROM pools WHERE id = $1

-- lose sight
UPDATE chains SET health = 'unknown', health_detail = $2 WHERE host = $1 AND phase = 'running'

-- statement 57
SELECT c.id, (newest.id IS NULL OR (newest.sequence <= $2 AND newest.ended_at <= request.asked_at AND NOT (newest.kind = 'chain.repair' AND newest.status = 'failed' AND newest.ended_at > $3))) AND NOT EXISTS (SELECT FROM operations o WHERE o.chain = c.id AND o.ended_at IS NULL) AS at_rest FROM chains c CROSS JOIN ( SELECT CASE WHEN observe_number = $4 THEN observe_asked_at ELSE '-infinity' END AS asked_at FROM hosts WHERE id = $1) AS request LEFT JOIN LATERAL ( SELECT o.id, o.sequence, o.kind, o.status, o.ended_at FROM operations o WHERE o.chain = c.id ORDER BY o.sequence DESC LIMIT 1) AS newest ON true WHERE c.host = $1 AND c.phase <> 'gone'

-- tell of unknown objects
INSERT INTO events (at, kind, host, chain, detail) SELECT $1, 'unknown-objects', $2, $3, '{}' WHERE NOT EXISTS (SELECT FROM events WHERE kind = 'unknown-objects' AND host = $2 AND chain = $3)

-- hear an agent
INSERT INTO agents (id, name, site, driver, version, schemas, working, first_seen_at, last_seen_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8) ON CONFLICT (id) DO UPDATE SET name = $2, version = $5, schemas = $6, working = $7, last_seen_at = greatest(agents.last_seen_at, $8)

-- make an attempt
INSERT INTO attempts (id, operation, chain, generation, number, agent, sent_at, started_at, ended_at, result, error, quiet_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)

-- change an attempt
UPDATE attempts SET agent = $2, started_at = $3, ended_at = $4, result = $5, error = $6, quiet_at = $7 WHERE id = $1

-- make a chain
INSERT INTO chains (id, host, pool, blueprint, plan, parameters, desired, phase, reason, health, health_detail, subnet, ports, nodes, lease, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::cidr, $13, $14, $15, $16)

-- change a chain
UPDATE chains SET desired = $2, phase = $3, reason = $4, health = $5, health_detail = $6, subnet = $7::cidr, ports = $8, nodes = $9, lease = $10 WHERE id = $1

-- make a host
INSERT INTO hosts (id, name, site, driver, endpoint, address, insecure, sealed_credentials, capacity, parallel, schedulable, autofill, first_port, last_port, network, status, reason, facts, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15::cidr, $16, $17, $18, $19)

-- make a lease
INSERT INTO leases (id, chain, tenant, holder, sole, status, ttl, created_at, active_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)

-- change a lease
UPDATE leases SET status = $2, ending = $3, active_at = $4, expires_at = $5, ended_at = $6 WHERE id = $1

-- make an operation
INSERT INTO operations (id, kind, host, chain, desired, priority, status, attempt, charged, agents_lost, retry_at, progress, error, cancel_requested, created_at, ended_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) RETURNING sequence

-- change an operation
UPDATE operations SET desired = $2, status = $3, attempt = $4, charged = $5, agents_lost = $6, retry_at = $7, progress = $8, error = $9, cancel_requested = $10, ended_at = $11 WHERE id = $1

-- statement 58
SELECT id FROM installation

-- add a tenant
INSERT INTO tenants (name, created_at) VALUES ($1, $2)

-- statement 59
SELECT name FROM tenants ORDER BY name

-- add a key
INSERT INTO keys (id, secret_hash, role, tenant, created_at) VALUES ($1, $2, $3, $4, $5)

-- statement 60
SELECT * FROM keys WHERE id = $1

-- add a site
INSERT INTO sites (name, public_key, created_at) VALUES ($1, $2, $3)

-- statement 61
SELECT * FROM sites WHERE name = $1

-- statement 62
SELECT * FROM sites ORDER BY name


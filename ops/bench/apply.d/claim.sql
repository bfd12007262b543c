WITH eldest AS (
    SELECT id FROM chains WHERE lease IS NULL AND phase = 'running' AND health = 'healthy'
    ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
), claimed AS (
    UPDATE chains c SET lease = gen_random_uuid() FROM eldest WHERE c.id = eldest.id RETURNING c.id, c.lease
)
INSERT INTO leases (id, chain, tenant, sole, status, created_at, active_at)
SELECT lease, id, 'acme', false, 'active', now(), now() FROM claimed;

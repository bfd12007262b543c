-- What a pass has to read: every chain that is there, as it is wanted and as it was seen, and its newest operation.
SELECT c.id, c.host, c.phase, c.health, c.desired, c.nodes, newest.sequence, newest.kind, newest.status, newest.ended_at
FROM chains c
LEFT JOIN LATERAL (
    SELECT o.sequence, o.kind, o.status, o.ended_at FROM operations o WHERE o.chain = c.id ORDER BY o.sequence DESC LIMIT 1) AS newest ON true
WHERE c.phase <> 'gone';

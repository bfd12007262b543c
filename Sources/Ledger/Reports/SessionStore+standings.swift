import FoundationEssentials
import Model
import PostgreSQL

extension SessionStore {
    /// Nodes are compared by their digests, and what there is nothing to learn of is not told: a look at a host that is well costs
    /// a few steps through indexes for each chain.
    func standings(
        _ seen: [SeenHost], noRepairFailedIn lately: ClosedRange<Date>, at now: Date
    ) throws -> [HostID: [ChainID: ChainStanding]] {
        let chains = seen.flatMap { host in host.chains.map { (host: host.host, chain: $0) } }
        let rows = try session.query(
            """
            WITH looked AS MATERIALIZED (
                -- When an earlier request than the outstanding one was made is not known any more: then it is long ago.
                SELECT looked.host, looked.as_of,
                    CASE WHEN h.observe_number = looked.number THEN h.observe_asked_at ELSE '-infinity' END AS asked_at
                FROM unnest($1::uuid[], $2::bigint[], $3::bigint[]) AS looked (host, as_of, number) JOIN hosts h ON h.id = looked.host
            ), present AS (
                SELECT c.host, c.id, c.phase, c.health, c.nodes_digest, c.certificates_expire_at
                FROM looked JOIN chains c ON c.host = looked.host AND c.phase <> 'gone'
            ), concerned AS (
                SELECT coalesce(c.host, seen.host) AS host, coalesce(c.id, seen.chain) AS id, c.id IS NULL AS is_gone, seen.sequence,
                    c.phase = 'running' AND c.health = 'healthy' AND c.nodes_digest = seen.digest
                        AND (seen.expiry IS NULL OR c.certificates_expire_at = to_timestamp(seen.expiry)) AS is_well
                FROM present c FULL JOIN unnest($4::uuid[], $5::uuid[], $6::bytea[], $7::bigint[], $8::bigint[])
                    AS seen (host, chain, digest, expiry, sequence) ON seen.chain = c.id AND seen.host = c.host
            ), standing AS (
                SELECT c.host, c.id, c.is_gone,
                    (newest.id IS NULL OR (newest.sequence <= looked.as_of
                        -- An end still to come was stamped by a clock that was ahead.
                        AND (newest.ended_at <= looked.asked_at OR newest.ended_at > $11)
                        AND NOT (newest.kind = 'chain.repair' AND newest.status = 'failed' AND newest.ended_at BETWEEN $9 AND $10)))
                    AND NOT EXISTS (SELECT FROM operations o WHERE o.chain = c.id AND o.ended_at IS NULL) AS at_rest,
                    coalesce(c.is_well AND newest.status = 'succeeded', false) AS as_known,
                    -- Of the ledger's own numbering; what a restored one never knew may be within the holds.
                    coalesce(c.sequence <= least(newest.sequence, (SELECT min(ledger_sequence) FROM holds)), false) AS is_numbered
                FROM concerned c JOIN looked ON looked.host = c.host
                LEFT JOIN LATERAL (
                    SELECT o.id, o.host, o.sequence, o.kind, o.status, o.ended_at FROM operations o
                    WHERE o.chain = c.id ORDER BY o.sequence DESC LIMIT 1) AS newest ON newest.host = c.host
            )
            SELECT host, id, is_gone, at_rest, as_known FROM standing WHERE NOT (at_rest AND as_known AND is_numbered)
            """, seen.map(\.host), seen.map(\.asOf), seen.map(\.number), chains.map(\.host), chains.map(\.chain.id),
            seen.flatMap(\.nodes), chains.map(\.chain.certificatesExpireAt), chains.map(\.chain.sequence),
            lately.lowerBound, lately.upperBound, now.ahead)
        var standings: [HostID: [ChainID: ChainStanding]] = [:]
        for row in rows {
            standings[try row.id("host"), default: [:]][try row.id("id")] = ChainStanding(
                isAtRest: try row["at_rest"], isGone: try row["is_gone"], isAsKnown: try row["as_known"])
        }
        return standings
    }
}

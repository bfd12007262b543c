import FoundationEssentials
import Model
import PostgreSQL

extension Chain {
    static let columns = """
        c.id, c.host, c.pool, c.plan, c.parameters, c.desired, c.phase, c.reason, c.health, c.health_detail, \
        c.subnet::text AS subnet, c.ports, c.nodes, c.lease, c.certificates_expire_at, c.created_at
        """

    init(_ row: Row) throws {
        self.init(
            id: try row.id("id"), host: try row.id("host"), pool: try row.optionalID("pool"), plan: try row.plan("plan"),
            parameters: try row.parameters("parameters"), desired: try row.desired("desired"), phase: try row["phase"],
            reason: try row["reason"], health: try row["health"], healthDetail: try row["health_detail"],
            subnet: try row["subnet"], ports: try row.json("ports"), nodes: try row.json("nodes"),
            certificatesExpireAt: try row["certificates_expire_at"], createdAt: try row["created_at"])
    }

    static func insertion(of chains: [ChainEntry.Stored]) throws -> Statement {
        Statement(
            """
            INSERT INTO chains (id, host, pool, blueprint, plan, parameters, desired, phase, reason, health, health_detail,
                subnet, ports, nodes, lease, certificates_expire_at, created_at)
            SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::jsonb[], $6::jsonb[], $7::jsonb[],
                $8::text[], $9::text[], $10::text[], $11::text[], $12::cidr[], $13::jsonb[], $14::jsonb[], $15::uuid[],
                $16::timestamptz[], $17::timestamptz[])
            """,
            rows: try chains.map { stored in
                let chain = stored.chain
                return [
                    chain.id, chain.host, chain.pool, chain.plan.blueprint.name, try StoredJSON.text(chain.plan),
                    try StoredJSON.text(chain.parameters), try StoredJSON.text(chain.desired), chain.phase, chain.reason,
                    chain.health, chain.healthDetail, chain.subnet, try StoredJSON.text(chain.ports),
                    try StoredJSON.text(chain.nodes), stored.lease, chain.certificatesExpireAt, chain.createdAt,
                ]
            })
    }

    /// What transitions may change; plan, parameters and place are as they were made.
    static func update(of chains: [ChainEntry.Stored]) throws -> Statement {
        Statement(
            """
            UPDATE chains c SET desired = n.desired, phase = n.phase, reason = n.reason, health = n.health,
                health_detail = n.health_detail, subnet = n.subnet, ports = n.ports, nodes = n.nodes, lease = n.lease,
                certificates_expire_at = n.certificates_expire_at
            FROM unnest($1::uuid[], $2::jsonb[], $3::text[], $4::text[], $5::text[], $6::text[], $7::cidr[], $8::jsonb[],
                $9::jsonb[], $10::uuid[], $11::timestamptz[])
                AS n (id, desired, phase, reason, health, health_detail, subnet, ports, nodes, lease, certificates_expire_at)
            WHERE c.id = n.id
            """,
            rows: try chains.map { stored in
                let chain = stored.chain
                return [
                    chain.id, try StoredJSON.text(chain.desired), chain.phase, chain.reason?.withoutNUL, chain.health,
                    chain.healthDetail?.withoutNUL, chain.subnet, try StoredJSON.text(chain.ports),
                    try StoredJSON.text(chain.nodes), stored.lease, chain.certificatesExpireAt,
                ]
            })
    }
}

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

    func insertion(lease: LeaseID?) throws -> Statement {
        Statement(
            """
            INSERT INTO chains (id, host, pool, blueprint, plan, parameters, desired, phase, reason, health, health_detail,
                subnet, ports, nodes, lease, certificates_expire_at, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::cidr, $13, $14, $15, $16, $17)
            """,
            id.uuid, host.uuid, pool?.uuid, plan.blueprint.name, try StoredJSON.text(plan), try StoredJSON.text(parameters),
            try StoredJSON.text(desired), phase, reason, health, healthDetail, subnet, try StoredJSON.text(ports),
            try StoredJSON.text(nodes), lease?.uuid, certificatesExpireAt, createdAt)
    }

    /// What transitions may change; plan, parameters and place are as they were made.
    func update(lease: LeaseID?) throws -> Statement {
        Statement(
            """
            UPDATE chains SET desired = $2, phase = $3, reason = $4, health = $5, health_detail = $6, subnet = $7::cidr,
                ports = $8, nodes = $9, lease = $10, certificates_expire_at = $11
            WHERE id = $1
            """,
            id.uuid, try StoredJSON.text(desired), phase, reason?.withoutNUL, health, healthDetail?.withoutNUL, subnet,
            try StoredJSON.text(ports), try StoredJSON.text(nodes), lease?.uuid, certificatesExpireAt)
    }
}

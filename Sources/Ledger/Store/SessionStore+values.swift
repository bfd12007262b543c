import FoundationEssentials
import Model
import PostgreSQL

extension SessionStore {
    func takenPorts(on host: HostID, at now: Date) throws -> [Int] {
        try session.execute("DELETE FROM ports WHERE host = $1 AND blocked_until <= $2", host, now)
        return try session.query("SELECT port FROM ports WHERE host = $1 ORDER BY port", host).map { try $0["port"] }
    }

    func take(ports: [Int], for chain: ChainID, on host: HostID) throws {
        _ = try session.query(
            Statement("INSERT INTO ports (host, port, chain) SELECT $1, unnest($2::bigint[]), $3", host, ports, chain))
    }

    func takenSubnets(on host: Host, at now: Date) throws -> [Int] {
        try session.execute("DELETE FROM subnets WHERE host = $1 AND blocked_until <= $2", host.id, now)
        let rows = try session.query(
            """
            SELECT (host(subnet)::inet - host($2::cidr)::inet) / (1 << (32 - $3)) AS number
            FROM subnets WHERE host = $1 ORDER BY subnet
            """, host.id, host.network, Int32(subnetBits))
        return try rows.map { try $0["number"] }
    }

    func take(subnet number: Int, for chain: ChainID, on host: Host) throws -> String {
        let row = try session.queryOne(
            """
            INSERT INTO subnets (host, subnet, chain)
            VALUES ($1, network(set_masklen(host($2::cidr)::inet + $3::bigint * (1 << (32 - $4)), $4)), $5)
            RETURNING subnet::text AS subnet
            """, host.id, host.network, number, Int32(subnetBits), chain)
        guard let row else { throw LedgerError.unreadable("a subnet that was just stored") }
        return try row["subnet"]
    }

    func block(port: Int, on host: HostID, until time: Date) throws {
        try session.execute(
            "UPDATE ports SET chain = NULL, blocked_until = $3 WHERE host = $1 AND port = $2", host, port, time)
    }

    func block(subnet: String, on host: HostID, until time: Date) throws {
        try session.execute(
            "UPDATE subnets SET chain = NULL, blocked_until = $3 WHERE host = $1 AND subnet = $2::cidr", host, subnet, time)
    }

    func takenValues(on host: Host) throws -> (ports: Int, subnets: Int) {
        let row = try session.queryOne(
            """
            SELECT (SELECT count(*) FROM ports WHERE host = $1 AND port BETWEEN $2 AND $3) AS ports,
                (SELECT count(*) FROM subnets WHERE host = $1 AND subnet <<= $4::cidr) AS subnets
            """, host.id, host.ports.lowerBound, host.ports.upperBound, host.network)
        guard let row else { throw LedgerError.unreadable("a count") }
        return (try row["ports"], try row["subnets"])
    }

    func freeValues(of chain: ChainID) throws {
        _ = try session.pipeline(Self.freeingValues(of: chain))
    }

    static func freeingValues(of chain: ChainID) -> [Statement] {
        [
            Statement("DELETE FROM ports WHERE chain = $1", chain),
            Statement("DELETE FROM subnets WHERE chain = $1", chain),
        ]
    }
}

import FoundationEssentials
import Model
import PostgreSQL

/// How many bits of a chain's subnet name its network: 32 addresses, enough for 29 nodes, so that a /16 holds 2,048 chains.
private let subnetBits = 27

/// Seconds for which a port or subnet stays blocked after a host said that something else uses it.
private let blockedSeconds = 3600.0

extension Book {
    /// The lowest ports of the host that nobody has, one for each port that the plan publishes.
    func takePorts(for plan: Plan, chain: ChainID, on host: Host) throws -> [PortAssignment] {
        let wanted = plan.nodes.flatMap { node in node.ports.map { (node: node.name, name: $0.name) } }
        let ports = try freePorts(wanted.count, for: chain, on: host)
        return zip(wanted, ports).map { PortAssignment(node: $0.node, name: $0.name, port: $1) }
    }

    private func freePorts(_ count: Int, for chain: ChainID, on host: Host) throws -> [Int] {
        guard count > 0 else { return [] }
        try session.execute("DELETE FROM ports WHERE host = $1 AND blocked_until <= $2", host.id.uuid, now)
        let rows = try session.query(
            """
            INSERT INTO ports (host, port, chain)
            SELECT $1, port, $2 FROM generate_series($3::integer, $4::integer) AS port
            WHERE NOT EXISTS (SELECT FROM ports taken WHERE taken.host = $1 AND taken.port = port.port)
            ORDER BY port LIMIT $5
            RETURNING port
            """, host.id.uuid, chain.uuid, host.ports.lowerBound, host.ports.upperBound, count)
        guard rows.count == count else {
            throw LedgerError.conflict(
                code: "no-room",
                detail:
                    "host \(host.name) has \(rows.count) free ports left in \(host.ports.lowerBound)–\(host.ports.upperBound), "
                    + "\(count) are needed; widen its port range or delete chains")
        }
        return try rows.map { try $0.decode("port") }.sorted()
    }

    /// The lowest subnet of the host that nobody has.
    func takeSubnet(for chain: ChainID, on host: Host) throws -> String {
        try session.execute("DELETE FROM subnets WHERE host = $1 AND blocked_until <= $2", host.id.uuid, now)
        let row = try session.queryOne(
            """
            INSERT INTO subnets (host, subnet, chain)
            SELECT $1, free.subnet, $2
            FROM generate_series(0, (1 << ($4 - masklen($3::cidr))) - 1) AS number,
                LATERAL (
                    SELECT network(set_masklen(host($3::cidr)::inet + number::bigint * (1 << (32 - $4)), $4)) AS subnet) AS free
            WHERE NOT EXISTS (SELECT FROM subnets taken WHERE taken.host = $1 AND taken.subnet = free.subnet)
            ORDER BY number LIMIT 1
            RETURNING subnet::text AS subnet
            """, host.id.uuid, chain.uuid, host.network, Int32(subnetBits))
        guard let row else {
            throw LedgerError.conflict(
                code: "no-room", detail: "host \(host.name) has no free subnet left in \(host.network); delete chains there")
        }
        return try row["subnet"]
    }

    /// The chain is gone: others may have its ports and its subnet.
    func freeingValues(of chain: ChainID) -> [Statement] {
        [
            Statement("DELETE FROM ports WHERE chain = $1", chain.uuid),
            Statement("DELETE FROM subnets WHERE chain = $1", chain.uuid),
        ]
    }

    /// Something else on the host uses a port or subnet: it is blocked, the chain gets another, and the operation is sent anew with
    /// the next generation. It costs no attempt.
    func reassign(_ error: WorkError, for operation: Operation) throws {
        guard let id = operation.chain, let value = error.value else { return }
        var chain = try chain(id).chain
        let host = try host(operation.host).host
        if error.code == .portTaken {
            try replacePort(value, of: &chain, on: host)
        } else {
            try replaceSubnet(value, of: &chain, on: host)
        }
        chain.desired.generation += 1
        chains[id]?.now.chain = chain
        for open in openWork(of: id) where !open.status.inFlight {
            work[open.id]?.now.desired = chain.desired
        }
        try dispatchIfFree(operation.id)
    }

    private func replacePort(_ value: String, of chain: inout Chain, on host: Host) throws {
        guard let port = Int(value), let index = chain.ports.firstIndex(where: { $0.port == port }) else { return }
        try session.execute(
            "UPDATE ports SET chain = NULL, blocked_until = $3 WHERE host = $1 AND port = $2", host.id.uuid, port,
            now.addingTimeInterval(blockedSeconds))
        chain.ports[index].port = try freePorts(1, for: chain.id, on: host)[0]
    }

    private func replaceSubnet(_ value: String, of chain: inout Chain, on host: Host) throws {
        guard value == chain.subnet else { return }
        try session.execute(
            "UPDATE subnets SET chain = NULL, blocked_until = $3 WHERE host = $1 AND subnet = $2::cidr", host.id.uuid, value,
            now.addingTimeInterval(blockedSeconds))
        chain.subnet = try takeSubnet(for: chain.id, on: host)
    }
}

extension Book {
    /// An error as it is to be understood. `port-taken` and `subnet-taken` only make sense for a value that the chain still has, and
    /// only help when there is another to give it; else they are errors like others, so that nothing goes round for ever.
    func judged(_ error: WorkError, _ operation: Operation) throws -> WorkError {
        guard error.blocksValue, let id = operation.chain else { return error }
        let chain = try chain(id).chain
        let host = try host(operation.host).host
        guard try owns(chain, error), try hasSpare(error, on: host) else {
            var plain = error
            plain.value = nil
            return plain
        }
        return error
    }

    private func owns(_ chain: Chain, _ error: WorkError) throws -> Bool {
        error.code == .portTaken ? chain.ports.contains { String($0.port) == error.value } : chain.subnet == error.value
    }

    private func hasSpare(_ error: WorkError, on host: Host) throws -> Bool {
        let taken = try session.queryOne(
            """
            SELECT (SELECT count(*) FROM ports WHERE host = $1 AND port BETWEEN $2 AND $3) AS ports,
                (SELECT count(*) FROM subnets WHERE host = $1) AS subnets, 1 << ($5 - masklen($4::cidr)) AS all_subnets
            """, host.id.uuid, host.ports.lowerBound, host.ports.upperBound, host.network, Int32(subnetBits))
        guard let taken else { return false }
        let (ports, subnets, all): (Int, Int, Int) = (try taken["ports"], try taken["subnets"], try taken["all_subnets"])
        return error.code == .portTaken ? ports < host.ports.count : subnets < all
    }
}

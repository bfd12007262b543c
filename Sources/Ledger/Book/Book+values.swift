import FoundationEssentials
import Model

/// How many bits of a chain's subnet name its network: 64 addresses, enough for 61 nodes and tasks, so that a /16 holds 1,024 chains.
let subnetBits = 26

/// Seconds for which a port or subnet stays blocked after a host said that something else uses it.
private let blockedSeconds = 3600.0

extension Book {
    /// The lowest ports of the host that nobody has, one for each port that the plan publishes.
    func takePorts(for plan: Plan, chain: ChainID, on host: Host) throws -> [PortAssignment] {
        let wanted = plan.nodes.flatMap { node in node.publishedPorts.map { (node: node.name, name: $0.name) } }
        let ports = try freePorts(wanted.count, for: chain, on: host)
        return zip(wanted, ports).map { PortAssignment(node: $0.node, name: $0.name, port: $1) }
    }

    private func freePorts(_ count: Int, for chain: ChainID, on host: Host) throws -> [Int] {
        guard count > 0 else { return [] }
        let taken = try store.takenPorts(on: host.id, at: now)
        let free = lowestFree(count, in: Range(host.ports), taken: taken)
        guard free.count == count else {
            throw LedgerError.conflict(
                code: "no-room",
                detail:
                    "host \(host.name) has \(free.count) free ports left in \(host.ports.lowerBound)–\(host.ports.upperBound), "
                    + "\(count) are needed; widen its port range or delete chains")
        }
        try store.take(ports: free, for: chain, on: host.id)
        return free
    }

    /// The lowest subnet of the host that nobody has; or the highest, far from what the host was busy with.
    func takeSubnet(for chain: ChainID, on host: Host, highest: Bool = false) throws -> String {
        let taken = try store.takenSubnets(on: host, at: now)
        let all = 0..<host.subnetCount
        guard let number = highest ? all.last(where: { !taken.contains($0) }) : lowestFree(1, in: all, taken: taken).first else {
            throw LedgerError.conflict(
                code: "no-room", detail: "host \(host.name) has no free subnet left in \(host.network); delete chains there")
        }
        return try store.take(subnet: number, for: chain, on: host)
    }

    /// Something else on the host uses a port or subnet: it is blocked, the chain gets another, and the operation is sent anew
    /// with the next generation. It costs no attempt.
    func reassign(_ error: WorkError, for operation: Operation) throws {
        guard let id = operation.chain, let value = error.value else { return }
        var chain = try chain(id).chain
        let host = try host(operation.host).host
        if error.code == .portTaken {
            try replacePort(value, of: &chain, on: host)
        } else if value == chain.subnet {
            try replaceSubnet(of: &chain, on: host)
        }
        want(chain, by: operation)
        try dispatchIfFree(operation.id)
    }

    /// A chain that nobody has had yet and that does not live gets new secrets, volumes and networks with its next attempt. Where
    /// its nodes run and yet don't find each other, the subnet itself may be spoilt (a Docker that died while it made a network
    /// leaves rules for it in the kernel): then it gets another, if there is one, not next to it, for there it may have died too.
    func startOver(_ error: WorkError, for operation: Operation) throws {
        guard let id = operation.chain else { return }
        var chain = try chain(id).chain
        let host = try host(operation.host).host
        let spoilt = WorkError(.transient, .subnetTaken, error.message, value: chain.subnet)
        if error.code == .notHealthy, try hasSpare(spoilt, on: host) { try replaceSubnet(of: &chain, on: host, byHighest: true) }
        want(chain, anew: true, by: operation)
    }

    /// The operation is to make the next generation. It is what is desired of the chain, unless something else was asked for since
    /// and cancelled: that stays newer, and the operation makes no more of it than before.
    private func want(_ wanted: Chain, anew: Bool = false, by operation: Operation) {
        var chain = wanted
        var aim = work[operation.id]?.now.desired ?? chain.desired
        let isNewest = aim == chain.desired
        chain.desired.raise(anew)
        aim.generation = chain.desired.generation
        if anew { aim.incarnation = chain.desired.incarnation }
        if !isNewest { chain.desired.raise(anew) }
        chains[chain.id]?.now.chain = chain
        work[operation.id]?.now.desired = aim
    }

    private func replacePort(_ value: String, of chain: inout Chain, on host: Host) throws {
        guard let port = Int(value), let index = chain.ports.firstIndex(where: { $0.port == port }) else { return }
        try store.block(port: port, on: host.id, until: now.addingTimeInterval(blockedSeconds))
        chain.ports[index].port = try freePorts(1, for: chain.id, on: host)[0]
    }

    private func replaceSubnet(of chain: inout Chain, on host: Host, byHighest: Bool = false) throws {
        try store.block(subnet: chain.subnet, on: host.id, until: now.addingTimeInterval(blockedSeconds))
        chain.subnet = try takeSubnet(for: chain.id, on: host, highest: byHighest)
    }
}

extension Book {
    /// An error as it is to be understood. `port-taken` and `subnet-taken` only make sense for a value that the chain still has,
    /// and only help when there is another to give it; else they are errors like others, so that nothing goes round for ever.
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
        let (ports, subnets) = try store.takenValues(on: host)
        return error.code == .portTaken ? ports < host.ports.count : subnets < host.subnetCount
    }
}

extension Desired {
    fileprivate mutating func raise(_ anew: Bool) {
        generation += 1
        if anew { incarnation += 1 }
    }
}

extension Host {
    /// How many chains' subnets its network has; the database refuses networks without a length.
    fileprivate var subnetCount: Int {
        let length = network.split(separator: "/").last.flatMap { Int($0) } ?? subnetBits
        return 1 << max(0, subnetBits - length)
    }
}

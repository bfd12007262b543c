import FoundationEssentials
import Model

@testable import Ledger

/// The process died between two statements, or its connection did.
struct Crash: Error {}

/// One transaction over tables in memory. Its owner keeps the tables when the transaction has ended well, and the old ones else.
final class MemoryStore: BookStore {
    var tables: Tables
    /// How many statements are left before the crash; `nil` for none.
    private var fuse: Int?
    /// The database's own clock.
    let databaseTime: Date
    /// Whether anything but agents' presence was written.
    var hasWritten = false

    init(_ tables: Tables, crashAfter statements: Int?, databaseTime: Date) {
        self.tables = tables
        fuse = statements
        self.databaseTime = databaseTime
    }

    func burn() throws {
        guard let left = fuse else { return }
        if left == 0 { throw Crash() }
        fuse = left - 1
    }

    func lockHosts(_ ids: [HostID]) throws -> [HostEntry] {
        try burn()
        return ids.compactMap { id in
            tables.hosts[id].map { row in
                HostEntry(
                    now: row.entry, stored: row.entry, chains: tables.chainCount(on: id), inFlight: tables.inFlight(on: id))
            }
        }
    }

    func lockChains(_ ids: [ChainID]) throws -> [ChainEntry.Stored] {
        try burn()
        return ids.compactMap { tables.chains[$0] }
    }

    func lockLease(_ id: LeaseID) throws -> LeaseEntry? {
        try burn()
        return tables.leases[id]
    }

    func work(_ selection: WorkSelection) throws -> [WorkEntry] {
        try burn()
        switch selection {
        case .operations(let ids): return ids.compactMap { tables.work[$0] }
        case .openOfHosts(let ids):
            return sorted { !$0.operation.status.hasEnded && $0.operation.chain == nil && ids.contains($0.operation.host) }
        case .openOfChains(let ids):
            return sorted { entry in
                guard let chain = entry.operation.chain, ids.contains(chain) else { return false }
                return !entry.operation.status.hasEnded || entry.mayAct(below: .max)
            }
        }
    }

    private func sorted(_ condition: (WorkEntry) -> Bool) -> [WorkEntry] {
        tables.work.values.filter(condition).sorted { $0.operation.sequence < $1.operation.sequence }
    }

    func undoing<R>(_ body: () throws -> R?) throws -> R? {
        let before = tables
        let result = try body()
        if result == nil { tables = before }
        return result
    }

    func hosts(ofChains ids: [ChainID]) throws -> [ChainID: HostID] {
        try burn()
        return Dictionary(uniqueKeysWithValues: ids.compactMap { id in tables.chains[id].map { (id, $0.chain.host) } })
    }

    func host(ofOperation id: OperationID) throws -> HostID? {
        try burn()
        return tables.work[id]?.operation.host
    }

    func hasLater(than operation: Model.Operation) throws -> Bool {
        try burn()
        return tables.work.values.map(\.operation).contains {
            $0.host == operation.host && $0.chain == operation.chain && $0.sequence > operation.sequence
        }
    }

    func site(_ name: String) throws -> Site? {
        name == "default" ? Site(name: name, publicKey: "", createdAt: databaseTime) : nil
    }
}

extension MemoryStore {
    func takenPorts(on host: HostID, at now: Date) throws -> [Int] {
        try burn()
        tables.ports = tables.ports.filter { $0.key.host != host || !$0.value.isOver(at: now) }
        return tables.ports.keys.filter { $0.host == host }.map(\.value).sorted()
    }

    func take(ports: [Int], for chain: ChainID, on host: HostID) throws {
        try burn()
        for port in ports {
            let place = Tables.Place(host: host, value: port)
            guard tables.ports[place] == nil else { throw BrokenConstraint("ports_pkey") }
            tables.ports[place] = .chain(chain)
        }
    }

    func takenSubnets(on host: Host, at now: Date) throws -> [Int] {
        try burn()
        tables.subnets = tables.subnets.filter { $0.key.host != host.id || !$0.value.isOver(at: now) }
        return tables.subnets.keys.filter { $0.host == host.id }.map(\.value).sorted()
    }

    func take(subnet number: Int, for chain: ChainID, on host: Host) throws -> String {
        try burn()
        let place = Tables.Place(host: host.id, value: number)
        guard tables.subnets[place] == nil else { throw BrokenConstraint("subnets_pkey") }
        guard !tables.subnets.values.contains(.chain(chain)) else { throw BrokenConstraint("subnets_chain_key") }
        tables.subnets[place] = .chain(chain)
        return Self.subnet(number)
    }

    private static func subnet(_ number: Int) -> String { "10.201.\(number / 4).\(number % 4 * 64)/26" }

    func block(port: Int, on host: HostID, until time: Date) throws {
        try burn()
        tables.ports[Tables.Place(host: host, value: port)] = .blocked(until: time)
    }

    func block(subnet: String, on host: HostID, until time: Date) throws {
        try burn()
        for place in tables.subnets.keys where place.host == host && Self.subnet(place.value) == subnet {
            tables.subnets[place] = .blocked(until: time)
        }
    }

    func takenValues(on host: Host) throws -> (ports: Int, subnets: Int) {
        try burn()
        return (tables.ports.keys.count { $0.host == host.id }, tables.subnets.keys.count { $0.host == host.id })
    }

    func freeValues(of chain: ChainID) throws {
        try burn()
        tables.ports = tables.ports.filter { $0.value != .chain(chain) }
        tables.subnets = tables.subnets.filter { $0.value != .chain(chain) }
    }
}

extension Tables.Owner {
    fileprivate func isOver(at now: Date) -> Bool {
        if case .blocked(let time) = self { time <= now } else { false }
    }
}

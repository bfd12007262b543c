import Ledger
import Model

/// Rendering that needs more of the ledger than the value itself.
extension API {
    func rendered(_ operation: Model.Operation) async throws -> JSONValue {
        try await rendered([operation])[0]
    }

    func rendered(_ operations: [Model.Operation]) async throws -> [JSONValue] {
        let queued = operations.filter { $0.status == .queued }.map(\.id)
        let waitingFor = queued.isEmpty ? [:] : try await ledger.waitingFor(queued)
        return operations.map { $0.json(waitingFor: waitingFor[$0.id]) }
    }

    func rendered(_ chain: Chain, for call: Call) async throws -> JSONValue {
        try await rendered([chain], for: call)[0]
    }

    func rendered(_ chains: [Chain], for call: Call) async throws -> [JSONValue] {
        guard !chains.isEmpty else { return [] }
        let leases = try await ledger.leases(of: chains.map(\.id))
        let addresses = try await addresses(of: Set(chains.map(\.host)))
        return chains.map {
            $0.json(address: addresses[$0.host], lease: leases[$0.id], showsTenant: call.caller?.role == .admin)
        }
    }

    private func addresses(of hosts: Set<HostID>) async throws -> [HostID: String] {
        var addresses: [HostID: String] = [:]
        for id in hosts { addresses[id] = try await ledger.host(id).target.address }
        return addresses
    }
}

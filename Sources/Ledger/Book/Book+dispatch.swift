import FoundationEssentials
import Model

extension Book {
    /// Sends a waiting operation if nothing stands in its way.
    func dispatchIfFree(_ id: OperationID) throws {
        let entry = try operation(id)
        let host = try host(entry.operation.host)
        guard try situation(of: entry, on: host).obstacle(for: entry.operation.kind) == nil else { return }
        try apply(.dispatch, to: id)
    }

    /// What a queued operation waits for; with nothing in its way it is its turn in the window.
    func waitingFor(_ entry: WorkEntry) throws -> WaitingFor? {
        guard entry.operation.status == .queued else { return nil }
        return try situation(of: entry, on: host(entry.operation.host)).obstacle(for: entry.operation.kind) ?? .window
    }

    private func situation(of entry: WorkEntry, on host: HostEntry) throws -> DispatchSituation {
        let others = work.values.filter { other in
            other.operation.host == entry.operation.host && other.operation.chain == entry.operation.chain
                && !other.operation.kind.isParent
        }
        return DispatchSituation(
            hostStatus: host.host.status, inFlightOnHost: host.inFlight, parallel: host.host.parallel,
            isOneSuspectTooMany: try hasSuspectBeside(entry.operation, on: host.host),
            chainInFlight: others.contains { $0.operation.id != entry.operation.id && $0.operation.status.inFlight },
            unquietAttempts: others.contains { $0.mayAct(below: entry.now.desired?.generation ?? 0) })
    }

    /// Whether another suspect is in flight where this one would be: the agents of a queue work on all of its hosts, and an agent that
    /// is lost with two suspects in its hands says nothing of either.
    private func hasSuspectBeside(_ operation: Operation, on host: Host) throws -> Bool {
        guard operation.isSuspect else { return false }
        let queue = host.target.driver
        guard let stored = try store.suspectsInFlight(queue, host.site) else { return true }
        let loaded = work.values.map(\.operation).filter { other in
            hosts[other.host].map { $0.host.target.driver == queue && $0.host.site == host.site } ?? false
        }
        let now = stored.subtracting(loaded.map(\.id)).union(loaded.filter(\.isSuspectInFlight).map(\.id))
        return !now.subtracting([operation.id]).isEmpty
    }

    /// Sends what waits on locked hosts, as far as their windows allow: tenants' work first, then repair, then filling.
    func fillWindows(of ids: some Collection<HostID>) throws {
        let open = ids.filter { room(on: $0) > 0 }
        guard !open.isEmpty else { return }
        try write()
        let waiting = try store.waiting(on: open.map { (host: $0, room: room(on: $0)) }, at: now)
        try load(operations: waiting)
        for id in waiting { try dispatchIfFree(id) }
    }

    /// How many operations more its window takes.
    private func room(on id: HostID) -> Int {
        hosts[id].map { $0.host.parallel - $0.inFlight } ?? 0
    }
}

extension Operation {
    var isSuspectInFlight: Bool { isSuspect && status.inFlight }
}

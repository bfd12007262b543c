import FoundationEssentials
import Model

extension Book {
    /// Sends a waiting operation if nothing stands in its way.
    func dispatchIfFree(_ id: OperationID) throws {
        let entry = try operation(id)
        let host = try host(entry.operation.host)
        guard situation(of: entry, on: host).obstacle(for: entry.operation.kind) == nil else { return }
        try apply(.dispatch, to: id)
    }

    /// What a queued operation waits for; with nothing in its way it is its turn in the window.
    func waitingFor(_ entry: WorkEntry) throws -> WaitingFor? {
        guard entry.operation.status == .queued else { return nil }
        return situation(of: entry, on: try host(entry.operation.host)).obstacle(for: entry.operation.kind) ?? .window
    }

    private func situation(of entry: WorkEntry, on host: HostEntry) -> DispatchSituation {
        let others = work.values.filter { other in
            other.operation.host == entry.operation.host && other.operation.chain == entry.operation.chain
                && !other.operation.kind.isParent
        }
        return DispatchSituation(
            hostStatus: host.host.status, inFlightOnHost: host.inFlight, parallel: host.host.parallel,
            isOneSuspectTooMany: entry.operation.isSuspect && host.suspects > 0,
            chainInFlight: others.contains { $0.operation.id != entry.operation.id && $0.operation.status.inFlight },
            unquietAttempts: others.contains { $0.mayAct(below: entry.now.desired?.generation ?? 0) })
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

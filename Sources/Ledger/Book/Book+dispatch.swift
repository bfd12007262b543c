import FoundationEssentials
import Model
import PostgreSQL

extension Book {
    /// Sends a waiting operation if nothing stands in its way.
    func dispatchIfFree(_ id: OperationID) throws {
        let entry = try operation(id)
        let host = try host(entry.operation.host)
        guard situation(of: entry, on: host).obstacle(for: entry.operation.kind) == nil else { return }
        try apply(.dispatch, to: id)
    }

    private func situation(of entry: WorkEntry, on host: HostEntry) -> DispatchSituation {
        let others = work.values.filter { other in
            other.operation.host == entry.operation.host && other.operation.chain == entry.operation.chain
        }
        return DispatchSituation(
            hostStatus: host.host.status, inFlightOnHost: host.inFlight, parallel: host.host.parallel,
            chainInFlight: others.contains { $0.operation.id != entry.operation.id && $0.operation.status.inFlight },
            unquietAttempts: others.contains { $0.mayAct(below: entry.now.desired?.generation ?? 0) })
    }

    /// Sends what waits on locked hosts, as far as their windows allow: tenants' work first, then repair, then filling.
    func fillWindows(of ids: some Collection<HostID>) throws {
        let open = ids.filter { id in hosts[id].map { $0.inFlight < $0.host.parallel } ?? false }
        guard !open.isEmpty else { return }
        try write()
        let waiting = try waitingOperations(on: open)
        try load(operations: waiting)
        for id in waiting { try dispatchIfFree(id) }
    }

    /// For each host as many as its window has room for, in their order. What waits for its chain is left out, so that it
    /// keeps no place from others.
    private func waitingOperations(on ids: [HostID]) throws -> [OperationID] {
        let room = ids.map { id in hosts[id].map { $0.host.parallel - $0.inFlight } ?? 0 }
        let rows = try session.query(
            """
            SELECT next.id FROM unnest($1::uuid[], $2::bigint[]) AS window_of (host, room), LATERAL (
                SELECT o.id, o.priority, o.sequence FROM operations o
                WHERE o.host = window_of.host AND o.status IN ('queued', 'retrying') AND (o.status = 'queued' OR o.retry_at <= $3)
                    AND NOT EXISTS (
                        SELECT FROM operations f WHERE f.host = o.host AND f.chain IS NOT DISTINCT FROM o.chain
                            AND f.status IN ('sent', 'working'))
                    AND NOT EXISTS (
                        SELECT FROM attempts a WHERE a.chain = o.chain AND a.started_at IS NOT NULL AND a.quiet_at IS NULL
                            AND a.generation < (o.desired->>'generation')::integer)
                ORDER BY o.priority, o.sequence LIMIT window_of.room) AS next
            ORDER BY next.priority, next.sequence
            """, ids.map(\.uuid), room, now)
        return try rows.map { try $0.id("id") }
    }
}

import DockerEngine
public import Drivers
public import Model

extension SwarmDriver {
    /// All lives of the node's container that the swarm remembers count, oldest first.
    public func logs(
        _ request: LogRequest, on host: HostTarget, _ context: WorkContext
    ) async throws(WorkError) -> LogPiece {
        let daemon = try await daemon(of: host, context)
        let found = try await Found(daemon, of: request.chain).made(for: host.id)
        guard
            let node = Observation(found).chain(request.chain).nodes.first(where: { $0.name == request.node }),
            let id = node.object
        else {
            throw WorkError(
                .transient, .nodeFailed, "the node \(request.node) has no service on the host now", node: request.node)
        }
        let blotter = try Blotter(
            hiding: try found.openedVault(of: request.chain, incarnation: node.incarnation, context), inLogOf: request.node)
        func lines(_ cursor: LogCursor?, _ tail: Int) async throws(WorkError) -> [LogPiece.Line] {
            try await daemon.lines(of: id, in: "services", from: cursor, tail: tail, node: request.node)
                .sorted { $0.time < $1.time }
        }
        var request = request
        if request.cursor == nil, request.tail == 0 {
            let end = LogPiece(endingWith: try await lines(nil, 1))
            guard request.wait > 0 else { return end }
            request.cursor = end.cursor
        }
        // The probe's own line is none of the node's.
        return try await request.answer(
            { (cursor, tail) throws(WorkError) in
                let own = try await lines(cursor, tail + 1).filter { $0.text != ProbeWrapper.ready }
                return cursor == nil ? own.suffix(tail) : own
            }, blotter)
    }
}

import DockerEngine
public import Drivers
public import Model

extension DockerDriver {
    public func logs(
        _ request: LogRequest, on host: HostTarget, _ context: WorkContext
    ) async throws(WorkError) -> LogPiece {
        let daemon = try await daemon(of: host, context)
        let found = Found(
            containers: try await daemon.containers(of: request.chain), networks: [],
            volumes: try await daemon.volumes(of: request.chain)
        ).made(for: host.id)
        guard let node = Observation(found).chain(request.chain).nodes.first(where: { $0.name == request.node }),
            let id = node.object
        else {
            throw WorkError(
                .transient, .nodeFailed, "the node \(request.node) has no container on the host now", node: request.node)
        }
        let blotter = try Blotter(
            hiding: try found.vault(of: request.chain, incarnation: node.incarnation, context), inLogOf: request.node)
        return try await request.answer(
            { (cursor, tail) throws(WorkError) in
                try await daemon.lines(of: id, from: cursor, tail: tail, node: request.node)
            }, blotter)
    }
}

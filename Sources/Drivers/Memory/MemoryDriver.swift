public import Curl
public import Drivers
public import Model

/// The driver for `memory` hosts: processes of their own (`continuo-memory-host`) that keep objects and run nothing.
///
/// It goes the same ways as the driver for Docker, so that everything above the drivers can be tried, and made to fail, in
/// milliseconds and without a daemon.
public struct MemoryDriver: Driver {
    let client: HTTPClient

    public init(client: HTTPClient) {
        self.client = client
    }

    public func probe(_ host: HostTarget, _ context: WorkContext) async throws(WorkError) -> HostFacts {
        try await MemoryClient(client, host, context).info()
    }

    public func converge(
        _ work: ChainWork, on host: HostTarget, _ context: WorkContext
    ) async throws(WorkError) -> ObservedChain {
        try await MemoryConvergence(work: work, host: host, client: MemoryClient(client, host, context)).run()
    }

    public func observe(_ host: HostTarget, _ context: WorkContext) async throws(WorkError) -> HostObservation {
        let client = try MemoryClient(client, host, context)
        return HostObservation(found: try await Found.list(client, host.id))
    }

    public func signals(
        _ host: HostTarget, _ context: WorkContext
    ) async throws(WorkError) -> AsyncThrowingStream<Void, any Error> {
        let events = try await MemoryClient(client, host, context).events()
        let (signals, sink) = AsyncThrowingStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let reader = Task {
            do {
                for try await line in events where line != Array("listening\n".utf8) { sink.yield() }
                sink.finish()
            } catch {
                sink.finish(throwing: error)
            }
        }
        sink.onTermination = { _ in reader.cancel() }
        return signals
    }

    public func remove(
        _ objects: [ObjectReference], on host: HostTarget, _ context: WorkContext
    ) async throws(WorkError) {
        let client = try MemoryClient(client, host, context)
        let ours = Set(try await Found.list(client, host.id).map(\.object.reference))
        for object in objects where ours.contains(object) {
            try await client.remove(object)
        }
    }

    public func vault(
        of chain: ChainID, incarnation: Int, on host: HostTarget, _ context: WorkContext
    ) async throws(WorkError) -> SealedVault? {
        let client = try MemoryClient(client, host, context)
        return try await Found.list(client, host.id, chain).vault(incarnation)
    }

    public func logs(
        _ request: LogRequest, on host: HostTarget, _ context: WorkContext
    ) async throws(WorkError) -> LogPiece {
        let client = try MemoryClient(client, host, context)
        let found = try await Found.list(client, host.id, request.chain)
        guard let node = found.last(where: { $0.labels.node?.name == request.node }) else {
            throw WorkError(
                .transient, .nodeFailed, "the node \(request.node) has no container on the host now", node: request.node)
        }
        guard let sealed = found.vault(node.labels.incarnation) else {
            throw WorkError(.transient, .vaultUnreadable, "the chain's vault is gone, so its secrets can't be told from its log")
        }
        let vault = try context.vaults.open(sealed, chain: request.chain, incarnation: node.labels.incarnation)
        return try await request.answer(
            { (cursor, tail) throws(WorkError) in
                let lines = try await client.log(of: node.object.id)
                return cursor == nil ? lines.suffix(tail) : lines
            }, Blotter(hiding: vault))
    }
}

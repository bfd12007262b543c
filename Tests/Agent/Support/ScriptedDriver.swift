import Drivers
import Model
import Synchronization

/// A driver that does what a test says, and tells the test when it is called.
final class ScriptedDriver: Driver {
    typealias Converge = @Sendable (ChainWork, WorkContext) async throws(WorkError) -> ObservedChain

    private struct State {
        var observation = HostObservation(chains: [])
        var signals: [AsyncThrowingStream<Void, any Error>.Continuation] = []
        var vault: SealedVault?
        var removed: [ObjectReference] = []
    }

    private let state = Mutex(State())
    private let converge: Converge
    /// One element for each call, by name, as soon as it begins.
    let calls: AsyncStream<String>
    private let called: AsyncStream<String>.Continuation

    init(
        converge: @escaping Converge = { (work, _) throws(WorkError) in
            ObservedChain(id: work.id, nodes: [], sequence: work.sequence)
        }
    ) {
        self.converge = converge
        (calls, called) = AsyncStream.makeStream(of: String.self)
    }

    func set(_ observation: HostObservation) {
        state.withLock { $0.observation = observation }
    }

    func set(_ vault: SealedVault) {
        state.withLock { $0.vault = vault }
    }

    func signal() {
        for signal in state.withLock({ $0.signals }) { signal.yield() }
    }

    var removed: [ObjectReference] { state.withLock { $0.removed } }

    func probe(_ host: HostTarget, _ context: WorkContext) async throws(WorkError) -> HostFacts {
        called.yield("probe")
        try context.mayAct()
        return HostFacts(version: "1", apiVersion: "1", operatingSystem: "test", architecture: "test", cpus: 1, memoryBytes: 1)
    }

    func converge(_ work: ChainWork, on host: HostTarget, _ context: WorkContext) async throws(WorkError) -> ObservedChain {
        called.yield("converge")
        return try await converge(work, context)
    }

    func observe(_ host: HostTarget, _ context: WorkContext) async throws(WorkError) -> HostObservation {
        try context.mayAct()
        let observation = state.withLock { $0.observation }
        called.yield("observe")
        return observation
    }

    func signals(_ host: HostTarget, _ context: WorkContext) async throws(WorkError) -> AsyncThrowingStream<Void, any Error> {
        let (stream, continuation) = AsyncThrowingStream.makeStream(of: Void.self)
        state.withLock { $0.signals.append(continuation) }
        called.yield("signals")
        return stream
    }

    func remove(_ objects: [ObjectReference], on host: HostTarget, _ context: WorkContext) async throws(WorkError) {
        state.withLock { state in
            state.removed += objects
            state.observation = HostObservation(chains: [])
        }
        called.yield("remove")
    }

    func vault(
        of chain: ChainID, incarnation: Int, on host: HostTarget, _ context: WorkContext
    ) async throws(WorkError) -> SealedVault? {
        state.withLock { $0.vault }
    }

    func logs(_ request: LogRequest, on host: HostTarget, _ context: WorkContext) async throws(WorkError) -> LogPiece {
        try context.mayAct()
        return LogPiece(lines: [LogPiece.Line(time: LogCursor.start.time, text: "of \(request.node)")], cursor: "next")
    }
}

extension ScriptedDriver {
    /// Works until it is told to stop, as the law of drivers says: within one call.
    static let endless: Converge = { (_, context) throws(WorkError) in
        while true {
            try context.mayAct()
            try? await Task.sleep(for: .milliseconds(10))
        }
    }

    func firstCall(_ name: String) async {
        for await call in calls where call == name { return }
    }
}

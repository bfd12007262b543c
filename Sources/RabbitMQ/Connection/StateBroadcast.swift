import Synchronization

/// The state of a connection, for any number of listeners.
final class StateBroadcast: Sendable {
    private struct Listeners {
        var current = ConnectionState.disconnected(BrokerError(.stopped, "The service has not been started."))
        var continuations: [UInt64: AsyncStream<ConnectionState>.Continuation] = [:]
        var nextID: UInt64 = 0
        var isFinished = false
    }

    private let listeners = Mutex(Listeners())

    var current: ConnectionState { listeners.withLock { $0.current } }

    func set(_ state: ConnectionState) {
        let continuations = listeners.withLock { listeners in
            listeners.current = state
            return Array(listeners.continuations.values)
        }
        for continuation in continuations { continuation.yield(state) }
    }

    func finish() {
        let continuations = listeners.withLock { listeners in
            listeners.isFinished = true
            defer { listeners.continuations = [:] }
            return Array(listeners.continuations.values)
        }
        for continuation in continuations { continuation.finish() }
    }

    /// Begins with the current state. A slow listener misses the oldest of more than 16 changes.
    func subscribe() -> AsyncStream<ConnectionState> {
        let (stream, continuation) = AsyncStream.makeStream(of: ConnectionState.self, bufferingPolicy: .bufferingNewest(16))
        let (id, isFinished) = listeners.withLock { listeners in
            listeners.nextID += 1
            if !listeners.isFinished { listeners.continuations[listeners.nextID] = continuation }
            continuation.yield(listeners.current)
            return (listeners.nextID, listeners.isFinished)
        }
        if isFinished { continuation.finish() }
        continuation.onTermination = { [weak self] _ in self?.unsubscribe(id) }
        return stream
    }

    private func unsubscribe(_ id: UInt64) {
        listeners.withLock { $0.continuations[id] = nil }
    }
}

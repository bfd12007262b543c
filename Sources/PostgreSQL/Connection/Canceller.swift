import CPostgreSQL
import Threads

/// Sends cancel requests from a thread of its own: `PQcancel` opens a connection, and waits on it as long as the network likes.
final class Canceller: Sendable {
    private let executor = ThreadExecutor(name: "pg-cancel")

    /// Asks the server to end what the connection is doing; returns at once.
    func cancel(_ connection: OpaquePointer) {
        guard let request = PQgetCancel(connection) else { return }
        // The request is a copy of what the connection knew; nobody else has it.
        nonisolated(unsafe) let owned = request
        executor.perform {
            var reason = [CChar](repeating: 0, count: 256)
            PQcancel(owned, &reason, Int32(reason.count))
            PQfreeCancel(owned)
        }
    }
}

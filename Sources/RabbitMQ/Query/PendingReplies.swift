import Synchronization

/// The requests that wait for a reply, by correlation id.
final class PendingReplies: Sendable {
    private struct Waiter {
        let continuation: CheckedContinuation<Delivery, any Error>
        /// Sends the request and watches its time.
        let errand: Task<Void, Never>
    }

    private let waiters = Mutex<[String: Waiter]>([:])

    var isEmpty: Bool { waiters.withLock { $0.isEmpty } }

    /// - Parameter errand: what to do meanwhile; cancelled when the reply is there.
    func reply(to id: String, while errand: @escaping @Sendable () async -> Void) async throws -> Delivery {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                waiters.withLock { $0[id] = Waiter(continuation: continuation, errand: Task { await errand() }) }
                if Task.isCancelled { fail(id, Self.cancelled) }
            }
        } onCancel: {
            fail(id, Self.cancelled)
        }
    }

    func fulfil(_ delivery: Delivery) {
        guard let id = delivery.correlationID, let waiter = remove(id) else { return }
        waiter.errand.cancel()
        if delivery.isTruncated {
            let limit = delivery.body.count
            waiter.continuation.resume(
                throwing: BrokerError(
                    .tooLarge(limit: limit), "The reply has \(delivery.size) bytes; the limit is \(limit) bytes."))
        } else {
            waiter.continuation.resume(returning: delivery)
        }
    }

    func fail(_ id: String, _ error: BrokerError) {
        guard let waiter = remove(id) else { return }
        waiter.errand.cancel()
        waiter.continuation.resume(throwing: error)
    }

    func failAll(_ error: BrokerError) {
        for id in waiters.withLock({ Array($0.keys) }) { fail(id, error) }
    }

    private func remove(_ id: String) -> Waiter? {
        waiters.withLock { $0.removeValue(forKey: id) }
    }

    private static let cancelled = BrokerError(.cancelled, "The asking task was cancelled.")
}

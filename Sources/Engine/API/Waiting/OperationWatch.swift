import FoundationEssentials
import Ledger
import Logging
import Model

/// Waits for the ends of operations: however many wait, one question at a time goes to the ledger.
actor OperationWatch {
    private static let period = Duration.milliseconds(50)

    private let ledger: Ledger
    private let logger: Logger
    private var waiting: [UUID: (operation: OperationID, continuation: CheckedContinuation<Bool, Never>)] = [:]
    private var isLooking = false

    init(ledger: Ledger, logger: Logger) {
        self.ledger = ledger
        self.logger = logger
    }

    /// Whether the operation has ended; waits for it.
    func hasEnded(_ operation: OperationID, within patience: Duration) async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask { await self.end(of: operation) }
            group.addTask {
                try? await Task.sleep(for: patience)
                return false
            }
            let ended = await group.next() ?? false
            group.cancelAll()
            return ended
        }
    }

    private func end(of operation: OperationID) async -> Bool {
        let id = UUID()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                guard !Task.isCancelled else { return continuation.resume(returning: false) }
                waiting[id] = (operation, continuation)
                look()
            }
        } onCancel: {
            Task { await self.leave(id) }
        }
    }

    private func leave(_ id: UUID) {
        waiting.removeValue(forKey: id)?.continuation.resume(returning: false)
    }

    /// Looks again and again while somebody waits.
    private func look() {
        guard !isLooking else { return }
        isLooking = true
        Task {
            while !waiting.isEmpty {
                await lookOnce()
                try? await Task.sleep(for: Self.period)
            }
            isLooking = false
        }
    }

    private func lookOnce() async {
        do {
            let ended = try await ledger.endedOperations(among: Array(Set(waiting.values.map(\.operation))))
            for (id, waiter) in waiting where ended.contains(waiter.operation) {
                waiting[id] = nil
                waiter.continuation.resume(returning: true)
            }
        } catch {
            logger.debug("operations can't be looked at", metadata: ["error": "\(error)"])
        }
    }
}

import Drivers
import Model
import Synchronization
import Testing

/// Cancels the work at its nth call to the host, as a lost agent would end: in the middle.
final class Scissors: Sendable {
    private let rest: Mutex<Int>
    private let task = Mutex<Task<Void, any Error>?>(nil)

    init(after calls: Int) {
        rest = Mutex(calls)
    }

    func cut(_ work: ChainWork, _ subject: Subject) async throws {
        let context = subject.context(mayAct: { self.count() })
        let (starts, start) = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            for await _ in starts { break }
            _ = try await subject.driver.converge(work, on: subject.host, context)
        }
        self.task.withLock { $0 = task }
        start.yield()
        do {
            try await task.value
        } catch let error as WorkError {
            #expect(error.disposition == .cancelled, "\(error)")
        }
    }

    private func count() {
        let isLast = rest.withLock {
            $0 -= 1
            return $0 == 0
        }
        if isLast { task.withLock { $0?.cancel() } }
    }
}

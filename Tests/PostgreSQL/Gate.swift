import Dispatch
import Testing

/// Holds a body on its connection's thread until the test opens the gate.
final class Gate: Sendable {
    private let entered: AsyncStream<Void>
    private let enter: AsyncStream<Void>.Continuation
    private let opened = DispatchSemaphore(value: 0)

    init() {
        (entered, enter) = AsyncStream.makeStream()
    }

    /// Blocks the calling thread, which must not be one of the cooperative pool.
    func pass() {
        enter.yield()
        opened.wait()
    }

    /// Until a body stands at the gate.
    func waitForBody() async {
        var iterator = entered.makeAsyncIterator()
        await iterator.next()
    }

    func open() {
        opened.signal()
    }

    /// No body will come: who waits for one goes on.
    func giveUp() {
        enter.finish()
    }
}

/// Waits for something nobody signals; fails the test after 20 seconds.
func eventually(_ what: String, _ condition: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(20)
    while try await !condition() {
        if ContinuousClock.now > deadline {
            Issue.record("never happened: \(what)")
            return
        }
        try await Task.sleep(for: .milliseconds(5))
    }
}

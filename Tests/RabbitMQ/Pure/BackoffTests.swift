import Testing

@testable import RabbitMQ

@Suite("Backoff")
struct BackoffTests {
    @Test("Waits double up to ten seconds, and start over after a good connection")
    func backoff() {
        var backoff = Backoff()
        let waits = (0..<20).map { _ in backoff.next(jitter: 1) }
        #expect(waits.prefix(4) == [.milliseconds(100), .milliseconds(200), .milliseconds(400), .milliseconds(800)])
        #expect(waits.max() == .seconds(10))
        #expect(backoff.next(jitter: 0) == .seconds(5))
        backoff.ended(after: .seconds(1))
        #expect(backoff.next(jitter: 1) == .seconds(10))
        backoff.ended(after: .seconds(5))
        #expect(backoff.next(jitter: 1) == .milliseconds(100))
    }
}

import Testing

@testable import Curl

@Suite struct PatienceTests {
    private let start = ContinuousClock.now
    private let timeouts = Timeouts(connect: .seconds(5), total: .seconds(60), idle: .seconds(2))

    private func at(_ seconds: Int) -> ContinuousClock.Instant { start + .seconds(seconds) }

    @Test func connectingHasItsOwnClock() {
        let patience = Patience(timeouts, start: start)
        #expect(patience.exhausted(at: at(4), ours: false) == nil)
        #expect(patience.exhausted(at: at(5), ours: false) == .connect)
    }

    @Test func totalEndsConnectingToo() {
        let patience = Patience(Timeouts(connect: .seconds(5), total: .seconds(3)), start: start)
        #expect(patience.exhausted(at: at(3), ours: false) == .connect)
    }

    @Test func silenceCountsFromTheLastMove() {
        var patience = Patience(timeouts, start: start)
        patience.connected(at: at(4))
        #expect(patience.exhausted(at: at(5), ours: false) == nil)
        #expect(patience.exhausted(at: at(6), ours: false) == .idle)
        patience.moved(at: at(6))
        #expect(patience.exhausted(at: at(7), ours: false) == nil)
        #expect(patience.exhausted(at: at(8), ours: true) == nil)
        #expect(patience.exhausted(at: at(60), ours: true) == .total)
    }

    /// Whatever happens, nobody is exhausted before the time at which he is looked at again.
    @Test(arguments: [true, false], 0..<8)
    func nextLookIsNeverTooLate(ours: Bool, now: Int) throws {
        var patience = Patience(timeouts, start: start)
        if now > 3 { patience.connected(at: at(3)) }
        guard patience.exhausted(at: at(now), ours: ours) == nil else { return }
        let look = try #require(patience.nextLook(at: at(now), ours: ours))
        let before = look - .nanoseconds(1)
        #expect(look > at(now))
        #expect(patience.exhausted(at: before, ours: ours) == nil)
        var connected = patience
        connected.connected(at: at(now))
        #expect(connected.exhausted(at: before, ours: false) == nil)
    }

    @Test func whoHasNoLimitIsNotLookedAt() {
        var patience = Patience(Timeouts(total: nil), start: start)
        #expect(patience.nextLook(at: start, ours: false) != nil)
        patience.connected(at: start)
        #expect(patience.nextLook(at: start, ours: false) == nil)
    }
}

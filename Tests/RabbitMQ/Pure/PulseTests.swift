import Testing

@testable import RabbitMQ

@Suite("Pulse")
struct PulseTests {
    @Test("A standstill longer than the limit is an error, each beat begins anew")
    func standstill() throws {
        let start = ContinuousClock.now
        var pulse = Pulse(limit: .seconds(10), at: start)
        try pulse.beat(at: start + .seconds(10))
        try pulse.beat(at: start + .seconds(20))
        let error = #expect(throws: BrokerError.self) { try pulse.beat(at: start + .seconds(31)) }
        #expect(error?.code == .missedHeartbeats)
    }
}

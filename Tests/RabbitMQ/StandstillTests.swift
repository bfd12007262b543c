import Glibc
import Synchronization
import Testing

@testable import RabbitMQ

/// A process that is stopped for a while, and its connection.
@Suite("Standstill", .timeLimit(.minutes(3)))
struct StandstillTests {
    @Test("What was read after a standstill is not delivered: the broker may have given it to others")
    func staleDeliveries() async throws {
        try await VirtualHost.temporary { host in
            let bench = Bench(host)
            let publisher = try bench.publisher()
            try await running(publisher) {
                #expect(await publisher.publish(bench.messages(3)).allSatisfy { $0 == .confirmed })
            }
            let role = StandingRole(topology: bench.topology)
            let service = ConnectedService(
                try host.configuration(parameters: "heartbeat=1"), name: "standing", role: role, logger: .quiet)
            let life = Task { try await service.run() }
            var seen: [StandingRole.Event] = []
            for await event in role.events where seen.count < 3 {
                seen.append(event)
                if seen.count == 3 { life.cancel() }
            }
            try await life.value
            #expect(
                seen == [
                    .delivered("0", redelivered: false), .lost(.missedHeartbeats), .delivered("0", redelivered: true),
                ])
        }
    }
}

/// A consumer that lets its thread stand still in the middle of its first round. The thread is the connection's own.
private final class StandingRole: ConnectionRole {
    enum Event: Hashable {
        case delivered(String, redelivered: Bool)
        case lost(BrokerError.Code)
    }

    /// Longer than one heartbeat of a second, shorter than the two after which librabbitmq would notice.
    private static let standstill = UInt32(1_300_000)

    let events: AsyncStream<Event>
    private let continuation: AsyncStream<Event>.Continuation
    private let topology: Topology
    private let hasStood = Mutex(false)

    init(topology: Topology) {
        self.topology = topology
        (events, continuation) = AsyncStream.makeStream(of: Event.self)
    }

    func prepare(_ link: Link) throws(BrokerError) {
        try link.declare(topology)
        try link.subscribe(to: Bench.queue, prefetch: 10, acknowledged: true, exclusive: false)
    }

    func handle(_ received: Received) {
        guard case .delivered(let delivery) = received else { return }
        continuation.yield(.delivered(delivery.text, redelivered: delivery.redelivered))
        let isFirst = hasStood.withLock { hasStood in
            defer { hasStood = true }
            return !hasStood
        }
        if isFirst { usleep(Self.standstill) }
    }

    func write(to link: Link) -> Bool { false }
    func lost(_ error: BrokerError) { continuation.yield(.lost(error.code)) }
    func beginEnding() {}
    var isDrained: Bool { true }
    func ended() { continuation.finish() }
}

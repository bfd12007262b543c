import FoundationEssentials
import Ledger
import Model
import RabbitMQ
import TestServers
import Testing
import Wire

@testable import Watchdog

/// What happens by time alone, with a real ledger and a real broker.
@Suite(.serialized) struct ClockTests {
    @Test func poolsAreFilled() async throws {
        try await WatchdogFixture.with { world in
            let (host, operation) = try await world.createHost(capacity: 2)
            _ = try await world.ledger.createPool(
                name: "default", plan: WatchdogFixture.plan, parameters: .object([:]), warm: .full)
            try await world.watching {
                try await world.succeedProbe(operation.id)
                let chains = try await eventually("the pool is full") {
                    let chains = try await world.ledger.chains().items
                    return chains.count == 2 ? chains : nil
                }
                #expect(chains.allSatisfy { $0.host == host.id })
            }
        }
    }

    @Test func aFailedAttemptIsSentAgain() async throws {
        try await WatchdogFixture.with { world in
            let (_, operation) = try await world.createHost()
            try await world.watching {
                let attempt = try await world.reference(operation.id)
                try await world.say(.started(attempt))
                try await world.say(.outcome(attempt, .failed(WorkError(.transient, .hostUnreachable, "gone fishing"))))
                let attempts = try await eventually("there is a second attempt") {
                    let attempts = try await world.ledger.operation(operation.id).1
                    return attempts.count == 2 ? attempts : nil
                }
                #expect(attempts[0].result == .failed && attempts[0].error?.code == .hostUnreachable)
            }
        }
    }

    @Test func hostsAreLookedAt() async throws {
        try await WatchdogFixture.with { world in
            let (host, operation) = try await world.createHost()
            let queue = Queues.observe(.memory, "default")
            try await world.watching {
                try await world.succeedProbe(operation.id)
                let first = try await world.receive(from: queue) { try Self.open($0, world) }
                #expect(first.host.id == host.id && (45...60).contains(first.hold))
                try await world.say(
                    .observation(
                        Report.Observation(
                            host: host.id, number: first.number, asOf: first.asOf, result: .seen(HostObservation(chains: [])))))
                let second = try await world.receive(from: queue) { try Self.open($0, world) }
                #expect(second.number > first.number)
                #expect(second.digest == ObservationDigest.text(HostObservation(chains: [])))
            }
        }
    }

    private static func open(_ delivery: Delivery, _ world: WatchdogFixture) throws -> ObserveRequest {
        try Verifier(site: world.site).open(
            delivery.body, headers: delivery.headers, as: ObserveRequest.self, kind: .observe,
            expectedDestination: Queues.observe(.memory, "default")
        ).payload
    }

    @Test func leasesExpire() async throws {
        try await WatchdogFixture.with { world in
            let (_, operation) = try await world.createHost()
            try await world.watching {
                try await world.succeedProbe(operation.id)
                _ = try await eventually("the host is active") {
                    try await world.ledger.operation(operation.id).0.status == .succeeded ? true : nil
                }
                let applied = try await world.ledger.apply(
                    Application(
                        tenant: "acme", ttl: 0.2, making: Application.Making(plan: WatchdogFixture.plan, parameters: .object([:]))
                    ))
                guard case .waiting(let lease, let chain, let making) = applied else {
                    throw NeverHappened(what: "the lease waits")
                }
                let attempt = try await world.reference(making.id)
                let node = ObservedNode(
                    name: "only", state: .running, health: .healthy, incarnation: 1, generation: 1, object: "object")
                try await world.say(.started(attempt))
                try await world.say(
                    .outcome(attempt, .converged(ObservedChain(id: chain.id, nodes: [node], sequence: making.sequence))))
                let ended = try await eventually("the lease ends") {
                    let lease = try await world.ledger.lease(lease.id)
                    return lease.status == .ended ? lease : nil
                }
                #expect(ended.end == .expired)
            }
        }
    }

    @Test func anotherWatchdogTakesOver() async throws {
        try await WatchdogFixture.with { world in
            let (_, operation) = try await world.createHost()
            try await world.watching {
                try await world.watching {
                    try await world.succeedProbe(operation.id)
                    _ = try await eventually("the host is active") {
                        try await world.ledger.operation(operation.id).0.status == .succeeded ? true : nil
                    }
                }
                // One of the two has ended and given its term up, if it had it.
                _ = try await world.ledger.createPool(
                    name: "default", plan: WatchdogFixture.plan, parameters: .object([:]), warm: .chains(1))
                _ = try await eventually("the other one fills the pool") {
                    try await world.ledger.chains().items.first
                }
            }
        }
    }
}

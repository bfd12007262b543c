import FoundationEssentials
import Ledger
import Model
import PostgreSQL
import Testing

/// Everything that may happen, in any order, again and again: whatever comes, the ledger says yes or a clear no, no constraint is
/// ever hit, and at the end all work ends.
@Suite struct StormTests {
    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func anythingMayHappen(seed: UInt64) async throws {
        try await World.with { world in
            var storm = Storm(world: world, dice: Dice(state: seed))
            storm.hosts = [
                try await world.activeHost("a", capacity: 3, parallel: 2),
                try await world.activeHost("b", capacity: 2, parallel: 1),
            ]
            _ = try await world.ledger.createPool(name: "p", plan: World.plan(), parameters: World.parameters, warm: .chains(2))
            for step in 0..<150 {
                do {
                    try await storm.step()
                } catch let error as LedgerError where error.isClearNo {
                    continue
                } catch {
                    Issue.record("seed \(seed), step \(step): \(error)")
                    return
                }
            }
            try await storm.calmDown()
            for lie in Self.lies {
                #expect(try await world.count(lie) == 0, "seed \(seed)")
            }
        }
    }

    /// What must not be there once all is calm.
    private static let lies = [
        "operations WHERE ended_at IS NULL",
        "attempts a JOIN chains c ON c.id = a.chain WHERE a.started_at IS NOT NULL AND a.quiet_at IS NULL",
        "leases l JOIN chains c ON c.id = l.chain WHERE l.status = 'waiting' AND c.phase <> 'stopped'",
        "leases l LEFT JOIN chains c ON c.lease = l.id WHERE (l.status = 'ended') <> (c.id IS NULL)",
        "chains WHERE phase IN ('creating', 'deleting', 'resetting')",
        "hosts h WHERE chains <> (SELECT count(*) FROM chains c WHERE c.host = h.id AND phase <> 'gone')",
        "ports p JOIN chains c ON c.id = p.chain WHERE c.phase = 'gone'",
        "subnets s JOIN chains c ON c.id = s.chain WHERE c.phase = 'gone'",
        "chains c WHERE c.phase <> 'gone' AND NOT EXISTS (SELECT FROM subnets s WHERE s.chain = c.id AND s.subnet = c.subnet)",
    ]
}

/// Numbers that a seed decides (SplitMix64).
private struct Dice: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

private struct Storm {
    let world: World
    var dice: Dice
    var hosts: [HostID] = []
    /// Commands that agents have, started or not; an ended one may speak again.
    var commands: [OutgoingCommand] = []

    mutating func step() async throws {
        switch Int.random(in: 0..<16, using: &dice) {
        case 0: _ = try await world.createChain(on: hosts.randomElement(using: &dice))
        case 1: _ = try await world.apply(holder: ["ann", "bob", nil].randomElement(using: &dice) ?? nil, ttl: 300, making: true)
        case 2: try await releaseOne()
        case 3, 4: try await request()
        case 5, 6, 7: commands += try await world.ledger.claimCommands(for: .zero).commands
        case 8, 9: try await report { .started($0) }
        case 10, 11: try await finish()
        case 12: try await report { .again($0, .redelivered) }
        case 13: try await cancelOne()
        case 14: try await look()
        default: try await clocks(after: [1, 20, 50].randomElement(using: &dice) ?? 1)
        }
    }

    /// All agents work well from now on.
    mutating func calmDown() async throws {
        for _ in 0..<30 {
            try await clocks(after: 100)
            for command in try await world.receive() {
                _ = try await world.take(
                    .started(world.reference(command)), .outcome(world.reference(command), World.success(command)))
            }
        }
        _ = try await world.ledger.closeLostAttempts(as: world.leader)
    }

    private func clocks(after seconds: Double) async throws {
        world.time.move(seconds)
        _ = try await world.ledger.closeLostAttempts(as: world.leader)
        _ = try await world.ledger.sendDueRetries(as: world.leader)
        _ = try await world.ledger.expireLeases(as: world.leader)
        _ = try await world.ledger.dispatchWaiting(as: world.leader)
        _ = try await world.ledger.fillPools(as: world.leader)
    }

    private mutating func someChain() async throws -> ChainID? {
        try await world.ledger.chains().items.randomElement(using: &dice)?.id
    }

    private mutating func releaseOne() async throws {
        guard let lease = try await world.ledger.leases(LeaseFilter()).items.randomElement(using: &dice) else { return }
        _ = try await world.ledger.release(lease.chain, tenant: "acme")
    }

    private mutating func request() async throws {
        guard let chain = try await someChain() else { return }
        let kinds: [OperationKind] = [.start, .stop, .restart, .reset, .delete]
        _ = try await world.ledger.request(
            kinds.randomElement(using: &dice) ?? .start, chain: chain, force: Bool.random(using: &dice))
    }

    private mutating func cancelOne() async throws {
        guard let operation = try await world.ledger.operations().items.randomElement(using: &dice) else { return }
        _ = try await world.ledger.cancel(operation.id)
    }

    private mutating func report(_ make: (Report.AttemptReference) -> Report) async throws {
        guard let command = commands.randomElement(using: &dice) else { return }
        try await give(make(world.reference(command)))
    }

    private mutating func finish() async throws {
        guard let command = commands.randomElement(using: &dice) else { return }
        let errors: [WorkError?] = [
            nil, nil, nil, WorkError(.transient, .hostSlow, "slow"), WorkError(.terminal, .badPlan, "bad"),
            WorkError(.transient, .portTaken, "taken", value: command.work.map { String($0.ports[0].port) }),
            WorkError(.transient, .subnetTaken, "taken", value: command.work?.subnet), WorkError(.cancelled, .cancelled, "stop"),
        ]
        let error = errors.randomElement(using: &dice) ?? nil
        try await give(.outcome(world.reference(command), error.map { .failed($0) } ?? World.success(command)))
    }

    private mutating func look() async throws {
        for request in try await world.ledger.claimObservations(as: world.leader, patience: .zero) {
            let observation = Report.Observation(
                host: request.host.id, number: request.number, asOf: request.asOf,
                result: .seen(HostObservation(chains: [])))
            try await give(.observation(observation), digest: "digest")
        }
    }

    private func give(_ report: Report, digest: String = "") async throws {
        let rejected = try await world.take(report, digest: digest)
        if let first = rejected.first { throw Unexpected(first.reason) }
    }
}

extension LedgerError {
    fileprivate var isClearNo: Bool {
        switch self {
        case .notFound, .conflict, .leased, .poolExhausted: true
        default: false
        }
    }
}

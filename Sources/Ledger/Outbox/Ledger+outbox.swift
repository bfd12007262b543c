import FoundationEssentials
public import Model
import PostgreSQL

/// A command that is to be published.
public struct OutgoingCommand: Sendable, Hashable {
    public var outboxID: Int
    public var operation: Model.Operation
    public var attempt: Attempt
    public var host: Host
    /// `nil` for work on the host itself.
    public var work: ChainWork?
    /// What a sweep of the host removes.
    public var objects: [ObjectReference]
    /// It may have been published before: an agent must not act upon it.
    public var isRepeat: Bool
    /// The message schemas that each live agent of its queue reads.
    public var schemas: [[Int]]
}

/// What a relay has taken from the outbox.
public struct ClaimedCommands: Sendable {
    public var commands: [OutgoingCommand] = []
    /// Rows about what this program can't read: a newer one wrote it, and has to publish it.
    public var unreadable: [Int] = []

    public var count: Int { commands.count + unreadable.count }
}

extension Ledger {
    /// Takes commands from the outbox to publish them. What is neither `published` nor `unpublished` when the claim ends is
    /// claimed again, then with `isRepeat`.
    ///
    /// - Parameters:
    ///   - limit: at most so many.
    ///   - duration: how long nobody else gets them.
    public func claimCommands(limit: Int = 100, for duration: Duration) async throws(LedgerError) -> ClaimedCommands {
        let silent = now.addingTimeInterval(-Self.agentSilence.inSeconds)
        return try await session { session in
            let rows = try session.query(
                """
                WITH waiting AS (
                    SELECT id FROM outbox WHERE claimed_until IS NULL OR claimed_until <= clock_timestamp()
                    ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED
                )
                UPDATE outbox b SET claimed_until = clock_timestamp() + $2 * interval '1 second', claims = claims + 1
                FROM waiting WHERE b.id = waiting.id
                RETURNING b.id, b.operation, b.attempt, b.claims
                """, limit, duration.inSeconds)
            guard !rows.isEmpty else { return ClaimedCommands() }
            return try commands(for: rows, heardSince: silent, session)
        }
    }

    /// The broker has them: they leave the outbox.
    public func published(_ ids: [Int]) async throws(LedgerError) {
        // Rows that a report is just removing are locked, and need no second removal.
        try await session { session in
            _ = try session.query(
                Statement(
                    """
                    DELETE FROM outbox
                    WHERE id IN (SELECT id FROM outbox WHERE id = ANY($1) ORDER BY id FOR UPDATE SKIP LOCKED)
                    """, ids))
        }
    }

    /// The broker certainly does not have them: they are claimed again later, not as repeats.
    public func unpublished(_ ids: [Int], retryIn delay: Duration) async throws(LedgerError) {
        try await session { session in
            _ = try session.query(
                Statement(
                    """
                    UPDATE outbox SET claimed_until = clock_timestamp() + $2 * interval '1 second',
                        claims = greatest(claims - 1, 0)
                    WHERE id IN (SELECT id FROM outbox WHERE id = ANY($1) ORDER BY id FOR UPDATE SKIP LOCKED)
                    """, ids, delay.inSeconds))
        }
    }
}

private func commands(for rows: [Row], heardSince: Date, _ session: Session) throws -> ClaimedCommands {
    let operations: [OperationID] = try rows.map { try $0.id("operation") }
    let results = try session.pipeline([
        Statement("SELECT \(Operation.columns), o.desired FROM operations o WHERE o.id = ANY($1)", operations),
        Statement(
            "SELECT \(Attempt.columns) FROM attempts a WHERE a.id = ANY($1)",
            try rows.map { try $0.id("attempt", of: Attempt.self) }),
        Statement(
            "SELECT \(Host.columns) FROM hosts h WHERE h.id IN (SELECT host FROM operations WHERE id = ANY($1))", operations),
        Statement(
            "SELECT \(Chain.columns) FROM chains c WHERE c.id IN (SELECT chain FROM operations WHERE id = ANY($1))", operations),
        Statement("SELECT DISTINCT driver, site, schemas FROM agents WHERE last_seen_at >= $1", heardSince),
    ])
    var loaded = try Loaded(results)
    if loaded.operations.values.contains(where: { $0.operation.kind == .hostSweep }) {
        loaded.objects = try objectsToSweep(operations, session)
    }
    var claimed = ClaimedCommands()
    for row in rows {
        if let command = try loaded.command(row) {
            claimed.commands.append(command)
        } else {
            claimed.unreadable.append(try row["id"])
        }
    }
    claimed.commands.sort { $0.outboxID < $1.outboxID }
    return claimed
}

/// Of sweeps: what has been nobody's for the grace period when they were asked for; nothing while a hold is open.
private func objectsToSweep(_ operations: [OperationID], _ session: Session) throws -> [OperationID: [ObjectReference]] {
    let rows = try session.query(
        Statement(
            """
            SELECT o.id, n.objects FROM operations o JOIN orphans n ON n.host = o.host
            WHERE o.id = ANY($1) AND o.kind = 'host.sweep' AND n.first_seen_at <= o.created_at - $2 * interval '1 second'
                AND NOT EXISTS (SELECT FROM holds WHERE lifted_at IS NULL)
            ORDER BY n.chain
            """, operations, Ledger.orphanGrace.inSeconds))
    var objects: [OperationID: [ObjectReference]] = [:]
    for row in rows { objects[try row.id("id"), default: []] += try row.json("objects", as: [ObjectReference].self) }
    return objects
}

/// What claimed commands are made of, as far as it can be read.
private struct Loaded {
    var operations: [OperationID: (operation: Model.Operation, desired: Desired?)] = [:]
    var attempts: [AttemptID: Attempt] = [:]
    var hosts: [HostID: Host] = [:]
    var chains: [ChainID: Chain] = [:]
    var objects: [OperationID: [ObjectReference]] = [:]
    /// What the agents of a queue read.
    var schemas: [Queue: [[Int]]] = [:]

    struct Queue: Hashable {
        var driver: DriverKind
        var site: String
    }

    init(_ results: [[Row]]) throws {
        for row in results[0] {
            guard let operation = try? Model.Operation(row) else { continue }
            operations[operation.id] = (operation, try row.optionalJSON("desired"))
        }
        for row in results[1] { attempts[try row.id("id")] = try? Attempt(row) }
        for row in results[2] { hosts[try row.id("id")] = try? Host(row) }
        for row in results[3] { chains[try row.id("id")] = try? Chain(row) }
        for row in results[4] {
            schemas[Queue(driver: try row["driver"], site: try row["site"]), default: []].append(try row["schemas"])
        }
    }

    /// - Returns: `nil` when something of it can't be read.
    func command(_ row: Row) throws -> OutgoingCommand? {
        guard let (operation, desired) = operations[try row.id("operation")], let attempt = attempts[try row.id("attempt")],
            let host = hosts[operation.host], operation.chain.map({ chains[$0] != nil }) ?? true
        else { return nil }
        let claims: Int = try row["claims"]
        return OutgoingCommand(
            outboxID: try row["id"], operation: operation, attempt: attempt, host: host,
            work: operation.chain.flatMap { chains[$0] }.map { $0.work(desired ?? $0.desired, sequence: operation.sequence) },
            objects: objects[operation.id] ?? [],
            isRepeat: claims > 1, schemas: schemas[Queue(driver: host.target.driver, site: host.site)] ?? [])
    }
}

extension Chain {
    /// What an agent needs to make it look as `desired`.
    func work(_ desired: Desired, sequence: Int) -> ChainWork {
        ChainWork(id: id, plan: plan, desired: desired, subnet: subnet, ports: ports, sequence: sequence)
    }
}

extension Duration {
    var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}

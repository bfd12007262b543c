import FoundationEssentials
public import Model
import PostgreSQL

/// Which operations a list shows; `nil` means any.
public struct OperationFilter: Sendable, Hashable {
    public var host: HostID?
    public var chain: ChainID?
    public var status: OperationStatus?
    public var kind: OperationKind?
    public var parent: OperationID?

    public init(
        host: HostID? = nil, chain: ChainID? = nil, status: OperationStatus? = nil, kind: OperationKind? = nil,
        parent: OperationID? = nil
    ) {
        self.host = host
        self.chain = chain
        self.parent = parent
        self.status = status
        self.kind = kind
    }
}

extension Ledger {
    /// An operation with its attempts, in the order of their numbers.
    ///
    /// - Throws: `notFound`.
    public func operation(_ id: OperationID) async throws(LedgerError) -> (Model.Operation, [Attempt]) {
        try await session { session in
            let results = try session.pipeline([
                Statement("SELECT \(Operation.columns) FROM operations o WHERE o.id = $1", id),
                Statement("SELECT \(Attempt.columns) FROM attempts a WHERE a.operation = $1 ORDER BY a.number", id),
            ])
            guard let row = results[0].first else { throw LedgerError.notFound(what: "operation", id: id.description) }
            return (try Model.Operation(row), try results[1].map { try Attempt($0) })
        }
    }

    /// Those of them that have ended.
    public func endedOperations(among operations: [OperationID]) async throws(LedgerError) -> Set<OperationID> {
        try await session { session in
            let rows = try session.query(
                Statement(
                    "SELECT id FROM operations WHERE id = ANY($1) AND ended_at IS NOT NULL", operations))
            return Set(try rows.map { try $0.id("id") })
        }
    }

    /// In the order of their ids.
    public func operations(
        _ filter: OperationFilter = OperationFilter(), _ page: PageRequest = PageRequest()
    ) async throws(LedgerError) -> Page<Model.Operation> {
        try await session { session in
            try session.page(
                Statement(
                    """
                    SELECT \(Operation.columns) FROM operations o
                    WHERE \(page.after("o.id")) AND ($2::uuid IS NULL OR o.host = $2) AND ($3::uuid IS NULL OR o.chain = $3)
                        AND ($4::text IS NULL OR o.status = $4) AND ($5::text IS NULL OR o.kind = $5)
                        AND ($6::uuid IS NULL OR o.parent = $6)
                    ORDER BY \(page.order("o.id")) LIMIT $7
                    """, page.start, filter.host, filter.chain, filter.status, filter.kind,
                    filter.parent, page.limit + 1),
                limit: page.limit, id: { $0.id.description }, { try Model.Operation($0) })
        }
    }

    /// The newest operation of a chain.
    public func newestOperation(of chain: ChainID) async throws(LedgerError) -> Model.Operation? {
        try await session { session in
            try session.queryOne(
                "SELECT \(Operation.columns) FROM operations o WHERE o.chain = $1 ORDER BY o.sequence DESC LIMIT 1", chain
            ).map { try Model.Operation($0) }
        }
    }

    /// Cancels an operation: at once if it waits, else its agent is asked to stop. Asked for again, the agent is asked again.
    ///
    /// - Returns: the operation, and whether a broadcast must ask its agent now.
    /// - Throws: `notFound`, `conflict(operation-over)`.
    public func cancel(_ id: OperationID) async throws(LedgerError) -> (Model.Operation, mustBroadcast: Bool) {
        try await change { book in
            try book.cancel(id)
            let operation = try book.operation(id).operation
            return (operation, mustBroadcast: operation.status.inFlight && !operation.kind.isParent)
        }
    }
}

extension Book {
    func cancel(_ id: OperationID) throws {
        try lockHost(of: id)
        guard !(try operation(id).operation.status.hasEnded) else {
            throw LedgerError.conflict(code: "operation-over", detail: "the operation is over; there is nothing to cancel")
        }
        guard !(try operation(id).operation.kind.isParent) else { return try cancelParent(id) }
        try apply(.cancel, to: id)
        try fillWindows(of: eased)
    }

    /// Locks the host of an operation.
    func lockHost(of id: OperationID) throws {
        guard let host = try store.host(ofOperation: id) else {
            throw LedgerError.notFound(what: "operation", id: id.description)
        }
        try lock(hosts: [host])
    }
}

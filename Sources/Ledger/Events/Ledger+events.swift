public import FoundationEssentials
public import Model
import PostgreSQL

/// Something that has happened; the database itself writes them, with the change.
public struct Event: Sendable, Hashable {
    public var place: EventPlace
    public var at: Date
    /// `chain`, `operation`, `host`, `lease`, `pool`, or another word.
    public var kind: String
    public var host: HostID?
    public var chain: ChainID?
    public var operation: OperationID?
    public var tenant: String?
    public var detail: JSONValue
}

/// Where in the row of events one stands: `<transaction>-<number>`.
public struct EventPlace: Sendable, Hashable, CustomStringConvertible {
    let transaction: UInt64
    let number: Int

    init(transaction: UInt64, number: Int) {
        self.transaction = transaction
        self.number = number
    }

    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let transaction = UInt64(parts[0]), let number = Int(parts[1]), number >= 0 else { return nil }
        self.init(transaction: transaction, number: number)
    }

    public var description: String { "\(transaction)-\(number)" }
}

extension Ledger {
    /// Where the events begin that are still to happen.
    public func lastEventPlace() async throws(LedgerError) -> EventPlace {
        try await session { session in
            let row = try session.queryOne("SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS tx")
            guard let transaction = try row.flatMap({ UInt64(try $0.decode("tx", as: String.self)) }) else {
                throw LedgerError.unreadable("a transaction's number")
            }
            return EventPlace(transaction: transaction, number: 0)
        }
    }

    /// What happened after a place, in order.
    ///
    /// - Parameter tenant: shows the events of its chains alone.
    public func events(after place: EventPlace, tenant: String? = nil, limit: Int) async throws(LedgerError) -> [Event] {
        try await session { session in
            try session.query(
                """
                SELECT tx::text AS tx, id, at, kind, host, chain, operation, tenant, detail FROM events
                WHERE (tx, id) > ($1::text::xid8, $2::bigint) AND tx < pg_snapshot_xmin(pg_current_snapshot())
                    AND ($3::text IS NULL OR tenant = $3)
                ORDER BY tx, id LIMIT $4
                """, String(place.transaction), place.number, tenant, limit
            ).map { try Event($0) }
        }
    }
}

extension Event {
    fileprivate init(_ row: Row) throws {
        guard let transaction = UInt64(try row.decode("tx", as: String.self)) else {
            throw LedgerError.unreadable("a transaction's number")
        }
        self.init(
            place: EventPlace(transaction: transaction, number: try row["id"]), at: try row["at"], kind: try row["kind"],
            host: try row.optionalID("host"), chain: try row.optionalID("chain"), operation: try row.optionalID("operation"),
            tenant: try row["tenant"], detail: try row.json("detail"))
    }
}

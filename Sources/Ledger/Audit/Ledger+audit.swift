import FoundationEssentials
import Model
import PostgreSQL

/// Which records a list shows; `nil` means any.
public struct AuditFilter: Sendable, Hashable {
    public var key: String?
    public var tenant: String?
    public var target: String?

    public init(key: String? = nil, tenant: String? = nil, target: String? = nil) {
        self.key = key
        self.tenant = tenant
        self.target = target
    }
}

extension Ledger {
    /// Whose deed the changes of the present task are.
    @TaskLocal static var deed: Deed?

    /// Runs a body whose changes go on record as a deed, each in its own transaction.
    public func asDeed<R>(_ deed: Deed, _ body: () async throws -> R) async rethrows -> R {
        try await Self.$deed.withValue(deed) { try await body() }
    }

    /// Puts on record that a deed was not done.
    public func recordRefusal(of deed: Deed, outcome: String) async throws(LedgerError) {
        let record = deed.record(at: now, outcome: outcome)
        try await session { session in _ = try session.query(record.insertion) }
    }

    /// In the order of their ids.
    public func audit(
        _ filter: AuditFilter = AuditFilter(), _ page: PageRequest = PageRequest()
    ) async throws(LedgerError) -> Page<AuditRecord> {
        try await session { session in
            try session.page(
                Statement(
                    """
                    SELECT * FROM audit WHERE \(page.after("id")) AND ($2::text IS NULL OR key = $2)
                        AND ($3::text IS NULL OR tenant = $3) AND ($4::text IS NULL OR starts_with(target, $4))
                    ORDER BY \(page.order("id")) LIMIT $5
                    """, page.start, filter.key, filter.tenant, filter.target, page.limit + 1),
                limit: page.limit, id: { $0.id.description }, { try AuditRecord($0) })
        }
    }
}

extension AuditRecord {
    static let columns = "id, at, request, key, role, tenant, action, target, outcome"

    var values: [any PostgresEncodable] {
        [
            id, at, deed.request, deed.key, deed.role.rawValue, deed.tenant, deed.action, deed.target.withoutNUL, outcome,
        ]
    }

    var insertion: Statement {
        Statement("INSERT INTO audit (\(Self.columns)) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)", parameters: values)
    }

    static func insertion(of records: [AuditRecord]) -> Statement {
        Statement(
            """
            INSERT INTO audit (\(columns)) SELECT * FROM unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::text[], $5::text[],
                $6::text[], $7::text[], $8::text[], $9::text[])
            """, rows: records.map(\.values))
    }

    fileprivate init(_ row: Row) throws {
        guard let role = Role(rawValue: try row["role"]) else { throw LedgerError.unreadable("a role in the audit") }
        self.init(
            id: try row.id("id"), at: try row["at"],
            deed: Deed(
                request: try row["request"], key: try row["key"], role: role, tenant: try row["tenant"],
                action: try row["action"], target: try row["target"]),
            outcome: try row["outcome"])
    }
}

import FoundationEssentials
public import Model
import PostgreSQL

extension Ledger {
    /// - Throws: `nameTaken`.
    public func createPool(
        name: String, plan: Plan, parameters: JSONValue, warm: Warm
    ) async throws(LedgerError) -> Model.Pool {
        let pool = Model.Pool(id: .fresh(), name: name, plan: plan, parameters: parameters, warm: warm, createdAt: now)
        try await transaction { session in
            try session.execute(
                "INSERT INTO pools (id, name, plan, parameters, warm, created_at) VALUES ($1, $2, $3, $4, $5, $6)", pool.id,
                pool.name, try StoredJSON.text(pool.plan), try StoredJSON.text(pool.parameters), pool.warm.column, pool.createdAt)
        }
        return pool
    }

    /// In the order of their ids.
    public func pools(_ page: PageRequest = PageRequest()) async throws(LedgerError) -> Page<Model.Pool> {
        try await session { session in
            try session.page(
                Statement(
                    "SELECT * FROM pools WHERE \(page.after("id")) ORDER BY \(page.order("id")) LIMIT $2", page.start,
                    page.limit + 1),
                limit: page.limit, id: { $0.id.description }, { try Model.Pool($0) })
        }
    }

    /// - Throws: `notFound`.
    public func pool(_ id: PoolID) async throws(LedgerError) -> Model.Pool {
        try await session { session in
            guard let row = try session.queryOne("SELECT * FROM pools WHERE id = $1", id) else {
                throw LedgerError.notFound(what: "pool", id: id.description)
            }
            return try Model.Pool(row)
        }
    }

    /// Changes a pool; chains that are there stay as they are.
    ///
    /// - Parameter edit: gets the pool as it is, locked; what it throws is thrown, and changes nothing. A pool that goes on after
    ///   a pause begins to count failures anew.
    /// - Throws: `notFound`, `nameTaken`.
    public func changePool(
        _ id: PoolID, _ edit: @escaping @Sendable (inout Model.Pool) throws -> Void
    ) async throws(LedgerError) -> Model.Pool {
        try await transaction { session in
            guard let row = try session.queryOne("SELECT * FROM pools WHERE id = $1 FOR NO KEY UPDATE", id) else {
                throw LedgerError.notFound(what: "pool", id: id.description)
            }
            let before = try Model.Pool(row)
            var pool = before
            try edit(&pool)
            if !pool.isPaused { pool.pauseReason = nil }
            try session.execute(
                """
                UPDATE pools SET name = $2, plan = $3, parameters = $4, warm = $5, paused = $6, pause_reason = $7,
                    failures = CASE WHEN $8 THEN 0 ELSE failures END
                WHERE id = $1
                """, id, pool.name, try StoredJSON.text(pool.plan), try StoredJSON.text(pool.parameters), pool.warm.column,
                pool.isPaused, pool.pauseReason, before.isPaused && !pool.isPaused)
            return pool
        }
    }

    /// Nothing is kept ready for it any more; the chains it made stay.
    ///
    /// - Throws: `notFound`.
    public func deletePool(_ id: PoolID) async throws(LedgerError) {
        try await transaction { session in
            guard try session.execute("DELETE FROM pools WHERE id = $1", id) == 1 else {
                throw LedgerError.notFound(what: "pool", id: id.description)
            }
        }
    }
}

extension Model.Pool {
    init(_ row: Row) throws {
        let warm: Int? = try row["warm"]
        self.init(
            id: try row.id("id"), name: try row["name"], plan: try row.plan("plan"), parameters: try row.json("parameters"),
            warm: warm.map { .chains($0) } ?? .full, isPaused: try row["paused"], pauseReason: try row["pause_reason"],
            createdAt: try row["created_at"])
    }
}

extension Warm {
    fileprivate var column: Int? {
        switch self {
        case .chains(let count): count
        case .full: nil
        }
    }
}

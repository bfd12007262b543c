public import FoundationEssentials
public import Model
public import PostgreSQL

/// Model in PostgreSQL: the one place where what is wanted, what was seen and the work between the two are kept.
///
/// How a change happens. A transaction loads rows into a `Book`, lets the pure transitions of Model decide, and writes back what
/// they changed together with their effects. So either all of a change is there or nothing, and SQL decides nothing but which
/// rows are meant. The order of locks is always the same: hosts by id, then chains by id, then everything below them. Whoever
/// changes an operation holds its host's row, which makes the work of one host serial and its window of operations exact; the
/// one exception is `apply`, which takes a ready chain by the chain's row alone and never waits for a host.
///
/// What happens on a failure. A transaction that fails has changed nothing. One whose COMMIT got no answer may have happened:
/// callers hear `unavailable`, and every method may be called again. What must hold at every moment is a constraint of the
/// database (`schemas/ledger/`), the guard behind all locks: should a program be wrong, it gets an error, not a second tenant.
public struct Ledger: Sendable {
    let pool: PostgreSQL.Pool
    let policy: RetryPolicy
    let clock: @Sendable () -> Date
    let desk: LeasingDesk
    let requests = RequestDesk()

    /// - Parameters:
    ///   - pool: connections whose search path leads to the ledger's schema.
    ///   - policy: when a transient error is tried again.
    ///   - clock: the time that transitions are given; claims and terms are kept by the database's clock alone.
    public init(
        pool: PostgreSQL.Pool, policy: RetryPolicy = RetryPolicy(), clock: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.pool = pool
        self.policy = policy
        self.clock = clock
        desk = LeasingDesk(pool: pool)
    }

    /// The time, in whole milliseconds: what PostgreSQL gives back is then equal to what it was given.
    var now: Date {
        Date(timeIntervalSince1970: (clock().timeIntervalSince1970 * 1000).rounded() / 1000)
    }
}

extension Ledger {
    /// One transaction with nothing loaded. Whose deed it is goes on record with it.
    @discardableResult
    func transaction<R: Sendable>(_ body: @escaping @Sendable (Session) throws -> R) async throws(LedgerError) -> R {
        let record = Self.deed?.record(at: now)
        let recorded: @Sendable (Session) throws -> R = { session in
            let result = try body(session)
            try record.map { _ = try session.query($0.insertion) }
            return result
        }
        do {
            if let open = Self.open { return try await open.part(recorded) }
            return try await pool.transaction(recorded)
        } catch {
            throw LedgerError(error)
        }
    }

    /// Statements that need no transaction.
    @discardableResult
    func session<R: Sendable>(_ body: @escaping @Sendable (Session) throws -> R) async throws(LedgerError) -> R {
        do {
            if let open = Self.open { return try await open.part(body) }
            return try await pool.session(body)
        } catch {
            throw LedgerError(error)
        }
    }

    /// One transaction over a book; what the body changed in it is written at the end.
    func change<R: Sendable>(_ body: @escaping @Sendable (Book) throws -> R) async throws(LedgerError) -> R {
        let (now, policy) = (now, policy)
        return try await transaction { session in
            let book = Book(store: SessionStore(session: session), now: now, policy: policy)
            let result = try body(book)
            try book.write()
            return result
        }
    }
}

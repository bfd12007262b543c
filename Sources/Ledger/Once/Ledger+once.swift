public import FoundationEssentials
import PostgreSQL

/// Requests that happen once, however often they are sent.
///
/// All of such a request, what it changes, what it reads for its answer and the answer itself, is one transaction. So after a
/// crash at any moment there are either the change and its answer, or neither, and the same request sent again is answered
/// from the row or done for the first time. While it is under way its transaction holds an advisory lock named after the key;
/// whoever asks meanwhile is told so and does not wait. The lock needs no clean-up: it ends with the transaction, and a
/// transaction ends with its connection, at the latest after `patience` without a word from its engine.
///
/// What is refused has changed nothing and is not kept: sent again, it is looked at again.
extension Ledger {
    /// How long an answer is kept.
    public static let keeping = Duration.seconds(86_400)

    /// The transaction in which all calls of the present task take part.
    @TaskLocal static var open: OpenTransaction?

    /// Does a request, or gives the answer of the time when it was done. All calls of the ledger in `body` are one transaction.
    ///
    /// - Parameters:
    ///   - patience: for how long an engine that has gone silent, its connection still open, keeps the key to itself.
    ///   - keeping: the answer, as it is to be given again.
    /// - Throws: what the body throws; then nothing has changed. `conflict` with `idempotency-key-reused` when the key
    ///   belongs to another request, with `request-in-flight` when the same is under way. `unavailable`: it may have happened;
    ///   sent again with its key it is safe.
    public func once<R: Sendable>(
        _ request: KeyedRequest, patience: Duration = .seconds(60), keeping: (R) -> KeptAnswer, _ body: () async throws -> R
    ) async throws -> Once<R> {
        do {
            return try await pool.openTransaction { open in
                let now = now
                if let kept = try await open.part({ try $0.claim(request, at: now, patience) }) { return .answered(kept) }
                let result = try await Self.$open.withValue(open) { try await body() }
                let (answer, expiry) = (keeping(result), now.addingTimeInterval(Self.keeping.inSeconds))
                try await open.part { try $0.keep(answer, of: request, until: expiry) }
                return .done(result)
            }
        } catch let error as DatabaseError {
            throw LedgerError(error)
        }
    }

    /// Forgets answers that were kept for long enough. Throws `notLeading`.
    public func forgetAnswers(as leader: UUID, limit: Int = 500) async throws(LedgerError) -> Int {
        try await pass(as: leader) { book in
            try book.store.forgetAnswers(expiredAt: book.now, limit: limit)
        }
    }
}

extension Session {
    /// Takes the key for this transaction.
    ///
    /// - Returns: the answer, when the request was done before.
    fileprivate func claim(_ request: KeyedRequest, at now: Date, _ patience: Duration) throws -> KeptAnswer? {
        let row = try queryOne(
            """
            SELECT pg_try_advisory_xact_lock(hashtextextended(current_schema() || '/' || $1::text, 0)) AS is_mine,
                set_config('idle_in_transaction_session_timeout', $2, true) AS patience
            """, request.lockName, "\(patience / .milliseconds(1))ms")
        guard try row?.decode("is_mine") == true else {
            throw LedgerError.conflict(
                code: "request-in-flight", detail: "a request with this Idempotency-Key is under way; ask again in a moment")
        }
        // A statement of its own: it sees what the lock's last holder has committed.
        return try kept(request, at: now)
    }

    private func kept(_ request: KeyedRequest, at now: Date) throws -> KeptAnswer? {
        let row = try queryOne(
            """
            SELECT fingerprint, status, headers, body FROM idempotency
            WHERE scope = $1 AND method = $2 AND path = $3 AND key = $4 AND expires_at > $5
            """, request.scope, request.method, request.path, request.key, now)
        guard let row else { return nil }
        guard try row.decode("fingerprint", as: [UInt8].self) == request.fingerprint else {
            throw LedgerError.conflict(
                code: "idempotency-key-reused", detail: "this Idempotency-Key belongs to a request that said something else")
        }
        return KeptAnswer(status: try row["status"], headers: try row.json("headers"), body: try row["body"])
    }

    fileprivate func keep(_ answer: KeptAnswer, of request: KeyedRequest, until expiry: Date) throws {
        try execute(
            """
            INSERT INTO idempotency (scope, method, path, key, fingerprint, status, headers, body, expires_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            ON CONFLICT (scope, method, path, key) DO UPDATE SET fingerprint = excluded.fingerprint,
                status = excluded.status, headers = excluded.headers, body = excluded.body, expires_at = excluded.expires_at
            """, request.scope, request.method, request.path, request.key, request.fingerprint, answer.status,
            try StoredJSON.text(answer.headers), answer.body, expiry)
    }
}

extension KeyedRequest {
    /// Two requests with one name would only be told to wait for each other.
    fileprivate var lockName: String {
        [scope, method, path, key].map { "\($0.utf8.count):\($0)" }.joined()
    }
}

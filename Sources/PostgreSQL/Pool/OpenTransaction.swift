/// A transaction whose parts come one after the other from asynchronous code.
///
/// It keeps its connection, and the thread of that connection waits between two parts: for short work that has to be done and
/// answered together, and for nothing that waits for others.
public struct OpenTransaction: Sendable {
    fileprivate let parts: PartQueue

    /// Runs one part. What fails undoes this part alone; a part that met a deadlock is run again, so it must have no other effects.
    ///
    /// - Throws: what the body throws; `DatabaseError`.
    public func part<R: Sendable>(_ body: @escaping @Sendable (Session) throws -> R) async throws -> R {
        try await withCheckedThrowingContinuation { continuation in
            parts.submit(
                PartQueue.Part(
                    run: { session in continuation.resume(with: Result { try session.part(body) }) },
                    fail: { continuation.resume(throwing: $0) }))
        }
    }
}

extension Pool {
    /// Runs one transaction over asynchronous code; it is committed when the body ends, and rolled back when it throws.
    /// Never repeated as a whole.
    ///
    /// - Throws: what the body throws; `DatabaseError`, of which `.unknownOutcome` alone means that it may have happened.
    public func openTransaction<R: Sendable>(_ body: (OpenTransaction) async throws -> R) async throws -> R {
        let parts = PartQueue()
        async let ending: Void = serve(parts)
        do {
            let result = try await body(OpenTransaction(parts: parts))
            parts.end(.commit)
            try await ending
            return result
        } catch {
            parts.end(.rollBack)
            try? await ending
            throw error
        }
    }

    private func serve(_ parts: PartQueue) async throws {
        do {
            try await transaction { try parts.serve($0) }
        } catch {
            parts.fail(error)
            throw error
        }
    }
}

extension Session {
    /// How often a part is tried.
    private static let tries = 4

    fileprivate func part<R>(_ body: (Session) throws -> R) throws -> R {
        for _ in 1..<Self.tries {
            do { return try partOnce(body) } catch let error as DatabaseError where error.code == .deadlock { continue }
        }
        return try partOnce(body)
    }

    private func partOnce<R>(_ body: (Session) throws -> R) throws -> R {
        try execute("SAVEPOINT part")
        do {
            let result = try body(self)
            try execute("RELEASE SAVEPOINT part")
            return result
        } catch {
            // On a broken connection this fails too, and the transaction is over anyway.
            _ = try? execute("ROLLBACK TO SAVEPOINT part")
            throw error
        }
    }
}

/// How one try of a piece of work ended.
enum Try<R: Sendable>: Sendable {
    case ended(Result<R, any Error>)
    /// Nothing happened, and run again it may succeed.
    case repeatable(any Error, cause: DatabaseError)
}

extension Link {
    /// One try of a transaction.
    func transaction<R: Sendable>(_ body: (Session) throws -> R) -> Try<R> {
        let session = Session(self, isTransaction: true)
        do {
            let result = try body(session)
            try session.commit()
            return .ended(.success(result))
        } catch {
            session.rollBack()
            guard let cause = Self.cause(of: error, in: session), cause.asksForRepeat else { return .ended(.failure(error)) }
            // The server's plans are older than the tables: none of them is worth keeping.
            if cause.isStalePlan { statements.evictAll() }
            return .repeatable(error, cause: cause)
        }
    }

    /// COMMIT's own error comes past the session; a body may throw its own for an error of the session.
    private static func cause(of error: any Error, in session: Session) -> DatabaseError? {
        let thrown = error as? DatabaseError
        return thrown?.code == .unknownOutcome ? thrown : session.failure ?? thrown
    }

    /// A body without a transaction of its own; never repeated.
    func session<R: Sendable>(_ body: (Session) throws -> R) -> Try<R> {
        let session = Session(self, isTransaction: false)
        let result = Result { try body(session) }
        if session.failure?.isStalePlan == true { statements.evictAll() }
        // The body left a transaction open: the next work must not become part of it.
        if isUsable, isInTransaction { discard() }
        return .ended(result)
    }
}

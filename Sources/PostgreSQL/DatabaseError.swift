/// Why a statement, a transaction or a connection failed. Never holds a password or the parameters of a statement.
public struct DatabaseError: Error, Sendable, Equatable {
    /// What a caller can act upon.
    public enum Code: Sendable, Hashable {
        /// The connection URL or an option is wrong.
        case invalidConfiguration
        /// No server answered, or it is starting up, shutting down or full. Worth trying again later.
        case unreachable
        /// The server does not let us in: wrong password, unknown database, TLS that does not fit. An operator must act.
        case refused
        /// A connection could not be made, or a statement did not end, in time.
        case timeout
        /// All connections were busy for as long as a caller may wait.
        case poolExhausted
        /// The pool or the listener was closed.
        case closed
        /// The connection broke. What ran in a transaction did not happen.
        case connectionLost
        /// The connection broke after COMMIT was sent: the transaction may have happened or not.
        case unknownOutcome
        case serialization
        case deadlock
        case uniqueViolation(constraint: String)
        case foreignKeyViolation(constraint: String)
        case checkViolation(constraint: String)
        case exclusionViolation(constraint: String)
        case notNullViolation(column: String)
        /// The calling task was cancelled. What ran in a transaction did not happen.
        case cancelled
        /// The results of one call are larger than the configured limit, in bytes.
        case resultTooLarge(limit: Int)
        /// A parameter can't be sent: text with a NUL character.
        case invalidParameter
        /// A column is missing, NULL, or not of the type asked for.
        case decoding
        /// Any other error the server reported, by its SQLSTATE (PostgreSQL manual, appendix A).
        case server(sqlState: String)
    }

    public let code: Code
    /// One line for people: the cause, and where we know it, the remedy.
    public let message: String
    /// The five characters the server sent, when it was the server that complained.
    public let sqlState: String?
    /// The text of the statement that failed, without its parameters.
    public let statement: String?

    public init(_ code: Code, _ message: String, sqlState: String? = nil, statement: String? = nil) {
        self.code = code
        self.message = message
        self.sqlState = sqlState
        self.statement = statement
    }

    /// Whether the whole transaction, run again, may well succeed.
    var asksForRepeat: Bool {
        switch code {
        case .serialization, .deadlock, .connectionLost: true
        default: isStalePlan
        }
    }

    var isStalePlan: Bool {
        sqlState == SQLState.stalePlan || sqlState == SQLState.unknownStatement
    }
}

extension DatabaseError: CustomStringConvertible {
    public var description: String {
        let state = sqlState.map { " [\($0)]" } ?? ""
        let place = statement.map { "; in: \(Self.shortened($0))" } ?? ""
        return "database: \(message)\(state)\(place)"
    }

    private static func shortened(_ statement: String) -> String {
        let words = statement.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return words.count <= 200 ? words : words.prefix(200) + "…"
    }
}

/// The error codes this room acts upon (PostgreSQL manual, appendix A).
enum SQLState {
    static let serializationFailure = "40001"
    static let deadlockDetected = "40P01"
    static let notNullViolation = "23502"
    static let foreignKeyViolation = "23503"
    static let uniqueViolation = "23505"
    static let checkViolation = "23514"
    static let exclusionViolation = "23P01"
    static let queryCanceled = "57014"
    /// "cached plan must not change result type": a table changed under a prepared statement.
    static let stalePlan = "0A000"
    /// A prepared statement is gone, for instance after DISCARD ALL.
    static let unknownStatement = "26000"

    /// Classes and codes with which a server turns a login away for good.
    static func refusesLogin(_ state: String) -> Bool {
        state.hasPrefix("28") || state == "3D000" || state == "42501"
    }

    static func code(_ state: String, constraint: String, column: String) -> DatabaseError.Code {
        switch state {
        case serializationFailure: .serialization
        case deadlockDetected: .deadlock
        case uniqueViolation: .uniqueViolation(constraint: constraint)
        case foreignKeyViolation: .foreignKeyViolation(constraint: constraint)
        case checkViolation: .checkViolation(constraint: constraint)
        case exclusionViolation: .exclusionViolation(constraint: constraint)
        case notNullViolation: .notNullViolation(column: column)
        case queryCanceled: .timeout
        default: .server(sqlState: state)
        }
    }
}

import Ledger
import PostgreSQL

extension Problem {
    /// What the ledger's refusals are to a caller; `nil` for errors that are none of its.
    init?(ledger error: any Error) {
        switch error {
        case LedgerError.notFound(let what, let id): self = .notFound("There is no \(what) \(id).")
        case LedgerError.conflict(let code, let detail): self.init(Code(rawValue: code) ?? .conflict, Self.sentence(detail))
        case LedgerError.invalid(let field, let value, let rule):
            self.init(fields: [FieldError(field: field, value: value, rule: rule)])
        case LedgerError.nameTaken(let detail): self.init(.nameTaken, Self.sentence(detail))
        case LedgerError.notEmpty(let detail): self.init(.hostNotEmpty, Self.sentence(detail))
        case LedgerError.leased(let detail): self.init(.chainLeased, Self.sentence(detail))
        case LedgerError.poolExhausted:
            self.init(.poolExhausted, "No chain is ready, and no host has room for another. Try again when one was given back.")
        case LedgerError.version(let detail): self = .unavailable(Self.sentence(detail), after: 10)
        case LedgerError.unavailable(let error): self.init(database: error)
        default: return nil
        }
    }

    /// - Returns: `nil` where the engine itself is at fault.
    private init?(database error: DatabaseError) {
        switch error.code {
        case .unreachable, .refused, .timeout, .closed, .connectionLost, .cancelled, .serialization, .deadlock:
            self = .unavailable("The ledger does not answer now.")
        case .unknownOutcome:
            self = .unavailable("The ledger did not answer in time; what was asked for may have happened.")
        case .poolExhausted:
            self = .unavailable("The engine has more to do than it can; try again in a moment.", after: 1)
        case .server(sqlState: "42P01"):
            self = .unavailable("The ledger is not migrated: run continuo-engine migrate.", after: 10)
        case .invalidParameter:
            self.init(.badRequest, "Text with a NUL character can't be stored.")
        default: return nil
        }
    }

    private static func sentence(_ text: String) -> String {
        text.prefix(1).uppercased() + text.dropFirst() + (text.hasSuffix(".") ? "" : ".")
    }
}

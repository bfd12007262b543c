import Model
public import PostgreSQL

/// Why the ledger did not do what was asked. After every case but `unavailable` nothing has changed.
public enum LedgerError: Error, Sendable, Equatable {
    case notFound(what: String, id: String)
    /// The present state forbids it; the code is one of the API's problem codes.
    case conflict(code: String, detail: String)
    /// A value does not fit the others that are there.
    case invalid(field: String, value: String?, rule: String)
    /// Another one of that kind has the name.
    case nameTaken(String)
    /// The host still holds chains.
    case notEmpty(String)
    /// The chain is in a tenant's hands.
    case leased(String)
    /// No chain is ready and no host has room for another.
    case poolExhausted
    /// The caller's term as leader is over.
    case notLeading
    /// A row holds what this program cannot read: it is older than the ledger, or the ledger is damaged.
    case unreadable(String)
    /// The migrations of this program and the ledger's do not fit.
    case version(String)
    /// The database did not answer, or not as it should; the change may have happened.
    case unavailable(DatabaseError)
}

extension LedgerError {
    init(_ error: any Error) {
        self =
            switch error {
            case let error as LedgerError: error
            case let error as Refusal: LedgerError(error)
            case let error as DatabaseError: LedgerError(error)
            default: .unavailable(DatabaseError(.cancelled, "cut short: \(error)"))
            }
    }

    init(_ refusal: Refusal) {
        switch refusal {
        case .chainLeased: self = .leased("the chain is leased; it is released by its tenant or deleted with force")
        case .hostNotEmpty: self = .notEmpty("the host still holds chains; delete them first")
        case .chainDeleting, .chainBusy, .chainGone, .chainStopped, .hostDeleting, .hostBusy, .ledgerBehind:
            self = .conflict(code: refusal.rawValue, detail: refusal.detail)
        }
    }

    /// The guards of the database, told in the words of the API.
    init(_ error: DatabaseError) {
        switch error.code {
        case .uniqueViolation("hosts_name"), .uniqueViolation("pools_name"), .uniqueViolation("sites_pkey"),
            .uniqueViolation("tenants_pkey"), .uniqueViolation("keys_pkey"):
            self = .nameTaken("the name is taken; choose another")
        case .uniqueViolation("operations_parents"): self.init(Refusal.hostBusy)
        case .uniqueViolation("hosts_endpoint"):
            self = .conflict(
                code: "endpoint-taken", detail: "another host of this site and driver has the endpoint; one place is one host")
        case .checkViolation("hosts_capacity"):
            self = .conflict(code: "no-room", detail: "the host is full: it holds as many chains as its capacity says")
        default:
            self = .unavailable(error)
        }
    }
}

extension Refusal {
    fileprivate var detail: String {
        switch self {
        case .chainDeleting: "the chain is being deleted"
        case .chainBusy: "another operation of the chain is under way"
        case .chainLeased: "the chain is leased"
        case .chainGone: "the chain is gone"
        case .hostNotEmpty: "the host still holds chains"
        case .hostDeleting: "the host is being deleted"
        case .hostBusy: "another fillup, clean or reset of the host is under way"
        case .chainStopped: "the chain is not wanted running; start it first"
        case .ledgerBehind: "the host knows more than the ledger; lift its hold first (GET /v1/holds)"
        }
    }
}

extension LedgerError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .notFound(let what, let id): "there is no \(what) \(id)"
        case .conflict(let code, let detail): "\(code): \(detail)"
        case .invalid(let field, _, let rule): "\(field) has to be \(rule)"
        case .nameTaken(let detail), .notEmpty(let detail), .leased(let detail): detail
        case .poolExhausted: "no chain is ready and no host has room for another"
        case .notLeading: "another watchdog holds the leader's term"
        case .unreadable(let detail): "the ledger holds what this program cannot read: \(detail)"
        case .version(let detail): detail
        case .unavailable(let error): "the ledger is not available: \(error)"
        }
    }
}

import Ledger
import Model

/// What a call asks of its caller.
enum Right: Sendable {
    /// No key at all.
    case open
    /// To be anyone with a key.
    case known
    /// To see chains, leases and operations: a tenant its own, others all.
    case see
    /// To see the installation: hosts, pools, agents, dead letters.
    case inspect
    /// To lease chains, and to give back and steer leased ones: a tenant its own.
    case lease
    /// To read a chain's credentials.
    case connect
    /// To change hosts, pools and chains, and to steer operations.
    case change
    /// To see who changed what.
    case audit
    /// To say who may do what, and which sites there are.
    case administer
}

/// Whose chains a call may touch.
enum Scope: Sendable, Hashable {
    case all
    case tenant(String)

    var tenant: String? {
        if case .tenant(let name) = self { name } else { nil }
    }
}

/// Decides, alone for the whole API, what a caller may do. Gives whose chains the call may touch.
func authorize(_ caller: Caller, _ right: Right) throws(Problem) -> Scope {
    switch (caller.role, right) {
    case (.admin, _), (.operator, .known), (.operator, .see), (.operator, .inspect), (.operator, .lease), (.operator, .change),
        (.operator, .audit),
        (.viewer, .known), (.viewer, .see), (.viewer, .inspect), (_, .open):
        return .all
    case (.tenant, .known), (.tenant, .see), (.tenant, .lease), (.tenant, .connect):
        guard let tenant = caller.tenant else { throw Problem(.forbidden, "The key names no tenant.") }
        return .tenant(tenant)
    case (.tenant, .inspect), (.tenant, .change), (.viewer, .lease), (.viewer, .connect), (.viewer, .change),
        (.operator, .connect), (.viewer, .audit), (.tenant, .audit), (.viewer, .administer), (.tenant, .administer),
        (.operator, .administer):
        throw Problem(.forbidden, "The key's role \(caller.role.rawValue) does not allow this call.")
    }
}

/// Who calls, by their key.
struct Caller: Sendable, Hashable {
    var key: String
    var role: Role
    var tenant: String?
    /// Whether the tenant has a quota.
    var isLimited = false
}

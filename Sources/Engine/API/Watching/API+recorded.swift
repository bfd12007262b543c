import HTTPTypes
import Ledger
import Model

/// What changes something goes on record: in the transaction of the change, or, when the caller may not do it, by itself.
extension API {
    func recorded(_ route: Route) -> Route {
        guard route.method != .get else { return route }
        return route.with { call in
            guard let deed = call.deed(route) else { return try await route.handler(call) }
            return try await ledger.asDeed(deed) { try await route.handler(call) }
        }
    }
}

extension Call {
    func deed(_ route: Route) -> Deed? {
        caller.map { caller in
            Deed(
                request: id.text, key: caller.key, role: caller.role, tenant: caller.tenant,
                action: "\(route.method.rawValue) \(route.path)", target: path)
        }
    }
}

import HTTPTypes
import Ledger
import Testing

@testable import Engine

/// Who may do what: every role, at every call of the API.
@Suite struct AuthorizationTests {
    /// The roles that may make a call; `tenant` alone means the caller's own chains.
    private static let allowed: [String: Set<Role>] = {
        let looking: Set<Role> = [.viewer, .operator, .admin]
        let everyone = Set(Role.allCases)
        let changing: Set<Role> = [.operator, .admin]
        let leasing: Set<Role> = [.tenant, .operator, .admin]
        let admin: Set<Role> = [.admin]
        return [
            "GET /v1/hosts": looking, "GET /v1/hosts/{id}": looking, "POST /v1/hosts": changing, "PATCH /v1/hosts/{id}": changing,
            "DELETE /v1/hosts/{id}": changing, "POST /v1/hosts/{id}/fillup": changing, "POST /v1/hosts/{id}/clean": changing,
            "POST /v1/hosts/{id}/reset": changing,
            "GET /v1/pools": looking, "GET /v1/pools/{id}": looking, "POST /v1/pools": changing, "PATCH /v1/pools/{id}": changing,
            "DELETE /v1/pools/{id}": changing, "POST /v1/pools/{id}/pause": changing, "POST /v1/pools/{id}/resume": changing,
            "GET /v1/chains": everyone, "GET /v1/chains/{id}": everyone, "POST /v1/chains": changing,
            "DELETE /v1/chains/{id}": changing, "POST /v1/chains/{id}/start": leasing, "POST /v1/chains/{id}/stop": leasing,
            "POST /v1/chains/{id}/restart": leasing, "POST /v1/chains/{id}/reset": leasing,
            "POST /v1/chains/{id}/nodes/{node}/start": leasing, "POST /v1/chains/{id}/nodes/{node}/stop": leasing,
            "POST /v1/chains/{id}/nodes/{node}/restart": leasing, "GET /v1/chains/{id}/nodes/{node}/logs": everyone,
            "GET /v1/chains/{id}/connection": [.tenant, .admin], "POST /v1/chains/apply": leasing,
            "POST /v1/chains/{id}/release": leasing, "POST /v1/chains/{id}/renew": leasing,
            "GET /v1/leases": everyone, "GET /v1/leases/{id}": everyone,
            "GET /v1/operations": everyone, "GET /v1/operations/{id}": everyone, "POST /v1/operations/{id}/retry": changing,
            "POST /v1/operations/{id}/cancel": changing,
            "GET /v1/blueprints": everyone, "GET /v1/blueprints/{name}": everyone,
            "GET /v1/agents": looking, "GET /v1/dead-letters": looking, "DELETE /v1/dead-letters/{id}": changing,
            "GET /v1/holds": looking, "POST /v1/holds/{id}/lift": changing, "GET /v1/orphans": looking,
            "GET /v1/sites": looking, "GET /v1/sites/{name}": looking, "POST /v1/sites": admin, "PATCH /v1/sites/{name}": admin,
            "GET /v1/tenants": admin, "GET /v1/tenants/{name}": admin, "POST /v1/tenants": admin,
            "PATCH /v1/tenants/{name}": admin,
            "GET /v1/keys": admin, "GET /v1/keys/{key}": admin, "POST /v1/keys": admin, "DELETE /v1/keys/{key}": admin,
            "POST /v1/keys/{key}/rotate": admin,
            "GET /v1/audit": changing, "GET /v1/stats": looking, "GET /v1/events": everyone,
        ]
    }()

    /// Calls that need no key.
    private static let open: Set<String> = ["GET /healthz", "GET /readyz", "GET /metrics", "GET /v1/openapi.yaml"]

    @Test func everyRoleAtEveryRoute() throws {
        let routes = RouteSample.routes
        #expect(Set(routes.map(Self.name)) == Self.open.union(Self.allowed.keys))
        for route in routes {
            for role in Role.allCases {
                let caller = Caller(key: "k", role: role, tenant: role == .tenant ? "acme" : nil)
                let scope = try? authorize(caller, route.right)
                let name = Self.name(route)
                let mayCall = Self.open.contains(name) || Self.allowed[name]?.contains(role) == true
                #expect((scope != nil) == mayCall, "\(role) at \(name)")
                if let scope, !Self.open.contains(name) {
                    #expect(scope == (role == .tenant ? .tenant("acme") : .all), "\(role) at \(name)")
                }
            }
        }
    }

    @Test func aTenantsKeyWithoutATenantMayNothing() {
        #expect(throws: Problem.self) { try authorize(Caller(key: "k", role: .tenant, tenant: nil), .see) }
    }

    private static func name(_ route: Route) -> String { "\(route.method.rawValue) \(route.path)" }
}

import FoundationEssentials
import PostgreSQL

extension Ledger {
    /// - Throws: `nameTaken`.
    @discardableResult
    public func addTenant(name: String, quota: Quota = Quota()) async throws(LedgerError) -> Tenant {
        let tenant = Tenant(name: name, quota: quota, createdAt: now)
        try await transaction { session in
            try session.execute(
                "INSERT INTO tenants (name, chain_quota, blueprint_quotas, created_at) VALUES ($1, $2, $3, $4)", tenant.name,
                quota.chains, try StoredJSON.text(quota.blueprints), tenant.createdAt)
        }
        return tenant
    }

    /// In the order of their names.
    public func tenants(_ page: PageRequest = PageRequest()) async throws(LedgerError) -> Page<Tenant> {
        try await session { try $0.pageByName(of: "tenants", page, name: \.name) { try Tenant($0) } }
    }

    /// - Throws: `notFound`.
    public func tenant(_ name: String) async throws(LedgerError) -> Tenant {
        try await session { session in
            guard let row = try session.queryOne("SELECT * FROM tenants WHERE name = $1", name) else {
                throw LedgerError.notFound(what: "tenant", id: name)
            }
            return try Tenant(row)
        }
    }

    /// Changes a tenant's quota; what it holds already it keeps.
    ///
    /// - Parameter edit: gets the tenant as it is, locked; what it throws is thrown, and changes nothing.
    /// - Throws: `notFound`.
    public func changeTenant(
        _ name: String, _ edit: @escaping @Sendable (inout Tenant) throws -> Void
    ) async throws(LedgerError) -> Tenant {
        try await transaction { session in
            guard let row = try session.queryOne("SELECT * FROM tenants WHERE name = $1 FOR NO KEY UPDATE", name) else {
                throw LedgerError.notFound(what: "tenant", id: name)
            }
            var tenant = try Tenant(row)
            try edit(&tenant)
            try session.execute(
                "UPDATE tenants SET chain_quota = $2, blueprint_quotas = $3 WHERE name = $1", name, tenant.quota.chains,
                try StoredJSON.text(tenant.quota.blueprints))
            return tenant
        }
    }
}

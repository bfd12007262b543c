public import FoundationEssentials
import Model
import PostgreSQL

/// What the bearer of a key may do.
public enum Role: String, Codable, Sendable, CaseIterable {
    case viewer, tenant, `operator`, admin
}

/// An API key as it is stored: of its secret, only the hash.
public struct StoredKey: Sendable, Hashable {
    public var id: String
    public var secretHash: [UInt8]
    public var role: Role
    /// Whose key it is; set for the role `tenant` alone.
    public var tenant: String?
    public var createdAt: Date

    public init(id: String, secretHash: [UInt8], role: Role, tenant: String? = nil, createdAt: Date = Date()) {
        self.id = id
        self.secretHash = secretHash
        self.role = role
        self.tenant = tenant
        self.createdAt = createdAt
    }
}

extension Ledger {
    /// - Throws: `nameTaken`.
    public func addTenant(name: String) async throws(LedgerError) {
        let now = now
        try await session { session in
            try session.execute("INSERT INTO tenants (name, created_at) VALUES ($1, $2)", name, now)
        }
    }

    /// In their order.
    public func tenants() async throws(LedgerError) -> [String] {
        try await session { session in
            try session.query("SELECT name FROM tenants ORDER BY name").map { try $0["name"] }
        }
    }

    /// - Throws: `notFound` when there is no such tenant, `nameTaken`.
    public func addKey(_ key: StoredKey) async throws(LedgerError) {
        try await session { session in
            do {
                try session.execute(
                    "INSERT INTO keys (id, secret_hash, role, tenant, created_at) VALUES ($1, $2, $3, $4, $5)", key.id,
                    key.secretHash, key.role.rawValue, key.tenant, key.createdAt)
            } catch let error as DatabaseError {
                guard case .foreignKeyViolation = error.code else { throw error }
                throw LedgerError.notFound(what: "tenant", id: key.tenant ?? "")
            }
        }
    }

    /// `nil` when there is no such key.
    public func key(_ id: String) async throws(LedgerError) -> StoredKey? {
        try await session { session in
            try session.queryOne("SELECT * FROM keys WHERE id = $1", id).map { try StoredKey($0) }
        }
    }
}

extension StoredKey {
    fileprivate init(_ row: Row) throws {
        guard let role = Role(rawValue: try row["role"]) else { throw LedgerError.unreadable("a key's role") }
        self.init(
            id: try row["id"], secretHash: try row["secret_hash"], role: role, tenant: try row["tenant"],
            createdAt: try row["created_at"])
    }
}

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
    /// For people.
    public var description: String?
    public var createdAt: Date
    /// From then on it is not valid; `nil`: for ever.
    public var expiresAt: Date?
    public var revokedAt: Date?
    /// The key that has taken its place.
    public var successor: String?
    /// Whether its tenant has a quota.
    public var isLimited = false

    public init(
        id: String, secretHash: [UInt8], role: Role, tenant: String? = nil, description: String? = nil,
        createdAt: Date = Date(), expiresAt: Date? = nil, revokedAt: Date? = nil, successor: String? = nil
    ) {
        self.id = id
        self.secretHash = secretHash
        self.role = role
        self.tenant = tenant
        self.description = description
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.revokedAt = revokedAt
        self.successor = successor
    }

    public func isValid(at now: Date) -> Bool {
        revokedAt == nil && expiresAt.map { $0 > now } ?? true
    }
}

/// A new key's id and the hash of its secret.
public struct KeyMaterial: Sendable, Hashable {
    public var id: String
    public var secretHash: [UInt8]

    public init(id: String, secretHash: [UInt8]) {
        self.id = id
        self.secretHash = secretHash
    }
}

extension Ledger {
    /// - Throws: `notFound` when there is no such tenant, `nameTaken`.
    public func addKey(_ key: StoredKey) async throws(LedgerError) {
        try await transaction { try $0.insert(key) }
    }

    /// `nil` when there is no such key.
    public func key(_ id: String) async throws(LedgerError) -> StoredKey? {
        try await session { try $0.key(id) }
    }

    /// In the order in which they were made, which their ids do not tell.
    public func keys(tenant: String? = nil, _ page: PageRequest = PageRequest()) async throws(LedgerError) -> Page<StoredKey> {
        try await session { session in
            let statement = Statement(
                """
                SELECT k.*, false AS is_limited FROM keys k
                WHERE ($1::text IS NULL OR k.tenant = $1)
                    AND ($2::text IS NULL OR (k.created_at, k.id) \(page.isBehind) (SELECT a.created_at, a.id FROM keys a WHERE a.id = $2))
                ORDER BY \(page.order("k.created_at")), \(page.order("k.id")) LIMIT $3
                """, tenant, page.after, page.limit + 1)
            return try session.page(statement, limit: page.limit, id: \.id) { try StoredKey($0) }
        }
    }

    /// Ends a key at once; asked for again, it stays as it is.
    ///
    /// - Throws: `notFound`.
    public func revokeKey(_ id: String) async throws(LedgerError) {
        let now = now
        try await transaction { session in
            let count = try session.execute(
                "UPDATE keys SET revoked_at = coalesce(revoked_at, $2) WHERE id = $1", id, now)
            guard count == 1 else { throw LedgerError.notFound(what: "key", id: id) }
        }
    }

    /// Makes another key for the same caller; the old one is valid for a while longer, so that it can be exchanged in peace.
    ///
    /// - Throws: `notFound`; `conflict(key-over)` when it is not valid any more, or has a successor already.
    public func rotateKey(_ id: String, to material: KeyMaterial, overlap: Duration) async throws(LedgerError) -> StoredKey {
        let now = now
        return try await transaction { session in
            try session.execute("SELECT 1 FROM keys WHERE id = $1 FOR UPDATE", id)
            guard let old = try session.key(id) else { throw LedgerError.notFound(what: "key", id: id) }
            guard old.isValid(at: now), old.successor == nil else {
                throw LedgerError.conflict(
                    code: "key-over", detail: "the key is revoked, expired, or has a successor already; make a new one")
            }
            let lifetime = old.expiresAt.map { $0.timeIntervalSince(old.createdAt) }
            let new = StoredKey(
                id: material.id, secretHash: material.secretHash, role: old.role, tenant: old.tenant,
                description: old.description, createdAt: now, expiresAt: lifetime.map { now.addingTimeInterval($0) })
            try session.insert(new)
            let end = now.addingTimeInterval(overlap.inSeconds)
            try session.execute(
                "UPDATE keys SET successor = $2, expires_at = least(expires_at, $3) WHERE id = $1", id, new.id, end)
            return new
        }
    }
}

extension Session {
    fileprivate func key(_ id: String) throws -> StoredKey? {
        try queryOne(
            """
            SELECT k.*, coalesce(t.chain_quota IS NOT NULL OR t.blueprint_quotas <> '{}', false) AS is_limited
            FROM keys k LEFT JOIN tenants t ON t.name = k.tenant WHERE k.id = $1
            """, id
        ).map { try StoredKey($0) }
    }

    fileprivate func insert(_ key: StoredKey) throws {
        do {
            try execute(
                """
                INSERT INTO keys (id, secret_hash, role, tenant, description, created_at, expires_at)
                VALUES ($1, $2, $3, $4, $5, $6, $7)
                """, key.id, key.secretHash, key.role.rawValue, key.tenant, key.description, key.createdAt, key.expiresAt)
        } catch let error as DatabaseError {
            guard case .foreignKeyViolation = error.code else { throw error }
            throw LedgerError.notFound(what: "tenant", id: key.tenant ?? "")
        }
    }
}

extension StoredKey {
    fileprivate init(_ row: Row) throws {
        guard let role = Role(rawValue: try row["role"]) else { throw LedgerError.unreadable("a key's role") }
        self.init(
            id: try row["id"], secretHash: try row["secret_hash"], role: role, tenant: try row["tenant"],
            description: try row["description"], createdAt: try row["created_at"], expiresAt: try row["expires_at"],
            revokedAt: try row["revoked_at"], successor: try row["successor"])
        isLimited = try row["is_limited"]
    }
}

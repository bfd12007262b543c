public import FoundationEssentials
import Model
import PostgreSQL

/// A place from which hosts can be reached.
public struct Site: Sendable, Hashable {
    public var name: String
    /// X25519, base64; what is sealed to it, only the site's agents can open.
    public var publicKey: String
    public var createdAt: Date

    public init(name: String, publicKey: String, createdAt: Date) {
        self.name = name
        self.publicKey = publicKey
        self.createdAt = createdAt
    }
}

/// The hosts of a site that have credentials.
public struct SealedHosts: Sendable, Hashable {
    public var count = 0
    /// Of these, what is sealed to a former key of the site.
    public var stale = 0

    public init(count: Int = 0, stale: Int = 0) {
        self.count = count
        self.stale = stale
    }
}

extension Ledger {
    /// - Throws: `nameTaken`.
    @discardableResult
    public func addSite(name: String, publicKey: String) async throws(LedgerError) -> Site {
        let site = Site(name: name, publicKey: publicKey, createdAt: now)
        try await transaction { session in
            try session.execute(
                "INSERT INTO sites (name, public_key, created_at) VALUES ($1, $2, $3)", site.name, site.publicKey, site.createdAt)
        }
        return site
    }

    /// - Throws: `notFound`.
    public func site(_ name: String) async throws(LedgerError) -> Site {
        try await session { session in
            guard let row = try session.queryOne("SELECT * FROM sites WHERE name = $1", name) else {
                throw LedgerError.notFound(what: "site", id: name)
            }
            return try Site(row)
        }
    }

    /// Gives a site another public key. What was sealed to the last one, its agents open only while they hold that too.
    ///
    /// - Parameter edit: gets the site as it is, locked; what it throws is thrown, and changes nothing.
    /// - Throws: `notFound`.
    public func changeSite(
        _ name: String, _ edit: @escaping @Sendable (inout Site) throws -> Void
    ) async throws(LedgerError) -> Site {
        try await transaction { session in
            guard let row = try session.queryOne("SELECT * FROM sites WHERE name = $1 FOR NO KEY UPDATE", name) else {
                throw LedgerError.notFound(what: "site", id: name)
            }
            var site = try Site(row)
            try edit(&site)
            try session.execute("UPDATE sites SET public_key = $2 WHERE name = $1", name, site.publicKey)
            return site
        }
    }

    /// How many hosts of each site have credentials; sites without such hosts are left out.
    public func sealedHosts() async throws(LedgerError) -> [String: SealedHosts] {
        try await session { session in
            var counts: [String: SealedHosts] = [:]
            let rows = try session.query(
                """
                SELECT h.site, count(*) AS count, count(*) FILTER (WHERE \(Host.needsCredentials)) AS stale FROM hosts h
                WHERE h.status <> 'gone' AND h.sealed_credentials IS NOT NULL GROUP BY h.site
                """)
            for row in rows { counts[try row["site"]] = SealedHosts(count: try row["count"], stale: try row["stale"]) }
            return counts
        }
    }

    /// In the order of their names.
    public func sites(_ page: PageRequest = PageRequest()) async throws(LedgerError) -> Page<Site> {
        try await session { try $0.pageByName(of: "sites", page, name: \.name) { try Site($0) } }
    }
}

extension Site {
    init(_ row: Row) throws {
        self.init(name: try row["name"], publicKey: try row["public_key"], createdAt: try row["created_at"])
    }
}

public import FoundationEssentials
import Model
import PostgreSQL

/// A place from which hosts can be reached.
public struct Site: Sendable, Hashable {
    public var name: String
    /// X25519, base64; what is sealed to it, only the site's agents can open.
    public var publicKey: String
    public var createdAt: Date
}

extension Ledger {
    /// - Throws: `nameTaken`.
    @discardableResult
    public func addSite(name: String, publicKey: String) async throws(LedgerError) -> Site {
        let site = Site(name: name, publicKey: publicKey, createdAt: now)
        try await session { session in
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

    /// In the order of their names.
    public func sites() async throws(LedgerError) -> [Site] {
        try await session { session in
            try session.query("SELECT * FROM sites ORDER BY name").map { try Site($0) }
        }
    }
}

extension Site {
    init(_ row: Row) throws {
        self.init(name: try row["name"], publicKey: try row["public_key"], createdAt: try row["created_at"])
    }
}

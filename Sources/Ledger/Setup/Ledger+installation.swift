public import Model
import PostgreSQL

extension Ledger {
    /// What this ledger, its keys and the labels on its objects have in common.
    public func installation() async throws(LedgerError) -> InstallationID {
        try await session { session in
            guard let row = try session.queryOne("SELECT id FROM installation") else {
                throw LedgerError.unreadable("it has no installation")
            }
            return try row.id("id")
        }
    }
}

import Embedded

/// A step of the ledger's schema, `schemas/ledger/<number>_<name>.sql`; forward only.
struct Migration: Sendable {
    let number: Int
    let name: String
    let sql: String

    /// All that this program knows, in their order.
    static let all: [Migration] = EmbeddedFile.below("schemas/ledger").compactMap(Migration.init).sorted { $0.number < $1.number }

    private init?(_ file: EmbeddedFile) {
        let parts = file.name.split(separator: "_", maxSplits: 1)
        guard file.name.hasSuffix(".sql"), parts.count == 2, let number = Int(parts[0]) else { return nil }
        self.number = number
        name = String(parts[1].dropLast(".sql".count))
        sql = file.text
    }
}

import ArgumentParser
import Ledger

struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Bring the ledger's schema up to this program's version.",
        discussion: """
            Safe to repeat, and while other programs do the same.
            Example: CONTINUO_DATABASE_URL=postgresql://continuo@db/continuo continuo-engine migrate
            """)

    @OptionGroup var output: OutputOption

    func run() async throws {
        let applied = try await withLedger { try await $0.migrate() }
        let version = Ledger.knownVersion
        output.tell(
            applied.isEmpty ? "The ledger is at version \(version) already." : "The ledger is at version \(version) now.",
            ["applied": JSONText(applied), "version": JSONText(version)])
    }
}

import ArgumentParser
import Engine
import Ledger

struct KeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "API keys.", subcommands: [Add.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make an API key.",
            discussion: """
                The key is shown once, or written to a file (mode 0600); the ledger keeps the hash of its secret alone.
                Examples:
                  continuo-engine key add --role admin --key-file admin-key
                  continuo-engine key add --role tenant --tenant acme
                """)

        @Option(help: "viewer, tenant, operator or admin.", transform: Self.role)
        var role: Role

        @Option(help: "Whose key it is; for the role tenant alone.")
        var tenant: String?

        @Option(help: "The file to write the key to; it must not exist.")
        var keyFile: String?

        @OptionGroup var output: OutputOption

        private static func role(_ text: String) throws -> Role {
            guard let role = Role(rawValue: text) else {
                throw ValidationError("The role must be viewer, tenant, operator or admin.")
            }
            return role
        }

        func validate() throws {
            guard (role == .tenant) == (tenant != nil) else {
                throw ValidationError("--tenant belongs to --role tenant, and only to it.")
            }
        }

        func run() async throws {
            let key = APIKey.fresh()
            let stored = StoredKey(id: key.id, secretHash: key.secretHash, role: role, tenant: tenant)
            try await withLedger { ledger in
                guard let keyFile else { return try await ledger.addKey(stored) }
                try await withSecretFile(keyFile, Array((key.text + "\n").utf8)) { try await ledger.addKey(stored) }
            }
            tell(key)
        }

        private func tell(_ key: APIKey) {
            if let keyFile {
                output.tell("The key \(key.id) is in \(keyFile).", ["id": JSONText(key.id), "keyFile": JSONText(keyFile)])
            } else {
                output.tell(key.text, ["id": JSONText(key.id), "key": JSONText(key.text)])
            }
        }
    }
}

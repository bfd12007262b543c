import ArgumentParser
import Ledger
import Model
import Settings
import Wire

struct SiteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "site", abstract: "Places from which hosts are reached.", subcommands: [Add.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add a site and make the credentials of its agents.",
            discussion: """
                The file (mode 0600) is what the site's agents get as --site-file. It is not kept anywhere else.
                Example: continuo-engine site add default --agent-file site-default.json
                """)

        @Argument(help: "Its name: 1 to 63 characters of a-z, 0-9 and -.")
        var name: NameArgument

        @Option(help: "The file to make; it must not exist.")
        var agentFile: String

        @OptionGroup var output: OutputOption

        func run() async throws {
            try await withLedger { ledger in
                let root = try Settings.Environment.ofProcess.rootKey()
                let file = SiteFile(site: name.text, installation: try await ledger.installation(), root: root)
                try await withSecretFile(agentFile, try file.json()) {
                    _ = try await ledger.addSite(name: name.text, publicKey: try file.opener().publicKey.base64)
                }
            }
            output.tell(
                "Site \(name.text) is added; its agents' credentials are in \(agentFile).",
                ["site": JSONText(name.text), "agentFile": JSONText(agentFile)])
        }
    }
}

/// A name that fits into addresses and labels.
struct NameArgument: ExpressibleByArgument {
    let text: String

    init?(argument: String) {
        guard isName(argument) else { return nil }
        text = argument
    }
}

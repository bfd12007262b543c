import ArgumentParser
import Ledger
import Model
import Settings
import Wire

struct SiteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "site", abstract: "Places from which hosts are reached.", subcommands: [Add.self, Rotate.self])

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

extension SiteCommand {
    struct Rotate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give a site another key pair, and make its agents' new credentials.",
            discussion: """
                The new file takes the place of the one that the site's agents have: start all of them with it. With --former they open
                what was sealed to the last key too, so that nothing has to be given again. Without it, hosts that say
                needsCredentials need them again, and chains there need a reset before their secrets can be read.
                Example: continuo-engine site rotate default --former site-default.json --agent-file site-default-2.json
                """)

        @Argument(help: "Its name.")
        var name: NameArgument

        @Option(help: "The file to make; it must not exist.")
        var agentFile: String

        @Option(help: "The file that the site's agents have now.")
        var former: String?

        @OptionGroup var output: OutputOption

        func run() async throws {
            try await withLedger { ledger in
                let root = try Settings.Environment.ofProcess.rootKey()
                let installation = try await ledger.installation()
                let file = SiteFile(
                    site: name.text, installation: installation, root: root, former: try formerFile(installation))
                let key = try file.opener().publicKey.base64
                try await withSecretFile(agentFile, try file.json()) {
                    _ = try await ledger.changeSite(name.text) { $0.publicKey = key }
                }
            }
            output.tell(
                "Site \(name.text) has another key; its agents' new credentials are in \(agentFile).",
                ["site": JSONText(name.text), "agentFile": JSONText(agentFile)])
        }

        private func formerFile(_ installation: InstallationID) throws -> SiteFile? {
            guard let former else { return nil }
            let file = try SiteFile(path: former)
            guard file.site == name.text, file.installation == installation else {
                throw WireError.badSiteFile("\(former) is of another site or installation")
            }
            return file
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

import ArgumentParser
import Wire

struct MakeRootKey: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "root-key",
        abstract: "Make the root key from which all signing keys come.",
        discussion: """
            The file (mode 0600) belongs to engines and watchdogs alone. Lost, every site needs new credentials.
            Example: continuo-engine root-key --out /etc/continuo/root-key
            """)

    @Option(help: "The file to make; it must not exist.")
    var out: String

    @OptionGroup var output: OutputOption

    func run() async throws {
        try await exiting {
            try await withSecretFile(out, Array((RootKey.fresh().base64 + "\n").utf8)) {}
        }
        output.tell("The root key is in \(out).", ["file": JSONText(out)])
    }
}

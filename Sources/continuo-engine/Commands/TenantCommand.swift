import ArgumentParser
import Ledger

struct TenantCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tenant", abstract: "Who may lease chains.", subcommands: [Add.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add a tenant.", discussion: "Example: continuo-engine tenant add acme")

        @Argument(help: "Its name: 1 to 63 characters of a-z, 0-9 and -.")
        var name: NameArgument

        @OptionGroup var output: OutputOption

        func run() async throws {
            try await withLedger { _ = try await $0.addTenant(name: name.text) }
            output.tell("Tenant \(name.text) is added.", ["tenant": JSONText(name.text)])
        }
    }
}

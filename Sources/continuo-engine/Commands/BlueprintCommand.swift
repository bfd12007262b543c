import ArgumentParser
import Blueprints
import FoundationEssentials
import Model

struct BlueprintCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "blueprint", abstract: "Blueprint files.", subcommands: [Check.self, Render.self])

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say everything that is wrong with blueprint files.",
            discussion: """
                A file is rendered with its defaults and with the bounds and choices of its parameters. What is wrong is printed as
                FILE:LINE:COLUMN: PATH (VALUE): RULE, one mistake a line. Exit codes: 0 all are good, 65 one is not, 66 one can't be read.
                Example: continuo-engine blueprint check besu.yaml
                """)

        @Argument(help: "The files; - is the standard input.")
        var files: [String]

        @OptionGroup var output: OutputOption

        func run() async throws {
            var problems: [BlueprintError.Problem] = []
            for file in files {
                let yaml = try await exiting { try BlueprintFile.read(file) }
                problems += BlueprintError(Blueprint.problems(inYAML: yaml)).in(file: file).problems
            }
            switch output.format {
            case .text: print(problems.isEmpty ? "No mistakes found." : problems.map(\.description).joined(separator: "\n"))
            case .json: print(try JSONLine.text(["problems": problems]))
            }
            if !problems.isEmpty { throw ExitCode(65) }
        }
    }

    struct Render: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the plan that a blueprint file makes, as JSON.",
            discussion: "Example: continuo-engine blueprint render besu.yaml --set nodes=4")

        @Argument(help: "The file; - is the standard input.")
        var file: String

        @Option(name: .customLong("set"), help: "A parameter, NAME=VALUE; as often as needed.")
        var parameters: [String] = []

        func validate() throws {
            guard parameters.allSatisfy({ $0.dropFirst().contains("=") }) else {
                throw ValidationError("--set takes NAME=VALUE.")
            }
        }

        func run() async throws {
            let yaml = try await exiting { try BlueprintFile.read(file) }
            do {
                let blueprint = try Blueprint(yaml: yaml)
                let pairs = parameters.map {
                    $0.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
                }
                let plan = try blueprint.render(parameters: blueprint.parameters(named: pairs.map { ($0[0], $0[1]) }))
                print(try JSONLine.text(plan, pretty: true))
            } catch let error as BlueprintError {
                let lines = error.in(file: file).problems.map(\.description).joined(separator: "\n")
                throw Exit.with(ExitCode(65), lines)
            }
        }
    }
}

private enum JSONLine {
    static func text(_ value: some Encodable, pretty: Bool = false) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting =
            pretty ? [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted] : [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}

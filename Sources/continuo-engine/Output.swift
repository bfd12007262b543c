import ArgumentParser
import Glibc

/// How a command tells what it did.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json
}

struct OutputOption: ParsableArguments {
    @Option(name: [.customShort("o"), .customLong("output")], help: "text or json.")
    var format = OutputFormat.text

    /// Prints a sentence, or the members as one JSON object on a line.
    func tell(_ sentence: String, _ members: KeyValuePairs<String, JSONText>) {
        switch format {
        case .text: print(sentence)
        case .json: print("{" + members.map { "\(JSONText($0.key).text):\($0.value.text)" }.joined(separator: ",") + "}")
        }
    }
}

/// A string, a number, or a list of numbers, as JSON.
struct JSONText {
    let text: String

    init(_ string: String) {
        let escaped = string.unicodeScalars.map { scalar in
            switch scalar {
            case "\"": "\\\""
            case "\\": "\\\\"
            case "\0"..<" ": "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            default: String(scalar)
            }
        }
        text = "\"" + escaped.joined() + "\""
    }

    init(_ number: Int) {
        text = String(number)
    }

    init(_ numbers: [Int]) {
        text = "[" + numbers.map(String.init).joined(separator: ",") + "]"
    }
}

enum FileHandleOutput {
    static func standardError(_ text: String) {
        _ = write(2, text, text.utf8.count)
    }
}

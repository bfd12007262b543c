import Foundation

/// An HTTP answer, taken apart.
struct Reply {
    let status: Int
    let body: String
    private let fields: [(name: String, value: String)]

    struct Unreadable: Error { let text: String }

    init(_ text: String) throws {
        guard let end = text.range(of: "\r\n\r\n") else { throw Unreadable(text: text) }
        let lines = text[..<end.lowerBound].components(separatedBy: "\r\n")
        guard let word = lines[0].split(separator: " ").dropFirst().first, let status = Int(word) else {
            throw Unreadable(text: text)
        }
        self.status = status
        body = String(text[end.upperBound...])
        fields = lines.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            return (parts[0].lowercased(), parts.dropFirst().first?.trimmingCharacters(in: .whitespaces) ?? "")
        }
    }

    func field(_ name: String) -> String? {
        fields.first { $0.name == name }?.value
    }

    var problem: [String: Any]? {
        try? JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any]
    }

    var code: String? { problem?["code"] as? String }
}

/// Carries a value out of a task.
actor Box<Value: Sendable> {
    private(set) var value: Value?

    func set(_ value: Value?) {
        self.value = value
    }
}

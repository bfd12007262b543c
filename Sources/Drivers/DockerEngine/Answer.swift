import FoundationEssentials
package import Model

/// What the daemon answered to a call.
package struct Answer: Sendable {
    package let status: Int
    package let body: [UInt8]

    package var succeeded: Bool { (200..<300).contains(status) || status == 304 }

    /// The daemon's own words for a refusal.
    package var message: String {
        let failure = try? DockerJSON.decode(Failure.self, from: body)
        return failure?.message ?? "status \(status)"
    }

    /// Passes when the daemon did it, or when `also` allows its status.
    package func expect(_ doing: String, also allowed: Int..., node: String? = nil) throws(WorkError) {
        guard succeeded || allowed.contains(status) else { throw refusal(doing, node: node) }
    }

    package func decode<Value: Decodable>(_ type: Value.Type, _ doing: String, node: String? = nil) throws(WorkError) -> Value {
        try expect(doing, node: node)
        do {
            return try DockerJSON.decode(type, from: body)
        } catch {
            throw WorkError(.terminal, .hostUnsupported, "\(doing): the answer is not Docker's")
        }
    }

    private struct Failure: Decodable {
        var message: String
    }
}

/// The daemon writes the first letter of every key as a capital; Swift's names don't.
package enum DockerJSON {
    package static func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws -> Value {
        try JSONDecoder().decode(type, from: Data(bytes))
    }

    package static func encode(_ value: some Encodable) throws(WorkError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .custom { path in CapitalKey(path[path.count - 1].stringValue) }
        do {
            return Array(try encoder.encode(value))
        } catch {
            throw WorkError(.terminal, .badPlan, "the plan holds a value that can't be written as JSON")
        }
    }

    private struct CapitalKey: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(_ name: String) { stringValue = name.prefix(1).uppercased() + name.dropFirst() }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}

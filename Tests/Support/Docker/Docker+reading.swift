import Foundation

extension Docker {
    /// What the daemon answers to a `GET`; keys such as `ID` and `NodeID` are read as `id` and `nodeID`.
    public func read<Value: Decodable>(_ type: Value.Type, _ path: String) async throws -> Value {
        try Docker.decode(type, from: try await call("GET", path))
    }

    static func decode<Value: Decodable>(_ type: Value.Type, from data: Data) throws -> Value {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .custom { path in
            let name = path[path.count - 1].stringValue
            return LowerKey(stringValue: name == "ID" ? "id" : name.prefix(1).lowercased() + name.dropFirst())
        }
        return try decoder.decode(type, from: data)
    }

    private struct LowerKey: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}

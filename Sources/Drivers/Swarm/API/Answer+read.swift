import DockerEngine
import FoundationEssentials
import Model

extension Answer {
    /// Decodes keys such as `ID`, `NodeID` and `NanoCPUs` as `id`, `nodeID` and `nanoCPUs`.
    func read<Value: Decodable>(_ type: Value.Type, _ doing: String, node: String? = nil) throws(WorkError) -> Value {
        try expect(doing, node: node)
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .custom { path in LowerKey(path[path.count - 1].stringValue) }
        do {
            return try decoder.decode(type, from: Data(body))
        } catch {
            throw WorkError(.terminal, .hostUnsupported, "\(doing): the answer is not Docker's")
        }
    }

    private struct LowerKey: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(_ name: String) {
            stringValue = name == "ID" ? "id" : name.prefix(1).lowercased() + name.dropFirst()
        }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}

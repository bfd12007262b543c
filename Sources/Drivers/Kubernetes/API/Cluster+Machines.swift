import Drivers
import Model

extension Cluster {
    /// All machines; they are nobody's, so no label chooses among them.
    func machines() async throws(WorkError) -> [MachineObject] {
        struct List: Decodable { var items: [MachineObject] }
        let path = Resource.machines.path(query: [("limit", "1000")])
        return try await call("GET", path).decode(List.self, "listing \(Resource.machines.name)").items
    }
}

extension MachineObject {
    /// How much it can give of something.
    func amount(_ name: String) -> Double {
        status.allocatable?[name].flatMap { Quantity.read($0) } ?? 0
    }
}

/// An amount as the cluster writes it: `1500m`, `24Gi`, `2e3`.
enum Quantity {
    private static let suffixes: [(String, Double)] = [
        ("Ki", 1024), ("Mi", 1_048_576), ("Gi", 1_073_741_824), ("Ti", 1_099_511_627_776), ("Pi", 1_125_899_906_842_624),
        ("m", 0.001), ("k", 1e3), ("M", 1e6), ("G", 1e9), ("T", 1e12), ("P", 1e15),
    ]

    static func read(_ text: String) -> Double? {
        for (suffix, factor) in suffixes where text.hasSuffix(suffix) {
            return Double(text.dropLast(suffix.count)).map { $0 * factor }
        }
        return Double(text)
    }
}

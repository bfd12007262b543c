internal import Crypto
internal import FoundationEssentials
public import Model

/// What a container is made from; a container made from something else is replaced.
public enum NodeConfiguration {
    /// SHA-256 over the planned node and its published ports, 64 hexadecimal digits. Equal input gives equal text on every machine.
    /// A node that refers to endpoints depends on every port of the chain.
    public static func digest(of node: PlannedNode, ports: [PortAssignment]) -> String {
        let own = ports.filter { $0.node == node.name || node.refersToEndpoints }
            .sorted { ($0.node, $0.name) < ($1.node, $1.name) }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // These values hold nothing that JSON has no form for; an infinite limit of CPUs is refused long before.
        let text = (try? encoder.encode(Content(node: node, ports: own))) ?? Data()
        return SHA256.hash(data: text).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }

    private struct Content: Encodable {
        var node: PlannedNode
        var ports: [PortAssignment]
    }
}

extension PlannedNode {
    fileprivate var refersToEndpoints: Bool {
        (command + environment.values + files.map(\.content)).contains { $0.contains("${endpoint.") }
    }
}

internal import Crypto
internal import FoundationEssentials
public import Model

/// What a container is made from; a container made from something else is replaced.
public enum NodeConfiguration {
    /// SHA-256 over the planned node and its published ports, 64 hexadecimal digits. Equal input gives equal text on every machine.
    /// A node that refers to endpoints depends on every port of the chain.
    public static func digest(of node: PlannedNode, ports: [PortAssignment]) -> String {
        let refers = (node.command + node.environment.values + node.files.map(\.content)).referToEndpoints
        let content = Content(node: node, ports: ports.filter { $0.node == node.name || refers }.inOrder)
        return known.digest(of: content) { digest(of: content) }
    }

    /// As a node's; a task publishes nothing itself.
    public static func digest(of task: PlannedTask, ports: [PortAssignment]) -> String {
        let refers = (task.command + task.environment.values + task.files.map(\.content)).referToEndpoints
        return digest(of: TaskContent(task: task, ports: refers ? ports.inOrder : []))
    }

    private static func digest(of content: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // These values hold nothing that JSON has no form for; an infinite limit of CPUs is refused long before.
        let text = (try? encoder.encode(content)) ?? Data()
        return SHA256.hash(data: text).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }

    /// Each way to a desired state asks several times for the same nodes.
    private static let known = DigestMemory<Content>(limit: 256)

    private struct Content: Encodable, Sendable, Hashable {
        var node: PlannedNode
        var ports: [PortAssignment]
    }

    private struct TaskContent: Encodable {
        var task: PlannedTask
        var ports: [PortAssignment]
    }
}

extension [String] {
    fileprivate var referToEndpoints: Bool { contains { $0.contains("${endpoint.") } }
}

extension [PortAssignment] {
    fileprivate var inOrder: [PortAssignment] { sorted { ($0.node, $0.name) < ($1.node, $1.name) } }
}

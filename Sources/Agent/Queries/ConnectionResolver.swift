internal import Drivers
internal import Model
internal import Wire

/// Makes a chain's connection files: endpoints as observed on the host, secrets from the vault. Pure.
struct ConnectionResolver {
    let work: ChainWork
    let host: HostTarget
    let observed: ObservedChain
    let vault: Vault

    func connection() throws(WorkError) -> Answer.Connection {
        let references = References(work, on: host, vault: vault, observed: observed)
        var files: [Answer.Connection.File] = []
        for file in work.plan.connection {
            let content = try references.resolve(file.content, escaping: file.mediaType.isJSON ? .json : .none)
            files.append(Answer.Connection.File(name: file.name, mediaType: file.mediaType, content: content))
        }
        let nodes = work.plan.nodes.map { Answer.Connection.Node(name: $0.name, endpoints: endpoints(of: $0)) }
        return Answer.Connection(nodes: nodes, files: files)
    }

    /// The published ports of a node that are there now, in the plan's order.
    private func endpoints(of node: PlannedNode) -> [Answer.Connection.Endpoint] {
        guard let seen = observed.nodes.first(where: { $0.name == node.name }) else { return [] }
        return node.publishedPorts.compactMap { planned in
            seen.ports.first { $0.name == planned.name }.map { endpoint(planned, $0.port, at: seen.address ?? host.address) }
        }
    }

    private func endpoint(_ planned: PlannedPort, _ port: Int, at address: String) -> Answer.Connection.Endpoint {
        let host = address.contains(":") ? "[\(address)]" : address
        return Answer.Connection.Endpoint(
            name: planned.name, host: address, port: port, url: "\(planned.scheme)://\(host):\(port)")
    }
}

extension String {
    /// `application/json`, or a type with JSON's syntax (RFC 6839).
    fileprivate var isJSON: Bool { self == "application/json" || hasSuffix("+json") }
}

internal import Drivers
internal import Model
internal import Wire

/// Makes a chain's connection files: endpoints as observed on the host, secrets from the vault. Pure.
struct ConnectionResolver {
    let plan: Plan
    /// The name or IP by which the host's published ports are reached.
    let address: String
    let observed: ObservedChain
    let vault: Vault

    func connection() throws(WorkError) -> Answer.Connection {
        var files: [Answer.Connection.File] = []
        for file in plan.connection {
            files.append(
                Answer.Connection.File(name: file.name, mediaType: file.mediaType, content: try resolve(file.content)))
        }
        let nodes = plan.nodes.map { Answer.Connection.Node(name: $0.name, endpoints: endpoints(of: $0)) }
        return Answer.Connection(nodes: nodes, files: files)
    }

    /// The published ports of a node that are there now, in the plan's order.
    private func endpoints(of node: PlannedNode) -> [Answer.Connection.Endpoint] {
        let published = observed.nodes.first { $0.name == node.name }?.ports ?? []
        return node.ports.compactMap { planned in
            published.first { $0.name == planned.name }.map { endpoint(planned, $0.port) }
        }
    }

    private func endpoint(_ planned: PlannedPort, _ port: Int) -> Answer.Connection.Endpoint {
        let host = address.contains(":") ? "[\(address)]" : address
        return Answer.Connection.Endpoint(
            name: planned.name, host: address, port: port, url: "\(planned.scheme)://\(host):\(port)")
    }

    /// Endpoints first: a secret that looks like a reference stays what it is.
    private func resolve(_ text: String) throws(WorkError) -> String {
        try substitute(in: text) { (reference) throws(WorkError) in
            let parts = reference.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
            switch (parts.first, parts.count) {
            case ("endpoint", 4): return try member(parts[3], of: try endpoint(parts[1], parts[2]))
            case ("secret", 2): return try secret(parts[1])
            default: throw badReference(reference)
            }
        }
    }

    private func endpoint(_ node: String, _ port: String) throws(WorkError) -> Answer.Connection.Endpoint {
        guard let planned = plan.nodes.first(where: { $0.name == node }), planned.ports.contains(where: { $0.name == port })
        else {
            throw badReference("endpoint.\(node).\(port)")
        }
        guard let endpoint = endpoints(of: planned).first(where: { $0.name == port }) else {
            throw WorkError(.transient, .notHealthy, "node \(node) publishes no port \(port) now; start the chain", node: node)
        }
        return endpoint
    }

    private func member(_ name: String, of endpoint: Answer.Connection.Endpoint) throws(WorkError) -> String {
        switch name {
        case "host": return endpoint.host
        case "port": return String(endpoint.port)
        case "url": return endpoint.url
        default: throw badReference("endpoint.….\(name)")
        }
    }

    private func secret(_ name: String) throws(WorkError) -> String {
        guard let secret = vault.secrets[name] else { throw badReference("secret.\(name)") }
        return secret
    }

    private func badReference(_ reference: some StringProtocol) -> WorkError {
        WorkError(.terminal, .badPlan, "a connection file refers to \(reference), which the plan does not have")
    }
}

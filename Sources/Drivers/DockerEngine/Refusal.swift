package import Curl
package import Model

extension WorkError {
    /// An exchange that brought no answer.
    package init(_ error: CurlError, at endpoint: Endpoint) {
        let message = "\(endpoint): \(error.message)"
        switch error.code {
        case .cancelled, .shutDown: self.init(.cancelled, .cancelled, "cancelled")
        case .addressNotAllowed: self.init(.terminal, .endpointNotAllowed, "\(message); see the agent's --allow")
        case .refused, .unresolved, .interrupted, .timeout(.connect): self.init(.transient, .hostUnreachable, message)
        case .timeout: self.init(.transient, .hostSlow, message)
        case .tls:
            self.init(.terminal, .badCredentials, "\(message); check the ca, certificate and key of the host's credentials")
        case .tooLarge, .protocol: self.init(.terminal, .hostUnsupported, message)
        case .invalidRequest, .bodyFailed: self.init(.terminal, .internal, message)
        }
    }
}

extension Answer {
    /// Whether it failed for a network that is gone: `network 6dd2c551… not found`, since Docker 28
    /// `failed to set up container networking: network 6dd2c551… not found`.
    package var isAboutNetwork: Bool {
        status == 404 && message.firstIndex(ofText: "network ") != nil && message.hasSuffix("not found")
    }

    /// The daemon's words differ between its versions in detail; what is looked for has been the same since 20.10.
    package func refusal(_ doing: String, node: String? = nil) -> WorkError {
        let text = message
        let said = "\(doing): \(text)"
        if let port = text.takenPort {
            return WorkError(.transient, .portTaken, said, node: node, value: port)
        }
        if text.contains("no space left on device") || text.contains("cannot allocate memory") {
            return WorkError(.transient, .noRoom, said, node: node)
        }
        if text.contains("not a swarm manager") || text.contains("not part of a swarm") {
            return WorkError(.terminal, .hostUnsupported, "\(said); register a manager of a swarm", node: node)
        }
        if status == 404, text.contains("No such image") {
            return WorkError(.terminal, .imageMissing, "\(said); put the image on the host", node: node)
        }
        if text.contains("executable file not found") || text.contains("OCI runtime create failed") {
            return WorkError(.terminal, .nodeFailed, said, node: node)
        }
        return status == 400
            ? WorkError(.terminal, .badPlan, said, node: node) : WorkError(.transient, .hostRefused, said, node: node)
    }
}

extension String {
    /// The port of `Bind for 0.0.0.0:18000 failed: port is already allocated` (another container's) and of
    /// `listen tcp4 0.0.0.0:18000: bind: address already in use` (another program's).
    package var takenPort: String? {
        for ending in [" failed: port is already allocated", ": bind: address already in use"] {
            guard let end = firstIndex(ofText: ending) else { continue }
            let digits = self[..<end].reversed().prefix { $0.isNumber }
            if !digits.isEmpty { return String(digits.reversed()) }
        }
        return nil
    }

    package func firstIndex(ofText text: String) -> Index? {
        indices.first { self[$0...].hasPrefix(text) }
    }
}

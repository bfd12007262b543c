import Curl
import Drivers
import Model

extension WorkError {
    /// An exchange that brought no answer.
    init(_ error: CurlError, at endpoint: Endpoint) {
        let message = "\(endpoint): \(error.message)"
        switch error.code {
        case .cancelled, .shutDown: self.init(.cancelled, .cancelled, "cancelled")
        case .addressNotAllowed: self.init(.terminal, .endpointNotAllowed, "\(message); see the agent's --allow")
        case .refused, .unresolved, .interrupted, .timeout(.connect): self.init(.transient, .hostUnreachable, message)
        case .timeout: self.init(.transient, .hostSlow, message)
        case .tls: self.init(.terminal, .badCredentials, "\(message); see the host's ca and client certificate")
        case .tooLarge, .protocol: self.init(.terminal, .hostUnsupported, message)
        case .invalidRequest, .bodyFailed: self.init(.terminal, .internal, message)
        }
    }
}

extension ClusterAnswer {
    /// The cluster's words differ between its versions in detail; what is looked for has been the same since 1.20.
    func refusal(_ doing: String, node: String? = nil) -> WorkError {
        let failure = failure
        let text = failure.message ?? "status \(status)"
        let said = "\(doing): \(text)"
        return switch status {
        case 401: WorkError(.terminal, .badCredentials, "the cluster does not take the host's credentials: \(text)", node: node)
        case 403: forbidden(failure, text, said, node)
        case 404, 409: WorkError(.transient, .hostRefused, said, node: node)
        case 422:
            failure.takenPort.map { WorkError(.transient, .portTaken, said, node: node, value: $0) }
                ?? WorkError(.terminal, .badPlan, said, node: node)
        case 429, 500...599: WorkError(.transient, .hostRefused, said, node: node, notBefore: retryAfter)
        default: WorkError(.terminal, .badPlan, said, node: node)
        }
    }

    /// 403 is said for more than a missing permission.
    private func forbidden(_ failure: Failure, _ text: String, _ said: String, _ node: String?) -> WorkError {
        if let denied = text.denied {
            return WorkError(
                .terminal, .notPermitted,
                "the host's credentials may not \(denied.verb) \(denied.resource) (API group \(denied.group.isEmpty ? "core" : denied.group)); "
                    + "ops/kubernetes/agent-rbac.yaml names all that an agent needs", node: node)
        }
        if text.contains("exceeded quota") { return WorkError(.transient, .noRoom, said, node: node) }
        // A namespace on its way out, a quota that nobody has looked at yet, an account that is not there yet.
        let passes = ["being terminated", "status unknown for quota", "error looking up service account"]
        if passes.contains(where: text.contains) { return WorkError(.transient, .hostRefused, said, node: node) }
        return WorkError(.terminal, .hostRefused, said, node: node)
    }
}

extension ClusterAnswer.Failure {
    /// Of a NodePort that another Service has.
    fileprivate var takenPort: String? {
        let taken = (details?.causes ?? []).compactMap(\.message).first { $0.contains("provided port is already allocated") }
        return taken.flatMap { $0.split { !$0.isNumber }.first.map(String.init) }
    }
}

extension String {
    /// Of `… cannot create resource "statefulsets" in API group "apps" in the namespace "x"`.
    fileprivate var denied: (verb: String, resource: String, group: String)? {
        guard let cannot = firstRange(of: " cannot "),
            let resource = self[cannot.upperBound...].firstRange(of: " resource \""),
            let group = self[resource.upperBound...].firstRange(of: "\" in API group \"")
        else { return nil }
        return (
            String(self[cannot.upperBound..<resource.lowerBound]), String(self[resource.upperBound..<group.lowerBound]),
            String(self[group.upperBound...].prefix { $0 != "\"" })
        )
    }
}

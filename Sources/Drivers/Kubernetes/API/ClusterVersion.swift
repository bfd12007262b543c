import Model

/// What `GET /version` answers.
struct ClusterVersion: Decodable, Sendable {
    var major: String
    var minor: String
    /// `v1.20.2`.
    var gitVersion: String

    /// What this driver was written for: server-side apply and startup probes are there since 1.20.
    static let oldest = (1, 20)

    /// Some providers write a plus behind the minor number.
    var numbers: (Int, Int)? {
        guard let major = Int(major), let minor = Int(minor.prefix { $0.isNumber }) else { return nil }
        return (major, minor)
    }

    func check() throws(WorkError) {
        guard let numbers, numbers >= Self.oldest else {
            throw WorkError(
                .terminal, .hostUnsupported, "the cluster is Kubernetes \(gitVersion); needed is 1.20 or later")
        }
    }
}

internal import Crypto
public import Model

/// What tells one state of a host from another.
public enum ObservationDigest {
    /// SHA-256 in hexadecimal over the observation in canonical order; the order in which the host listed its objects has no say.
    public static func text(_ observation: HostObservation) -> String {
        // An observation holds nothing that JSON has no form for.
        let bytes = (try? WireJSON.encode(canonical(observation))) ?? []
        return SHA256.hash(data: bytes).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }

    private static func canonical(_ observation: HostObservation) -> HostObservation {
        HostObservation(chains: observation.chains.map(canonical).sorted { $0.id.description < $1.id.description })
    }

    private static func canonical(_ chain: ObservedChain) -> ObservedChain {
        var chain = chain
        chain.nodes = chain.nodes.map(canonical).sorted { ($0.name, $0.object ?? "") < ($1.name, $1.object ?? "") }
        chain.objects.sort { ($0.kind.rawValue, $0.id) < ($1.kind.rawValue, $1.id) }
        return chain
    }

    private static func canonical(_ node: ObservedNode) -> ObservedNode {
        var node = node
        node.ports.sort { ($0.node, $0.name, $0.port) < ($1.node, $1.name, $1.port) }
        return node
    }
}

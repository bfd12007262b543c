internal import Crypto
public import Model

/// What tells one state of a host from another.
public enum ObservationDigest {
    /// SHA-256 in hexadecimal over the observation in canonical order; the order in which the host listed its objects has no say.
    public static func text(_ observation: HostObservation) -> String {
        var script = Script()
        for chain in observation.chains.map({ (key: $0.id.description, chain: $0) }).sorted(by: { $0.key < $1.key }) {
            script.write(chain.chain, key: chain.key)
        }
        return SHA256.hash(data: script.bytes).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }
}

/// All that an observation says, as bytes: texts with their lengths before them, so that no two observations are written alike.
private struct Script {
    private(set) var bytes: [UInt8] = []

    mutating func write(_ chain: ObservedChain, key: String) {
        write(key)
        write(chain.sequence)
        write(chain.certificatesExpireAt)
        write(chain.nodes.count)
        for node in chain.nodes.sorted(by: { ($0.name, $0.object ?? "") < ($1.name, $1.object ?? "") }) { write(node) }
        write(chain.objects.count)
        for object in chain.objects.sorted(by: { ($0.kind.rawValue, $0.id) < ($1.kind.rawValue, $1.id) }) {
            write(object.kind.rawValue)
            write(object.id)
        }
    }

    private mutating func write(_ node: ObservedNode) {
        for text in [node.name, node.state.rawValue, node.health.rawValue] { write(text) }
        for text in [node.object, node.detail, node.machine, node.address] { write(text) }
        for number in [node.restarts, node.incarnation, node.generation, node.ports.count] { write(number) }
        for port in node.ports.sorted(by: { ($0.node, $0.name, $0.port) < ($1.node, $1.name, $1.port) }) {
            write(port.node)
            write(port.name)
            write(port.port)
        }
    }

    private mutating func write(_ text: String?) {
        guard let text else { return write(-1) }
        write(text.utf8.count)
        bytes.append(contentsOf: text.utf8)
    }

    private mutating func write(_ number: Int?) {
        guard let number else { return bytes.append(0) }
        bytes.append(1)
        withUnsafeBytes(of: Int64(number).littleEndian) { bytes.append(contentsOf: $0) }
    }
}

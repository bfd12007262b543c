import Crypto
import JSON
import Model
import PostgreSQL

/// Tells by 32 bytes whether a chain's nodes are seen as they were seen last: the column `chains.nodes_digest` has the same.
///
/// It is SHA-256 over the text that PostgreSQL gives to the nodes' `jsonb`: keys in the order of their lengths and then of their bytes, a
/// space behind each colon and comma (`jsonb_out`, PostgreSQL 15). Should the two ever differ, then nodes count as changed,
/// and are compared one by one.
struct NodesDigest: Hashable, PostgresCodable, PostgresArrayElement {
    private static let length = 32

    private let bytes: [UInt8]

    init(of nodes: [ObservedNode]) {
        var text = JSONBText()
        text.putList(nodes) { $0.put($1) }
        bytes = Array(SHA256.hash(data: text.bytes))
    }

    static var postgresType: PostgresType { .bytes }
    static var postgresArrayType: PostgresType { .bytesArray }
    var postgresText: String? { bytes.postgresText }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    static func decode(postgres text: ArraySlice<UInt8>) -> NodesDigest? {
        [UInt8].decode(postgres: text).flatMap { $0.count == length ? NodesDigest(bytes: $0) : nil }
    }
}

/// A value as PostgreSQL writes its `jsonb`.
private struct JSONBText {
    private(set) var bytes: [UInt8] = []

    init() {
        bytes.reserveCapacity(1024)
    }

    mutating func put(_ node: ObservedNode) {
        put(#"{"name": "#, node.name)
        put(#", "ports": "#)
        putList(node.ports) { $0.put($1) }
        put(#", "state": "#, node.state.rawValue)
        put(#", "detail": "#, node.detail)
        put(#", "health": "#, node.health.rawValue)
        put(#", "object": "#, node.object)
        put(#", "address": "#, node.address)
        put(#", "machine": "#, node.machine)
        put(#", "restarts": "#, node.restarts)
        put(#", "generation": "#, node.generation)
        put(#", "incarnation": "#, node.incarnation)
        put("}")
    }

    private mutating func put(_ port: PortAssignment) {
        put(#"{"name": "#, port.name)
        put(#", "node": "#, port.node)
        put(#", "port": "#, port.port)
        put("}")
    }

    mutating func putList<Element>(_ elements: [Element], _ put: (inout JSONBText, Element) -> Void) {
        self.put("[")
        for (index, element) in elements.enumerated() {
            if index > 0 { self.put(", ") }
            put(&self, element)
        }
        self.put("]")
    }

    /// As it stands.
    private mutating func put(_ text: StaticString) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    /// Members that are not there are left out; texts are stored without NUL.
    private mutating func put(_ key: StaticString, _ text: String?) {
        guard let text else { return }
        put(key)
        JSONString.append(text.withoutNUL, to: &bytes)
    }

    private mutating func put(_ key: StaticString, _ number: Int) {
        put(key)
        bytes.append(contentsOf: String(number).utf8)
    }
}

import Crypto
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
        put(verbatim: #"{"name": "#)
        put(node.name)
        put(verbatim: #", "ports": "#)
        putList(node.ports) { $0.put($1) }
        put(verbatim: #", "state": "#)
        put(node.state.rawValue)
        put(#", "detail": "#, node.detail)
        put(verbatim: #", "health": "#)
        put(node.health.rawValue)
        put(#", "object": "#, node.object)
        put(#", "address": "#, node.address)
        put(#", "machine": "#, node.machine)
        put(verbatim: #", "restarts": "#)
        put(node.restarts)
        put(verbatim: #", "generation": "#)
        put(node.generation)
        put(verbatim: #", "incarnation": "#)
        put(node.incarnation)
        put(verbatim: "}")
    }

    private mutating func put(_ port: PortAssignment) {
        put(verbatim: #"{"name": "#)
        put(port.name)
        put(verbatim: #", "node": "#)
        put(port.node)
        put(verbatim: #", "port": "#)
        put(port.port)
        put(verbatim: "}")
    }

    mutating func putList<Element>(_ elements: [Element], _ put: (inout JSONBText, Element) -> Void) {
        self.put(verbatim: "[")
        for (index, element) in elements.enumerated() {
            if index > 0 { self.put(verbatim: ", ") }
            put(&self, element)
        }
        self.put(verbatim: "]")
    }

    private mutating func put(verbatim text: StaticString) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    /// Members that are not there are left out.
    private mutating func put(_ key: StaticString, _ text: String?) {
        guard let text else { return }
        put(verbatim: key)
        put(text)
    }

    private mutating func put(_ number: Int) {
        bytes.append(contentsOf: String(number).utf8)
    }

    private mutating func put(_ text: String) {
        var text = text
        put(verbatim: "\"")
        text.withUTF8 { characters in
            if characters.allSatisfy({ $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }) {
                bytes.append(contentsOf: characters)
            } else {
                for character in characters { put(escaping: character) }
            }
        }
        put(verbatim: "\"")
    }

    private mutating func put(escaping character: UInt8) {
        switch character {
        case 0: break  // As it is stored: `StoredJSON` leaves it out.
        case 0x08: put(verbatim: #"\b"#)
        case 0x09: put(verbatim: #"\t"#)
        case 0x0A: put(verbatim: #"\n"#)
        case 0x0C: put(verbatim: #"\f"#)
        case 0x0D: put(verbatim: #"\r"#)
        case UInt8(ascii: "\""): put(verbatim: #"\""#)
        case UInt8(ascii: "\\"): put(verbatim: #"\\"#)
        case ..<0x20:
            put(verbatim: character < 0x10 ? #"\u000"# : #"\u00"#)
            bytes.append(contentsOf: String(character, radix: 16).utf8)
        default: bytes.append(character)
        }
    }
}
